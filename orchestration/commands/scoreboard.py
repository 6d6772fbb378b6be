"""The short scoreboard at the end of a run, read from the published file like any reader would.

Figures only: a definition belongs in the marts, and is read here, not repeated.
"""

from dataclasses import dataclass

import duckdb

from orchestration.paths import published_path
from orchestration.publishing import versions
from orchestration.reporting.headlines import headline_metrics
from orchestration.warehouse.connections import SETTINGS


@dataclass(frozen=True)
class Section:
    """A title and its figures, each with the name it is shown under."""

    title: str
    figures: list[tuple[str, str]]


class NothingPublishedError(Exception):
    """There is no published version yet."""


def scoreboard() -> list[Section]:
    """The main figures of the current version, in the order of the customer's way."""
    if not published_path().exists():
        raise NothingPublishedError("nothing is published yet: `throughline run` does it")
    with duckdb.connect(str(published_path()), read_only=True, config=SETTINGS) as connection:
        marts = names_of_marts(connection)
        builders = {
            "dim_customers": _customers,
            "fct_touchpoints": _touchpoints,
            "fct_order_lines": _orders,
            "fct_journeys": _journeys,
            "cx_scorecard": _headline_metrics,
            "rejected_rows": _rejected_rows,
        }
        return [build(connection) for mart, build in builders.items() if mart in marts]


def names_of_marts(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The marts that the version has: one of an older code lacks some."""
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts'"
    ).fetchall()
    return {name for (name,) in found}


def rendered(sections: list[Section]) -> str:
    """The scoreboard as text, with where the published file is."""
    version = versions.current_version()
    lines = [f"Published version {version}: {published_path()}"]
    for section in sections:
        lines += ["", section.title]
        width = max((len(name) for name, _ in section.figures), default=0)
        lines += [f"  {name:<{width}}  {figure:>12}" for name, figure in section.figures]
    return "\n".join(lines)


def _customers(connection: duckdb.DuckDBPyConnection) -> Section:
    ((customers, people, shared, lone),) = connection.execute(
        "select count(*), count(*) filter (is_identified), count(*) filter (is_shared_mailbox), "
        "count(*) filter (is_lone_identifier) from marts.dim_customers"
    ).fetchall()
    return Section(
        "Customers",
        [
            ("known people", f"{people:,}"),
            ("shared mailboxes and lines", f"{shared:,}"),
            ("one address or number alone", f"{lone:,}"),
            ("visitors and others", f"{customers - people - shared - lone:,}"),
        ],
    )


def _touchpoints(connection: duckdb.DuckDBPyConnection) -> Section:
    return Section("Touchpoints", _counts(connection, "fct_touchpoints", "channel_slug"))


def _orders(connection: duckdb.DuckDBPyConnection) -> Section:
    ((orders, lines, amount),) = connection.execute(
        "select (select count(*) from marts.fct_orders), "
        "(select count(*) from marts.fct_order_lines), "
        "(select coalesce(sum(net_revenue_amount), 0) from marts.revenue "
        "where period_type = 'total' and dimension = 'total')"
    ).fetchall()
    return Section(
        "Orders",
        [("orders", f"{orders:,}"), ("lines", f"{lines:,}"), ("net revenue", f"{amount:,.2f}")],
    )


def _journeys(connection: duckdb.DuckDBPyConnection) -> Section:
    return Section("Journeys", _counts(connection, "fct_journeys", "outcome_slug"))


def _counts(connection: duckdb.DuckDBPyConnection, mart: str, column: str) -> list[tuple[str, str]]:
    counts = connection.execute(
        f"select {column}, count(*) from marts.{mart} group by {column} order by 2 desc, 1"
    ).fetchall()
    total = sum(count for _, count in counts)
    return [*((name or "-", f"{count:,}") for name, count in counts), ("all", f"{total:,}")]


def _headline_metrics(connection: duckdb.DuckDBPyConnection) -> Section:
    headlines = headline_metrics()
    rows = connection.execute(
        "select metric_slug, metric_name, kind, value, ci_low, ci_high, denominator "
        "from marts.cx_scorecard where period_type = 'total' and dimension = 'total' "
        "and value is not null and metric_slug in (select unnest(?))",
        [headlines],
    ).fetchall()
    figures = {
        slug: (name, f"{_in_words(kind, value, low, high)}, n = {denominator:,}")
        for slug, name, kind, value, low, high, denominator in rows
    }
    return Section(
        "Experience (95 % interval)",
        [figures[slug] for slug in headlines if slug in figures],
    )


def _in_words(kind: str, value: float, low: float, high: float) -> str:
    if kind == "rate":
        return f"{value:.1%} ({low:.1%} to {high:.1%})"
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def _rejected_rows(connection: duckdb.DuckDBPyConnection) -> Section:
    ((rejected,),) = connection.execute("select count(*) from marts.rejected_rows").fetchall()
    return Section("Rejected rows", [("all", f"{rejected:,}")])
