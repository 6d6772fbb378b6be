"""Versions of the matching model: numbered files in the data folder, each written once.

A run uses the newest, or the one that `identity_settings` names. A model knows names of customers
(its term frequencies), so it stays beside the private database.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.paths import identity_models_dir, warehouse_path
from orchestration.warehouse.connections import read_warehouse

Model = dict[str, Any]

# Rules that a small warehouse can bear bring too many pairs in one that has grown.
_OUTGROWN = 4


class NoModelError(ValueError):
    """A model that is asked for and isn't there, or nothing to learn one from."""


@dataclass(frozen=True)
class ModelVersion:
    """A model on disk."""

    number: int
    path: Path

    @property
    def model(self) -> Model:
        """The model itself."""
        return json.loads(self.path.read_text(encoding="utf-8"))

    @property
    def fingerprint(self) -> str:
        """What scores depend on."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def versions() -> list[ModelVersion]:
    """All versions, the newest last."""
    found = [
        ModelVersion(int(path.stem), path)
        for path in identity_models_dir().glob("*.json")
        if path.stem.isdigit()
    ]
    return sorted(found, key=lambda version: version.number)


def write_version(model: Model, is_trained_by_run: bool = False) -> ModelVersion:
    """Keep the model as the newest version.

    What a run trains by itself follows from its records: it is a result, not an input.
    """
    existing = versions()
    number = existing[-1].number + 1 if existing else 1
    identity_models_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    path = identity_models_dir() / f"{number}.json"
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(
        json.dumps({"is_trained_by_run": is_trained_by_run, **model}, ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    return ModelVersion(number, path)


def version_for(
    record_count: int, records: Callable[[], pa.Table], pinned: int = 0
) -> ModelVersion:
    """The version that a run uses; where there is none, the run trains one.

    It also replaces a version that a run trained and that is outgrown, never one that somebody did.
    """
    if pinned:
        return _version(pinned)
    existing = versions()
    if existing and not _is_outgrown(existing[-1].model, record_count):
        return existing[-1]
    # Importing Splink takes seconds, which a run with a model should not.
    from orchestration.identity.training import train

    return write_version(train(records()), is_trained_by_run=True)


def _is_outgrown(model: Model, record_count: int) -> bool:
    """Whether a first, small delivery taught it."""
    return model["is_trained_by_run"] and record_count > _OUTGROWN * max(model["record_count"], 1)


def train_version() -> ModelVersion:
    """Learn a new version from the profiles of the last run."""
    from orchestration.identity.training import train

    if not warehouse_path().exists():
        raise NoModelError("there are no profiles to learn from: `throughline run` brings them")
    with read_warehouse() as connection:
        try:
            records = connection.sql(
                "from intermediate.int_identity__match_records order by profile_key"
            ).to_arrow_table()
        except duckdb.CatalogException as error:
            raise NoModelError(
                "there are no profiles to learn from: `throughline run` brings them"
            ) from error
    return write_version(train(records))


def named_model(name: str) -> Model:
    """The model of a version of this warehouse, or of a file."""
    if name.isdigit():
        return _version(int(name)).model
    try:
        return json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoModelError(f"{name} is no matching model: {error}") from error


def _version(number: int) -> ModelVersion:
    for version in versions():
        if version.number == number:
            return version
    raise NoModelError(f"there is no version {number} of the matching model")


def inputs_fingerprint() -> str:
    """One hash over the versions that somebody trained."""
    digest = hashlib.sha256()
    for version in versions():
        if not version.model["is_trained_by_run"]:
            digest.update(f"{version.number} {version.fingerprint}\n".encode())
    return digest.hexdigest()
