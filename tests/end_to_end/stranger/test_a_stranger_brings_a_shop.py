"""A stranger follows the README, "A company of your own", and touches the company folder alone.

What was exported is computed again in pandas; the published figures agree.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR
from orchestration.warehouse.dbt_invocation import project_files
from tests.end_to_end.stranger.shop import write_exports

pytestmark = pytest.mark.slow
BRANCHES = Path(__file__).parent / "branches"


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    write_exports(folder)
    return folder


@pytest.fixture(scope="module")
def company(tmp_path_factory, exports):
    """The company folder after the steps of the README, and what the last of them said."""
    folder = tmp_path_factory.mktemp("home") / "corner_shop"
    before = {file: file.read_bytes() for file in project_files().values()}
    options = ("--name", "Corner", "--currency", "EUR", "--time-zone", "Europe/Berlin")
    throughline(folder, "init", str(folder), *options, "--country", "DE")
    throughline(folder, "source", "new", "corner", *map(str, sorted(exports.iterdir())))

    # What nobody can guess: which column is the money of the orders, and what a star measures.
    source = folder / "models" / "staging" / "corner"
    contract = source / "_corner__sources.yml"
    head, orders = contract.read_text().split("- name: orders", 1)
    orders = orders.replace("# staged_amount: …", "staged_amount: total", 1)
    orders = orders.replace("# staged_currency: …", "staged_currency: currency", 1)
    contract.write_text(f"{head}- name: orders{orders}")
    with (folder / "seeds" / "changes" / "survey_questions.csv").open("a") as questions:
        questions.write("corner,reviews,stars,csat,,csat_5,ascending,transactional,true\n")
    for branch in BRANCHES.iterdir():
        shutil.copy(branch, source)

    landing = folder / "data" / "landing" / "corner"
    shutil.copytree(exports, landing)
    checked = throughline(folder, "landing", "check", *map(str, sorted(landing.iterdir())))
    assert checked.count("rows would be loaded") == 3
    assert len(list(landing.iterdir())) == 3
    throughline(folder, "check-seeds")
    said = throughline(folder, "run")
    # An upgrade is a pull: the checkout is as it was.
    assert {file: file.read_bytes() for file in project_files().values()} == before
    return folder, said


def throughline(folder, *arguments):
    environment = {**os.environ, "THROUGHLINE_COMPANY": str(folder)}
    environment.pop("THROUGHLINE_DATA", None)
    ran = subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, "-m", "orchestration.commands.throughline", *arguments],
        cwd=PROJECT_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return ran.stdout


@pytest.fixture(scope="module")
def true(exports):
    """The exports as pandas reads them."""
    tables = {
        path.name.split("_")[0]: pd.read_csv(path, sep=";", encoding="cp1252", decimal=",")
        for path in exports.iterdir()
    }
    orders = tables["orders"]
    for column in ("Order Date", "Promised", "Delivered"):
        orders[column] = pd.to_datetime(orders[column])
    orders["is_paid"] = orders["State"] == "bezahlt"
    orders["is_late"] = orders["Delivered"] >= orders["Promised"] + pd.Timedelta(days=1)
    return tables


def published(company, sql):
    with duckdb.connect(str(company[0] / "data" / "published" / "cx.duckdb"), read_only=True) as cx:
        return cx.execute(sql).fetchall()


def test_orders_and_money_are_those_of_the_export(company, true):
    orders = true["orders"]
    paid = orders[orders["is_paid"]]

    ((count, purchases, late, amount),) = published(
        company,
        "select count(*), count(*) filter (where is_purchase), count(*) filter (where is_late), "
        "sum(net_amount) from marts.fct_orders",
    )

    assert (count, purchases, late) == (len(orders), len(paid), int(paid["is_late"].sum()))
    assert float(amount) == pytest.approx(paid["Total"].sum(), abs=0.001)


def test_local_times_are_utc(company, true):
    """In the winter and in the summer, over the change of the clocks."""
    moments = dict(published(company, "select source_order_id, ordered_at from marts.fct_orders"))
    expected = true["orders"]["Order Date"].dt.tz_localize("Europe/Berlin").dt.tz_convert("UTC")

    for number, moment in zip(true["orders"]["Order No"], expected, strict=True):
        assert moments[str(number)] == moment.tz_localize(None).to_pydatetime()


def test_customers_are_those_of_the_export(company, true):
    ((customers,),) = published(
        company, "select count(*) from marts.dim_customers where is_identified"
    )

    assert customers == len(true["customers"])


def test_kpis_are_those_of_the_export(company, true):
    found = {
        slug: (float(numerator), denominator)
        for slug, numerator, denominator in published(
            company,
            "select metric_slug, numerator, denominator from marts.cx_scorecard "
            "where period_type = 'total' and dimension = 'total'",
        )
    }
    paid = true["orders"][true["orders"]["is_paid"]]
    stars = true["reviews"]["Stars"]

    assert found["csat"] == (int((stars >= 4).sum()), len(stars))
    assert found["on_time_delivery"] == (int((~paid["is_late"]).sum()), len(paid))
    basket, orders = found["basket"]
    assert (basket, orders) == (pytest.approx(paid["Total"].sum(), abs=0.001), len(paid))


def test_nothing_is_lost_and_nothing_is_the_sample_companys(company):
    assert (
        published(company, "select sum(abs(difference)) from marts.data_reconciliation")[0][0] == 0
    )
    assert published(company, "select source_name from marts.data_freshness where is_enabled") == [
        ("corner",)
    ]
    for mart in ("dim_stores", "dim_products"):
        key = mart.removeprefix("dim_").removesuffix("s")
        keys = published(company, f"select {key}_key from marts.{mart}")
        assert keys == [("unknown",)]


def test_a_run_says_what_the_company_has_and_lacks(company):
    said = company[1]

    assert "corner  " in said
    assert "none of 160" in said
    assert "KPIs that no source shows" in said
    assert "call_abandonment" in said


def test_the_project_that_dbt_builds_lies_in_the_data_folder(company):
    branch = "models/staging/corner/int_orders__corner.sql"

    assert (company[0] / "data" / "project" / "dbt_project" / branch).is_symlink()
    assert not (DBT_PROJECT_DIR / branch).exists()
