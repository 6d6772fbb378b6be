"""The plausible ranges of delivered values, which the staging views read.

Analysts edit the seed `value_ranges`. The views need the ranges while dbt compiles them, when no
seed is loaded: so they are a macro that is written here, by every command that starts dbt, whenever
the seed says something else.
"""

import re
from pathlib import Path

from orchestration.components.source_list import replace_if_different
from orchestration.paths import dbt_project_dir, reference_dir
from orchestration.reference_seeds.shape import read_seeds
from orchestration.reference_seeds.table import Row

VALUE_RANGES = Path("macros") / "values" / "value_ranges.sql"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def write_value_ranges(project: Path | None = None, seeds: Path | None = None) -> bool:
    """Write the macro where it differs from the seed; returns whether it did.

    Nothing is written from a file that is no table: `check_seeds` tells, before a build.
    """
    project, seeds = project or dbt_project_dir(), seeds or reference_dir()
    if read_seeds(seeds / "values")["value_ranges"].problems:
        return False
    return replace_if_different(project / VALUE_RANGES, value_ranges(seeds))


def value_ranges(seeds: Path) -> str:
    """The macro `value_ranges`, in the order of the seed."""
    rows = read_seeds(seeds / "values")["value_ranges"].rows
    return "\n".join(
        [
            "{# Written from the seed `value_ranges`: see `throughline sources`. #}",
            "{% macro value_ranges() %}",
            "    {{ return({",
            *(_range(row) for row in rows),
            "    }) }}",
            "{% endmacro %}",
            "",
        ]
    )


def _range(row: Row) -> str:
    values = ", ".join(
        [
            f"'is_whole': {row.text('is_whole').lower()}",
            *(f"'{bound}': {_literal(row.text(bound))!r}" for bound in ("minimum", "maximum")),
        ]
    )
    return f"        {row.text('kind')!r}: {{{values}}},"


def _literal(bound: str) -> str:
    """A bound as SQL writes it; what is neither a day nor a number is for `check_seeds` to tell."""
    return f"date '{bound}'" if _DAY.fullmatch(bound) else bound
