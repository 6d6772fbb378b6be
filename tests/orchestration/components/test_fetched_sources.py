import json
import socket

import dagster as dg
import pytest

from orchestration.components import FetchedSources, SourceTables, source_tables
from orchestration.instance.writer import WarehouseWriter
from orchestration.warehouse.connections import open_warehouse

OWNER = "data-platform@example.com"
NAME = "receipts_2026-01-01.csv"


@pytest.fixture
def declare(data_folder, monkeypatch):
    """Say where a source is fetched from."""
    monkeypatch.delenv("THROUGHLINE_COMPANY", raising=False)

    def write(source_name, text):
        path = data_folder / "fetching" / f"{source_name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


@pytest.fixture
def run(tmp_path, contracts, monkeypatch):
    """Fetch these sources and land `pos`, as one run does."""
    monkeypatch.setattr(source_tables, "load_contracts", lambda: contracts)
    sources = {
        table.table_name: {
            "source_name": "pos",
            "name": table.table_name,
            "description": "",
            "freshness": None,
        }
        for table in contracts[0].tables
    }
    sources["loads"] = {"source_name": "ledger", "name": "loads", "description": ""}
    sources["loads"]["freshness"] = None
    sources["unlanded"] = sources["loads"] | {"name": "unlanded_files"}
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"sources": sources}))

    def materialize(*source_names, settings=None):
        fetched = FetchedSources(source_names=source_names, owner=OWNER)
        landed = SourceTables(manifest_path=manifest, owner=OWNER, fetched=source_names)
        definitions = [dg.build_defs_for_component(one) for one in (fetched, landed)]
        return dg.materialize(
            [asset for one in definitions for asset in one.assets],
            resources={"warehouse": WarehouseWriter(settings=settings or {})},
            raise_on_error=False,
        )

    return materialize


def checks(result):
    return {
        check.asset_key.path[-1]: check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "everything_was_fetched"
    }


def receipts():
    with open_warehouse() as connection:
        return connection.execute("select receipt_no from raw_pos.receipts order by all").fetchall()


@pytest.fixture
def exports(tmp_path, declare):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / NAME).write_text("receipt_no,total\n1,5\n")
    declare("pos", f"origin: {{kind: object_store, url: 'file://{folder}'}}")
    return folder


def test_what_is_fetched_is_landed_in_the_same_run(run, exports):
    result = run("pos")

    assert result.success
    assert receipts() == [("1",)]
    assert checks(result)["pos"].passed


def test_an_origin_that_fails_is_a_warning_and_stops_no_landing(
    run, exports, declare, deliver, tmp_path
):
    (exports / NAME).unlink()
    exports.rmdir()
    declare("web", "origin: {kind: teleport}")
    declare("shop", "origin: {kind: object_store, url: 's3://a/b', secrets: {key: NO_SUCH_KEY}}")
    declare("nobody", f"origin: {{kind: object_store, url: 'file://{tmp_path}'}}")
    deliver(NAME, "receipt_no,total", "2,5")

    result = run("nobody", "pos", "shop", "web")

    assert result.success
    assert receipts() == [("2",)]
    problems = {
        name: check.metadata["problems"].value[0]
        for name, check in checks(result).items()
        if not check.passed and check.severity == dg.AssetCheckSeverity.WARN
    }
    assert problems["pos"] == "there is nothing of that name"
    assert problems["shop"] == "the environment lacks NO_SUCH_KEY"
    assert "web.yaml:1: origin: Input tag 'teleport'" in problems["web"]
    assert problems["nobody"] == "nobody has no contract: no such source"


def test_a_source_that_is_switched_off_is_not_fetched(run, exports, data_folder):
    result = run("pos", settings={"sources": "web"})

    assert result.success
    assert not (data_folder / "landing" / "pos").exists()


def test_a_fetch_that_does_not_end_is_ended(run, declare):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        declare(
            "pos",
            "timeout_minutes: 0.05\n"
            "origin:\n"
            "  kind: object_store\n"
            "  url: s3://exports/pos\n"
            f"  options: {{anon: true, endpoint_url: 'http://127.0.0.1:{port}'}}",
        )

        result = run("pos")

    assert result.success
    assert checks(result)["pos"].metadata["problems"].value == [
        "ended after 3 seconds: see timeout_minutes"
    ]
