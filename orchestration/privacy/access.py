"""A subject access report: everything that is held about one person, in a private folder.

What was delivered, row by row as it came; what identity made of it; what the marts show. The rows
are found as an erasure finds them.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from orchestration.landing import SourceContract, load_contracts
from orchestration.landing.suppressed_rows import RowReader
from orchestration.landing.suppression import Suppression
from orchestration.privacy.subjects import Subject
from orchestration.warehouse.connections import read_warehouse
from orchestration.warehouse.spreadsheets import plain_cell

Format = Literal["json", "csv"]
_ROWS_AT_ONCE = 10_000
# Of identity and texts; facts and measures repeat what these and the marts say.
_PRIVATE = (
    "int_identity__golden_records",
    "int_identity__profiles",
    "int_identity__identifiers",
    "int_identity__profile_beliefs",
    "int_identity__customer_history",
    "int_consent__changes",
    "int_texts__texts",
    "int_actions__arms",
    "int_actions__decision_history",
)


class FolderInUseError(ValueError):
    """There is something in the folder of a report already."""


def write_report(subject: Subject, folder: Path, kind: Format = "json") -> dict[str, int]:
    """Write everything about the person into a new folder; returns the rows of each file.

    The folder is of mode 0700, its files of 0600. Raises FolderInUseError.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUseError(f"{folder} is not empty: name a new folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    counts = {}
    with read_warehouse() as connection:
        for name, rows in _tables(connection, subject):
            count = _write(folder / f"{name}.{kind}", rows, kind)
            if count:
                counts[name] = count
    about = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "customer_keys": subject.customer_keys,
        "profile_keys": subject.profile_keys,
        "named_by": [{"kind": space, "value": value} for space, value in subject.values],
        "shown_by_others_too": subject.shared_count,
        "rows": counts,
    }
    path = folder / "about.json"
    path.write_text(json.dumps(about, indent=2, ensure_ascii=False), encoding="utf-8")
    path.chmod(0o600)
    return counts


def _tables(
    connection: duckdb.DuckDBPyConnection, subject: Subject
) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
    delivered = delivered_rows(connection, load_contracts(), subject)
    for table, rows in sorted(delivered.items()):
        yield f"delivered.{table}", rows
    keys = {"customer_key": list(subject.customer_keys), "profile_key": list(subject.profile_keys)}
    columns = connection.execute(
        "select database_name, schema_name, table_name, min(column_name) from duckdb_columns() "
        "where column_name in ('customer_key', 'profile_key') and not internal "
        "and (schema_name = 'marts' or table_name in (select unnest(?::varchar[]))) "
        "group by all order by all",
        [list(_PRIVATE)],
    ).fetchall()
    for database, schema, table, column in columns:
        cursor = connection.execute(
            f'from "{database}"."{schema}"."{table}" where list_contains(?::varchar[], {column}) '
            "order by all",
            [keys[column]],
        )
        names = [name for name, *_ in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        yield f"{'shown' if schema == 'marts' else 'known'}.{table}", rows


def delivered_rows(
    connection: duckdb.DuckDBPyConnection, contracts: Iterable[SourceContract], subject: Subject
) -> dict[str, list[dict[str, Any]]]:
    """The raw rows that are the person's, by source and table; of things of theirs too."""
    suppression = Suppression.of(subject.values)
    tables = [table for contract in contracts for table in contract.tables]
    there = set(
        connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    )
    while True:
        before = len(suppression.hashes)
        found = {
            f"{table.source_name}.{table.table_name}": list(
                _rows_of(connection, RowReader(table, suppression))
            )
            for table in tables
            if (table.schema_name, table.table_name) in there
        }
        if len(suppression.hashes) == before:
            return {name: rows for name, rows in found.items() if rows}


def _rows_of(connection: duckdb.DuckDBPyConnection, reader: RowReader) -> Iterator[dict[str, Any]]:
    rows = connection.sql(f"from {reader.table.relation} order by _load_id, _line")
    batches = rows.to_arrow_reader(_ROWS_AT_ONCE)
    documents: set[tuple[str, str]] = set()
    for batch in batches:
        for row in batch.to_pylist():
            is_theirs, words, things = reader.judged(row)
            documents |= things
            if is_theirs:
                yield row
            elif words:
                # A row of somebody else: only that it mentions them, and as what.
                place = {name: row[name] for name in ("_load_id", "_line")}
                yield {**place, "mentions": sorted(words)}
    reader.suppression.add(documents)


def _write(path: Path, rows: Iterable[Mapping[str, Any]], kind: Format) -> int:
    rows = list(rows)
    if not rows:
        return 0
    with path.open("w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)
        if kind == "json":
            json.dump(rows, file, indent=2, ensure_ascii=False, default=str)
            file.write("\n")
        else:
            names = list(dict.fromkeys(name for row in rows for name in row))
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(
                {name: plain_cell(value) for name, value in row.items()} for row in rows
            )
    return len(rows)
