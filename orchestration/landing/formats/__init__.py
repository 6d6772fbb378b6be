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
    """Read a stored file in batches, by its contract. Raises QuarantineError.

    The connection computes on the batches and reads no table. It isn't the one that inserts them:
    that one is in the middle of a statement while a large file is read.
    """
    match contract.landing_format:
        case "csv":
            return delimited.read(path, contract, tally)
        case "jsonl":
            return documents.read_lines(path, contract, tally, connection)
        case "json":
            return documents.read_document(path, contract, tally, connection)
        case "parquet":
            return parquet.read(path, contract, tally, connection)
        case "xlsx":
            return excel.read(path, contract, tally)
