"""Rows and records as the file that a contract promises: for origins that hold no files."""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from orchestration.fetching.origins.origin import OriginError
from orchestration.landing.contract import TableContract

_NUMBER_DIGITS = 6


def file_name(table: TableContract, complete_until: date, number: int) -> str:
    """A name that the table expects, of its own for each number; its pattern needs a `*` for it."""
    if "*" not in table.landing_file:
        raise OriginError(
            f"landing_file of {table.table_name} needs a *: each fetch is a file of its own"
        )
    dated = table.landing_file.replace("{date}", complete_until.isoformat())
    return dated.replace("*", f"_{number:0{_NUMBER_DIGITS}}", 1).replace("*", "")


def write_rows(rows: pa.RecordBatchReader, table: TableContract, path: Path) -> int:
    """Write a table of a database; returns how many rows it has."""
    schema = pa.schema([pa.field(one.name, _storage(one.type)) for one in rows.schema])
    if table.landing_format in ("json", "jsonl"):
        batches = (_plain(batch, schema).to_pylist() for batch in rows)
        return write_records((record for batch in batches for record in batch), table, path)
    count = 0
    with _table_writer(table, path, schema) as writer:
        for batch in rows:
            writer.write(_plain(batch, schema))
            count += batch.num_rows
    return count


def write_records(records: Iterable[Any], table: TableContract, path: Path) -> int:
    """Write JSON records; returns how many there are."""
    _assert_utf8(table)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for text in _document(records, table):
            count += 1
            file.write(text)
    # What opens and closes a document is no record.
    return count if table.landing_format == "jsonl" else count - 2


def _document(records: Iterable[Any], table: TableContract) -> Iterator[str]:
    texts = (json.dumps(one, ensure_ascii=False, default=str) for one in records)
    if table.landing_format == "jsonl":
        yield from (f"{text}\n" for text in texts)
        return
    if table.landing_format != "json":
        raise OriginError(f"{table.table_name}: records are written as json or jsonl only")
    wrapped = table.landing_records_path
    yield f"{{{json.dumps(wrapped)}: [" if wrapped else "["
    for number, text in enumerate(texts):
        yield f",\n{text}" if number else f"\n{text}"
    yield "\n]}\n" if wrapped else "\n]\n"


def _table_writer(
    table: TableContract, path: Path, schema: pa.Schema
) -> AbstractContextManager[Any]:
    if table.landing_format == "parquet":
        return pq.ParquetWriter(path, schema, write_page_checksum=True)
    if table.landing_format == "csv":
        _assert_utf8(table)
        options = csv.WriteOptions(delimiter=table.landing_delimiter)
        return csv.CSVWriter(path, schema, write_options=options)
    raise OriginError(f"{table.table_name}: rows are written as csv, parquet, json or jsonl only")


def _assert_utf8(table: TableContract) -> None:
    if table.landing_encoding != "utf-8":
        raise OriginError(f"{table.table_name}: what is fetched is UTF-8; its contract says else")


def _storage(kind: pa.DataType) -> pa.DataType:
    """The plain type below a type of the database's own."""
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _plain(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [
        column.storage if isinstance(column, pa.ExtensionArray) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
