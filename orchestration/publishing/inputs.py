"""The inputs of the marts as one hash, and whether a version of just these is published."""

import hashlib
from importlib.metadata import version

from orchestration.identity import match_models
from orchestration.paths import published_path, warehouse_path
from orchestration.publishing import versions
from orchestration.warehouse import build_state
from orchestration.warehouse.connections import read_warehouse
from orchestration.warehouse.dbt_invocation import project_files

_BUILDERS = ("duckdb", "dbt-core", "dbt-duckdb", "splink")


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


def is_published(inputs: str) -> bool:
    """Whether the newest version was built from just this, and the build is still as it was.

    The newest, not the current one: a run with nothing new must not undo a rollback.
    """
    numbers = versions.version_numbers()
    if not (numbers and published_path().exists()):
        return False
    newest = versions.describe(numbers[-1])
    return newest is not None and build_state.audited_inputs() == inputs == newest["inputs"]


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
