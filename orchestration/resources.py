"""What definitions may ask for by parameter name. No data is read or written here."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb

from orchestration.landing.lock import warehouse_lock
from orchestration.warehouse import write_warehouse

SHORT_COMMAND_SECONDS = 60


class WarehouseWriter(dg.ConfigurableResource):
    """The right to write, held by one run from its first step to its last.

    DuckDB's own lock is let go between two connections, and another writer could slip in between
    landing and build. With the in-process executor a resource lives as long as the run.
    """

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseWriter"]:
        """Wait for a short command; behind another run, fail and say who is writing."""
        with warehouse_lock(timeout_seconds=SHORT_COMMAND_SECONDS):
            yield self

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The private database, open for writing."""
        with write_warehouse() as connection:
            yield connection
