"""Journeys: how each of them goes, by stage and by way, and where it fails."""

from collections.abc import Sequence

import duckdb

from orchestration.reporting import words
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Figure,
    Flow,
    Note,
    Part,
    Record,
    Section,
    Table,
    grouped,
    records,
)
from orchestration.reporting.pieces import (
    MEASURE_COLUMNS,
    counted_bars,
    figure_cell,
    measure_cells,
)

_JOURNEYS = """
    select
        journeys.journey_slug,
        names.journey_name,
        names.goal,
        names.owner,
        count(*) as started
    from marts.fct_journeys as journeys
    inner join marts.dim_journeys as names
        on journeys.journey_slug = names.journey_slug
    group by all
    order by started desc, journeys.journey_slug
"""
_MEASURES = """
    select
        member as journey_slug, metric_slug, metric_name, unit, value, ci_low, ci_high, target,
        status, denominator, is_min_n
    from marts.cx_scorecard
    where
        period_type = 'total'
        and dimension = 'journey'
        and metric_slug in (select unnest(?))
"""
# A stage is reached by a journey once, however often it comes back to it.
_STAGES = """
    select
        stages.journey_slug,
        coalesce(names.slug_name, stages.stage_slug) as stage_name,
        count(distinct stages.journey_key) as journeys,
        avg(stages.stage_number) as place
    from marts.fct_journey_stages as stages
    left join marts.dim_slugs as names
        on stages.stage_slug = names.slug and names.list_slug = 'journey_stage'
    group by all
    order by stages.journey_slug, place, stage_name
"""
_FAILURES = """
    select
        journeys.journey_slug,
        coalesce(names.slug_name, journeys.last_stage_slug) as stage_name,
        count(*) as failed
    from marts.fct_journeys as journeys
    left join marts.dim_slugs as names
        on journeys.last_stage_slug = names.slug and names.list_slug = 'journey_stage'
    where journeys.is_judged and journeys.outcome_slug in ('abandoned', 'failed')
    group by all
    order by journeys.journey_slug, failed desc, stage_name
"""
_PATHS = """
    select
        paths.journey_slug,
        paths.step_position,
        coalesce(froms.touchpoint_type_name, paths.from_slug) as from_name,
        coalesce(tos.touchpoint_type_name, paths.to_slug) as to_name,
        paths.is_exit,
        paths.journey_count,
        paths.median_gap_seconds
    from marts.journey_paths as paths
    left join marts.dim_touchpoint_types as froms
        on paths.from_slug = froms.touchpoint_type_slug
    left join marts.dim_touchpoint_types as tos
        on paths.to_slug = tos.touchpoint_type_slug and not paths.is_exit
    order by paths.journey_slug, paths.step_position, paths.journey_count desc, from_name, to_name
"""
_PEAK_END = """
    select
        journey_slug, moment_band, journey_count, mean_first_score, mean_most_extreme_score,
        mean_last_score, mean_touchpoint_score, mean_journey_score, is_min_n
    from marts.peak_end
    where segment_slug = 'all'
    order by journey_slug, moment_band
"""
_SHOWN = {
    "journey_completion": "Goal reached",
    "journey_abandonment": "Given up",
    "journey_on_target": "In the time promised",
    "journey_duration": "Median time to the goal",
    "journey_effort": "Effort, 0 to 100",
    "journey_satisfaction": "Satisfaction with the journey",
    "journey_touchpoint_satisfaction": "Satisfaction with its touchpoints",
    "journey_human_contacts": "Human contacts",
    "journey_cost": "Cost",
}
# A link that fewer than one journey in a hundred takes makes the picture unreadable.
_LEAST_SHARE_OF_LINK = 0.01
_MOST_STEPS = 6


def section(connection: duckdb.DuckDBPyConnection, currency: str) -> Section:
    """A table over all journeys, then one part for each."""
    journeys = records(connection, _JOURNEYS)
    measures = grouped(records(connection, _MEASURES, [list(_SHOWN)]), "journey_slug")
    stages = grouped(records(connection, _STAGES), "journey_slug")
    failures = grouped(records(connection, _FAILURES), "journey_slug")
    paths = grouped(records(connection, _PATHS), "journey_slug")
    moments = grouped(records(connection, _PEAK_END), "journey_slug")
    parts = []
    for journey in journeys:
        slug = journey["journey_slug"]
        blocks: list[Block] = [
            _measures(journey, measures.get(slug, []), currency),
            _funnel(journey, stages.get(slug, [])),
            _flow(journey, paths.get(slug, [])),
            _where_it_fails(journey, failures.get(slug, [])),
            _peak_and_end(moments.get(slug, [])),
        ]
        summary = f"{words.plural(journey['started'], 'journey')}, goal: {journey['goal']}"
        parts.append(Part(f"journey-{slug}", journey["journey_name"], summary, blocks))
    return Section(
        "journeys",
        "Journeys",
        "What do customers try, how does it go, and where do they give up?",
        [_overview(journeys, measures, currency)],
        parts,
    )


def _overview(
    journeys: Sequence[Record], measures: dict[str, list[Record]], currency: str
) -> Table:
    shown = {
        slug: _SHOWN[slug]
        for slug in (
            *("journey_completion", "journey_abandonment", "journey_duration"),
            *("journey_effort", "journey_satisfaction", "journey_cost"),
        )
    }
    rows = []
    for journey in journeys:
        of_journey = {
            record["metric_slug"]: record for record in measures.get(journey["journey_slug"], [])
        }
        rows.append(
            [
                Cell(journey["journey_name"]),
                Cell(words.count(journey["started"])),
                *(figure_cell(of_journey.get(slug), currency) for slug in shown),
                Cell(journey["owner"] or words.NOT_KNOWN, "quiet"),
            ]
        )
    columns = [
        Column("Journey"),
        Column("Started", is_number=True),
        *(Column(title, is_number=True) for title in shown.values()),
        Column("Owner"),
    ]
    return Table("All journeys; only those count that their sources cover", columns, rows)


def _measures(journey: Record, measures: Sequence[Record], currency: str) -> Table:
    of_journey = {record["metric_slug"]: record for record in measures}
    rows = [
        [Cell(title), *measure_cells(of_journey[slug], title, currency)]
        for slug, title in _SHOWN.items()
        if slug in of_journey
    ]
    columns = [Column("Measure"), *MEASURE_COLUMNS]
    return Table(f"{journey['journey_name']}: how it goes", columns, rows)


def _funnel(journey: Record, stages: Sequence[Record]) -> Figure:
    return counted_bars(
        f"{journey['journey_name']}: journeys that reach each stage",
        [Column("Stage"), Column("Journeys", is_number=True), Column("Share", is_number=True)],
        [
            (stage["stage_name"], stage["journeys"], _of(stage["journeys"], journey["started"]))
            for stage in stages
        ],
        note="Stages in the order in which journeys come to them; not every way needs all of them.",
    )


def _flow(journey: Record, paths: Sequence[Record]) -> Flow:
    least = _LEAST_SHARE_OF_LINK * journey["started"]
    shown = [
        path
        for path in paths
        if path["step_position"] <= _MOST_STEPS and path["journey_count"] >= least
    ]
    links = [
        {
            "from": f"{path['step_position']}|{path['from_name']}",
            "to": f"exit|{path['to_name']}"
            if path["is_exit"]
            else f"{path['step_position'] + 1}|{path['to_name']}",
            "count": path["journey_count"],
        }
        for path in shown
        # The last step that is shown goes on to nowhere.
        if path["is_exit"] or path["step_position"] < _MOST_STEPS
    ]
    title = f"{journey['journey_name']}: ways that journeys take"
    table = Table(
        title,
        [
            Column("Step", is_number=True),
            Column("From"),
            Column("To"),
            Column("Journeys", is_number=True),
            Column("Median time between", is_number=True),
        ],
        [
            [
                Cell(words.count(path["step_position"])),
                Cell(path["from_name"]),
                Cell(words.spoken(path["to_name"]) if path["is_exit"] else path["to_name"]),
                Cell(words.count(path["journey_count"])),
                Cell(words.seconds(path["median_gap_seconds"])),
            ]
            for path in shown
        ],
        is_folded=True,
    )
    return Flow(
        journey["journey_slug"],
        title,
        links,
        table,
        f"Ways of at least {words.share(_LEAST_SHARE_OF_LINK, 0)} of the journeys, "
        f"up to step {_MOST_STEPS}.",
    )


def _where_it_fails(journey: Record, failures: Sequence[Record]) -> Block:
    if not failures:
        return Note("No judged journey ended without its goal.")
    total = sum(failure["failed"] for failure in failures)
    return counted_bars(
        f"{journey['journey_name']}: stage in which journeys end without their goal",
        [
            Column("Last stage"),
            Column("Given up or failed", is_number=True),
            Column("Share", is_number=True),
        ],
        [
            (
                failure["stage_name"] or words.NOT_KNOWN,
                failure["failed"],
                _of(failure["failed"], total),
            )
            for failure in failures
        ],
        "bar bad",
    )


def _of(part: int, whole: int) -> str:
    return words.share(part / whole, 0)


def _peak_and_end(moments: Sequence[Record]) -> Block:
    known = [moment for moment in moments if moment["is_min_n"]]
    if not known:
        seen = sum(moment["journey_count"] for moment in moments)
        return Note(
            f"Peak and end: {words.plural(seen, 'journey')} with enough scored moments, "
            "too few to tell.",
            "quiet",
        )
    columns = [
        Column("Scored moments", is_number=True),
        Column("Journeys", is_number=True),
        Column("First", is_number=True),
        Column("Most extreme", is_number=True),
        Column("Last", is_number=True),
        Column("Mean of all", is_number=True),
        Column("The journey as a whole", is_number=True),
    ]
    rows = [
        [
            Cell(words.count(moment["moment_band"])),
            Cell(words.count(moment["journey_count"])),
            *(
                Cell(words.decimal(moment[name]))
                for name in (
                    *("mean_first_score", "mean_most_extreme_score", "mean_last_score"),
                    *("mean_touchpoint_score", "mean_journey_score"),
                )
            ),
        ]
        for moment in known
    ]
    return Table("Peak and end: how the moments felt, 0 to 1", columns, rows)
