"""The scorecard: where each KPI stands against its target, in the order of the metric tree."""

from collections.abc import Iterator, Sequence

import duckdb

from orchestration.reporting import charts, words
from orchestration.reporting.blocks import (
    Cell,
    Column,
    Note,
    Record,
    Section,
    Table,
    Tile,
    Tiles,
    grouped,
    records,
)
from orchestration.reporting.pieces import MEASURE_COLUMNS, measure_cells, shown

# A month counts in the line only as a whole, and only with enough units.
_MONTHS = """
    select metric_slug, period_start_date, value
    from marts.cx_scorecard
    where
        period_type = 'month'
        and dimension = 'total'
        and is_complete_period
        and is_min_n
        and value is not null
    order by metric_slug, period_start_date
"""
_TOTALS = """
    select
        metric_slug, metric_name, parent_metric_slug, unit, owner, value, ci_low, ci_high, target,
        status, is_min_n, denominator
    from marts.cx_scorecard
    where period_type = 'total' and dimension = 'total'
    order by metric_name, metric_slug
"""


def section(
    connection: duckdb.DuckDBPyConnection, currency: str, headlines: Sequence[str]
) -> Section:
    """Headline figures, then every KPI below the one that it serves."""
    kpis = records(connection, _TOTALS)
    months = grouped(records(connection, _MONTHS), "metric_slug")
    by_slug = {kpi["metric_slug"]: kpi for kpi in kpis}
    tiles = [_tile(by_slug[slug], currency) for slug in headlines if slug in by_slug]
    tree = list(_in_tree_order(kpis))
    return Section(
        "scorecard",
        "Scorecard",
        "Where are we against target, and how sure are we?",
        [
            Tiles(tiles),
            Note(
                "A verdict is given only where the whole 95 % interval lies on one side of the "
                "target; otherwise it reads “too close to call”. Lines show whole months with "
                "enough cases. A KPI stands below the one that it serves."
            ),
            _table(tree, months, currency),
            _month_table(tree, months, currency),
        ],
    )


def _tile(kpi: Record, currency: str) -> Tile:
    verdict, tone = words.verdict(kpi["status"])
    interval = words.between(kpi["ci_low"], kpi["ci_high"], kpi["unit"], currency)
    target = (
        ""
        if kpi["target"] is None
        else f" · target {words.measure(kpi['target'], kpi['unit'], currency)}"
    )
    return Tile(
        kpi["metric_name"],
        words.measure(shown(kpi), kpi["unit"], currency),
        f"{interval}{target} · n {words.count(kpi['denominator'])}",
        verdict,
        tone,
    )


def _in_tree_order(kpis: Sequence[Record]) -> Iterator[tuple[int, Record]]:
    """Each KPI with its depth, children below their parent."""
    slugs = {kpi["metric_slug"] for kpi in kpis}
    children: dict[str | None, list[Record]] = {}
    for kpi in kpis:
        parent = kpi["parent_metric_slug"]
        children.setdefault(parent if parent in slugs else None, []).append(kpi)

    def below(parent: str | None, depth: int) -> Iterator[tuple[int, Record]]:
        for kpi in children.get(parent, []):
            yield depth, kpi
            yield from below(kpi["metric_slug"], depth + 1)

    yield from below(None, 0)


def _table(
    tree: Sequence[tuple[int, Record]], months: dict[str, list[Record]], currency: str
) -> Table:
    value, target, interval, verdict, count = MEASURE_COLUMNS
    columns = [
        *(Column("KPI"), value, target, interval, Column("Months"), verdict, count),
        Column("Owner"),
    ]
    return Table(
        "Every KPI, all customers, the whole time",
        columns,
        [_row(depth, kpi, months.get(kpi["metric_slug"], []), currency) for depth, kpi in tree],
    )


def _row(depth: int, kpi: Record, months: Sequence[Record], currency: str) -> list[Cell]:
    name, unit = kpi["metric_name"], kpi["unit"]
    way = [words.measure(month["value"], unit, currency) for month in months]
    line = charts.sparkline(
        [month["value"] for month in months],
        f"{name}, {len(way)} months, from {way[0]} to {way[-1]}" if way else "",
    )
    value, target, interval, verdict, count = measure_cells(kpi, name, currency)
    return [
        *(Cell(name, depth=depth), value, target, interval, Cell(chart=line), verdict, count),
        Cell(kpi["owner"], "quiet"),
    ]


def _month_table(
    tree: Sequence[tuple[int, Record]], months: dict[str, list[Record]], currency: str
) -> Table:
    starts = sorted({month["period_start_date"] for line in months.values() for month in line})
    rows = []
    for depth, kpi in tree:
        values = {
            month["period_start_date"]: month["value"]
            for month in months.get(kpi["metric_slug"], [])
        }
        if values:
            rows.append(
                [
                    Cell(kpi["metric_name"], depth=depth),
                    *(
                        Cell(words.measure(values.get(start), kpi["unit"], currency))
                        for start in starts
                    ),
                ]
            )
    columns = [Column("KPI"), *(Column(words.month(start), is_number=True) for start in starts)]
    return Table("The same KPIs by month", columns, rows, is_folded=True)
