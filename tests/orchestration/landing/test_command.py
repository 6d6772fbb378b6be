import pytest
from typer.testing import CliRunner

from orchestration.landing.__main__ import app
from orchestration.warehouse.connections import open_warehouse


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setenv("THROUGHLINE_QUIET_SECONDS", "0")
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_what_waits_is_landed_and_said(run, tmp_path):
    folder = tmp_path / "landing" / "web"
    folder.mkdir(parents=True)
    (folder / "events_2026-01-02.jsonl").write_text('{"messageId":"1"}\n{"messageId":""}\n')
    (folder / "else.txt").write_text("x")

    outcome = run("web")

    assert outcome.exit_code == 0, outcome.output
    assert "web.events: 1 loaded; 1 rows, 1 rejected" in outcome.output
    assert "web.?: 1 unknown_file" in outcome.output
    assert "'else.txt': unknown_file: no table of the source expects this name" in outcome.output
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        rows = connection.execute("select payload from raw_web.events").fetchall()
    assert rows == [('{"messageId":"1"}',)]
    assert (tmp_path / "warehouse.duckdb").stat().st_mode & 0o777 == 0o600


def test_a_source_without_contract_is_an_error(run):
    outcome = run("telepathy")

    assert outcome.exit_code == 1
    assert "no contract for telepathy" in outcome.output
