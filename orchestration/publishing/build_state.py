"""What the public marts under `build/` were built from, and whether that build passed its audit.

A small file beside the build, not a table in it: it must vanish at once when a build begins, and
a build that is killed must not leave it behind.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from orchestration.dbt_invocation import project_files
from orchestration.identity import match_models
from orchestration.paths import public_build_path, published_path, warehouse_path
from orchestration.publishing import versions
from orchestration.warehouse import read_warehouse

_BUILDERS = ("duckdb", "dbt-core", "dbt-duckdb", "splink")


class NotAuditedError(Exception):
    """The last build did not finish, or failed its audit."""


def inputs_fingerprint() -> str:
    """One hash over all that decides the marts: loads, settings, code, seeds, models, versions."""
    digest = hashlib.sha256()
    for package in _BUILDERS:
        digest.update(f"{package} {version(package)}\n".encode())
    for name, path in project_files().items():
        digest.update(f"{name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(match_models.inputs_fingerprint().encode())
    digest.update(_ledger_fingerprint().encode())
    return digest.hexdigest()


def forget_build() -> None:
    """A build begins: what is under `build/` may no longer be published."""
    public_build_path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _state_path().unlink(missing_ok=True)


def record_build(inputs: str) -> None:
    """A whole build passed its audit."""
    _state_path().write_text(json.dumps({"inputs": inputs}))


def audited_inputs() -> str:
    """What the build under `build/` was made from."""
    if not _state_path().exists():
        raise NotAuditedError("the last build did not pass its audit: nothing to publish")
    return json.loads(_state_path().read_text())["inputs"]


def is_published(inputs: str) -> bool:
    """Whether the newest version was built from just this, and the build is still as it was.

    The newest, not the current one: a run with nothing new must not undo a rollback.
    """
    numbers = versions.version_numbers()
    if not (numbers and _state_path().exists() and published_path().exists()):
        return False
    return audited_inputs() == inputs == versions.describe(numbers[-1])["inputs"]


def _state_path() -> Path:
    return public_build_path().parent / "audited.json"


def _ledger_fingerprint() -> str:
    if not warehouse_path().exists():
        return ""
    with read_warehouse() as connection:
        return "\n".join(
            str(connection.execute(query).fetchall())
            for query in (
                "select md5(string_agg(loads::varchar, chr(10) order by load_id)) "
                "from ledger.loads as loads",
                "select setting, setting_value from ledger.run_settings order by setting",
            )
        )
