import errno
import os

import pytest
from typer.testing import CliRunner

from orchestration.landing import Archive
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


def test_a_source_that_cannot_land_keeps_no_other_from_it(run, tmp_path, monkeypatch):
    for source, name in (("web", "events_2026-01-02.jsonl"), ("chat", "else.txt")):
        folder = tmp_path / "landing" / source
        folder.mkdir(parents=True)
        (folder / name).write_text('{"messageId":"1"}\n')
    really_store = Archive.store

    def store(archive, delivered):
        if delivered.name == "else.txt":
            raise OSError(errno.EIO, "Input/output error")
        return really_store(archive, delivered)

    monkeypatch.setattr(Archive, "store", store)

    outcome = run()

    assert outcome.exit_code == 1
    assert "chat: not landed: [Errno 5] Input/output error" in outcome.output
    assert "web.events: 1 loaded" in outcome.output


def test_all_that_it_makes_is_for_its_owner_only(run, tmp_path):
    folder = tmp_path / "landing" / "web"
    folder.mkdir(parents=True)
    (folder / "events_2026-01-02.jsonl").write_text('{"messageId":"1"}\n')
    previous = os.umask(0o022)
    try:
        assert run("web").exit_code == 0
    finally:
        os.umask(previous)

    made = [path for path in tmp_path.rglob("*") if "landing" not in path.parts]
    assert made
    assert {path.stat().st_mode & 0o077 for path in made} == {0}
