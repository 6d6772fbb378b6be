"""A landing place of one's own: contracts, folders and a warehouse under `tmp_path`."""

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import (
    Archive,
    LandingSummary,
    check_accounting,
    ensure_tables,
    formats,
    land,
    land_unknown_files,
    load_contracts,
)

RECEIPTS = """
sources:
  - name: pos
    schema: raw_pos
    config:
      meta: {{landing_format: csv {settings}}}
    tables:
      - name: receipts
        config: {{meta: {{landing_file: "receipts_{{date}}*.csv*" {table_settings}}}}}
        columns:
          - {{name: receipt_no, data_type: varchar}}
          - {{name: "Loyalty Card", data_type: varchar, config: {{meta: {{personal_data: card}}}}}}
          - {{name: amount, data_type: varchar}}
          - {{name: note, data_type: varchar, config: {{meta: {{landing_optional: true}}}}}}
"""
EVENTS = """
sources:
  - name: web
    schema: raw_web
    config:
      meta: {{landing_format: {format} {settings}}}
    tables:
      - name: events
        config: {{meta: {{landing_file: "events_*", landing_key: [id]}}}}
"""


@pytest.fixture(autouse=True)
def _no_wait_for_the_disk(monkeypatch):
    """No test of landing looks at what a loss of power leaves."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(os, "sync", lambda: None)


@dataclass
class Place:
    """One source, its landing folder and the warehouse that it lands in."""

    folder: Path
    claims: Path
    contracts: Path
    archive: Archive
    connection: duckdb.DuckDBPyConnection

    @property
    def source(self):
        return load_contracts(self.contracts)[0]

    def declare(self, name: str, text: str) -> None:
        folder = self.contracts / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"_{name}__sources.yml").write_text(text)
        ensure_tables(self.connection, load_contracts(self.contracts))

    def deliver(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self) -> LandingSummary:
        (table,) = self.source.tables
        arguments = {"archive": self.archive, "claims": self.claims, "run_id": "run"}
        arguments |= {"quiet_seconds": 0}
        summary = land(self.connection, table, self.folder, **arguments)
        land_unknown_files(self.connection, self.source, self.folder, **arguments)
        assert check_accounting(self.connection) == []
        return summary

    def query(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def left_over(self) -> list[Path]:
        """Files in claims: taken out of landing and not settled."""
        return [path for path in self.claims.rglob("*") if not path.is_dir()]

    def statuses(self) -> list[str]:
        return [
            status
            for (status,) in self.query("select status from ledger.deliveries order by delivery_id")
        ]

    def quarantine_reason(self) -> tuple[str, str]:
        ((reason_code, reason),) = self.query(
            "select reason_code, reason from ledger.deliveries where status = 'quarantined'"
        )
        return reason_code, reason

    def rejects(self) -> list[tuple]:
        return self.query(
            "select line_number, line_count, reason_code, raw_text from ledger.rejects "
            "order by load_id, line_number"
        )


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "landing"
    folder.mkdir()
    archive = Archive(tmp_path / "archive", tmp_path / "quarantine")
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        yield Place(folder, tmp_path / "claimed", tmp_path / "contracts", archive, connection)


@pytest.fixture
def read_here(monkeypatch):
    """Parse in this process, for a test that changes how a format is read."""

    class ReaderHere:
        def read(self, path, contract, tally):
            yield from formats.read(path, contract, tally, duckdb.connect())
            tally.check(contract)

    monkeypatch.setattr("orchestration.landing.desk.shared_reader", ReaderHere)


@pytest.fixture
def pos(place):
    """Till receipts: four columns, the last one optional."""

    def declare(settings: str = "", table_settings: str = ""):
        place.declare("pos", RECEIPTS.format(settings=settings, table_settings=table_settings))
        return place

    return declare


@pytest.fixture
def web(place):
    """Web events with the key `id`."""

    def declare(format: str = "jsonl", settings: str = ""):
        place.declare("web", EVENTS.format(format=format, settings=settings))
        return place

    return declare
