"""Data health: is everything here, until when, and what should a reader not believe?"""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from orchestration.reporting import charts, words
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Figure,
    Note,
    Record,
    Section,
    Table,
    records,
)

_FRESHNESS = """
    select
        source_name, source_description, delivery_count, quarantined_count, unlanded_count,
        days_behind, hole_count, is_silent, covered_from, covered_until
    from marts.data_freshness
    where is_enabled
    order by source_name
"""
_COVERAGE = """
    select source_name, day_date, coverage_state
    from marts.data_coverage
    order by source_name, day_date
"""
_REFUSED = """
    select
        source_name, table_name, refused_unit, reason_code, file_date, sample_file_name,
        refused_count
    from marts.rejected_rows
    order by file_date desc nulls last, source_name, table_name, refused_unit, reason_code
    limit 100
"""
_VALUES = """
    select source_name, table_name, column_name, reason, issue_count, sample_file_name
    from marts.value_issues
    order by issue_count desc, source_name, table_name, column_name, reason
    limit 100
"""
_RECONCILIATION = """
    select
        step_name,
        count(*) as comparisons,
        sum(expected_value) as expected,
        sum(actual_value) as actual,
        sum(abs(difference)) as lost_or_doubled
    from marts.data_reconciliation
    group by step_name
    order by step_name
"""
_TONES = {"covered": "strip good", "hole": "strip bad", "silent": "strip unsure"}


def section(connection: duckdb.DuckDBPyConnection) -> Section:
    """What is wrong first, then sources, refusals and reconciliation."""
    freshness = records(connection, _FRESHNESS)
    refused = records(connection, _REFUSED)
    values = records(connection, _VALUES)
    steps = records(connection, _RECONCILIATION)
    warnings = doubts(freshness, refused, steps)
    blocks: list[Block] = [Note(warning, "bad") for warning in warnings]
    if not warnings:
        blocks.append(
            Note("Every source is here, nothing was refused, and no number is lost.", "good")
        )
    blocks += [_sources(freshness), _coverage(records(connection, _COVERAGE))]
    blocks.append(_refused(refused) if refused else Note("No row and no file was refused."))
    blocks.append(_values(values) if values else Note("Every delivered value could be read."))
    blocks.append(_reconciliation(steps))
    return Section(
        "health",
        "Data health",
        "Is everything here, and when should these figures not be believed?",
        blocks,
    )


def doubts(
    freshness: Sequence[Record], refused: Sequence[Record], steps: Sequence[Record]
) -> list[str]:
    """What a reader has to know before they believe a figure, one sentence each."""
    found = []
    for source in freshness:
        name = source["source_description"] or source["source_name"]
        if not source["delivery_count"]:
            found.append(f"{name}: nothing was ever delivered; its figures say so.")
        elif source["is_silent"]:
            found.append(
                f"{name}: silent since {words.day(source['covered_until'])}; "
                "what it would show is missing since then."
            )
        if source["hole_count"]:
            found.append(
                f"{name}: {words.plural(source['hole_count'], 'day')} without a delivery; "
                "what touches them is not judged."
            )
        if source["quarantined_count"]:
            found.append(
                f"{name}: {words.plural(source['quarantined_count'], 'file')} refused as a whole."
            )
        if source["unlanded_count"]:
            found.append(
                f"{name}: {words.plural(source['unlanded_count'], 'file')} not landed yet."
            )
    rows = sum(record["refused_count"] for record in refused if record["refused_unit"] == "row")
    if rows:
        found.append(f"{words.plural(rows, 'row')} refused; they count nowhere.")
    found += [
        f"Reconciliation, {step['step_name']}: {step['lost_or_doubled']:,} lost or doubled."
        for step in steps
        if step["lost_or_doubled"]
    ]
    return found


def _sources(freshness: Sequence[Record]) -> Table:
    columns = [
        Column("Source"),
        Column("Covered from"),
        Column("Covered until"),
        Column("Days behind", is_number=True),
        Column("Deliveries", is_number=True),
        Column("Files refused", is_number=True),
        Column("Not landed", is_number=True),
        Column("State"),
    ]
    rows = []
    for source in freshness:
        state, tone = "up to date", "good"
        if not source["delivery_count"]:
            state, tone = "nothing delivered", "quiet"
        elif source["is_silent"]:
            state, tone = "silent", "bad"
        elif source["hole_count"]:
            state, tone = words.plural(source["hole_count"], "hole"), "unsure"
        rows.append(
            [
                Cell(source["source_description"] or source["source_name"]),
                Cell(words.day(source["covered_from"])),
                Cell(words.day(source["covered_until"])),
                Cell(words.count(source["days_behind"])),
                Cell(words.count(source["delivery_count"])),
                Cell(words.count(source["quarantined_count"])),
                Cell(words.count(source["unlanded_count"])),
                Cell(state, tone, is_pill=True),
            ]
        )
    return Table("Sources", columns, rows)


def _coverage(found: Sequence[Record]) -> Block:
    if not found:
        return Note("No source covers any day.", "bad")
    first = min(record["day_date"] for record in found)
    last = max(record["day_date"] for record in found)
    by_source: dict[str, list[tuple[date, int, str]]] = {}
    for record in found:
        stretches = by_source.setdefault(record["source_name"], [])
        day, state = record["day_date"], record["coverage_state"]
        if stretches:
            start, length, before = stretches[-1]
            if before == state and start + timedelta(days=length) == day:
                stretches[-1] = (start, length + 1, state)
                continue
        stretches.append((day, 1, state))
    title = "Days that each source covers"
    rows = [
        (
            source,
            [
                ((start - first).days, length, _TONES.get(state, "strip quiet"))
                for start, length, state in stretches
            ],
        )
        for source, stretches in by_source.items()
    ]
    table = Table(
        title,
        [Column("Source"), Column("State"), Column("From"), Column("Days", is_number=True)],
        [
            [Cell(source), Cell(state), Cell(words.day(start)), Cell(words.count(length))]
            for source, stretches in by_source.items()
            for start, length, state in stretches
        ],
        is_folded=True,
    )
    chart = charts.strips(rows, (last - first).days + 1, (words.day(first), words.day(last)), title)
    return Figure(
        title,
        chart,
        table,
        "Green: covered. Red: a day without a delivery. Yellow: silent, nothing has come since.",
    )


def _refused(refused: Sequence[Record]) -> Table:
    columns = [
        Column("Source"),
        Column("Table"),
        Column("Day of the file"),
        Column("What"),
        Column("Reason"),
        Column("File"),
        Column("Number", is_number=True),
    ]
    rows = [
        [
            Cell(record["source_name"]),
            Cell(record["table_name"] or words.NOT_KNOWN),
            Cell(words.day(record["file_date"])),
            Cell(f"{record['refused_unit']}s"),
            Cell(words.spoken(record["reason_code"])),
            Cell(record["sample_file_name"]),
            Cell(words.count(record["refused_count"])),
        ]
        for record in refused
    ]
    return Table("Refused rows and files, newest first", columns, rows)


def _values(values: Sequence[Record]) -> Table:
    columns = [
        Column("Source"),
        Column("Table"),
        Column("Column"),
        Column("Reason"),
        Column("Values", is_number=True),
        Column("One stands in"),
    ]
    rows = [
        [
            Cell(record["source_name"]),
            Cell(record["table_name"]),
            Cell(record["column_name"]),
            Cell(words.spoken(record["reason"])),
            Cell(words.count(record["issue_count"])),
            Cell(record["sample_file_name"] or words.NOT_KNOWN),
        ]
        for record in values
    ]
    return Table("Values that could not be read", columns, rows)


def _reconciliation(steps: Sequence[Record]) -> Table:
    columns = [
        Column("Step"),
        Column("Comparisons", is_number=True),
        Column("Expected", is_number=True),
        Column("Found", is_number=True),
        Column("Lost or doubled", is_number=True),
    ]
    rows = [
        [
            Cell(step["step_name"]),
            Cell(words.count(step["comparisons"])),
            Cell(words.decimal(step["expected"])),
            Cell(words.decimal(step["actual"])),
            Cell(
                words.decimal(step["lost_or_doubled"]), "bad" if step["lost_or_doubled"] else "good"
            ),
        ]
        for step in steps
    ]
    return Table("Reconciliation, from the delivered line to the mart", columns, rows)
