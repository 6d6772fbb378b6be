"""Service and channels: how much comes in, how fast and well it is answered, and where it hurts."""

from collections.abc import Sequence

import duckdb

from orchestration.reporting import charts, words
from orchestration.reporting.blocks import Cell, Column, Figure, Record, Section, Table, records
from orchestration.reporting.pieces import counted_bars, figure_cell

_MEASURES = """
    select
        scorecard.member as channel_slug, scorecard.metric_slug, scorecard.unit, scorecard.value,
        scorecard.status, scorecard.is_min_n
    from marts.cx_scorecard as scorecard
    where
        scorecard.period_type = 'total'
        and scorecard.dimension = 'channel'
        and scorecard.metric_slug in (select unnest(?))
"""
_CHANNELS = """
    select
        daily.channel_slug,
        names.channel_name,
        sum(daily.touchpoint_count) as touchpoints
    from marts.touchpoints_daily as daily
    left join marts.dim_channels as names
        on daily.channel_slug = names.channel_slug
    group by all
    order by touchpoints desc, daily.channel_slug
"""
_REASONS = """
    select
        cases.contact_reason_slug,
        reasons.contact_reason_name,
        days.month_start_date,
        count(*) as cases,
        bool_and(days.is_complete_day) as is_complete
    from marts.fct_cases as cases
    inner join marts.dim_days as days
        on cases.opened_date = days.day_date
    left join marts.dim_contact_reasons as reasons
        on cases.contact_reason_slug = reasons.contact_reason_slug
    where cases.started_by = 'customer' and cases.excluded_reason is null
    group by all
    order by reasons.contact_reason_name, days.month_start_date
"""
_INCIDENTS = """
    select
        incidents.first_rule_slug,
        coalesce(names.slug_name, incidents.first_rule_slug) as rule_name,
        count(*) as incidents,
        count(distinct incidents.customer_key) as customers
    from marts.bad_experiences as incidents
    left join marts.dim_slugs as names
        on incidents.first_rule_slug = names.slug and names.list_slug = 'bad_experience_rule'
    group by all
    order by incidents desc, rule_name
"""
_SHOWN = {
    "first_response_time": "Median first reply",
    "first_response_within_target": "First reply in time",
    "resolution_time_last": "Median time to solve",
    "fcr": "Solved at first contact",
    "repeat_contact": "Contact again",
    "transfer": "Passed on",
    "reopening": "Opened again",
    "call_abandonment": "Calls given up",
    "csat": "Satisfied",
    "ces": "Easy",
}


def section(connection: duckdb.DuckDBPyConnection, currency: str) -> Section:
    """Channels side by side, reasons by month, and what went wrong."""
    measures = records(connection, _MEASURES, [list(_SHOWN)])
    channels = records(connection, _CHANNELS)
    return Section(
        "service",
        "Service and channels",
        "How fast and how well do we answer, in which channel, and what goes wrong?",
        [
            _channels(channels, measures, currency),
            _reasons(records(connection, _REASONS)),
            _incidents(records(connection, _INCIDENTS)),
            _touchpoints(channels),
        ],
    )


def _channels(channels: Sequence[Record], measures: Sequence[Record], currency: str) -> Table:
    found = {(measure["channel_slug"], measure["metric_slug"]): measure for measure in measures}
    rows = []
    for channel in channels:
        cells = [
            figure_cell(found.get((channel["channel_slug"], slug)), currency) for slug in _SHOWN
        ]
        if any(cell.text != words.NOT_KNOWN for cell in cells):
            rows.append([Cell(channel["channel_name"]), *cells])
    columns = [
        Column("Channel"),
        *(Column(title, is_number=True) for title in _SHOWN.values()),
    ]
    return Table("Service by channel; – where too few or where it does not apply", columns, rows)


def _reasons(found: Sequence[Record]) -> Table:
    months = sorted({record["month_start_date"] for record in found if record["is_complete"]})
    by_reason: dict[str, dict[object, int]] = {}
    for record in found:
        name = record["contact_reason_name"] or "Unknown"
        by_reason.setdefault(name, {})[record["month_start_date"]] = record["cases"]
    rows = []
    for name, counts in sorted(
        by_reason.items(), key=lambda item: (-sum(item[1].values()), item[0])
    ):
        line = [counts.get(month, 0) for month in months]
        rows.append(
            [
                Cell(name),
                Cell(chart=charts.sparkline(line, f"{name}, cases by month")),
                *(Cell(words.count(number)) for number in line),
            ]
        )
    columns = [
        Column("Contact reason"),
        Column("Months"),
        *(Column(words.month(month), is_number=True) for month in months),
    ]
    return Table("Cases that customers began, by whole month", columns, rows)


def _incidents(incidents: Sequence[Record]) -> Figure:
    return counted_bars(
        "What went wrong: incidents by their first sign",
        [Column("First sign"), Column("Incidents", is_number=True), Column("Customers")],
        [
            (one["rule_name"], one["incidents"], words.plural(one["customers"], "customer"))
            for one in incidents
        ],
        "bar bad",
    )


def _touchpoints(channels: Sequence[Record]) -> Figure:
    return counted_bars(
        "Touchpoints by channel",
        [Column("Channel"), Column("Touchpoints", is_number=True)],
        [(channel["channel_name"], channel["touchpoints"], "") for channel in channels],
    )
