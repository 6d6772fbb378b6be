"""Landing against DuckDB's own readers: CPU-seconds over the same files, in the same run.

`python -m tests.bench.bench_landing` prints JSON. Landing does more than the plain read (archive
copy, hash, checksums, accounts of every line, ledger); the promise is at most twice its cost.
"""

import gzip
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from orchestration.landing import Archive, SourceContract, ensure_tables, land, load_contracts
from orchestration.landing.accounting import Tally
from orchestration.landing.reader import shared_reader

COLUMNS = ("receipt_no", "store", "sold_at", "card", "sku", "quantity", "amount", "note")
KEYS = ("messageId", "type", "event", "userId", "anonymousId", "timestamp", "receivedAt")
NESTED_KEYS = ("properties", "context")
RUNS = 5

CONTRACT = """
sources:
  - name: bench
    schema: raw_bench
    tables:
      - name: records
        config:
          meta: {{landing_format: {format}, landing_file: "records_*", landing_key: [{key}]}}
        columns: [{columns}]
"""


def receipts(count: int) -> Iterator[str]:
    """Till lines as CSV."""
    random = np.random.default_rng(1)
    amounts = random.integers(99, 99_999, count)
    skus = random.integers(0, 5_000, count)
    yield ",".join(COLUMNS)
    for number in range(count):
        day, minute = number % 28 + 1, number % 60
        yield (
            f"{number:09d},S{number % 40:02d},2026-01-{day:02d} 10:{minute:02d}:00,"
            f"C{skus[number] * 7:08d},SKU-{skus[number]:05d},{number % 4 + 1},"
            f'{amounts[number] / 100:.2f},"Paid by card, slip {amounts[number]}"'
        )


def events(count: int) -> Iterator[str]:
    """Web events as JSON."""
    random = np.random.default_rng(2)
    ids = random.integers(0, 1 << 60, count)
    for number in range(count):
        product = ids[number] % 500
        yield json.dumps(
            {
                "messageId": f"m-{number}-{ids[number]:x}",
                "type": "track",
                "event": "Product Viewed",
                "userId": None if number % 3 else f"A{product:07d}",
                "anonymousId": f"{ids[number]:x}",
                "timestamp": f"2026-01-{number % 28 + 1:02d}T10:{number % 60:02d}:00.123Z",
                "receivedAt": f"2026-01-{number % 28 + 1:02d}T10:{number % 60:02d}:01.123Z",
                "properties": {"product_id": int(product), "price": 19.9, "name": 'Lampka "Ż"'},
                "context": {
                    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
                    "ip": f"10.0.0.{product % 250}",
                    "page": {"path": f"/p/{product}", "title": "Shop"},
                },
            },
            ensure_ascii=False,
        )


def write_csv(folder: Path, count: int) -> None:
    """One plain file."""
    (folder / "records_1.csv").write_text("\n".join(receipts(count)) + "\n")


def write_jsonl(folder: Path, count: int) -> None:
    """One gzip file."""
    with gzip.open(folder / "records_1.jsonl.gz", "wt", compresslevel=6) as file:
        file.writelines(f"{event}\n" for event in events(count))


def write_json(folder: Path, count: int) -> None:
    """One top-level array."""
    (folder / "records_1.json").write_text("[" + ",\n".join(events(count)) + "]\n")


@dataclass(frozen=True)
class Case:
    """Files of one format, and the plain statement that landing is compared with."""

    format: str
    write: Callable[[Path, int], None]
    key: str
    columns: tuple[str, ...]
    plain: str


EVENT_COLUMNS = ", ".join(
    [f"'{key}': 'varchar'" for key in KEYS] + [f"'{key}': 'json'" for key in NESTED_KEYS]
)
CASES = (
    Case(
        "csv",
        write_csv,
        "receipt_no",
        COLUMNS,
        "read_csv(?, auto_detect = false, header = true, columns = {"
        + ", ".join(f"'{name}': 'varchar'" for name in COLUMNS)
        + "})",
    ),
    Case(
        "jsonl",
        write_jsonl,
        "messageId",
        (),
        f"read_json(?, format = 'newline_delimited', columns = {{{EVENT_COLUMNS}}})",
    ),
    Case(
        "json",
        write_json,
        "messageId",
        (),
        f"read_json(?, format = 'array', columns = {{{EVENT_COLUMNS}}})",
    ),
)


def cpu_seconds(work: Callable[[Path], None]) -> float:
    """CPU-seconds of all threads, the reading process included, in a folder of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        start = cpu_seconds_so_far()
        work(Path(scratch))
        return cpu_seconds_so_far() - start


def cpu_seconds_so_far() -> float:
    """Of this process, of the children that have ended and of the one that reads."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + reading_seconds()


def reading_seconds() -> float:
    """CPU-seconds of the reading process up to now; 0 while there is none."""
    process_id = shared_reader().process_id
    if process_id is None:
        return 0
    # The words after the command's name, which stands in brackets.
    words = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def declared(case: Case, folder: Path) -> list[SourceContract]:
    """The contract of the case's files."""
    contract = folder / "contracts" / "bench" / "_bench__sources.yml"
    contract.parent.mkdir(parents=True)
    columns = ", ".join(f"{{name: {column}}}" for column in case.columns)
    contract.write_text(CONTRACT.format(format=case.format, key=case.key, columns=columns))
    return load_contracts(folder / "contracts")


def measure(case: Case, folder: Path, count: int) -> dict[str, float]:
    """Compare landing the case's files with one plain statement over them."""
    files = folder / "files"
    files.mkdir()
    case.write(files, count)
    (source,) = declared(case, folder)
    (table,) = source.tables
    size = sum(file.stat().st_size for file in files.iterdir())

    def read_plainly(scratch: Path) -> None:
        paths = [str(file) for file in files.iterdir()]
        with duckdb.connect(scratch / "plain.duckdb") as connection:
            connection.execute(f"create table records as select * from {case.plain}", [paths])

    def land_files(scratch: Path) -> None:
        # Landing empties its folder; a hard link leaves the file for the next run.
        (scratch / "landing").mkdir()
        for file in files.iterdir():
            (scratch / "landing" / file.name).hardlink_to(file)
        archive = Archive(scratch / "archive", scratch / "quarantine")
        with duckdb.connect(scratch / "landed.duckdb") as connection:
            ensure_tables(connection, [source])
            summary = land(
                *(connection, table, scratch / "landing"),
                claims=scratch / "claimed",
                archive=archive,
                quiet_seconds=0,
            )
        assert summary.loaded_rows == count

    # Taken in turns, so that a busy moment of the machine doesn't fall on one of them only.
    turns = [(cpu_seconds(read_plainly), cpu_seconds(land_files)) for _ in range(RUNS)]
    plain, landing = (min(seconds) for seconds in zip(*turns, strict=True))
    return {
        "rows": count,
        "megabytes": round(size / 1e6, 1),
        "plain_cpu_seconds": round(plain, 2),
        "landing_cpu_seconds": round(landing, 2),
        "ratio": round(landing / plain, 2),
    }


def started_reader_seconds() -> float:
    """CPU-seconds until the reading process, one for all files of a run, has read a first file."""
    with tempfile.TemporaryDirectory() as scratch:
        (csv, *_) = CASES
        (source,) = declared(csv, Path(scratch))
        csv.write(Path(scratch), 1)
        rows = list(
            shared_reader().read(Path(scratch) / "records_1.csv", source.tables[0], Tally())
        )
        assert len(rows) > 0
    return reading_seconds()


def main(count: int = 500_000) -> None:
    """Print the ratios, what it costs to start the reading process, and the peaks of memory."""
    start = started_reader_seconds()
    results = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as scratch:
            results[case.format] = measure(case, Path(scratch), count)
    shared_reader().close()
    peaks = {
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "reader_peak_megabytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }
    results = {"landing": results, "reader_start_cpu_seconds": round(start, 2)} | peaks
    json.dump(results, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
