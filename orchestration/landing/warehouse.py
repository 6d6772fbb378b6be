"""The private database file, opened for writing the way that every writer opens it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.paths import warehouse_path
from orchestration.warehouse import SETTINGS


@contextmanager
def open_warehouse(path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to the warehouse, a file of mode 0600; the caller holds `warehouse_lock`."""
    path = path or warehouse_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    previous_mask = os.umask(0o077)
    try:
        connection = duckdb.connect(path, config=SETTINGS)
    finally:
        os.umask(previous_mask)
    try:
        path.chmod(0o600)
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
