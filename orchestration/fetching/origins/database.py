"""Rows of a PostgreSQL database, in windows of a column that grows.

A row is in the window above the cursor, up to a moment that is a little past: a transaction that
ends late may still write a time of before. What is read twice would count twice, so windows touch
and never overlap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.fetching.origins.origin import Cursor, Extract, NothingNewError, OriginError
from orchestration.fetching.rows import file_name, write_rows
from orchestration.landing.contract import SourceContract, TableContract, quote_identifier

_ZONED, _LOCAL, _DAY = "timestamp with time zone", "timestamp without time zone", "date"
_WHOLE_NUMBERS = {"smallint", "integer", "bigint"}


@dataclass(frozen=True)
class FetchedQuery:
    """What is asked for one table: a query, and the column that grows with each change of a row.

    Without a watermark all rows come each time. `time_zone` is that of a watermark without zone.
    """

    query: str
    watermark: str | None
    lag: timedelta
    time_zone: str | None


@dataclass(frozen=True)
class Database:
    """A database by its address, and the queries by the tables that they fill."""

    contract: SourceContract
    uri: str
    queries: Mapping[str, FetchedQuery]

    def extracts(self, cursors: Mapping[str, Cursor]) -> Iterator[Extract]:
        """One file per table."""
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.uri) as connection:
            session = _Session(connection)
            for table_name, asked in self.queries.items():
                table = self.contract.table(table_name)
                cursor = cursors.get(table_name) or {}
                number = int(cursor.get("number", 0)) + 1
                name = file_name(table, session.yesterday(), number)
                write = partial(session.write, asked, table, cursor.get("value"), number)
                yield Extract(table_name, name, write)


class _Session:
    """One connection that only reads."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._one("set time zone 'UTC'")
        self._one("set default_transaction_read_only = on")
        connection.commit()

    def yesterday(self) -> Any:
        """The last day, UTC, that is over for the database."""
        return self._one("select (now() - interval '1 day')::date")

    def write(
        self, asked: FetchedQuery, table: TableContract, low: str | None, number: int, path: Path
    ) -> Cursor:
        """Write the rows of the next window; the cursor is its upper end."""
        try:
            high = self._high(asked)
            window, bounds = _window(asked, low, high)
            with self._connection.cursor() as cursor:
                cursor.execute(f"select * from ({asked.query}) as asked {window}", bounds)
                if not write_rows(cursor.fetch_record_batch(), table, path):
                    raise NothingNewError
        except OSError as error:
            if error.errno is None:
                # Of Arrow, whose text quotes what the database said.
                raise OriginError("the database ended the query amid its rows") from error
            raise
        finally:
            # What one query broke is not the next one's.
            self._connection.rollback()
        return {"value": high and high[1], "number": number}

    def _high(self, asked: FetchedQuery) -> tuple[str, str] | None:
        """The watermark's type and the upper end of the window, as text."""
        if asked.watermark is None:
            return None
        column = quote_identifier(asked.watermark)
        kind = self._one(f"select pg_typeof({column})::text from ({asked.query}) as asked limit 1")
        if kind is None:
            raise NothingNewError
        if kind in _WHOLE_NUMBERS:
            highest = self._one(f"select max({column})::text from ({asked.query}) as asked")
            return kind, highest or "0"
        if kind not in (_ZONED, _LOCAL, _DAY):
            raise OriginError(f"{asked.watermark} is {kind}: a watermark is a time or whole number")
        if kind != _ZONED and asked.time_zone is None:
            raise OriginError(f"{asked.watermark} has no zone: say time_zone beside it")
        past = "now() - $1::text::interval"
        bounds = [f"{asked.lag.total_seconds()} seconds"]
        if kind != _ZONED:
            past = f"({past}) at time zone $2::text"
            bounds.append(str(asked.time_zone))
        # Of a day that goes on, rows are still to come.
        moment = f"({past})::date - 1" if kind == _DAY else past
        return kind, self._one(f"select ({moment})::{kind}::text", bounds)

    def _one(self, statement: str, bounds: list[str] | None = None) -> Any:
        """The first value, if there is one."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, bounds)
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def _window(
    asked: FetchedQuery, low: str | None, high: tuple[str, str] | None
) -> tuple[str, list[str] | None]:
    """The condition above the cursor, and what its places hold."""
    if asked.watermark is None or high is None:
        return "", None
    kind, end = high
    column = quote_identifier(asked.watermark)
    condition = f"where {column} <= $1::text::{kind}"
    if low is None:
        return f"{condition} order by {column}", [end]
    return f"{condition} and {column} > $2::text::{kind} order by {column}", [end, low]
