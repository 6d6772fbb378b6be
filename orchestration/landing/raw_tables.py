"""The raw tables: made by contract, filled with the rows of deliveries.

Each row carries where it came from. Reading files and deciding about them don't belong here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

import duckdb
import pyarrow as pa

from orchestration.landing.contract import SourceContract, TableContract, quote_identifier
from orchestration.landing.problems import QuarantineError


@dataclass(frozen=True)
class Origin:
    """The origin of a raw row: the columns that landing adds."""

    load_id: int
    file_date: date | None
    loaded_at: datetime

    def added_to(self, rows: pa.Table) -> pa.Table:
        """The rows with the columns that landing adds."""
        origin = {
            "_load_id": pa.scalar(self.load_id, pa.int64()),
            "_file_date": pa.scalar(self.file_date, pa.date32()),
            "_loaded_at": pa.scalar(self.loaded_at, pa.timestamp("us")),
        }
        for name, value in origin.items():
            rows = rows.append_column(name, pa.repeat(value, len(rows)))
        return rows


def ensure_raw_tables(
    connection: duckdb.DuckDBPyConnection, contracts: Iterable[SourceContract]
) -> None:
    """Create every raw table; add columns that a contract has gained."""
    existing: dict[tuple[str, str], set[str]] = {}
    for schema_name, table_name, column_name in connection.execute(
        "select table_schema, table_name, lower(column_name) from information_schema.columns "
        "where table_catalog = current_database()"
    ).fetchall():
        existing.setdefault((schema_name, table_name), set()).add(column_name)
    for source in contracts:
        for table in source.tables:
            known = existing.get((table.schema_name, table.table_name))
            if known is None:
                _create(connection, table)
            else:
                _add_columns(connection, table, known)


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: TableContract,
    rows: pa.Table | pa.RecordBatchReader,
) -> None:
    """Add rows that carry their origin."""
    connection.register("_landing_rows", rows)
    connection.execute(f"insert into {table.relation} by name select * from _landing_rows")
    connection.unregister("_landing_rows")


def insert_stream(
    connection: duckdb.DuckDBPyConnection, table: TableContract, tables: Iterator[pa.Table]
) -> None:
    """Add rows that carry their origin while they are read: they are too many to be held.

    A QuarantineError of the reader reaches the caller as such.
    """
    problem: QuarantineError | None = None

    def remaining() -> Iterator[pa.Table]:
        nonlocal problem
        try:
            yield from tables
        except QuarantineError as error:
            # DuckDB would pass it on as an error of its own.
            problem = error
            raise

    first = next(tables)
    batches = (batch for rows in chain([first], remaining()) for batch in rows.to_batches())
    try:
        insert(connection, table, pa.RecordBatchReader.from_batches(first.schema, batches))
    except duckdb.Error:
        if problem is not None:
            raise problem from None
        raise


def _create(connection: duckdb.DuckDBPyConnection, table: TableContract) -> None:
    # Repetitive text shrinks to a third of the default's size, and is written and read faster.
    text = "varchar" if table.is_tabular else "varchar using compression zstd"
    columns = [f"{quote_identifier(name)} {text}" for name in table.raw_columns]
    columns += ["_load_id bigint", "_line bigint", "_file_date date", "_loaded_at timestamp"]
    connection.execute(f"create schema if not exists {quote_identifier(table.schema_name)}")
    connection.execute(f"create table {table.relation} ({', '.join(columns)})")


def _add_columns(
    connection: duckdb.DuckDBPyConnection, table: TableContract, known: set[str]
) -> None:
    for name in table.raw_columns:
        if name.lower() not in known:
            column = f"{quote_identifier(name)} varchar"
            connection.execute(f"alter table {table.relation} add column {column}")
