"""Rules for journeys beyond well-formed rows: a start, an end, conditions that can hold.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from orchestration.reference_seeds.models import words_of_models
from orchestration.reference_seeds.table import Problem, Row, Seed, also_in

_STARTING = ("start", "reach_opens")
_REACHING = ("reach", "reach_opens")
_CONDITION = ("condition_column", "condition_operator", "condition_value")
_NUMBERS = ("prior_order_count",)
_ORDERINGS = (">=", "<")
# Seeds that say which kind of touchpoint a word of a source is.
_MEANINGS = ("email_event_types", "message_statuses", "source_words", "web_event_types")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Definitions that would find nothing, or contradict themselves."""
    types, events = seeds["journey_types"], seeds["journey_events"]
    yield from _unfinished_journeys(types, events)
    yield from _journeys_without_reasons(events, seeds["journey_reasons"])
    yield from _undelivered_events(events, seeds)
    for row in events.rows:
        yield from _impossible_condition(row, seeds)
    yield from _contradictions(events)
    yield from _unordered_stages(events)
    yield from _empty_ranges(seeds["lifecycle_rules"])
    yield from _endless_events(seeds["lifecycle_rules"])


def _unfinished_journeys(types: Seed, events: Seed) -> Iterator[Problem]:
    roles = defaultdict(set)
    for row in events.rows:
        roles[row["journey_slug"]].add(row["role"])
    for row in types.rows:
        slug = row["journey_slug"]
        if not roles[slug].intersection(_STARTING):
            yield row.problem(f"{slug} has no start in {events.path.name}")
        if not roles[slug].intersection(_REACHING):
            yield row.problem(f"{slug} has no reach in {events.path.name}")


def _journeys_without_reasons(events: Seed, reasons: Seed) -> Iterator[Problem]:
    with_reasons = reasons.values("journey_slug")
    for row in events.rows:
        if row.text("needs_reason").lower() == "true" and row["journey_slug"] not in with_reasons:
            yield row.problem(
                f"needs a reason, but {row['journey_slug']} has none in {reasons.path.name}"
            )


def _undelivered_events(events: Seed, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """An event that no source ever delivers: its journey would be empty without a word."""
    delivered = words_of_models("models/staging", "models/intermediate")
    for name in _MEANINGS:
        delivered |= {value for row in seeds[name].rows for value in row.cells.values() if value}
    told: dict[str, list[Row]] = defaultdict(list)
    for row in events.rows:
        if (slug := row.text("touchpoint_type_slug")) not in delivered:
            told[slug].append(row)
    for slug, (row, *others) in told.items():
        yield row.problem(
            f"no source delivers {slug}{also_in([other.line for other in others])}: "
            "let a branch int_touchpoints__… bring it, or take the row out"
        )


def _impossible_condition(row: Row, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    column, operator, value = (row[name] for name in _CONDITION)
    if (column, operator, value) == (None, None, None):
        return
    if column is None or operator is None or value is None:
        yield row.problem(f"a condition takes {', '.join(_CONDITION)}")
    elif column in _NUMBERS and not value.isdecimal():
        yield row.problem(f"{column} is compared with {value!r}, which is no whole number")
    elif column not in _NUMBERS and operator in _ORDERINGS:
        yield row.problem(f"{column} is no number: it takes = or !=, not {operator}")
    elif column == "channel_slug" and value not in seeds["channels"].values("channel_slug"):
        yield row.problem(f"channel_slug {value!r} is not in channels.csv")
    elif column == "outcome_slug" and value not in _outcomes(row, seeds):
        yield row.problem(
            f"{row['touchpoint_type_slug']} has no outcome {value!r} in touchpoint_outcomes.csv"
        )


def _outcomes(row: Row, seeds: Mapping[str, Seed]) -> set[str | None]:
    return {
        outcome["outcome_slug"]
        for outcome in seeds["touchpoint_outcomes"].rows
        if outcome["touchpoint_type_slug"] == row["touchpoint_type_slug"]
    }


def _contradictions(events: Seed) -> Iterator[Problem]:
    """The same touchpoint can't both reach and fail."""
    reached = {_moment(row): row for row in events.rows if row["role"] in _REACHING}
    for row in events.rows:
        if row["role"] == "fail" and _moment(row) in reached:
            yield row.problem(f"fails what line {reached[_moment(row)].line} reaches")


def _moment(row: Row) -> tuple[str | None, ...]:
    return tuple(row[name] for name in ("journey_slug", "touchpoint_type_slug", *_CONDITION))


def _unordered_stages(events: Seed) -> Iterator[Problem]:
    first_rows: dict[tuple[str | None, str | None], Row] = {}
    for row in events.rows:
        first = first_rows.setdefault((row["journey_slug"], row["stage_slug"]), row)
        if row["stage_order"] != first["stage_order"]:
            yield row.problem(
                f"stage {row['stage_slug']} is number {row['stage_order']} here "
                f"and {first['stage_order']} in line {first.line}"
            )


def _empty_ranges(rules: Seed) -> Iterator[Problem]:
    for row in rules.rows:
        for column in rules.header:
            if not column.startswith("minimum_"):
                continue
            at_least, at_most = row[column], row[column.replace("minimum_", "maximum_")]
            if at_least and at_most and float(at_least) > float(at_most):
                yield row.problem(f"{column} {at_least} is above its maximum {at_most}")


def _endless_events(rules: Seed) -> Iterator[Problem]:
    """A touchpoint gives a stage for a while; what lasts asks for no touchpoint."""
    for row in rules.rows:
        of_event = [row[name] for name in ("touchpoint_type_slug", "minimum_touchpoints")]
        if len({value is None for value in [*of_event, row["lasting_days"]]}) > 1:
            yield row.problem(
                "touchpoint_type_slug, minimum_touchpoints and lasting_days go together"
            )
