"""Rows of a Parquet file, every value cast to text by DuckDB."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract, quote_identifier
from orchestration.landing.decoding import is_bomb
from orchestration.landing.formats.header import Header, with_extra, without_keyless
from orchestration.landing.problems import QuarantineError

_ROWS_AT_ONCE = 50_000

# The types that a file may have for each data_type of the contract; varchar accepts any.
_FAMILIES = {
    "boolean": pa.types.is_boolean,
    "bigint": pa.types.is_integer,
    "integer": pa.types.is_integer,
    "smallint": pa.types.is_integer,
    "double": lambda kind: pa.types.is_floating(kind) or pa.types.is_integer(kind),
    "float": lambda kind: pa.types.is_floating(kind) or pa.types.is_integer(kind),
    "decimal": lambda kind: pa.types.is_decimal(kind) or pa.types.is_integer(kind),
    "timestamp": pa.types.is_timestamp,
    "timestamptz": pa.types.is_timestamp,
    "date": pa.types.is_date,
}


def read(
    path: Path, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """The file's rows in batches; the row is what is counted."""
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        _check_size(path, file.metadata)
        header = Header.of(file.schema_arrow.names, contract)
        _check_types(file.schema_arrow, contract)
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            yield _batch(connection, pa.Table.from_batches([batch]), header, tally)
    except (pa.ArrowException, OSError) as error:
        raise QuarantineError("parquet_damaged", "the file isn't whole, valid Parquet") from error


def _check_size(path: Path, metadata: pq.FileMetaData) -> None:
    """Refuse a few kilobytes that stand for more values than any export has in them."""
    values = metadata.num_rows * metadata.num_columns
    if is_bomb(path.stat().st_size, values):
        raise QuarantineError("compression_bomb", f"the file says that it has {values} values")


def _check_types(schema: pa.Schema, contract: TableContract) -> None:
    for column in contract.columns:
        declared = column.data_type.lower().split("(")[0]
        is_of_family = _FAMILIES.get(declared)
        if column.name not in schema.names or is_of_family is None:
            continue
        delivered = schema.field(column.name).type
        if not is_of_family(delivered) and not pa.types.is_null(delivered):
            raise QuarantineError(
                "wrong_type", f"column {column.name} is {delivered}, the contract says {declared}"
            )


def _as_text(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> pa.Table:
    casts = ", ".join(
        f"{_text_of(field)} as {quote_identifier(field.name)}" for field in rows.schema
    )
    connection.register("_landing_rows", rows)
    texts = connection.sql(f"select {casts} from _landing_rows").to_arrow_table()
    connection.unregister("_landing_rows")
    return texts


def _text_of(field: pa.Field) -> str:
    name = quote_identifier(field.name)
    return (
        f"cast(to_json({name}) as varchar)"
        if pa.types.is_nested(field.type)
        else f"cast({name} as varchar)"
    )


def _batch(
    connection: duckdb.DuckDBPyConnection, rows: pa.Table, header: Header, tally: Tally
) -> Batch:
    texts = _as_text(connection, rows.rename_columns(list(header.names)))
    arrays = {
        name: texts[name] if name in header.names else pa.nulls(len(rows), pa.string())
        for name in header.contract.column_names
    }
    extras = texts.select(header.added).to_pylist() if header.added else ()
    numbers = np.arange(tally.lines + 1, tally.lines + 1 + len(rows))
    tally.lines += len(rows)
    table = with_extra(arrays, extras, numbers)
    # Text that isn't UTF-8 would stop the insert of every file beside this one.
    table.validate(full=True)
    return without_keyless(table, header.contract, tally)
