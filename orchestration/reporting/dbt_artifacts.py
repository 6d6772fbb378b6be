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
_OF_THE_CALLER = ("user_id", "env", "invocation_id")


def without_places(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest without the paths of this machine and without what a run compiled."""
    cleaned: dict[str, Any] = _cleaned(manifest)
    metadata = cleaned.get("metadata", {})
    cleaned["metadata"] = {
        name: value for name, value in metadata.items() if name not in _OF_THE_CALLER
    }
    return cleaned


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _cleaned(part) for name, part in value.items() if name not in _OF_A_RUN}
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    if isinstance(value, str):
        for place in (dbt_project_dir().parent, PROJECT_DIR):
            value = value.replace(str(place), ".")
        return value
    return value
