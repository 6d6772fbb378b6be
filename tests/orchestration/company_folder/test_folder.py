"""A new company folder: sound at once, and never touched again."""

import csv

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.company_folder import join_company
from orchestration.paths import PROJECT_DIR, reference_dir
from orchestration.reference_seeds import check_seeds


@pytest.fixture
def acme(tmp_path, monkeypatch):
    monkeypatch.delenv("THROUGHLINE_DATA", raising=False)
    monkeypatch.setenv("THROUGHLINE_COMPANY", str(tmp_path / "acme"))
    made = init(tmp_path / "acme")
    assert made.exit_code == 0, made.output
    return tmp_path / "acme"


def init(folder, *more):
    options = ("--currency", "GBP", "--time-zone", "Europe/London", "--country", "GB")
    return CliRunner().invoke(app, ["init", str(folder), *options, *more])


def rows(seed):
    (path,) = reference_dir().rglob(f"{seed}.csv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_new_folder_is_sound_and_holds_nothing_of_the_sample_company(acme):
    join_company()

    check_seeds()

    settings = {row["setting"]: row["setting_value"] for row in rows("company_settings")}
    assert (settings["reporting_currency"], settings["company_name"]) == ("GBP", "acme")
    assert {row["is_enabled"] for row in rows("company_sources")} == {"false"}
    for seed in ("stores", "products", "kpi_targets", "touchpoint_costs", "currency_rates"):
        assert rows(seed) == []
    assert [row["team_id"] for row in rows("teams")] == ["customer_service"]
    # What is the product's stays: rules, scales, journeys.
    assert len(rows("rating_scales")) > 30


def test_a_second_init_touches_nothing_and_brings_what_is_missing(acme):
    stores = acme / "seeds" / "own" / "stores.csv"
    stores.write_text("store_id,country_code,time_zone\nA1,GB,Europe/London\n")
    (acme / "seeds" / "own" / "holidays.csv").unlink()

    said = init(acme).output

    assert "1 files are new" in said
    assert "A1" in stores.read_text()
    assert (acme / "seeds" / "own" / "holidays.csv").exists()


def test_examples_are_rows_of_the_sample_company_that_nothing_reads(acme):
    assert "Espresso machine" in (acme / "examples" / "products.csv").read_text()


def test_a_folder_within_the_repository_is_refused(monkeypatch):
    monkeypatch.setenv("THROUGHLINE_COMPANY", "")

    said = init(PROJECT_DIR / "acme")

    assert said.exit_code == 1
    assert not (PROJECT_DIR / "acme").exists()


# What the proposals read of a warehouse, with one order in a currency that has no rate.
LAST_RUN = """
    create schema intermediate;
    create schema reference;
    create table intermediate.int_shapes__sale_lines (product_key varchar);
    create table intermediate.int_shapes__products (product_key varchar, product_name varchar);
    create table intermediate.int_shapes__orders as
        select
            'A1' as store_key, 'Europe/London' as business_time_zone, currency,
            timestamp '2026-03-01' as ordered_at
        from (values ('GBP'), ('USD'), ('CHF')) as delivered (currency);
    create table intermediate.int_shapes__touchpoints as
        select 'desk' as source_name, reason as source_contact_reason, 'phone_team' as team_key
        from (values ('a'), ('b'), ('c'), ('d'), ('e'), ('f'), ('g')) as delivered (reason);
    create table intermediate.int_shapes__cases
        (source_name varchar, source_contact_reason varchar, team_key varchar);
    create table intermediate.int_shapes__answers
        (source_name varchar, program_slug varchar, question varchar, answer varchar);
    create table reference.products (product_id varchar);
    create table reference.stores as select 'A1' as store_id;
    create table reference.company_settings as
        select 'reporting_currency' as setting, 'GBP' as setting_value;
    create table reference.currency_rates as select 'CHF' as from_currency;
    create table reference.source_contact_reasons as
        select 'desk' as source_name, 'g' as source_reason;
    create table reference.teams as select 'phone_team' as team_id;
    create table reference.survey_questions
        (source_name varchar, program_slug varchar, question varchar);
    create table reference.survey_item_questions (source_name varchar, question varchar);
"""


def test_checked_seeds_name_what_the_last_run_met_and_no_list_has(acme):
    (acme / "data").mkdir(exist_ok=True)
    with duckdb.connect(acme / "data" / "warehouse.duckdb") as warehouse:
        warehouse.execute(LAST_RUN)

    said = CliRunner().invoke(app, ["check-seeds"])

    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[1:] == [
        "currency_rates.csv has no row for USD, which the last run met.",
        "source_contact_reasons.csv has no row for desk a, desk b, desk c, desk d, desk e and "
        "1 more, which the last run met.",
    ]
