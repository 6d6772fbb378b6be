"""The resource `warehouse` that definitions ask for: the lock and connections, no data."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import dagster as dg
import duckdb
from pydantic import Field

from orchestration.identity.key_rotation import settle
from orchestration.instance.rebuild import replace_warehouse
from orchestration.landing import ensure_ledger, load_contracts, set_run_settings
from orchestration.paths import erasure_request_path, retention_mark_path
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.key_secret import key_secret, secret_path
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.run_settings import checked_settings

SHORT_COMMAND_SECONDS = 60


class WarehouseWriter(dg.ConfigurableResource["WarehouseWriter"]):
    """The right to write, held by one run from its first step to its last.

    DuckDB's own lock is let go between two connections, and another writer could slip in between
    landing and build. With the in-process executor a resource lives as long as the run.
    """

    settings: dict[str, str] = Field(
        default={}, description="Run settings to keep from now on; an empty value takes one back."
    )
    from_archive: bool = Field(
        default=False, description="Whether to begin with a fresh warehouse from the archive."
    )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseWriter"]:
        """Wait for a short command; behind another run, fail and say who is writing."""
        settings = checked_settings(
            self.settings, [contract.source_name for contract in load_contracts()]
        )
        with warehouse_lock(timeout_seconds=SHORT_COMMAND_SECONDS):
            # Before anything is landed: they say which sources the company has.
            with self.connect() as connection:
                settle(connection)
                ensure_ledger(connection)
                set_run_settings(connection, settings.items())
            self._say_where_the_secret_is(context)
            self._say_what_is_under_way(context)
            if self.from_archive:
                row_count = replace_warehouse(context.run_id)
                if context.log is not None:
                    context.log.info(f"A fresh warehouse with {row_count:,} rows from the archive")
            yield self

    def _say_where_the_secret_is(self, context: dg.InitResourceContext) -> None:
        had_one = secret_path().exists()
        key_secret()
        if secret_path().exists() and not had_one and context.log is not None:
            context.log.info(
                f"The secret of the customer keys was made: {secret_path()}. Keep a copy apart "
                "from the data: without it, a warehouse from the archive has other keys."
            )

    def _say_what_is_under_way(self, context: dg.InitResourceContext) -> None:
        marks = {"erase": erasure_request_path(), "retain": retention_mark_path()}
        for command, mark in marks.items():
            if mark.exists() and context.log is not None:
                context.log.warning(
                    f"`throughline privacy {command}` was begun and has not ended: it goes on when "
                    "it is called again."
                )

    def connect(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The private database, open for writing."""
        return open_warehouse()
