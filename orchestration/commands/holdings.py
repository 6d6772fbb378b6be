"""What the company has, at the end of a run: what its sources bring, and what no source shows.

Read from the published file. A figure of nothing is no figure: a shop without a help desk learns
here that its cases are missing, not that it has none.
"""

import csv
from collections import defaultdict
from datetime import date

import duckdb

from orchestration.commands.scoreboard import Section, names_of_marts
from orchestration.paths import published_path, reference_dir
from orchestration.warehouse.connections import SETTINGS

# What it takes to tell how an order went, and how to see it in the mart.
_OF_ORDERS = {
    "lines": "line_count > 0",
    "a promise": "promised_at is not null",
    "a delivery": "delivered_at is not null",
    "an answer": "order_key in (select order_key from marts.fct_survey_responses)",
}


def holdings() -> list[Section]:
    """Sources, orders, and what is missing, of the current version."""
    with duckdb.connect(str(published_path()), read_only=True, config=SETTINGS) as connection:
        marts = names_of_marts(connection)
        if not {"data_freshness", "fct_touchpoints", "fct_orders", "cx_scorecard"} <= marts:
            return []
        sections = [_sources(connection), _orders(connection), _missing_kpis(connection)]
        sections.append(_empty_marts(connection, marts))
    return [section for section in sections if section.figures]


def _sources(connection: duckdb.DuckDBPyConnection) -> Section:
    rows = connection.execute(
        """
        select
            freshness.source_name,
            max(touchpoints.occurred_date) as newest,
            max(freshness.last_file_date + cast(freshness.days_behind + 1 as integer)) as as_of,
            count(touchpoints.touchpoint_key)
        from marts.data_freshness as freshness
        left join marts.fct_touchpoints as touchpoints
            on freshness.source_name = touchpoints.source_name
        where freshness.is_enabled
        group by freshness.source_name
        order by freshness.source_name
        """
    ).fetchall()
    as_of = max((day for _, _, day, _ in rows if day is not None), default=None)
    title = "What your company has" + (f", as of {as_of}" if as_of else "")
    figures = [(name, _newest(newest, count, as_of)) for name, newest, _, count in rows]
    return Section(title, figures)


def _newest(newest: date | None, count: int, as_of: date | None) -> str:
    if newest is None:
        return "no touchpoint"
    told = f"{count:,} touchpoints, the newest of {newest}"
    return told if as_of is None or newest <= as_of else f"{told}: after as_of"


def _orders(connection: duckdb.DuckDBPyConnection) -> Section:
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in _OF_ORDERS.values())
    ((orders, *having),) = connection.execute(
        f"select count(*), {counts} from marts.fct_orders"
    ).fetchall()
    if not orders:
        return Section("Orders that have", [])
    return Section(
        "Orders that have",
        [
            (name, f"{count / orders:.0%} of {orders:,}" if count else f"none of {orders:,}")
            for name, count in zip(_OF_ORDERS, having, strict=True)
        ],
    )


def _missing_kpis(connection: duckdb.DuckDBPyConnection) -> Section:
    with (reference_dir() / "kpis" / "kpis.csv").open(encoding="utf-8", newline="") as file:
        needs = {row["metric_slug"]: row["needs"] for row in csv.DictReader(file)}
    missing: dict[str, list[str]] = defaultdict(list)
    for (slug,) in connection.execute(
        "select distinct metric_slug from marts.cx_scorecard where period_type = 'total' "
        "and dimension = 'total' and status = 'no_source' order by metric_slug"
    ).fetchall():
        missing[needs.get(slug) or "something"].append(slug)
    return Section(
        "KPIs that no source shows, by what they need",
        [(shape, _listed(slugs)) for shape, slugs in sorted(missing.items())],
    )


def _empty_marts(connection: duckdb.DuckDBPyConnection, marts: set[str]) -> Section:
    counts = " union all ".join(
        # The names are those of our own marts.
        f"select '{mart}' as mart, count(*) as row_count from marts.\"{mart}\""
        for mart in sorted(marts)
    )
    empty = [
        mart
        for (mart,) in connection.execute(
            f"select mart from ({counts}) where row_count = 0 order by mart"
        ).fetchall()
    ]
    if not empty:
        return Section("Marts without a row", [])
    return Section("Marts without a row", [("empty", ", ".join(empty))])


def _listed(slugs: list[str]) -> str:
    return f"{len(slugs)}: {', '.join(slugs)}"
