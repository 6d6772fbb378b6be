"""No source is decoration: without its deliveries, a figure that people look at changes."""

import pytest

from tests.company import opened, refill

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
    "interviews": (
        "fct_touchpoints",
        "select count(text_key) from {} where touchpoint_type_slug = 'interview_held'",
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


def figure(connection, source):
    mart, query = FIGURES[source]
    return connection.execute(query.format(f"cx.marts.{mart}")).fetchall()


@pytest.fixture
def copy(company, tmp_path):
    company.copy_databases(tmp_path)
    with opened(tmp_path) as connection:
        yield connection


def test_every_source_has_a_figure(company):
    landed = company.warehouse("select distinct source_name from ledger.loads")

    assert sorted(landed.source_name) == sorted(FIGURES)


@pytest.mark.parametrize("source", FIGURES)
def test_a_figure_changes_without_the_source(company, copy, source):
    before = figure(copy, source)
    tables = copy.execute(
        "select table_name from duckdb_tables() where schema_name = ?", [f"raw_{source}"]
    ).fetchall()
    for (table,) in tables:
        copy.execute(f"truncate raw_{source}.{table}")

    # Only what lies between the source and the figure.
    mart, _ = FIGURES[source]
    refill(copy, company.compiled_tables(source, mart).values())

    assert tables
    assert figure(copy, source) != before
