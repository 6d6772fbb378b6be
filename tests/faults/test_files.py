"""Hostile and damaged files of every format: no run stops, and no line is unaccounted for."""

import gzip
import os
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import (
    Archive,
    check_accounting,
    ensure_tables,
    land,
    land_unknown_files,
    load_contracts,
)
from tests.faults import figures
from tests.faults.made_files import CONTRACT, LINE_ENCODINGS, made_files

SEED = os.environ.get("FAULTS_SEED", "1")


@pytest.fixture
def landed(tmp_path, monkeypatch):
    """All files in one run of landing; what stopped it, the ledger and the files."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(os, "sync", lambda: None)
    contracts = tmp_path / "contracts" / "made"
    contracts.mkdir(parents=True)
    (contracts / "_made__sources.yml").write_text(CONTRACT)
    (source,) = load_contracts(contracts.parent)
    folder = tmp_path / "landing"
    folder.mkdir()
    files = {}
    for number, (what, table, content, rows) in enumerate(made_files(SEED)):
        # A content that has come before would be a duplicate, and nobody would read it.
        name = f"{table}_{number:03d}"
        if content not in [one[1] for one in files.values()]:
            files[name] = (what, content, table, rows)
            (folder / name).write_bytes(content)
    stopped = []
    with duckdb.connect() as connection:
        ensure_tables(connection, [source])
        archive = Archive(tmp_path / "archive", tmp_path / "quarantine")
        options = {"claims": tmp_path / "claimed", "archive": archive, "quiet_seconds": 0}
        for table in source.tables:
            try:
                land(connection, table, folder, **options)
            except Exception as error:
                stopped.append(f"{table.table_name}: {error!r}")
        land_unknown_files(connection, source, folder, **options)
        yield stopped, connection, files, folder


def physical_lines(content: bytes, encoding: str) -> int:
    """Lines of a text as an editor counts them: a reader of our own, byte by byte."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    wide = encoding.startswith("utf-16")
    text = content.decode(encoding) if wide else content.decode("latin-1")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    count = 0
    is_open = False
    for letter in text:
        is_open = letter != "\n"
        count += not is_open
    return count + is_open


def test_no_file_stops_a_run_and_no_line_is_unaccounted_for(landed):
    stopped, connection, files, folder = landed

    outcomes = connection.execute(
        "select file_name, status, reason_code, lines, loaded_rows, rejected_rows, "
        "lines - header_lines - blank_lines - row_lines - reject_lines as missing "
        "from ledger.deliveries left join ledger.loads using (load_id, file_name)"
    ).fetchall()

    unaccounted, wrong = 0, []
    for name, status, reason_code, lines, loaded_rows, rejected_rows, missing in outcomes:
        what, content, table, rows = files[name]
        if status != "loaded":
            wrong += [f"{what}: {status}"] if status != "quarantined" or not reason_code else []
            wrong += [f"{what}: {reason_code}"] if rows else []
            continue
        unaccounted += abs(missing)
        if table in LINE_ENCODINGS:
            counted = physical_lines(content, LINE_ENCODINGS[table])
            if counted != lines:
                wrong.append(f"{what}: {lines} lines in the ledger, {counted} counted")
                unaccounted += abs(counted - lines)
        if rows and (loaded_rows, rejected_rows) != (rows, 0):
            wrong.append(f"{what}: {loaded_rows} rows")
    figures.record(
        "hostile and damaged files",
        len(files),
        {
            "runs stopped": len(stopped),
            "files without an outcome": len(files) - len(outcomes),
            "lines unaccounted": unaccounted,
            "wrong": len(wrong),
        },
        loaded=sum(outcome[1] == "loaded" for outcome in outcomes),
        seed=SEED,
    )
    assert len(files) >= 150
    assert (stopped, wrong, unaccounted) == ([], [], 0)
    assert sorted(name for name, *_ in outcomes) == sorted(files)
    assert check_accounting(connection) == []
    assert not list(Path(folder).iterdir())
