"""`seeds/sample/` is a small delivery of every source, as its vendor would send it."""

import filecmp
import shutil

from orchestration.landing import check_accounting, ensure_tables, land, load_contracts
from orchestration.paths import SAMPLE_DIR
from orchestration.sample_world.__main__ import main
from orchestration.warehouse.connections import open_warehouse

BYTES_AT_MOST = 2_000_000


def files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_the_sample_is_small():
    assert sum((SAMPLE_DIR / file).stat().st_size for file in files(SAMPLE_DIR)) <= BYTES_AT_MOST


def test_the_sample_is_what_the_generator_writes_today(tmp_path):
    main(["--customers", "800", "--days", "28", "--seed", "3", "--out", str(tmp_path)])

    written = tmp_path / "landing"
    assert files(written) == files(SAMPLE_DIR)
    _, different, unreadable = filecmp.cmpfiles(
        written, SAMPLE_DIR, [str(file) for file in files(SAMPLE_DIR)], shallow=False
    )
    assert not different
    assert not unreadable


def test_every_file_of_the_sample_lands_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setenv("THROUGHLINE_QUIET_SECONDS", "0")
    contracts = [c for c in load_contracts() if (SAMPLE_DIR / c.source_name).exists()]
    assert len(contracts) == 17

    summaries = []
    with open_warehouse() as connection:
        ensure_tables(connection, contracts)
        for contract in contracts:
            folder = tmp_path / "landing" / contract.source_name
            shutil.copytree(SAMPLE_DIR / contract.source_name, folder)
            summaries += [land(connection, table, folder) for table in contract.tables]
        problems = check_accounting(connection)

    assert sum(summary.deliveries.get("loaded", 0) for summary in summaries) == len(
        files(SAMPLE_DIR)
    )
    assert not sum(summary.rejected_rows for summary in summaries)
    assert not problems
