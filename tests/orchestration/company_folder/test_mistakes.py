"""What a company's own files do wrong is said in one sentence, by the company's file."""

import shutil

import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.paths import PROJECT_DIR

KIOSK = PROJECT_DIR / "tests" / "end_to_end" / "plug_in" / "kiosk"


@pytest.fixture
def acme(tmp_path, monkeypatch):
    folder = tmp_path / "acme"
    shutil.copytree(KIOSK, folder / "models" / "staging" / "kiosk")
    monkeypatch.setenv("THROUGHLINE_COMPANY", str(folder))
    # The command sets them for its own process, which here is pytest's.
    for variable in (
        "THROUGHLINE_DATA",
        "THROUGHLINE_STATE",
        "DAGSTER_HOME",
        "DAGSTER_DISABLE_TELEMETRY",
    ):
        monkeypatch.setenv(variable, "")
    return folder / "models" / "staging" / "kiosk"


@pytest.mark.parametrize("command", ["land", "run", "sources"])
def test_a_wrong_contract_is_told_by_the_companys_file(acme, command):
    contract = acme / "_kiosk__sources.yml"
    contract.write_text(contract.read_text().replace("landing_format: csv", "landing_fromat: csv"))

    said = CliRunner().invoke(app, [command])

    assert said.exit_code == 1
    assert f"{contract}:10: add landing_format to the table" in said.output


def test_a_view_that_is_missing_is_told_by_the_companys_contract(acme):
    (acme / "stg_kiosk__items.sql").unlink()

    said = CliRunner().invoke(app, ["land"])

    assert said.exit_code == 1
    assert f"{acme / '_kiosk__sources.yml'}: no model stg_kiosk__items stages" in said.output


def test_a_file_in_the_products_place_is_told(acme):
    path = acme.parent.parent / "marts" / "trust" / "data_freshness.sql"
    path.parent.mkdir(parents=True)
    path.write_text("select 1 as one\n")

    said = CliRunner().invoke(app, ["check-seeds"])

    assert said.exit_code == 1
    assert f"{path} is a file of the product's, too" in said.output
