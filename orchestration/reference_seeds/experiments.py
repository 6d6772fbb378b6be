"""What an experiment needs to be read out: arms and a measure, or a change and a series beside it.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections.abc import Iterator, Mapping

from orchestration.reference_seeds.declared import not_among
from orchestration.reference_seeds.table import Problem, Row, Seed

# What customers of an arm can be seen to do.
OUTCOMES = ("buys", "spends", "answers", "responds", "renews", "reaches_goal", "no_contact")
_METHODS = {"campaign": "randomised", "action": "randomised", "improvement": "before_after"}
# Means and shares add up over units; medians don't.
_KINDS_OF_SERIES = ("rate", "mean")
_OF_METHOD = {
    "randomised": ("subject", "window_days"),
    "before_after": ("dimension", "member", "comparison_member", "started"),
}
_ONLY_OF_METHOD = {
    "randomised": (*_OF_METHOD["randomised"], "journey_slug", "held_out_share"),
    "before_after": ("dimension", "member", "comparison_member"),
}


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Experiments of which nothing could be read, or something that they are not."""
    read: dict[tuple[str | None, ...], int] = {}
    for row in seeds["experiments"].rows:
        kind, method = row.text("kind"), row.text("method")
        if _METHODS[kind] != method:
            yield row.problem(f"method {method!r} of kind {kind!r}: write {_METHODS[kind]!r}")
            continue
        yield from _cell_problems(row, method)
        if method == "randomised":
            yield from _outcome_problems(row)
        else:
            yield from _series_problems(row, seeds)
        started, ended = row["started"], row["ended"]
        if started is not None and ended is not None and ended <= started:
            yield row.problem(f"ended {ended} is not after started {started}: write a later day")
        same = tuple(row[column] for column in ("kind", "subject", "metric_slug", "journey_slug"))
        first = read.setdefault(same, row.line) if method == "randomised" else row.line
        if first != row.line:
            yield row.problem(
                f"{row.text('subject')} is read by {row.text('metric_slug')} in line {first} too: "
                "take one of them out"
            )


def _cell_problems(row: Row, method: str) -> Iterator[Problem]:
    for column in _OF_METHOD[method]:
        if row[column] is None:
            yield row.problem(f"no {column}, which {method} needs: fill it in")
    others = {
        column for name in _ONLY_OF_METHOD if name != method for column in _ONLY_OF_METHOD[name]
    }
    for column in sorted(others):
        if row[column] is not None:
            yield row.problem(
                f"{column} {row[column]!r} of {method}, which has none: leave it empty"
            )


def _outcome_problems(row: Row) -> Iterator[Problem]:
    outcome, journey = row.text("metric_slug"), row["journey_slug"]
    if outcome not in OUTCOMES:
        yield not_among(row, "metric_slug", outcome, OUTCOMES)
    elif outcome == "reaches_goal" and journey is None:
        yield row.problem("reaches_goal without a journey_slug: write one of journey_types.csv")
    elif outcome != "reaches_goal" and journey is not None:
        yield row.problem(f"journey_slug {journey!r} of {outcome}, which has none: leave it empty")


def _series_problems(row: Row, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    kpis = {kpi.text("metric_slug"): kpi for kpi in seeds["kpis"].rows}
    metric, dimension = row.text("metric_slug"), row["dimension"]
    if metric not in kpis:
        yield not_among(row, "metric_slug", metric, kpis, seeds["kpis"].path.name)
        return
    kind, dimensions = kpis[metric].text("kind"), kpis[metric].text("dimensions").split()
    if kind not in _KINDS_OF_SERIES:
        yield row.problem(f"metric_slug {metric!r} is a {kind}: write a KPI that is a rate or mean")
        return
    if dimension is not None and dimension not in dimensions:
        yield not_among(row, "dimension", dimension, dimensions)
    if row["member"] is not None and row["member"] == row["comparison_member"]:
        yield row.problem(
            f"member {row['member']!r} is compared with itself: write another comparison_member"
        )
