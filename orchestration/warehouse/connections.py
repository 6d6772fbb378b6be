"""Connections to the two database files, for reading and for writing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.paths import public_build_path, warehouse_path
from orchestration.warehouse.private_files import keep_files_private, make_data_folder

# No value of a delivery may make DuckDB fetch code. What a quarter of the machine's memory can't
# hold is spilled, up to a bound; dbt's profile says the same.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": os.environ.get("THROUGHLINE_MEMORY_LIMIT", "25%"),
    "max_temp_directory_size": os.environ.get("THROUGHLINE_SPILL_LIMIT", "50GB"),
}


class UnreadableWarehouseError(duckdb.IOException):
    """The private database can't be opened now: why, and what to do."""


@contextmanager
def read_warehouse(public: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private database, and the public marts of this file, if it is there, as `cx`.

    Without a file those of the last build, whether or not it passed its audit. Raises
    UnreadableWarehouseError.
    """
    public = public or public_build_path()
    try:
        connection = duckdb.connect(str(warehouse_path()), read_only=True, config=SETTINGS)
    except duckdb.IOException as error:
        raise UnreadableWarehouseError(_why_unreadable(error)) from error
    try:
        if public.exists():
            connection.execute(f"attach {quoted(public)} as cx (read_only)")
        yield connection
    finally:
        connection.close()


def _why_unreadable(error: duckdb.IOException) -> str:
    if not warehouse_path().exists():
        return "There is no warehouse yet: `throughline run` makes one."
    if "lock" in str(error):
        return "A run is writing the warehouse: ask again when it has ended."
    return str(error)


@contextmanager
def open_warehouse(path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private database for writing, a file of mode 0600; the caller holds `warehouse_lock`."""
    path = path or warehouse_path()
    make_data_folder(path.parent)
    # Its write-ahead log is made later, at the first commit.
    keep_files_private()
    connection = duckdb.connect(path, config=SETTINGS)
    try:
        path.chmod(0o600)
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def quoted(path: Path) -> str:
    """A path as an SQL literal: DuckDB takes no parameter where a file is attached or written."""
    return "'" + str(path).replace("'", "''") + "'"
