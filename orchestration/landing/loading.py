"""From the landing folder into the raw tables: each delivery is loaded, or listed with its reason.

A delivery is archived, then recognised or read, then committed with its ledger rows in one
transaction, then recorded in the archive's manifest, then removed from the landing folder. A run
that is killed between two of these steps is completed by the next one. How a format is read
belongs in `formats`.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import chain, groupby
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.landing import formats, ledger
from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.archive import (
    Archive,
    ArchivedDelivery,
    NotARegularFileError,
    StillBeingWrittenError,
    StoredFile,
)
from orchestration.landing.contract import (
    SourceContract,
    TableContract,
    quote_identifier,
)
from orchestration.landing.decoding import expanded_size
from orchestration.landing.formats import bulk
from orchestration.landing.problems import QuarantineError, Reject

_DONE_ENDING = ".done"
UNFINISHED_ENDINGS = (".part", ".tmp", _DONE_ENDING)
# Files of one table are committed together until they reach one of these; larger ones go alone.
_FILES_AT_ONCE = 200
_BYTES_AT_ONCE = 32 << 20
# From this size on the fixed cost of DuckDB's own CSV reader pays.
_BULK_BYTES = 1 << 20
# More refused rows than this are not held while their share of the file is too high.
_REJECTS_HELD = 50_000


@dataclass
class LandingSummary:
    """What happened to one table's deliveries."""

    source_name: str
    table_name: str | None
    deliveries: dict[str, int] = field(default_factory=dict)
    loaded_rows: int = 0
    rejected_rows: int = 0
    waiting_files: int = 0

    @property
    def files(self) -> int:
        """Deliveries of any status."""
        return sum(self.deliveries.values())

    def add(self, status: str, tally: Tally | None) -> None:
        """Count one delivery."""
        self.deliveries[status] = self.deliveries.get(status, 0) + 1
        if tally is not None:
            self.loaded_rows += tally.loaded_rows
            self.rejected_rows += tally.rejected_rows


def ensure_tables(
    connection: duckdb.DuckDBPyConnection, contracts: Iterable[SourceContract]
) -> None:
    """Create the ledger and every raw table; add columns that a contract has gained."""
    ledger.ensure_ledger(connection)
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
                _create_table(connection, table)
            else:
                _add_columns(connection, table, known)


def land(
    connection: duckdb.DuckDBPyConnection,
    table: TableContract,
    folder: Path,
    *,
    archive: Archive | None = None,
    run_id: str | None = None,
    quiet_seconds: float | None = None,
) -> LandingSummary:
    """Land every finished file of one table that waits in its source's folder.

    The caller holds `warehouse_lock` and has called `ensure_tables`. A file younger than the quiet
    period (`THROUGHLINE_QUIET_SECONDS`, 2 by default) with no `<name>.done` beside it is waited for
    once; if it still changes, it is left for the next run.
    """
    inbox = _Inbox(folder, quiet_seconds)
    desk = _Desk(connection, table.source_name, table, archive or Archive(), run_id)
    desk.take(inbox.arrivals(table.matches, table.file_date_or_none))
    desk.summary.waiting_files += inbox.waiting_files
    return desk.summary


def land_unknown_files(
    connection: duckdb.DuckDBPyConnection,
    source: SourceContract,
    folder: Path,
    *,
    archive: Archive | None = None,
    run_id: str | None = None,
    quiet_seconds: float | None = None,
) -> LandingSummary:
    """Put files that no table of the source expects into quarantine, with a ledger row each."""
    inbox = _Inbox(folder, quiet_seconds)
    desk = _Desk(connection, source.source_name, None, archive or Archive(), run_id)
    desk.take(inbox.arrivals(lambda name: source.table_of(name) is None, lambda name: None))
    desk.summary.waiting_files += inbox.waiting_files
    return desk.summary


def replay(
    connection: duckdb.DuckDBPyConnection,
    contracts: Iterable[SourceContract],
    *,
    archive: Archive | None = None,
    run_id: str | None = None,
) -> list[LandingSummary]:
    """Land the whole archive again, in the order of arrival, into a warehouse without loads.

    The contracts of today decide how each file is read.
    """
    archive = archive or Archive()
    sources = {contract.source_name: contract for contract in contracts}
    ensure_tables(connection, sources.values())
    if ledger.next_id(connection, "deliveries", "delivery_id") != 1:
        raise ValueError("The warehouse has deliveries already: rebuild into an empty one.")

    def destination(delivery: ArchivedDelivery) -> tuple[str, TableContract | None]:
        source = sources.get(delivery.source_name)
        return delivery.source_name, source.table_of(delivery.file_name) if source else None

    summaries = []
    for (source_name, table), deliveries in groupby(archive.deliveries(), key=destination):
        desk = _Desk(connection, source_name, table, archive, run_id)
        desk.take_archived(deliveries)
        summaries.append(desk.summary)
    return summaries


def _create_table(connection: duckdb.DuckDBPyConnection, table: TableContract) -> None:
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


@dataclass(frozen=True)
class _Arrival:
    """A finished file in the landing folder."""

    path: Path

    @property
    def file_name(self) -> str:
        """Its name as text that any database can hold."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")

    def remove(self) -> None:
        """Take it out of the landing folder, with its mark of completeness."""
        self.path.unlink(missing_ok=True)
        self.path.with_name(f"{self.path.name}{_DONE_ENDING}").unlink(missing_ok=True)


class _Inbox:
    """One source's landing folder: which of its files are finished."""

    def __init__(self, folder: Path, quiet_seconds: float | None) -> None:
        self._folder = folder
        if quiet_seconds is None:
            quiet_seconds = float(os.environ.get("THROUGHLINE_QUIET_SECONDS", "2"))
        self._quiet_seconds = quiet_seconds
        self.waiting_files = 0

    def arrivals(
        self, is_wanted: Callable[[str], bool], file_date: Callable[[str], date | None]
    ) -> Iterator[_Arrival]:
        """Wanted files in the order of their days; young ones last, after a pause."""
        files = self._files(is_wanted)
        files.sort(key=lambda path: (file_date(path.name) or date.min, path.name))
        young = []
        for path in files:
            if self._is_finished(path):
                yield _Arrival(path)
            else:
                young.append(path)
        if young:
            time.sleep(self._quiet_seconds)
        for path in young:
            if self._is_finished(path):
                yield _Arrival(path)
            else:
                self.waiting_files += 1

    def _files(self, is_wanted: Callable[[str], bool]) -> list[Path]:
        if not self._folder.is_dir():
            return []
        with os.scandir(self._folder) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if not entry.name.startswith(".")
                and not entry.name.endswith(UNFINISHED_ENDINGS)
                and not entry.is_dir(follow_symlinks=False)
                and is_wanted(entry.name)
            ]

    def _is_finished(self, path: Path) -> bool:
        if path.with_name(f"{path.name}{_DONE_ENDING}").exists():
            return True
        try:
            modified_at = path.lstat().st_mtime
        except FileNotFoundError:
            return False
        return time.time() - modified_at >= self._quiet_seconds


@dataclass(frozen=True)
class _Delivery:
    """A file on its way: its name as data, its content in the archive."""

    file_name: str
    received_at: datetime
    stored: StoredFile | None
    arrival: _Arrival | None = None


@dataclass
class _Outcome:
    """What became of a delivery, with the rows that are still to be written."""

    delivery: _Delivery
    status: str
    file_date: date | None = None
    load_id: int | None = None
    problem: QuarantineError | None = None
    tally: Tally | None = None
    released: ledger.Release | None = None
    batches: list[Batch] = field(default_factory=list)


class _Desk:
    """Takes the deliveries of one table (or of none) one by one and commits them in batches."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source_name: str,
        table: TableContract | None,
        archive: Archive,
        run_id: str | None,
    ) -> None:
        self._connection = connection
        self._source_name = source_name
        self._table = table
        self._archive = archive
        self._run_id = run_id or os.environ.get("DAGSTER_RUN_ID") or str(uuid.uuid4())
        self._known = ledger.TableLedger(connection, source_name, table.table_name if table else "")
        self._next_delivery_id = ledger.next_id(connection, "deliveries", "delivery_id")
        self._next_load_id = ledger.next_id(connection, "loads", "load_id")
        self._reading = connection.cursor()
        # Zoned times of a Parquet file become text in this zone.
        self._reading.execute("set TimeZone = 'UTC'")
        self._queue: list[_Outcome] = []
        self._queued_bytes = 0
        self.summary = LandingSummary(source_name, table.table_name if table else None)
        archive.prepare()

    def take(self, arrivals: Iterable[_Arrival]) -> None:
        """Land files of the landing folder."""
        for arrival in arrivals:
            received_at = datetime.now(UTC).replace(tzinfo=None)
            try:
                stored = self._archive.store(arrival.path)
            except StillBeingWrittenError:
                self.summary.waiting_files += 1
                continue
            except NotARegularFileError:
                delivery = _Delivery(arrival.file_name, received_at, None, arrival)
                problem = QuarantineError("not_a_file", "a link or a device, not a regular file")
                self._enqueue(_Outcome(delivery, "quarantined", problem=problem))
                continue
            self._take_one(_Delivery(arrival.file_name, received_at, stored, arrival))
        self._commit_queue()

    def take_archived(self, deliveries: Iterable[ArchivedDelivery]) -> None:
        """Land files of the archive again."""
        for archived in deliveries:
            path = self._archive.path(archived.content_hash)
            stored = StoredFile(path, archived.content_hash, path.stat().st_size)
            self._take_one(_Delivery(archived.file_name, archived.received_at, stored))
        self._commit_queue()

    def _take_one(self, delivery: _Delivery) -> None:
        if self._table is None:
            problem = QuarantineError("unknown_file", "no table of the source expects this name")
            self._enqueue(_Outcome(delivery, "unknown_file", problem=problem))
            return
        earlier = self._known.with_content(delivery.stored.content_hash)
        if earlier is not None and self._is_settled_by(earlier, delivery):
            return
        try:
            self._read(delivery, self._table)
        except QuarantineError as problem:
            self._enqueue(_Outcome(delivery, "quarantined", problem=problem))

    def _is_settled_by(self, earlier: ledger.KnownLoad, delivery: _Delivery) -> bool:
        """Whether content that was loaded before needs no reading now."""
        name, content_hash = delivery.file_name, delivery.stored.content_hash
        is_live = earlier.superseded_by is None
        if not self._known.is_correction(name, content_hash):
            status = "duplicate" if is_live else "duplicate_of_superseded"
            self._enqueue(_Outcome(delivery, status, load_id=earlier.load_id))
            return True
        if is_live:
            # One content is one load: two names share it, and the corrected name's old rows go.
            released = self._known.released_by(name)
            self._enqueue(
                _Outcome(delivery, "superseding", load_id=earlier.load_id, released=released)
            )
            self._known.hold(name, content_hash, earlier)
            return True
        return False

    def _read(self, delivery: _Delivery, table: TableContract) -> None:
        outcome = self._new_load(delivery, table)
        is_bulk = (
            table.landing_format == "csv" and expanded_size(delivery.stored.path) > _BULK_BYTES
        )
        if is_bulk and self._write_bulk(outcome):
            return
        batches = formats.read(delivery.stored.path, table, outcome.tally, self._reading)
        first: list[Batch] = []
        for batch in batches:
            first.append(batch)
            if sum(one.rows.nbytes for one in first) > _BYTES_AT_ONCE:
                self._write_large(outcome, chain(first, batches))
                return
        outcome.tally.check(table)
        outcome.batches = first
        self._enqueue(outcome)

    def _new_load(self, delivery: _Delivery, table: TableContract) -> _Outcome:
        try:
            file_date = table.file_date(delivery.file_name)
        except ValueError as error:
            raise QuarantineError("file_date", "the name's date isn't in the calendar") from error
        name = delivery.file_name
        return _Outcome(
            delivery=delivery,
            status="superseding" if self._known.is_held(name) else "loaded",
            file_date=file_date,
            load_id=self._next_load_id,
            tally=Tally(),
            released=self._known.released_by(name),
        )

    def _enqueue(self, outcome: _Outcome) -> None:
        self._queue.append(outcome)
        if outcome.tally is not None:
            self._next_load_id += 1
            self._remember(outcome)
            self._queued_bytes += sum(batch.rows.nbytes for batch in outcome.batches)
        if len(self._queue) >= _FILES_AT_ONCE or self._queued_bytes >= _BYTES_AT_ONCE:
            self._commit_queue()

    def _remember(self, outcome: _Outcome) -> None:
        name, stored = outcome.delivery.file_name, outcome.delivery.stored
        load = ledger.KnownLoad(outcome.load_id, name, None)
        self._known.hold(name, stored.content_hash, load)

    def _commit_queue(self) -> None:
        if not self._queue:
            return
        outcomes, self._queue, self._queued_bytes = self._queue, [], 0
        self._sync(outcomes)
        with _transaction(self._connection):
            batches = [(outcome, batch) for outcome in outcomes for batch in outcome.batches]
            tables = [_with_origin(batch.rows, outcome) for outcome, batch in batches if batch.rows]
            if tables:
                self._insert_rows(pa.concat_tables(tables))
            self._insert_rejects(
                [(outcome, reject) for outcome, batch in batches for reject in batch.rejects]
            )
            self._write_ledger(outcomes)
        self._finish(outcomes)

    def _sync(self, outcomes: list[_Outcome]) -> None:
        stored = [outcome.delivery.stored for outcome in outcomes if outcome.delivery.arrival]
        self._archive.sync([file for file in stored if file is not None])

    def _write_large(self, outcome: _Outcome, batches: Iterable[Batch]) -> None:
        """Write a file that is too large to be held, in a transaction of its own."""
        self._commit_queue()
        self._sync([outcome])
        stream = _Stream(outcome, self._table, batches)
        with _transaction(self._connection):
            try:
                self._insert_rows(stream.reader())
            except duckdb.Error:
                if stream.problem is not None:
                    raise stream.problem from None
                raise
            outcome.tally.check(self._table)
            self._insert_rejects([(outcome, reject) for reject in stream.rejects])
            self._write_ledger([outcome])
        self._settle(outcome)

    def _write_bulk(self, outcome: _Outcome) -> bool:
        """Have DuckDB read a large CSV file; False if it needs the careful reader."""
        self._commit_queue()
        self._sync([outcome])
        delivery = outcome.delivery
        origin = bulk.Origin(outcome.load_id, outcome.file_date, delivery.received_at)
        try:
            with _transaction(self._connection):
                outcome.tally = bulk.load(
                    self._connection, delivery.stored.path, self._table, origin
                )
                outcome.tally.check(self._table)
                self._write_ledger([outcome])
        except bulk.NotPlainError:
            outcome.tally = Tally()
            return False
        self._settle(outcome)
        return True

    def _settle(self, outcome: _Outcome) -> None:
        self._next_load_id += 1
        self._remember(outcome)
        self._finish([outcome])

    def _insert_rows(self, rows: pa.Table | pa.RecordBatchReader) -> None:
        self._connection.register("_landing_rows", rows)
        self._connection.execute(
            f"insert into {self._table.relation} by name select * from _landing_rows"
        )
        self._connection.unregister("_landing_rows")

    def _insert_rejects(self, rejects: list[tuple[_Outcome, Reject]]) -> None:
        ledger.append(
            self._connection,
            [
                ledger.RejectRecord(
                    load_id=outcome.load_id,
                    source_name=self._source_name,
                    table_name=self._table.table_name,
                    line_number=reject.line_number,
                    line_count=reject.line_count,
                    reason_code=reject.reason_code,
                    raw_text=reject.raw_text,
                )
                for outcome, reject in rejects
            ],
        )

    def _write_ledger(self, outcomes: list[_Outcome]) -> None:
        loads = [outcome for outcome in outcomes if outcome.tally is not None]
        ledger.append(self._connection, [self._load_record(outcome) for outcome in loads])
        for outcome in outcomes:
            if outcome.released is not None:
                self._release(outcome.released, outcome.load_id)
        ledger.append(self._connection, [self._delivery_record(outcome) for outcome in outcomes])

    def _release(self, released: ledger.Release, new_load_id: int) -> None:
        name, relation = released.next_file_name, self._table.relation
        if name is None:
            ledger.supersede(self._connection, relation, released.load_id, new_load_id)
        else:
            file_date = self._table.file_date_or_none(name)
            ledger.hand_over(self._connection, relation, released.load_id, name, file_date)

    def _load_record(self, outcome: _Outcome) -> ledger.LoadRecord:
        return ledger.LoadRecord(
            load_id=outcome.load_id,
            source_name=self._source_name,
            table_name=self._table.table_name,
            file_name=outcome.delivery.file_name,
            file_date=outcome.file_date,
            content_hash=outcome.delivery.stored.content_hash,
            lines=outcome.tally.lines,
            header_lines=outcome.tally.header_lines,
            blank_lines=outcome.tally.blank_lines,
            row_lines=outcome.tally.row_lines,
            loaded_rows=outcome.tally.loaded_rows,
            reject_lines=outcome.tally.reject_lines,
            rejected_rows=outcome.tally.rejected_rows,
            counted_unit=formats.COUNTED_UNITS[self._table.landing_format],
            contract_version=self._table.version,
            committed_at=datetime.now(UTC).replace(tzinfo=None),
        )

    def _delivery_record(self, outcome: _Outcome) -> ledger.DeliveryRecord:
        delivery_id = self._next_delivery_id
        self._next_delivery_id += 1
        stored = outcome.delivery.stored
        name = outcome.delivery.file_name
        return ledger.DeliveryRecord(
            delivery_id=delivery_id,
            source_name=self._source_name,
            table_name=self._table.table_name if self._table else None,
            file_name=name,
            file_date=self._table.file_date_or_none(name) if self._table else None,
            content_hash=stored.content_hash if stored else None,
            bytes=stored.size if stored else 0,
            received_at=outcome.delivery.received_at,
            run_id=self._run_id,
            status=outcome.status,
            load_id=outcome.load_id,
            reason_code=outcome.problem.reason_code if outcome.problem else None,
            reason=outcome.problem.reason if outcome.problem else None,
        )

    def _finish(self, outcomes: list[_Outcome]) -> None:
        """What follows the commit; if a kill prevents it, the next run finds a duplicate."""
        for outcome in outcomes:
            if outcome.problem is not None and outcome.delivery.stored is not None:
                self._archive.quarantine(outcome.delivery.stored)
        self._archive.record(
            ArchivedDelivery(
                source_name=self._source_name,
                file_name=outcome.delivery.file_name,
                content_hash=outcome.delivery.stored.content_hash,
                received_at=outcome.delivery.received_at,
            )
            for outcome in outcomes
            if outcome.delivery.arrival is not None and outcome.delivery.stored is not None
        )
        for outcome in outcomes:
            if outcome.delivery.arrival is not None:
                outcome.delivery.arrival.remove()
            self.summary.add(outcome.status, outcome.tally)


class _Stream:
    """The batches of one large file, read while DuckDB inserts them; refused rows are set aside."""

    def __init__(self, outcome: _Outcome, table: TableContract, batches: Iterable[Batch]) -> None:
        self._outcome = outcome
        self._table = table
        self._batches = iter(batches)
        self.rejects: list[Reject] = []
        self.problem: QuarantineError | None = None

    def reader(self) -> pa.RecordBatchReader:
        """The rows in the form that DuckDB reads from."""
        first = self._rows(next(self._batches))
        rest = self._remaining()
        batches = (batch for rows in chain([first], rest) for batch in rows.to_batches())
        return pa.RecordBatchReader.from_batches(first.schema, batches)

    def _remaining(self) -> Iterator[pa.Table]:
        try:
            for batch in self._batches:
                yield self._rows(batch)
        except QuarantineError as problem:
            # It reaches the caller as an error of DuckDB's.
            self.problem = problem
            raise

    def _rows(self, batch: Batch) -> pa.Table:
        self.rejects += batch.rejects
        if len(self.rejects) > _REJECTS_HELD:
            self._outcome.tally.check_share_of_rejects(self._table)
        return _with_origin(batch.rows, self._outcome)


def _with_origin(rows: pa.Table, outcome: _Outcome) -> pa.Table:
    origin = {
        "_load_id": pa.scalar(outcome.load_id, pa.int64()),
        "_file_date": pa.scalar(outcome.file_date, pa.date32()),
        "_loaded_at": pa.scalar(outcome.delivery.received_at, pa.timestamp("us")),
    }
    for name, value in origin.items():
        rows = rows.append_column(name, pa.repeat(value, len(rows)))
    return rows


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
