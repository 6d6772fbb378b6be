"""What dbt writes about the project, as it may leave the machine: no path of it, no compiled SQL.

dbt's own texts stay: descriptions, SQL as it stands in the project, tests, lineage.
"""

from collections.abc import Mapping
from typing import Any

from orchestration.paths import PROJECT_DIR, dbt_project_dir

# Paths of this machine, and SQL with the values of a run.
_OF_A_RUN = frozenset(
    {"build_path", "compiled_path", "root_path", "compiled", "compiled_code", "extra_ctes"}
)
_COMPILED = frozenset({"compiled", "compiled_code"})
_OF_THE_CALLER = ("user_id", "env", "invocation_id")


def without_places(manifest: Mapping[str, Any], keeps_sql: bool = False) -> dict[str, Any]:
    """The manifest without the paths of this machine and, unless it is kept, the compiled SQL."""
    cleaned: dict[str, Any] = _cleaned(manifest, _OF_A_RUN - _COMPILED if keeps_sql else _OF_A_RUN)
    metadata = cleaned.get("metadata", {})
    cleaned["metadata"] = {
        name: value for name, value in metadata.items() if name not in _OF_THE_CALLER
    }
    return cleaned


def _cleaned(value: Any, left_out: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _cleaned(part, left_out) for name, part in value.items() if name not in left_out
        }
    if isinstance(value, list):
        return [_cleaned(part, left_out) for part in value]
    if isinstance(value, str):
        for place in (dbt_project_dir().parent, PROJECT_DIR):
            value = value.replace(str(place), ".")
        return value
    return value
