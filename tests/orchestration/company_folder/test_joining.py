"""One checkout, several companies: what dbt and landing find with each company's folder."""

import csv
import shutil

import pytest

from orchestration.company_folder import CompanyFolderError, join_company
from orchestration.components.metric_definitions import METRICS
from orchestration.components.project import prepare_project
from orchestration.components.source_list import filled_shapes
from orchestration.components.unit_families import UNIT_FAMILIES, unit_families
from orchestration.landing import enabled_sources, load_contracts
from orchestration.paths import (
    DBT_PROJECT_DIR,
    PROJECT_DIR,
    REFERENCE_DIR,
    data_dir,
    dbt_project_dir,
    joined_dir,
    reference_dir,
)
from orchestration.warehouse.dbt_invocation import project_files

KIOSK = PROJECT_DIR / "tests" / "end_to_end" / "plug_in" / "kiosk"


@pytest.fixture
def company(tmp_path, monkeypatch):
    """Puts the folder of a company in force, and the product again."""
    monkeypatch.delenv("THROUGHLINE_DATA", raising=False)

    def in_force(name):
        if name is None:
            monkeypatch.delenv("THROUGHLINE_COMPANY", raising=False)
            return None
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        monkeypatch.setenv("THROUGHLINE_COMPANY", str(folder))
        return folder

    return in_force


def write(folder, place, text):
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def stores():
    with (reference_dir() / "commerce" / "stores.csv").open() as rows:
        return {row["store_id"] for row in csv.DictReader(rows)}


def seen():
    """All by which two companies differ: sources, those that are on, stores, where data is."""
    names = {contract.source_name for contract in load_contracts()}
    return names, enabled_sources(names), stores(), data_dir()


def test_two_companies_and_the_sample_company_share_one_checkout(company):
    company(None)
    of_the_product = seen()
    before = {file: file.read_bytes() for file in project_files().values()}

    acme = company("acme")
    shutil.copytree(KIOSK, acme / "models" / "staging" / "kiosk")
    write(acme, "seeds/own/stores.csv", "store_id,country_code,time_zone\nA1,GB,Europe/London\n")
    write(acme, "seeds/changes/company_sources.csv", "source_name,is_enabled\nweb,false\n")
    prepare_project()
    of_acme = seen()
    shapes_of_acme = filled_shapes()

    bolt = company("bolt")
    write(
        bolt, "seeds/changes/stores.csv", "store_id,country_code,time_zone\nB1,DE,Europe/Berlin\n"
    )
    prepare_project()
    of_bolt = seen()

    names, enabled, product_stores, _ = of_the_product
    assert of_acme == (names | {"kiosk"}, enabled - {"web"} | {"kiosk"}, {"A1"}, acme / "data")
    assert "orders" in shapes_of_acme["kiosk"]
    assert (
        "'kiosk'" in (acme / "data/project/dbt_project/macros/shapes/source_list.sql").read_text()
    )
    assert of_bolt == (names, enabled, product_stores | {"B1"}, bolt / "data")
    # The checkout is nobody's: it stays as it was, and so does what a run without a folder sees.
    company(None)
    assert seen() == of_the_product
    assert {file: file.read_bytes() for file in project_files().values()} == before


def test_without_a_company_folder_nothing_is_joined(company):
    company(None)

    join_company()

    assert dbt_project_dir() == DBT_PROJECT_DIR
    assert reference_dir() == REFERENCE_DIR
    assert not joined_dir().exists()


def test_every_file_of_the_product_is_in_the_joined_project(company):
    company("acme")
    join_company()

    models = {
        file.relative_to(DBT_PROJECT_DIR) for file in (DBT_PROJECT_DIR / "models").rglob("*.*")
    }
    joined = {file.relative_to(dbt_project_dir()) for file in dbt_project_dir().rglob("*.*")}
    assert models <= joined
    assert {file.name for file in reference_dir().rglob("*.csv")} == {
        file.name for file in REFERENCE_DIR.rglob("*.csv")
    }


def test_a_family_of_units_of_the_company_is_found(company):
    folder = company("acme")
    write(
        folder,
        "models/intermediate/measures/kpis/int_kpis__smile_units.sql",
        "{{ kpi_units(ref('fct_orders'), [kpi_unit('smiles')]) }}\n",
    )

    prepare_project()

    listed = (dbt_project_dir() / UNIT_FAMILIES).read_text()
    assert listed == unit_families()
    assert "'smile'," in listed
    assert "smile" not in (DBT_PROJECT_DIR / UNIT_FAMILIES).read_text()


def test_a_kpi_of_the_company_has_its_metric(company):
    folder = company("acme")
    with (REFERENCE_DIR / "kpis" / "kpis.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    fcr = next(row for row in rows if row[0] == "fcr")
    with write(folder, "seeds/changes/kpis.csv", "").open("w", newline="") as file:
        csv.writer(file).writerows([header, ["smiles", "Smiles", *fcr[2:]]])

    prepare_project()

    assert "name: smiles" in (dbt_project_dir() / METRICS).read_text()
    assert "name: smiles" not in (DBT_PROJECT_DIR / METRICS).read_text()


def test_the_families_of_the_repository_are_those_of_its_folders(company):
    company(None)

    listed = (DBT_PROJECT_DIR / UNIT_FAMILIES).read_text()
    assert listed == unit_families(), "run `throughline sources`"


def test_joining_again_touches_nothing_and_removes_what_went(company):
    folder = company("acme")
    gone = write(folder, "models/staging/shop2/stg_shop2__orders.sql", "select 1 as one\n")
    write(
        folder, "seeds/changes/company_settings.csv", "setting,setting_value\ncompany_name,Acme\n"
    )
    join_company()
    times = {file: file.lstat().st_mtime_ns for file in joined_dir().rglob("*")}
    join_company()
    again = {file: file.lstat().st_mtime_ns for file in joined_dir().rglob("*")}
    linked = dbt_project_dir() / "models" / "staging" / "shop2"

    gone.unlink()
    join_company()

    del times[joined_dir() / "join.lock"], again[joined_dir() / "join.lock"]
    assert again == times
    assert not linked.exists()


def test_a_file_of_the_products_is_not_replaced(company):
    folder = company("acme")
    path = write(folder, "models/marts/experience/cx_scorecard.sql", "select 1 as one\n")

    with pytest.raises(CompanyFolderError, match=f"{path} is a file of the product's, too: rename"):
        join_company()


def test_a_folder_that_is_none_is_told_with_what_makes_one(company):
    folder = company("acme")
    folder.rmdir()

    with pytest.raises(CompanyFolderError, match=f"throughline init {folder}"):
        join_company()
