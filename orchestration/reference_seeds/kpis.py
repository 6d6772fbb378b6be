"""Rules for KPIs beyond well-formed rows: a tree, targets that can be met, marts that there are.

Each check reads seeds of which `declared` has found nothing to say.
"""

import math
from collections.abc import Iterator, Mapping

from orchestration.paths import dbt_project_dir
from orchestration.reference_seeds.declared import not_among
from orchestration.reference_seeds.models import words_of_models
from orchestration.reference_seeds.table import Problem, Row, Seed

# The seed and column that knows the members of a dimension; the others come from the data.
_MEMBERS = {
    "channel": ("channels", "channel_slug"),
    "contact_reason": ("contact_reasons", "contact_reason_slug"),
    "journey": ("journey_types", "journey_slug"),
    "product": ("products", "product_id"),
    "program": ("survey_questions", "program_slug"),
    "store": ("stores", "store_id"),
    "team": ("teams", "team_id"),
}
# What the value of a kind is counted in; a mean or median may be of anything.
_UNITS = {"rate": "share", "duration": "seconds", "nps": "points"}


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Definitions and targets that no value could meet, or that nothing would read."""
    kpis = {row.text("metric_slug"): row for row in seeds["kpis"].rows}
    marts = {
        path.stem
        for folder in ("marts", "metrics")
        for path in (dbt_project_dir() / "models" / folder).rglob("*.sql")
    }
    yield from _circles(kpis)
    yield from _without_units(kpis, seeds)
    for row in [*kpis.values(), *seeds["mart_rules"].rows]:
        if (mart := row["mart"]) is not None and mart not in marts:
            yield not_among(row, "mart", mart, marts)
    for row in kpis.values():
        yield from _bound_problems(row)
    for row in seeds["kpi_targets"].rows:
        yield from _target_problems(row, kpis[row.text("metric_slug")], seeds)
    yield from _purchase_windows(seeds["purchase_windows"])


def _without_units(kpis: Mapping[str, Row], seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """A KPI that no model of the measures names, and no question stands for, has no row ever."""
    counted = words_of_models("models/intermediate/measures", "macros")
    for name in ("survey_questions", "purchase_windows", "kpi_windows"):
        for row in seeds[name].rows:
            counted |= {value for value in row.cells.values() if value}
    for slug, row in kpis.items():
        if slug not in counted:
            yield row.problem(
                f"metric_slug {slug!r} is counted by no model: add its kpi_unit to an "
                "int_kpis__…_units, or take the row out"
            )


def _circles(kpis: Mapping[str, Row]) -> Iterator[Problem]:
    """Going up from a KPI never leads back to it."""
    for slug, row in kpis.items():
        path = [slug]
        while (parent := kpis[path[-1]]["parent_metric_slug"]) is not None and parent not in path:
            path.append(parent)
        # Told once, not by each KPI of the circle.
        if parent == slug == min(path):
            yield row.problem(
                f"parent_metric_slug {row['parent_metric_slug']!r} goes in a circle "
                f"({' → '.join([*path, slug])}): name a KPI above it"
            )


def _bound_problems(row: Row) -> Iterator[Problem]:
    lowest, highest = _bounds(row)
    if not lowest < highest:
        yield row.problem(
            f"highest {row['highest']} is not above lowest {row['lowest']}: write one that is"
        )
    unit = _UNITS.get(row.text("kind"), row["unit"])
    if row["unit"] != unit:
        yield row.problem(f"unit {row['unit']!r} of kind {row['kind']}: write {unit}")
    if unit == "share" and (lowest < 0 or highest > 1):
        yield row.problem(
            f"lowest {row['lowest']} and highest {row['highest']} of a share: write 0 and 1"
        )
    if (row["parent_metric_slug"] is None) != (row["level"] == "top"):
        yield row.problem(
            f"parent_metric_slug {row.text('parent_metric_slug')!r} at level {row['level']}: "
            "the top has no parent, and every other KPI has one"
        )


def _bounds(kpi: Row) -> tuple[float, float]:
    return float(kpi["lowest"] or -math.inf), float(kpi["highest"] or math.inf)


def _target_problems(row: Row, kpi: Row, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    slug, dimension, member = (row.text(name) for name in ("metric_slug", "dimension", "member"))
    lowest, highest = _bounds(kpi)
    if lowest < highest and not lowest <= float(row.text("target")) <= highest:
        hint = " (0.85 for 85 %)" if kpi["unit"] == "share" else ""
        span = f"{lowest:g} to {highest:g}" if highest < math.inf else f"at least {lowest:g}"
        yield row.problem(f"target {row['target']} of {slug} in {kpi['unit']}: write {span}{hint}")
    if dimension not in kpi.text("dimensions").split():
        yield row.problem(
            f"dimension {dimension!r} is none of {slug}: write one of its {kpi['dimensions']}"
        )
    if dimension == "total" and member != "all":
        yield row.problem(f"member {member!r} of dimension total: write all")
    elif dimension in _MEMBERS:
        name, column = _MEMBERS[dimension]
        known = seeds[name].values(column)
        if member not in known:
            yield not_among(row, "member", member, known, seeds[name].path.name)


def _purchase_windows(windows: Seed) -> Iterator[Problem]:
    for row in windows.rows:
        after, until = row.text("after_days"), row.text("until_days")
        if int(until) <= int(after):
            yield row.problem(f"until_days {until} is not after after_days {after}: write more")
