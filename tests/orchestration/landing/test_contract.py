import re

import pytest

from orchestration.landing import ContractError, enabled_sources, ensure_ledger, load_contracts
from orchestration.landing.contract import patterns_overlap, quote_identifier
from orchestration.landing.ledger import set_run_settings

GOOD = """
sources:
  - name: pos
    schema: raw_pos
    config:
      meta:
        landing_format: csv
        landing_delimiter: ";"
        owner: shops
    tables:
      - name: receipts
        config:
          meta:
            landing_file: "receipts_{date}*.csv"
            landing_delimiter: "|"
        columns:
          - {name: "Receipt No"}
          - {name: card, config: {meta: {personal_data: card, landing_optional: true}}}
      - name: stores
        config: {meta: {landing_file: "stores_*.json", landing_format: json}}
"""


def write(folder, text, source="pos"):
    path = folder / source / f"_{source}__sources.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_tables_keys_override_its_sources(tmp_path):
    write(tmp_path, GOOD)

    (source,) = load_contracts(tmp_path)

    receipts, stores = source.table("receipts"), source.table("stores")
    assert (receipts.landing_format, receipts.landing_delimiter) == ("csv", "|")
    assert (stores.landing_format, stores.landing_delimiter) == ("json", ";")
    assert receipts.raw_columns == ("Receipt No", "card", "_extra")
    assert stores.raw_columns == ("payload",)
    assert receipts.relation == '"raw_pos"."receipts"'


def test_a_source_without_a_format_is_not_landed(tmp_path):
    write(tmp_path, "sources: [{name: ledger, schema: ledger, tables: [{name: loads}]}]", "ledger")

    assert load_contracts(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        pytest.param(
            'landing_delimiter: ";"',
            "landing_delimeter: x",
            8,
            "unknown key landing_delimeter",
            id="unknown key",
        ),
        pytest.param("landing_format: csv", "landing_format: tsv", 7, "'csv'", id="format"),
        pytest.param('landing_file: "rec', 'owner: "rec', 11, "lacks landing_file", id="no file"),
        pytest.param("stores_*.json", "*_2026-01-01.csv", 19, "one of them longer", id="overlap"),
        pytest.param("name: receipts", "name: Receipts", 11, "small letters", id="capital"),
        pytest.param("name: card,", 'name: "receipt no",', 17, "same name", id="equal columns"),
        pytest.param("name: card,", "name: _line,", 17, "landing's own", id="own column"),
        pytest.param("_data: card", "_data: cards", 18, "personal_data", id="tag"),
        pytest.param(
            'landing_delimiter: "|"',
            'landing_delimiter: "||"',
            15,
            "one character",
            id="delimiter",
        ),
        pytest.param('landing_delimiter: "|"', "landing_key: [card]", 17, "key", id="optional key"),
        pytest.param('landing_delimiter: "|"', "landing_encoding: utf-9", 15, "codec", id="codec"),
        pytest.param('landing_delimiter: "|"', "landing_time_zone: Mars", 15, "IANA", id="zone"),
        pytest.param("schema: raw_pos", "schema: raw", 4, "raw_pos", id="schema"),
        pytest.param("receipts_{date}*", "a/../{date}*", 14, "no folder", id="path"),
    ],
)
def test_an_error_names_file_line_and_remedy(tmp_path, old, new, line, advice):
    path = write(tmp_path, GOOD.replace(old, new))

    with pytest.raises(ContractError) as raised:
        load_contracts(tmp_path)

    assert re.match(rf"{re.escape(str(path))}:{line}: ", str(raised.value)), raised.value
    assert advice in str(raised.value)


def test_two_declarations_of_one_source_are_refused(tmp_path):
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "shop")

    with pytest.raises(ContractError, match="also declared"):
        load_contracts(tmp_path)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("a_{date}*.csv", "a_{date}.csv", True),
        ("a_{date}*.csv", "a_2026-01-*", True),
        ("*", "a", True),
        ("a*c", "ab*", True),
        ("a_{date}.csv", "a_lines_{date}.csv", False),
        ("a_{date}*.csv", "b_{date}*.csv", False),
        ("a*.csv", "a*.json", False),
    ],
)
def test_patterns_overlap_if_one_name_matches_both(one, other, overlap):
    assert patterns_overlap(one, other) is overlap
    assert patterns_overlap(other, one) is overlap


def test_a_pattern_matches_whole_names_only(tmp_path):
    write(tmp_path, GOOD)
    receipts = load_contracts(tmp_path)[0].table("receipts")

    assert receipts.matches("receipts_2026-01-02_b.csv")
    assert not receipts.matches("receipts_2026-01-02.csv.gz")
    assert not receipts.matches("old_receipts_2026-01-02.csv")
    assert str(receipts.file_date("receipts_2026-01-02.csv")) == "2026-01-02"


def test_a_quoted_name_can_hold_anything():
    assert quote_identifier('a"b; drop') == '"a""b; drop"'


def test_the_contracts_of_this_project_are_valid():
    assert load_contracts()


def test_a_warehouse_may_override_which_sources_are_on(place):
    ensure_ledger(place.connection)
    names = ("complete_journey", "crm", "pos", "unheard_of")
    # The seed switches one off; one without a row is on.
    assert enabled_sources(names, place.connection) == {"crm", "pos", "unheard_of"}

    set_run_settings(place.connection, [("sources", "complete_journey, pos")])

    assert enabled_sources(names, place.connection) == {"complete_journey", "pos"}
