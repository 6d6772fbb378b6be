"""The one list of families of KPI units, which `int_kpis__units` unites.

As for the sources, dbt has to know at parse time what a model reads: so the list is a macro that is
written from the folders, by every command that starts dbt.
"""

import re
from pathlib import Path

from orchestration.components.source_list import replace_if_different
from orchestration.paths import dbt_project_dir

UNIT_FAMILIES = Path("macros") / "kpis" / "unit_families.sql"
_FAMILY = re.compile(r"int_kpis__([a-z0-9_]+)_units")


def write_unit_families(project: Path | None = None) -> bool:
    """Write the list where it differs from the folders; returns whether it did."""
    project = project or dbt_project_dir()
    return replace_if_different(project / UNIT_FAMILIES, unit_families(project))


def unit_families(project: Path | None = None) -> str:
    """The macro `unit_families`, in order of names."""
    models = ((project or dbt_project_dir()) / "models").rglob("*.sql")
    families = sorted(family[1] for file in models if (family := _FAMILY.fullmatch(file.stem)))
    return "\n".join(
        [
            "{# Written from the models `int_kpis__<family>_units`: see `throughline sources`. #}",
            "{% macro unit_families() %}",
            "    {{ return([",
            *(f"        {family!r}," for family in families),
            "    ]) }}",
            "{% endmacro %}",
            "",
        ]
    )
