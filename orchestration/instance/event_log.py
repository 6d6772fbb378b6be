"""Dagster's event log in SQLite, with connections that stay open.

Dagster's own class opens, syncs and closes a database for each of a run's events: some 40 ms for
every table and check, which for this warehouse is longer than its SQL takes. Nor is every event
kept. What a power cut may take is the end of Dagster's log: the data has a ledger of its own.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.events import DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

_BUSY_TIMEOUT_SECONDS = 30
# The index, the run that is written and some that somebody looks at.
_OPEN_DATABASES = 8


class OpenSqliteEventLog(SqliteEventLogStorage):
    """Keeps the databases that were used last open, and leaves syncing to the system."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Take the folder of the databases, from `dagster.yaml`."""
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._asset_columns: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "OpenSqliteEventLog":
        """Build this class, where the parent would build itself."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Everything but that a run means to ask a check.

        A check that the run does not come to would be shown as skipped; as it is, it keeps what it
        said last. With nothing new that is all of them.
        """
        if event.dagster_event_type != DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
            super().store_event(event)

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        # Dagster asks the database five times for each asset; a column that is there stays.
        if column_name not in self._asset_columns and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            self._asset_columns.add(column_name)
        return column_name in self._asset_columns

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # The lock is what lets threads share one connection.
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": _BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _leave_syncing_to_the_system)
        self._engines[shard] = engine
        if len(self._engines) > _OPEN_DATABASES:
            _, longest_unused = self._engines.popitem(last=False)
            longest_unused.dispose()
        return engine

    def dispose(self) -> None:
        """Close what is open, when the instance is done."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _leave_syncing_to_the_system(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("pragma synchronous = off")
