"""Versions of the matching model: numbered files in the data folder, each written once.

A model knows names of customers (its term frequencies), so it stays beside the private database.
Keeping models belongs here. `training` learns them, `matching` applies them, and `model_choice`
says which of them a run uses.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from orchestration.paths import identity_models_dir


class NoModelError(ValueError):
    """A model that is asked for and isn't there, or nothing to learn one from."""


class Home(TypedDict):
    """How two people of one home agree.

    `share` is their share of all pairs; `chances` holds, per comparison, the chance of each level
    from the most alike to the least.
    """

    share: float
    chances: dict[str, list[float]]


class TermFrequencies(TypedDict):
    """How frequent the values of a column are: those listed, and `least` for every other."""

    least: float
    terms: dict[str, float]


class Model(TypedDict):
    """All that a score depends on, as plain data.

    `settings` are Splink's. `unreliable_kinds` are the marks in which a difference refuses no
    link; `has_homes` says whether people who live together are among the records, `is_paired`
    whether hardly anybody has more than two of them. `known_counts` are the records that showed
    each column, of `record_count` in all.
    """

    splink_version: str
    unreliable_kinds: list[str]
    has_homes: bool
    is_paired: bool
    record_count: int
    known_counts: dict[str, int]
    settings: dict[str, Any]
    home: Home
    term_frequencies: dict[str, TermFrequencies]


class KeptModel(Model):
    """A model on disk, with whether a run trained it by itself."""

    is_trained_by_run: bool


@dataclass(frozen=True)
class ModelVersion:
    """The file of one version."""

    number: int
    path: Path

    @property
    def model(self) -> KeptModel:
        """The model itself."""
        model: KeptModel = json.loads(self.path.read_text(encoding="utf-8"))
        return model

    @property
    def fingerprint(self) -> str:
        """A hash of all that scores depend on."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def versions(folder: Path | None = None) -> list[ModelVersion]:
    """All versions of this warehouse, or of another folder, the newest last."""
    found = [
        ModelVersion(int(path.stem), path)
        for path in (folder or identity_models_dir()).glob("*.json")
        if path.stem.isdigit()
    ]
    return sorted(found, key=lambda version: version.number)


def numbered_version(number: int) -> ModelVersion:
    """One version; raises NoModelError if there is none of this number."""
    for version in versions():
        if version.number == number:
            return version
    raise NoModelError(f"there is no version {number} of the matching model")


def write_version(
    model: Model, is_trained_by_run: bool = False, folder: Path | None = None
) -> ModelVersion:
    """Keep the model as the newest version, of this warehouse or of another folder.

    A model that a run trains by itself follows from its records: it is a result, not an input.
    """
    folder = folder or identity_models_dir()
    existing = versions(folder)
    number = existing[-1].number + 1 if existing else 1
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{number}.json"
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(
        json.dumps({"is_trained_by_run": is_trained_by_run, **model}, ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    return ModelVersion(number, path)


def named_model(name: str) -> Model:
    """The model of a version of this warehouse, or of a file; raises NoModelError."""
    if name.isdigit():
        return numbered_version(int(name)).model
    try:
        model: Model = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoModelError(f"{name} is no matching model: {error}") from error
    return model


def inputs_fingerprint() -> str:
    """One hash over the versions that somebody trained."""
    digest = hashlib.sha256()
    for version in versions():
        if not version.model["is_trained_by_run"]:
            digest.update(f"{version.number} {version.fingerprint}\n".encode())
    return digest.hexdigest()
