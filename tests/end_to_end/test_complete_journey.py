"""A grocer's real year must come out to the cent: The Complete Journey, as its package holds it."""

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from orchestration.landing import Archive, ensure_tables, land, load_contracts, set_run_settings
from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR
from orchestration.sample_world.complete_journey import export
from orchestration.warehouse.connections import open_warehouse
from tests.company import opened

SETTINGS = {
    "sources": "complete_journey",
    "reporting_currency": "USD",
    "default_time_zone": "America/New_York",
}

CUSTOMERS = 2_469
BASKETS = 155_848
LINES = 1_469_307
SALES = Decimal("4596039.58")
YEAR = (date(2017, 1, 1), date(2017, 12, 31))
TOUCHPOINTS = [("coupon_redeemed", 2_102), ("mailing_sent", 6_589), ("store_purchase", BASKETS)]


@pytest.fixture(scope="module")
def query(tmp_path_factory):
    """The year landed and built as far as orders and touchpoints; the `slow` test runs the job."""
    data = tmp_path_factory.mktemp("complete_journey")
    (data / "build").mkdir()
    export(data)
    contracts = load_contracts()
    (contract,) = (one for one in contracts if one.source_name == "complete_journey")
    archive = Archive(data / "archive", data / "quarantine")
    with open_warehouse(data / "warehouse.duckdb") as connection:
        ensure_tables(connection, contracts)
        set_run_settings(connection, SETTINGS.items())
        for table in contract.tables:
            folder = data / "landing" / contract.source_name
            summary = land(connection, table, folder, archive=archive, quiet_seconds=0)
            assert set(summary.deliveries) == {"loaded"}
            assert not summary.rejected_rows
    run_module(
        data,
        *(
            "dbt.cli.main",
            "--quiet",
            "build",
            "--resource-type",
            "model",
            "--resource-type",
            "seed",
        ),
        *("--select", "+fct_orders", "+fct_order_lines", "+int_touchpoints__complete_journey"),
        *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
        *("--target", "warehouse"),
        *("--target-path", str(data / "dbt"), "--log-path", str(data / "dbt")),
    )

    def run_query(sql):
        with opened(data, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return run_query


def run_module(data, *arguments):
    outcome = subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, "-m", *arguments],
        cwd=PROJECT_DIR,
        env=os.environ | {"THROUGHLINE_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout[-4000:] + outcome.stderr[-4000:]


def test_every_customer_basket_line_and_cent_is_in_the_marts(query):
    orders = query(
        "select count(*), count(distinct customer_key), sum(amount), sum(net_amount), "
        "sum(line_count), min(ordered_date), max(ordered_date) from cx.marts.fct_orders"
    )
    lines = query("select count(*), sum(line_amount) from cx.marts.fct_order_lines")

    assert orders == [(BASKETS, CUSTOMERS, SALES, SALES, LINES, *YEAR)]
    assert lines == [(LINES, SALES)]


def test_business_dates_are_those_of_new_york(query):
    """The grocer numbered his weeks himself, Monday to Sunday: an independent witness."""
    weeks_apart = query(
        "select count(*) from cx.marts.fct_orders "
        "inner join (select distinct basket_id, week_of_year "
        "from staging.stg_complete_journey__transactions) as baskets "
        "on fct_orders.source_order_id = baskets.basket_id "
        "where (ordered_date - date '2016-12-26') // 7 + 1 != cast(week_of_year as integer)"
    )

    assert weeks_apart == [(0,)]


def test_visits_mailings_and_redemptions_are_touchpoints(query):
    touchpoints = query(
        "select touchpoint_type_slug, count(distinct touchpoint_key) "
        "from staging.int_touchpoints__complete_journey group by all order by all"
    )

    assert touchpoints == TOUCHPOINTS


@pytest.mark.slow
def test_the_job_publishes_the_same_year(tmp_path):
    export(tmp_path)

    settings = [f"--set={name}={value}" for name, value in SETTINGS.items()]
    run_module(tmp_path, "orchestration.commands.throughline", "run", *settings)

    published = tmp_path / "published" / "cx.duckdb"
    with duckdb.connect(str(published), read_only=True) as connection:
        orders = connection.execute(
            "select count(*), count(distinct customer_key), sum(amount), sum(line_count) "
            "from marts.fct_orders"
        ).fetchall()
        touchpoints = connection.execute(
            "select touchpoint_type_slug, count(*) from marts.fct_touchpoints "
            "group by all order by all"
        ).fetchall()
    assert orders == [(BASKETS, CUSTOMERS, SALES, LINES)]
    assert touchpoints == TOUCHPOINTS
