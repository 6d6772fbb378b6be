import json
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orchestration.components import SourceTables, source_tables
from orchestration.components.source_tables import freshness_check
from orchestration.instance.writer import WarehouseWriter
from orchestration.warehouse.connections import open_warehouse

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FRESHNESS = {
    "warn_after": {"count": 36, "period": "hour"},
    "error_after": {"count": 3, "period": "day"},
}
LEDGER = ("build_times", "deliveries", "loads", "rejects", "run_settings", "unlanded_files")


@dg.asset(deps=[["ledger", "loads"]])
def built_on_the_ledger():
    pass


@pytest.fixture
def definitions(tmp_path, data_folder, contracts, monkeypatch):
    """The assets of one source, as the component makes them."""
    monkeypatch.setattr(source_tables, "load_contracts", lambda: contracts)
    tables = [table for contract in contracts for table in contract.tables]
    declared = [(table.source_name, table.table_name) for table in tables]
    declared += [("ledger", name) for name in LEDGER]
    sources = {
        f"source.throughline.{source}.{name}": {
            "source_name": source,
            "name": name,
            "description": f"One row per row of {name}.",
            "columns": {
                column: {"name": column, "description": f"What {column} is."}
                for column in ("receipt_no", "total")
            },
            "freshness": FRESHNESS,
        }
        for source, name in declared
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"sources": sources}))
    return dg.build_defs_for_component(
        SourceTables(manifest_path=manifest, owner="data-platform@example.com")
    )


@pytest.fixture
def materialize(definitions):
    """Run the source's assets, and one that is built on the ledger."""

    def run(selection=None, settings=None):
        return dg.materialize(
            [*definitions.assets, built_on_the_ledger],
            resources={"warehouse": WarehouseWriter(settings=settings or {})},
            selection=selection,
            raise_on_error=False,
        )

    return run


def row_counts(result):
    return {
        "/".join(event.asset_key.path): event.materialization.metadata["dagster/row_count"].value
        for event in result.get_asset_materialization_events()
        if "dagster/row_count" in event.materialization.metadata
    }


def test_each_table_of_a_contract_is_an_asset_with_its_rows(materialize, deliver):
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99", "2,5.00")
    deliver("returns_2026-01-01.csv", "receipt_no", "1")

    result = materialize()

    assert result.success
    assert row_counts(result) == {
        "pos/receipts": 2,
        "pos/returns": 1,
        "ledger/deliveries": 2,
        "ledger/build_times": 0,
        "ledger/loads": 2,
        "ledger/rejects": 0,
        "ledger/run_settings": 0,
        "ledger/unlanded_files": 0,
    }


def test_the_catalogue_says_what_a_table_is_and_whose(definitions):
    (receipts,) = [
        spec
        for asset in definitions.assets
        for spec in asset.specs
        if spec.key == dg.AssetKey(["pos", "receipts"])
    ]

    assert receipts.group_name == "landing"
    assert receipts.description == "One row per receipt."
    assert receipts.owners == ["data-platform@example.com"]
    assert receipts.kinds == {"csv", "duckdb"}
    columns = receipts.metadata["dagster/column_schema"].columns
    assert {column.name: (column.description, column.tags) for column in columns} == {
        "receipt_no": ("What receipt_no is.", {}),
        "total": ("What total is.", {}),
    }


def test_the_catalogue_says_which_source_the_company_does_not_have(
    tmp_path, data_folder, contracts, monkeypatch
):
    monkeypatch.setattr(source_tables, "enabled_now", lambda names: set(names) - {"pos"})
    switched_off = definitions.__wrapped__(tmp_path, data_folder, contracts, monkeypatch)

    (receipts,) = [
        spec
        for asset in switched_off.assets
        for spec in asset.specs
        if spec.key == dg.AssetKey(["pos", "receipts"])
    ]
    assert receipts.description.startswith("Switched off: the company does not have this source.")
    assert "switched_off" in receipts.tags


def test_the_run_s_tags_say_what_it_brought(definitions, deliver):
    instance = dg.DagsterInstance.ephemeral()
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99")
    deliver("returns_2026-01-01.csv", "receipt_no", "1")

    result = dg.materialize(
        definitions.assets, resources={"warehouse": WarehouseWriter()}, instance=instance
    )

    tags = instance.get_run_by_id(result.run_id).tags
    assert tags["throughline/deliveries"] == "pos 2"


def test_one_source_can_be_run_again_alone(materialize, deliver):
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99")

    result = materialize(selection=[dg.AssetKey(["pos", "receipts"])])

    assert result.success
    assert row_counts(result) == {"pos/receipts": 1}


def test_rows_that_no_load_accounts_for_stop_what_is_built_on_them(materialize, deliver):
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99", "2,5.00")
    materialize()
    with open_warehouse() as connection:
        connection.execute("delete from raw_pos.receipts where receipt_no = '2'")

    result = materialize()

    assert not result.success
    (accounting,) = [
        check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "every_line_is_accounted_for"
    ]
    assert not accounting.passed
    assert not result.asset_materializations_for_node("built_on_the_ledger")


@pytest.fixture
def till(contracts):
    """A second source of the same tables."""
    (pos,) = contracts
    tables = [table.model_copy(update={"source_name": "till"}) for table in pos.tables]
    contracts.append(pos.model_copy(update={"source_name": "till", "tables": tuple(tables)}))


def test_a_source_that_cannot_land_keeps_no_other_from_it(
    till, materialize, deliver, data_folder, monkeypatch
):
    really_land = source_tables.land

    def land(connection, table, folder, **options):
        if table.source_name == "pos":
            raise OSError("Input/output error")
        return really_land(connection, table, folder, **options)

    monkeypatch.setattr(source_tables, "land", land)
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99")
    (data_folder / "landing" / "pos").rename(data_folder / "landing" / "till")

    result = materialize()

    assert not result.success
    assert row_counts(result)["till/receipts"] == 1


def test_a_source_switched_on_by_a_run_setting_is_landed_in_the_same_run(materialize, deliver):
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99")

    without = materialize(settings={"sources": "web"})
    with_it = materialize(settings={"sources": "pos,web"})

    assert row_counts(without)["pos/receipts"] == 0
    assert row_counts(with_it)["pos/receipts"] == 1


def test_a_file_that_no_table_expects_is_listed_and_stops_nothing(materialize, deliver):
    deliver("notes.csv", "whatever")

    assert materialize().success

    with open_warehouse() as connection:
        (row,) = connection.execute("select file_name, status from ledger.deliveries").fetchall()
    assert row == ("notes.csv", "unknown_file")


def refused(result, table):
    (check,) = [
        found
        for found in result.get_asset_check_evaluations()
        if found.check_name == "no_delivery_is_refused" and found.asset_key.path[-1] == table
    ]
    return check.passed, check.severity.value, check.metadata["refused"].value


def test_a_refused_file_is_a_warning_with_its_name_and_reason(materialize, deliver):
    deliver("receipts_2026-01-01.csv", "number,total", "1,9.99")
    deliver("returns_2026-01-01.csv", "receipt_no", "1")
    deliver("notes.csv", "whatever")

    result = materialize()

    assert result.success
    passed, severity, files = refused(result, "receipts")
    assert (passed, severity) == (False, "WARN")
    # The first table tells of a file that is of none.
    receipts, notes = files
    assert notes.startswith("notes.csv: ")
    assert receipts.startswith("receipts_2026-01-01.csv: ")
    assert "receipt_no" in receipts
    assert refused(result, "returns") == (True, "WARN", [])


def test_a_sound_file_of_the_same_name_ends_the_warning(materialize, deliver):
    deliver("receipts_2026-01-01.csv", "number,total", "1,9.99")
    materialize()
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99")

    assert refused(materialize(), "receipts") == (True, "WARN", [])


def test_every_check_says_what_it_asks(definitions):
    texts = [spec.description for asset in definitions.assets for spec in asset.check_specs]

    assert len(texts) == 6
    assert all(texts)


def test_a_run_setting_stays_until_it_is_taken_back(materialize):
    materialize(settings={"as_of": "2026-03-01", "reporting_currency": "USD"})
    materialize(settings={"as_of": ""})

    with open_warehouse() as connection:
        settings = connection.execute("from ledger.run_settings").fetchall()
    assert settings == [("reporting_currency", "USD")]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param("as_off", "2026-03-01", id="unknown setting"),
        pytest.param("as_of", "yesterday", id="no date"),
        pytest.param("default_time_zone", "Europe/Nowhere", id="no time zone"),
        pytest.param("sources", "pos,tills", id="no source"),
    ],
)
def test_a_run_setting_that_no_model_understands_fails_the_run(materialize, setting, value):
    assert not materialize(settings={setting: value}).success


@pytest.mark.parametrize(
    ("hours", "passed", "severity"),
    [
        pytest.param(1, True, "WARN", id="in time"),
        pytest.param(37, False, "WARN", id="late"),
        pytest.param(73, False, "ERROR", id="very late"),
        pytest.param(None, False, "ERROR", id="never"),
    ],
)
def test_a_source_is_fresh_by_the_rhythm_of_its_contract(hours, passed, severity):
    last_loaded = None if hours is None else NOW - timedelta(hours=hours)

    check = freshness_check(
        dg.AssetKey(["pos", "receipts"]), last_loaded, FRESHNESS, is_enabled=True, now=NOW
    )

    assert (check.passed, check.severity.value) == (passed, severity)


@pytest.mark.parametrize(
    ("policy", "is_enabled"),
    [
        pytest.param(FRESHNESS, False, id="a source that the company does not have"),
        pytest.param(None, True, id="a contract that states no rhythm"),
    ],
)
def test_who_promised_nothing_is_never_late(policy, is_enabled):
    check = freshness_check(
        dg.AssetKey(["pos", "receipts"]), None, policy, is_enabled=is_enabled, now=NOW
    )

    assert check.passed


def test_a_late_source_stops_nothing(materialize):
    result = materialize()

    late = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert result.success
    assert {check.check_name for check in late} == {"deliveries_are_fresh"}


def test_what_is_left_in_landing_is_a_warning_that_names_it(materialize, deliver, data_folder):
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,9.99")
    (data_folder / "landing" / "poss").mkdir()
    (data_folder / "landing" / "poss" / "receipts_2026-01-01.csv").write_text("receipt_no")

    result = materialize()

    assert result.success
    (left,) = [
        check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "nothing_is_left_in_landing"
    ]
    assert (left.passed, left.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "'poss' is not landed: no source has a folder of this name" in str(left.metadata)
    assert row_counts(result)["ledger/unlanded_files"] == 1
