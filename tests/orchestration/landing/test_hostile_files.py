"""No file stops another: whatever one does to its parser, the others land."""

from dataclasses import replace
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
from orchestration.landing.reader import Limits, Reader
from tests.orchestration.landing.hostile_files import CONTRACT, FILES, good

# Half of it is more than a child holds at its start: one child reads all files.
MEMORY = 640 << 20
# What a program takes of its files (code) doesn't count as its data.
CODE = 256 << 20
TABLES = ("rows", "lines", "wrapped", "grid", "sheet")
BEFORE_AND_AFTER = "\n".join(
    [
        CONTRACT,
        CONTRACT.partition("sources:")[2].replace("hostile", "after"),
        CONTRACT.partition("sources:")[2].replace("hostile", "before"),
    ]
)
ENDING = {"sheet": ".xlsx"}


@pytest.fixture(scope="module")
def reader():
    """One for all files of this module: each leaves it fit for the next."""
    reader = Reader(Limits(memory_bytes=MEMORY, cpu_seconds=20))
    yield reader
    reader.close()


@pytest.fixture
def company(tmp_path, reader, monkeypatch):
    """Three sources; the one in the middle is given the hostile file."""
    monkeypatch.setattr("orchestration.landing.desk.shared_reader", lambda: reader)
    folder = tmp_path / "contracts" / "three"
    folder.mkdir(parents=True)
    (folder / "_three__sources.yml").write_text(BEFORE_AND_AFTER)
    contracts = sorted(
        load_contracts(folder.parent),
        key=lambda contract: ("before", "hostile", "after").index(contract.source_name),
    )
    with duckdb.connect() as connection:
        ensure_tables(connection, contracts)
        yield Company(tmp_path, contracts, connection)


class Company:
    def __init__(self, folder, contracts, connection):
        self.contracts, self.connection = contracts, connection
        self.landing, self.claims = folder / "landing", folder / "claimed"
        self.archive = Archive(folder / "archive", folder / "quarantine")
        for contract in contracts:
            (self.landing / contract.source_name).mkdir(parents=True)

    def land(self):
        for contract in self.contracts:
            folder = self.landing / contract.source_name
            options = {"claims": self.claims, "archive": self.archive, "quiet_seconds": 0}
            for table in contract.tables:
                land(self.connection, table, folder, **options)
            land_unknown_files(self.connection, contract, folder, **options)
        assert check_accounting(self.connection) == []
        assert not [path for path in self.landing.rglob("*") if not path.is_dir()]
        assert not [path for path in self.claims.rglob("*") if not path.is_dir()]

    def deliver_good_files(self):
        """Two files of each table in each source; returns how many."""
        number = 0
        for contract in self.contracts:
            for table in contract.tables:
                for place in (0, 9):
                    number += 1
                    name = f"{table.table_name}_{place}{ENDING.get(table.table_name, '')}"
                    path = self.landing / contract.source_name / name
                    path.write_bytes(good(table.table_name, number))
        return number

    def outcomes(self, where="true"):
        return self.connection.execute(
            "select status, reason_code, reason from ledger.deliveries "
            f"where {where} order by delivery_id"
        ).fetchall()


def peak_bytes(reader):
    status = Path(f"/proc/{reader.process_id}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) << 10


def assert_as_expected(hostile, outcome):
    status, reason_code, reason = outcome
    if hostile.refused_as is None:
        assert (status, reason_code) == ("loaded", None)
    else:
        assert status == "quarantined"
        assert reason_code in hostile.refused_as.split()
        assert reason


@pytest.mark.parametrize("hostile", FILES.values(), ids=FILES)
def test_a_hostile_file_alone_has_its_outcome(company, reader, hostile, capfd):
    hostile.deliver(company.landing / "hostile")

    company.land()

    (outcome,) = company.outcomes()
    assert_as_expected(hostile, outcome)
    assert "Traceback" not in "".join(capfd.readouterr())
    if reader.process_id is not None:
        assert peak_bytes(reader) < MEMORY + CODE


@pytest.mark.slow
@pytest.mark.parametrize("hostile", FILES.values(), ids=FILES)
def test_a_hostile_file_stops_no_other(company, hostile, capfd):
    count = company.deliver_good_files()
    hostile.deliver(company.landing / "hostile")

    company.land()

    (outcome,) = company.outcomes(r"not regexp_matches(file_name, '^[a-z]+_[09]($|\.xlsx)')")
    assert_as_expected(hostile, outcome)
    loaded = [outcome for outcome in company.outcomes() if outcome[0] == "loaded"]
    assert len(loaded) == count + (hostile.refused_as is None)
    assert "Traceback" not in "".join(capfd.readouterr())


def test_all_hostile_files_at_once_stop_no_good_one(company, capfd):
    count = company.deliver_good_files()
    for number, hostile in enumerate(FILES.values()):
        name = f"5_{number}" if hostile.name == "5" else hostile.name
        replace(hostile, name=name).deliver(company.landing / "hostile")

    company.land()

    loaded = [outcome for outcome in company.outcomes() if outcome[0] == "loaded"]
    assert len(loaded) >= count
    assert "Traceback" not in "".join(capfd.readouterr())
