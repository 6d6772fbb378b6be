"""Rules for what moves a score beyond well-formed rows: an outcome that is asked, a thing to count.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections.abc import Iterator, Mapping

from orchestration.reference_seeds.declared import not_among
from orchestration.reference_seeds.table import Problem, Row, Seed

# What the scope of a measure names; the other measures have none.
_SCOPES = {
    "bad_experiences": ("bad_experience_rules", "rule_slug"),
    "touchpoints": ("touchpoint_types", "touchpoint_type_slug"),
}
_OUTCOME = ("program_slug", "metric_slug", "journey_slug")
_COUNTED = (*_OUTCOME, "measure", "scope", "look_back_days")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Drivers of what nobody asks, of nothing that can be counted, or that are the same."""
    questions = seeds["survey_questions"]
    asked = {(row["program_slug"], row["metric_slug"]) for row in questions.rows}
    # A bad answer would be told as the reason of the answer beside it.
    answers = {
        row["rule_slug"]
        for row in seeds["bad_experience_rules"].rows
        if row["evidence"] == "answer"
    }
    lines: dict[tuple[str | None, ...], int] = {}
    for row in seeds["drivers"].rows:
        program, metric = row.text("program_slug"), row.text("metric_slug")
        if (program, metric) not in asked:
            yield row.problem(
                f"program {program!r} asks no {metric!r} ({questions.path.name}): write a metric "
                "that it asks"
            )
        yield from _scope_problems(row, seeds)
        if row["scope"] in answers:
            yield row.problem(
                f"scope {row['scope']!r} is itself an answer: write a rule of what happened"
            )
        yield from _item_problems(row, seeds["survey_item_questions"])
        counted = tuple(row[column] for column in _COUNTED)
        first = lines.setdefault(counted, row.line)
        if first != row.line:
            yield row.problem(
                f"{row.text('driver_slug')} is measured like the driver in line {first}, and the "
                "two could not be told apart: take one of them out"
            )


def _scope_problems(row: Row, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    measure, scope = row.text("measure"), row["scope"]
    if measure not in _SCOPES:
        if scope is not None:
            yield row.problem(f"scope {scope!r} of {measure}, which has none: leave it empty")
        return
    name, column = _SCOPES[measure]
    known = seeds[name].values(column)
    if scope is None:
        yield row.problem(f"{measure} without a scope: write a {column} of {name}.csv")
    elif scope not in known:
        yield not_among(row, "scope", scope, known, seeds[name].path.name)


def _item_problems(row: Row, items: Seed) -> Iterator[Problem]:
    """A rating says how a thing was, not how much it matters; only a wait is told as a wait."""
    kinds: dict[str, set[str]] = {}
    for item in items.rows:
        kinds.setdefault(item.text("item_slug"), set()).add(item.text("item_kind"))
    importance, perceived = row["importance_item"], row["perceived_item"]
    if importance is not None and not kinds[importance] & {"importance", "topic"}:
        yield row.problem(
            f"importance_item {importance!r} is neither a topic nor an item of importance "
            f"({items.path.name}): write one that is"
        )
    if perceived is not None and "perceived_wait" not in kinds[perceived]:
        yield row.problem(
            f"perceived_item {perceived!r} is no perceived_wait ({items.path.name}): write one "
            "that is"
        )
    if perceived is not None and row["measure"] != "wait_hours":
        yield row.problem(
            f"perceived_item {perceived!r} of {row['measure']}, which is no wait: leave it empty"
        )
