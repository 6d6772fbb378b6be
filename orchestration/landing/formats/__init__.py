"""One reader per format; each turns a stored file into batches of raw rows and refused ones."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.formats import delimited, documents, excel, parquet

COUNTED_UNITS = {
    "csv": "line",
    "jsonl": "line",
    "json": "element",
    "parquet": "row",
    "xlsx": "row",
}


def read(
    path: Path, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """Read a stored file in batches, by its contract. Raises QuarantineError."""
    # A connection of its own: the caller's may be in the middle of reading these very batches.
    cursor = connection.cursor()
    cursor.execute("set TimeZone = 'UTC'")
    match contract.landing_format:
        case "csv":
            return delimited.read(path, contract, tally)
        case "jsonl":
            return documents.read_lines(path, contract, tally, cursor)
        case "json":
            return documents.read_document(path, contract, tally, cursor)
        case "parquet":
            return parquet.read(path, contract, tally, cursor)
        case "xlsx":
            return excel.read(path, contract, tally)
