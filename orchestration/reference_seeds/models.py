"""What the SQL of the project names: a seed may define what no model ever brings."""

import re

from orchestration.paths import dbt_project_dir

_QUOTED = re.compile(r"""['"]([a-z0-9_]+)['"]""")


def words_of_models(*folders: str) -> set[str]:
    """Every slug in quotes in the SQL below these folders of the dbt project."""
    return {
        word
        for folder in folders
        for path in (dbt_project_dir() / folder).rglob("*.sql")
        for word in _QUOTED.findall(path.read_text(encoding="utf-8"))
    }
