"""No source is decoration: without its deliveries, a figure that people look at changes."""

import duckdb
import pytest

from orchestration.dbt_invocation import run_dbt

# The figure that hangs on each source: a mart, and a query on it.
FIGURES = {
    "accounts": ("fct_journeys", "select count(*) from {} where journey_slug = 'onboarding'"),
    "calls": ("fct_cases", "select count(*) from {} where channel_slug = 'phone'"),
    "chat": ("fct_cases", "select count(*) from {} where channel_slug = 'chat'"),
    "crm": ("fct_journeys", "select count(*) from {} where journey_slug = 'renewal'"),
    "email": ("fct_campaign_contacts", "select count(*) from {} where channel_slug = 'email'"),
    "employees": (
        "cx_scorecard",
        "select sum(denominator) from {} where metric_slug = 'employee_mood'",
    ),
    "loyalty": ("loyalty", "select sum(join_count) from {}"),
    "messaging": ("fct_campaign_contacts", "select count(*) from {} where channel_slug = 'sms'"),
    "pos": ("fct_orders", "select sum(amount) from {} where channel_slug = 'store'"),
    "product_usage": (
        "fct_journeys",
        "select count(*) from {} where journey_slug = 'onboarding' and outcome_slug = 'reached'",
    ),
    "sensors": (
        "fct_touchpoints",
        "select count(*) from {} where touchpoint_type_slug = 'store_visited'",
    ),
    "shop": ("fct_orders", "select sum(amount) from {} where channel_slug != 'store'"),
    "social": ("fct_touchpoints", "select count(*) from {} where channel_slug = 'review'"),
    "surveys": (
        "fct_survey_responses",
        "select count(*) from {} where metric_slug = 'nps_relational'",
    ),
    "tickets": ("fct_cases", "select count(*) from {} where channel_slug = 'ticket'"),
    "web": ("fct_sessions", "select count(*) from {}"),
}


def figure(data, source):
    mart, query = FIGURES[source]
    with duckdb.connect(str(data / "build" / "cx.duckdb"), read_only=True) as cx:
        return cx.execute(query.format(f"marts.{mart}")).fetchall()


@pytest.fixture(scope="module")
def figure_without(company, tmp_path_factory):
    """The figure of a source in a copy of the company that never received its deliveries."""
    data = tmp_path_factory.mktemp("without")

    def rebuild(source):
        company.copy_databases(data)
        with duckdb.connect(str(data / "warehouse.duckdb")) as warehouse:
            tables = warehouse.execute(
                "select table_name from duckdb_tables() where schema_name = ?", [f"raw_{source}"]
            ).fetchall()
            assert tables
            for (table,) in tables:
                warehouse.execute(f"delete from raw_{source}.{table}")
        mart, _ = FIGURES[source]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("THROUGHLINE_DATA", str(data))
            # Only what lies between the source and the figure.
            built = run_dbt("run", "--select", f"source:{source}+,+{mart}")
        assert built.success, built.exception
        return figure(data, source)

    return rebuild


def test_every_source_has_a_figure(company):
    landed = company.warehouse("select distinct source_name from ledger.loads")

    assert sorted(landed.source_name) == sorted(FIGURES)


@pytest.mark.parametrize("source", FIGURES)
def test_a_figure_changes_without_the_source(company, figure_without, source):
    assert figure_without(source) != figure(company.data, source)
