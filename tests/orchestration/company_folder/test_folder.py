"""A new company folder: sound at once, and never touched again."""

import csv

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
