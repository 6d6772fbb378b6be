"""What matters: drivers of the scores, topics of what customers write, worth of satisfaction."""

from collections.abc import Sequence

import duckdb

from orchestration.reporting import words
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Note,
    Part,
    Record,
    Section,
    Table,
    records,
)
from orchestration.reporting.pieces import effect_cell

_DRIVERS = """
    select
        drivers.program_slug,
        drivers.metric_slug,
        kpis.metric_name,
        drivers.journey_slug,
        drivers.driver_name,
        drivers.owner,
        drivers.answer_count,
        drivers.affected_count,
        drivers.unlinked_count,
        drivers.mean_points,
        drivers.mean_points_ci_low,
        drivers.mean_points_ci_high,
        drivers.importance_share,
        drivers.finding_slug,
        drivers.quadrant_slug,
        drivers.money_at_stake_amount,
        drivers.is_money_proven,
        drivers.is_min_n,
        drivers.hidden_reason_slug
    from marts.experience_drivers as drivers
    left join marts.dim_kpis as kpis
        on drivers.metric_slug = kpis.metric_slug
    where drivers.segment_slug = 'all'
    order by
        drivers.program_slug, drivers.metric_slug, drivers.journey_slug,
        drivers.is_min_n desc, drivers.mean_points, drivers.driver_slug
"""
# All topics over the whole time, beside the newest whole week.
_TOPICS = """
    with weeks as (
        select distinct period_start_date
        from marts.contact_topics
        where period_type = 'week' and is_complete_period
        order by period_start_date desc
        limit 1
    )

    select
        topics.contact_reason_slug,
        reasons.contact_reason_name,
        topics.customer_count,
        topics.tagged_text_count,
        topics.text_count,
        topics.judged_text_count,
        topics.negative_share,
        topics.negative_share_ci_low,
        topics.negative_share_ci_high,
        topics.positive_share,
        topics.is_min_n,
        latest.customer_count as latest_customer_count,
        latest.mean_customer_count_before,
        latest.change_factor,
        weeks.period_start_date as latest_week
    from marts.contact_topics as topics
    left join marts.dim_contact_reasons as reasons
        on topics.contact_reason_slug = reasons.contact_reason_slug
    left join weeks
        on true
    left join marts.contact_topics as latest
        on
            latest.period_type = 'week'
            and latest.period_start_date = weeks.period_start_date
            and latest.dimension = 'all'
            and latest.contact_reason_slug = topics.contact_reason_slug
    where topics.period_type = 'total' and topics.dimension = 'all'
    order by topics.customer_count desc, topics.contact_reason_slug
"""
_TERMS = """
    select week_start_date, term, customer_count, expected_count, q_value
    from marts.emerging_terms
    order by week_start_date desc, customer_count desc, term
    limit 20
"""
_WORTH = """
    select
        worth.program_slug, kpis.metric_name, worth.band, worth.customer_count,
        worth.horizon_days, worth.difference_amount, worth.ci_low, worth.ci_high,
        worth.finding_slug
    from marts.value_of_experience as worth
    left join marts.dim_kpis as kpis
        on worth.metric_slug = kpis.metric_slug
    where
        worth.segment_slug = 'all'
        and worth.is_min_n
        and worth.difference_amount is not null
    order by worth.program_slug, kpis.metric_name, worth.horizon_days, worth.band_rank
"""
_FINDINGS = {
    "most_important": ("the most important", "bad"),
    "has_effect": ("has an effect", "bad"),
    "no_effect_of_its_own": ("no effect of its own", "quiet"),
}
_HIDDEN = {
    "too_few_linked": "too few answers could be linked",
    "too_few_answers": "too few answers",
    "too_few_affected": "too few were affected",
    "explains_too_little": "all drivers together explain too little",
    "not_told_apart": "cannot be told apart from another driver",
}
_QUADRANTS = {
    "said_and_meant": "they say so",
    "meant_not_said": "they do not say so",
    "said_not_meant": "said to matter, does not show",
    "neither": "neither said nor shown",
}


def section(connection: duckdb.DuckDBPyConnection, currency: str) -> Section:
    """Topics and worth over all, and a part for each score with its drivers."""
    drivers = records(connection, _DRIVERS)
    outcomes: dict[tuple[str, ...], list[Record]] = {}
    for driver in drivers:
        key = (driver["program_slug"], driver["metric_slug"], driver["journey_slug"])
        outcomes.setdefault(key, []).append(driver)
    blocks: list[Block] = [
        Note(
            "Drivers are associated with a score, they are not proven to cause it; only hold-outs "
            "prove. “The most important” is said only where its share is distinct from the next."
        ),
        _topics(records(connection, _TOPICS)),
        *_terms(records(connection, _TERMS)),
        _worth(records(connection, _WORTH), currency),
    ]
    return Section(
        "what-matters",
        "What matters",
        "What moves each score, what do customers write about, and what is satisfaction worth?",
        blocks,
        [_part(key, found, currency) for key, found in outcomes.items()],
    )


def _part(key: tuple[str, ...], drivers: Sequence[Record], currency: str) -> Part:
    program, metric, journey = key
    name = drivers[0]["metric_name"] or words.spoken(metric)
    title = f"{name}: {words.spoken(program)}"
    if journey != "all":
        title += f", {words.spoken(journey)}"
    told = [driver for driver in drivers if driver["is_min_n"]]
    widest = max(
        (
            abs(bound)
            for driver in told
            for bound in (driver["mean_points_ci_low"], driver["mean_points_ci_high"])
            if bound is not None
        ),
        default=1.0,
    )
    summary = (
        f"{words.plural(drivers[0]['answer_count'], 'answer')}; "
        f"{words.plural(len(told), 'driver')} of {len(drivers)} can be told"
    )
    columns = [
        Column("Driver"),
        Column("Points for the average customer", is_number=True),
        Column("95 % interval, and zero"),
        Column("Finding"),
        Column("Importance", is_number=True),
        Column("Affected", is_number=True),
        Column("Not linked", is_number=True),
        Column("Stated"),
        Column("Money at stake", is_number=True),
        Column("Owner"),
    ]
    rows = [_row(driver, widest, currency) for driver in drivers]
    return Part(
        f"drivers-{program}-{metric}-{journey}",
        title,
        summary,
        [Table(f"Drivers of {title}", columns, rows)],
    )


def _row(driver: Record, widest: float, currency: str) -> list[Cell]:
    name = driver["driver_name"]
    counts = [Cell(words.count(driver[column])) for column in ("affected_count", "unlinked_count")]
    owner = Cell(driver["owner"] or words.NOT_KNOWN, "quiet")
    if not driver["is_min_n"]:
        reason = _HIDDEN.get(
            driver["hidden_reason_slug"], words.spoken(driver["hidden_reason_slug"])
        )
        nothing = Cell(words.NOT_KNOWN, "quiet")
        hidden = Cell(reason, "quiet", is_pill=True)
        return [Cell(name), nothing, Cell(), hidden, nothing, *counts, nothing, nothing, owner]
    finding, tone = _FINDINGS.get(
        driver["finding_slug"], (words.spoken(driver["finding_slug"]), "quiet")
    )
    if tone == "bad" and driver["mean_points"] > 0:
        tone = "good"
    points = (driver["mean_points"], driver["mean_points_ci_low"], driver["mean_points_ci_high"])
    money = (
        f"{words.count(driver['money_at_stake_amount'])} {currency}"
        if driver["is_money_proven"]
        else "not proven"
    )
    return [
        Cell(name),
        Cell(words.decimal(driver["mean_points"])),
        effect_cell(points, widest, name, 2),
        Cell(finding, tone, is_pill=True),
        Cell(words.share(driver["importance_share"], 0)),
        *counts,
        Cell(_QUADRANTS.get(driver["quadrant_slug"], words.NOT_KNOWN), "quiet"),
        Cell(money, "" if driver["is_money_proven"] else "quiet"),
        owner,
    ]


def _topics(topics: Sequence[Record]) -> Table:
    week = topics[0]["latest_week"] if topics else None
    columns = [
        Column("Contact reason"),
        Column("Customers", is_number=True),
        Column("Texts", is_number=True),
        Column("Tagged by people", is_number=True),
        Column("Negative", is_number=True),
        Column("95 % interval", is_number=True),
        Column("Positive", is_number=True),
        Column(f"Customers in the week of {words.day(week)}", is_number=True),
        Column("Mean of the weeks before", is_number=True),
    ]
    rows = []
    for topic in topics:
        told = topic["is_min_n"]
        rows.append(
            [
                Cell(topic["contact_reason_name"] or words.spoken(topic["contact_reason_slug"])),
                Cell(words.count(topic["customer_count"])),
                Cell(words.count(topic["text_count"])),
                Cell(words.count(topic["tagged_text_count"])),
                Cell(words.share(topic["negative_share"] if told else None, 0)),
                Cell(
                    f"{words.share(topic['negative_share_ci_low'], 0)} to "
                    f"{words.share(topic['negative_share_ci_high'], 0)}"
                    if told and topic["negative_share_ci_low"] is not None
                    else words.NOT_KNOWN
                ),
                Cell(words.share(topic["positive_share"] if told else None, 0)),
                Cell(words.count(topic["latest_customer_count"])),
                Cell(words.decimal(topic["mean_customer_count_before"], 1)),
            ]
        )
    return Table("What customers write about", columns, rows)


def _terms(terms: Sequence[Record]) -> list[Block]:
    if not terms:
        return [Note("No word was written by more customers than before.", "quiet")]
    columns = [
        Column("Week of"),
        Column("Word"),
        Column("Customers", is_number=True),
        Column("Expected", is_number=True),
    ]
    rows = [
        [
            Cell(words.day(term["week_start_date"])),
            Cell(term["term"]),
            Cell(words.count(term["customer_count"])),
            Cell(words.decimal(term["expected_count"], 1)),
        ]
        for term in terms
    ]
    return [Table("Words that more customers write than before", columns, rows, is_folded=True)]


def _worth(bands: Sequence[Record], currency: str) -> Block:
    if not bands:
        return Note(
            "What satisfaction is worth: too few customers with enough time before and after "
            "their answer.",
            "quiet",
        )
    widest = max(
        (abs(bound) for band in bands for bound in (band["ci_low"], band["ci_high"]) if bound),
        default=1.0,
    )
    columns = [
        Column("Score"),
        Column("Band"),
        Column("Days after", is_number=True),
        Column("Customers", is_number=True),
        Column(f"More margin, {currency}", is_number=True),
        Column("95 % interval, and zero"),
        Column("Finding"),
    ]
    rows = []
    for band in bands:
        name = f"{band['metric_name']}: {words.spoken(band['program_slug'])}"
        rows.append(
            [
                Cell(name),
                Cell(words.spoken(band["band"])),
                Cell(words.count(band["horizon_days"])),
                Cell(words.count(band["customer_count"])),
                Cell(words.decimal(band["difference_amount"], 1)),
                effect_cell(
                    (band["difference_amount"], band["ci_low"], band["ci_high"]),
                    widest,
                    f"{name}, {band['band']}",
                    1,
                ),
                Cell(words.spoken(band["finding_slug"]), "quiet", is_pill=True),
            ]
        )
    return Table(
        "How much more margin customers bring after their answer than the least satisfied do",
        columns,
        rows,
    )
