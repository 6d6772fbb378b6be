"""What definitions may ask for by parameter name. Connections and the lock; no data."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import dagster as dg
import duckdb

from orchestration.landing import open_warehouse, warehouse_lock
from orchestration.rebuild import replace_warehouse

SHORT_COMMAND_SECONDS = 60


class WarehouseWriter(dg.ConfigurableResource):
    """The right to write, held by one run from its first step to its last.

    DuckDB's own lock is let go between two connections, and another writer could slip in between
    landing and build. With the in-process executor a resource lives as long as the run.
    """

    from_archive: bool = False

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseWriter"]:
        """Wait for a short command; behind another run, fail and say who is writing."""
        with warehouse_lock(timeout_seconds=SHORT_COMMAND_SECONDS):
            if self.from_archive:
                row_count = replace_warehouse(context.run_id)
                context.log.info(f"A fresh warehouse with {row_count:,} rows from the archive")
            yield self

    def connect(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The private database, open for writing."""
        return open_warehouse()
