"""Rows of a company folder in the place of the product's, and what is said of them."""

import csv
import io

import pytest

from orchestration.company_folder import join_company
from orchestration.paths import REFERENCE_DIR
from orchestration.reference_seeds import SeedError, check_seeds
from orchestration.reference_seeds.company_seeds import as_csv, joined_seeds, key_of
from orchestration.reference_seeds.shape import read_seeds


@pytest.fixture
def company(tmp_path, monkeypatch):
    """A company folder that is in force; returns a function that writes a seed into it."""
    folder = tmp_path / "acme"
    folder.mkdir()
    monkeypatch.setenv("THROUGHLINE_COMPANY", str(folder))

    def write(place, text):
        path = folder / "seeds" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return folder

    return write


def check():
    """As `throughline check-seeds` does it."""
    join_company()
    check_seeds()


def mistakes():
    with pytest.raises(SeedError) as error:
        check()
    return [(problem.path.name, problem.line, problem.reason) for problem in error.value.problems]


def test_a_row_replaces_the_one_of_its_key_and_a_new_one_is_added(company):
    folder = company(
        "changes/contact_reasons.csv",
        "contact_reason_slug,contact_reason_name,kind\n"
        "delivery,Parcel,problem\nallergens,What is in it,advice\n",
    )
    product = read_seeds(REFERENCE_DIR)["contact_reasons"]

    rows = list(
        csv.DictReader(io.StringIO(as_csv(joined_seeds(REFERENCE_DIR, folder)["contact_reasons"])))
    )

    names = {row["contact_reason_slug"]: row["contact_reason_name"] for row in rows}
    assert len(rows) == len(product.rows) + 1
    assert names["delivery"] == "Parcel"
    assert names["allergens"] == "What is in it"
    assert names["defect"] == "Broken or wrong product"
    check()


def test_a_change_names_only_its_key_and_what_it_changes(company):
    folder = company("changes/company_settings.csv", "setting,setting_value\ncompany_name,Acme\n")

    joined = joined_seeds(REFERENCE_DIR, folder)["company_settings"]

    (row,) = [row for row in joined.rows if row["setting"] == "company_name"]
    assert (row["setting_value"], row["description"]) == ("Acme", "Shown on the scoreboard")
    assert (row.path.parent.parent.parent, row.line) == (folder, 2)
    check()


def test_a_list_of_its_own_stands_alone_and_may_leave_columns_out(company):
    folder = company("own/products.csv", "product_id,product_name\nA1,Tea\n")

    joined = joined_seeds(REFERENCE_DIR, folder)["products"]

    assert as_csv(joined) == (
        "product_id,product_name,category_slug,list_price,unit_cost\nA1,Tea,,,\n"
    )
    check()


def test_an_upgrade_needs_no_merge(company, tmp_path, seeds):
    """The product gets a row, a column and another text; the company's file stays as it is."""
    folder = company("changes/channels.csv", "channel_slug,channel_name\nstore,Our shops\n")
    channels = seeds / "channels" / "channels.csv"
    header, *rows = channels.read_text().splitlines()
    channels.write_text(
        "\n".join(
            [f"{header},colour", *(f"{row},red" for row in rows), "fax,Fax,false,x,fax,grey", ""]
        )
    )
    described = seeds / "channels" / "_channels__seeds.yml"
    described.write_text(
        described.read_text().replace(
            "place_slug: varchar}", "place_slug: varchar, colour: varchar}"
        )
    )

    joined = {row["channel_slug"]: row for row in joined_seeds(seeds, folder)["channels"].rows}

    assert (joined["store"]["channel_name"], joined["store"]["colour"]) == ("Our shops", "red")
    assert joined["fax"]["channel_name"] == "Fax"


def test_a_mistake_is_told_where_the_company_wrote_it(company):
    folder = company(
        "changes/company_settings.csv", "setting,setting_value\ndefault_country,Poland\n"
    )
    with pytest.raises(
        SeedError, match=rf"{folder}/seeds/changes/company_settings.csv:2: .*'Poland'"
    ):
        check()


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("own/teams.csv", "team_id;team_name\nT1;A\n", "cells are separated by ';'"),
        ("changes/channels.csv", "channel_name\nShop\n", "no column channel_slug"),
        ("changes/channels.csv", "channel_slug,name\nshop,Shop\n", "unknown column 'name'"),
        ("own/teams.csv", "team_id\n", "only a header"),
        ("own/chanels.csv", "channel_slug\nshop\n", "no seed chanels, but channels: rename"),
        ("changes/channels.csv", "channel_slug\nshop\nshop\n", "'shop' as in line 2"),
    ],
)
def test_what_is_wrong_with_a_file_of_the_company_is_said(company, place, text, said):
    company(place, text)

    assert [reason for _, _, reason in mistakes() if said in reason]


def test_two_files_of_one_seed_are_refused(company):
    company("own/stores.csv", "store_id,country_code,time_zone\nS1,GB,Europe/London\n")
    company("changes/stores.csv", "store_id,store_name\nS1,One\n")

    assert "keep one of the two files" in mistakes()[0][2]


def test_a_seed_of_the_companys_models_is_taken_as_it_is_described(company):
    company(
        "own_ideas.yml",
        "seeds:\n  - name: own_ideas\n    config: {column_types: {idea: varchar}}\n",
    )
    folder = company("own_ideas.csv", "idea\nmore tea\n")

    assert as_csv(joined_seeds(REFERENCE_DIR, folder)["own_ideas"]) == "idea\nmore tea\n"
    check()


def test_rows_without_a_key_are_added():
    assert key_of({"columns": [{"name": "a", "data_tests": ["not_null"]}]}) == ()
    assert key_of(read_seeds(REFERENCE_DIR)["holidays"].properties) == (
        "country_code",
        "holiday_date",
    )
