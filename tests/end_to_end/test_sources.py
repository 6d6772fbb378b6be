"""No source is decoration: without its deliveries, a figure that people look at changes."""

import shutil

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR

SCORECARD = """
    select denominator from cx.marts.cx_scorecard
    where metric_slug = '{}' and period_type = 'total' and dimension = 'total'
"""

# The figure of a published mart that hangs on the source.
FIGURES = {
    "accounts": "select count(*) from cx.marts.fct_journeys where journey_slug = 'onboarding'",
    "calls": SCORECARD.format("call_abandonment"),
    "chat": SCORECARD.format("bot_containment"),
    "crm": "select count(*) from cx.marts.fct_journeys where journey_slug = 'renewal'",
    "email": "select count(*) from cx.marts.fct_touchpoints where channel_slug = 'email'",
    "employees": SCORECARD.format("employee_pulse"),
    "loyalty": "select sum(member_count) from cx.marts.loyalty",
    "messaging": "select count(*) from cx.marts.fct_touchpoints where channel_slug = 'sms'",
    "pos": "select sum(amount) from cx.marts.fct_orders where channel_slug = 'store'",
    "product_usage": """
        select count(*) from cx.marts.fct_journeys
        where journey_slug = 'onboarding' and outcome_slug = 'reached'
    """,
    "sensors": """
        select count(*) from cx.marts.fct_touchpoints where touchpoint_type_slug = 'store_visited'
    """,
    "shop": "select sum(amount) from cx.marts.fct_orders where channel_slug != 'store'",
    "social": "select count(*) from cx.marts.fct_touchpoints where channel_slug = 'review'",
    "surveys": SCORECARD.format("nps_relational"),
    "tickets": "select count(*) from cx.marts.fct_cases where channel_slug = 'ticket'",
    "web": "select count(*) from cx.marts.fct_sessions",
}


@pytest.fixture(scope="module")
def rebuild_without(company, tmp_path_factory):
    """The figure of a source, in a copy of the company that never received its deliveries."""
    data = tmp_path_factory.mktemp("without")
    (data / "build").mkdir()

    def rebuild(source):
        for name in ("warehouse.duckdb", "build/cx.duckdb"):
            shutil.copy(company.data / name, data / name)
        with duckdb.connect(str(data / "warehouse.duckdb")) as warehouse:
            tables = warehouse.execute(
                "select table_name from duckdb_tables() where schema_name = ?", [f"raw_{source}"]
            ).fetchall()
            assert tables
            for (table,) in tables:
                warehouse.execute(f"delete from raw_{source}.{table}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("THROUGHLINE_DATA", str(data))
            outcome = dbtRunner().invoke(
                [
                    *("run", "--quiet", "--select", f"source:{source}+"),
                    *("--project-dir", str(DBT_PROJECT_DIR)),
                    *("--profiles-dir", str(DBT_PROJECT_DIR)),
                    *("--target-path", str(data / "dbt"), "--log-path", str(data / "dbt")),
                ]
            )
        assert outcome.success, outcome.exception
        return figure(data / "build" / "cx.duckdb", source)

    return rebuild


def figure(path, source):
    with duckdb.connect() as connection:
        connection.execute("attach ? as cx (read_only)", [str(path)])
        return connection.execute(FIGURES[source]).fetchall()


def test_every_source_has_a_figure(company):
    landed = company.warehouse(
        "select distinct source_name from ledger.loads order by source_name"
    ).source_name.tolist()

    assert landed == sorted(FIGURES)


@pytest.mark.parametrize("source", FIGURES)
def test_a_figure_changes_without_the_source(company, rebuild_without, source):
    with_source = figure(company.data / "build" / "cx.duckdb", source)

    assert rebuild_without(source) != with_source
