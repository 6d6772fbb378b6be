"""A company with one source, an origin beside it, and a landing folder between the two."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.fetching import cursors, declarations, fetch
from orchestration.fetching.declarations import declaration, ready
from orchestration.fetching.delivery import Fetched, deliver_new
from orchestration.fetching.origins.origin import Origin
from orchestration.landing import (
    SourceContract,
    check_accounting,
    ensure_tables,
    land,
    land_unknown_files,
)
from orchestration.warehouse.connections import open_warehouse


@dataclass
class Company:
    """A source `pos` that is fetched and landed."""

    data: Path
    contract: SourceContract

    @property
    def landing(self) -> Path:
        return self.data / "landing" / "pos"

    def declare(self, text: str) -> None:
        path = self.data / "fetching" / "pos.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def origin(self) -> Origin:
        return ready(declaration("pos"), self.contract).origin

    def fetch(self) -> Fetched:
        origin = ready(declaration("pos"), self.contract)
        return deliver_new("pos", origin.origin, origin.secrets)

    def land(self) -> None:
        with open_warehouse() as connection:
            ensure_tables(connection, [self.contract])
            for table in self.contract.tables:
                land(connection, table, self.landing)
            land_unknown_files(connection, self.contract, self.landing)
            assert check_accounting(connection) == []

    def query(self, sql: str) -> list[tuple]:
        with open_warehouse() as connection:
            ensure_tables(connection, [self.contract])
            return connection.execute(sql).fetchall()

    def receipts(self) -> list[tuple]:
        return self.query("select receipt_no, total from raw_pos.receipts order by all")

    def deliveries(self) -> list[tuple]:
        return self.query("select file_name, status from ledger.deliveries order by delivery_id")

    def reached(self) -> dict:
        return cursors.Cursors.of("pos").reached


@pytest.fixture
def company(data_folder, contracts, monkeypatch):
    (contract,) = contracts
    monkeypatch.delenv("THROUGHLINE_COMPANY", raising=False)
    monkeypatch.setattr(fetch, "load_contracts", lambda: contracts)
    assert declarations.fetching_dir() == data_folder / "fetching"
    return Company(data_folder, contract)
