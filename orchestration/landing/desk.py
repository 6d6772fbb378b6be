"""The way of a delivery: archive, recognise or read, count, commit with the ledger, settle.

`Desk` reads from top to bottom in that order. `inbox` says what has arrived; how a format is read
is in `formats`, and what is known of earlier deliveries in `ledger`. A run that is killed between
two of these steps is completed by the next one.
"""

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain

import duckdb
import pyarrow as pa

from orchestration.landing import formats, ledger, raw_tables
from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.archive import (
    Archive,
    ArchivedDelivery,
    NotARegularFileError,
    NotReadyError,
    StoredFile,
)
from orchestration.landing.contract import TableContract
from orchestration.landing.decoding import expanded_size
from orchestration.landing.formats import bulk
from orchestration.landing.inbox import Arrival
from orchestration.landing.problems import QuarantineError, ReaderKilledError, Reject
from orchestration.landing.reader import shared_reader
from orchestration.landing.scrubbing import Scrubber
from orchestration.landing.suppression import Suppression

# Files of one table are committed together until they reach one of these; larger ones go alone.
_FILES_AT_ONCE = 200
_BYTES_AT_ONCE = 32 << 20
# From this size on the fixed cost of DuckDB's own CSV reader pays.
_BULK_BYTES = 1 << 20
# So many refused files of a table are told by name.
_REFUSALS_TOLD = 10
# What the database says when it can't take a value. Anything else (a full disk) is no file's fault.
_REFUSED_BY_THE_DATABASE = (
    duckdb.InvalidInputException,
    duckdb.DataError,
    duckdb.NotSupportedError,
    pa.ArrowInvalid,
)


@dataclass
class LandingSummary:
    """The deliveries of one table, counted: files by status, rows in all."""

    source_name: str
    table_name: str | None
    deliveries: dict[str, int] = field(default_factory=dict)
    loaded_rows: int = 0
    rejected_rows: int = 0
    # Rows of people who are on the suppression list.
    erased_rows: int = 0
    waiting_files: int = 0
    # File and reason of each delivery that nothing was loaded from.
    refusals: list[tuple[str, str]] = field(default_factory=list)

    @property
    def files(self) -> int:
        """Deliveries of any status."""
        return sum(self.deliveries.values())

    def told(self) -> list[str]:
        """What happened, in lines for a person; empty if nothing did."""
        if not self.files and not self.waiting_files:
            return []
        counts = [f"{count} {status}" for status, count in sorted(self.deliveries.items())]
        if self.waiting_files:
            counts.append(f"{self.waiting_files} still being written")
        lines = [
            f"{self.source_name}.{self.table_name or '?'}: {', '.join(counts)}; "
            f"{self.loaded_rows:,} rows, {self.rejected_rows:,} rejected"
            + (f", {self.erased_rows:,} left out by the suppression list" * bool(self.erased_rows))
        ]
        # A name may hold anything, line breaks too.
        lines += [f"  {name!a}: {reason}" for name, reason in self.refusals[:_REFUSALS_TOLD]]
        if len(self.refusals) > _REFUSALS_TOLD:
            more = len(self.refusals) - _REFUSALS_TOLD
            lines.append(f"  and {more} more: see ledger.deliveries.reason")
        return lines

    def add(self, status: str, tally: Tally | None) -> None:
        """Count one delivery, and the rows that it brought."""
        self.deliveries[status] = self.deliveries.get(status, 0) + 1
        if tally is not None:
            self.loaded_rows += tally.loaded_rows
            self.rejected_rows += tally.rejected_rows
            self.erased_rows += tally.erased_rows


@dataclass(frozen=True)
class Delivery:
    """A file on its way: its name as data, its content in the archive.

    `stored` is None for a link or a device, which nobody reads; `arrival` for a file that is
    replayed from the archive.
    """

    file_name: str
    received_at: datetime
    stored: StoredFile | None
    arrival: Arrival | None = None


@dataclass(frozen=True)
class Load:
    """New content for a raw table. Reading fills the tally, the rejects and the held rows."""

    load_id: int
    table: TableContract
    stored: StoredFile
    file_date: date | None
    loaded_at: datetime
    tally: Tally = field(default_factory=Tally)
    rejects: list[Reject] = field(default_factory=list)
    held_rows: list[pa.Table] = field(default_factory=list)

    @property
    def origin(self) -> raw_tables.Origin:
        """The origin that each of its rows carries."""
        return raw_tables.Origin(self.load_id, self.file_date, self.loaded_at)

    def take(self, batch: Batch) -> pa.Table:
        """Set a batch's refused rows aside; returns the others with their origin."""
        self.rejects.extend(batch.rejects)
        return self.origin.added_to(batch.rows)


@dataclass(frozen=True)
class Outcome:
    """The decision about a delivery.

    `load_id` is the load that its name stands for, `load` that same load if it is new, `release`
    what becomes of the load that the name stood for, `problem` why the file is refused.
    """

    delivery: Delivery
    status: str
    load_id: int | None = None
    load: Load | None = None
    release: ledger.Release | None = None
    problem: QuarantineError | None = None
    is_committed: bool = False


class _DecideAgainError(Exception):
    """Files before this one did not become what was decided: nor may this one."""


class Desk:
    """Takes the deliveries of one table, or of none, each along the same way.

    Small files wait for a common commit; a large one is committed while it is read.
    """

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
        self._archive = archive
        self._run_id = run_id or os.environ.get("DAGSTER_RUN_ID") or str(uuid.uuid4())
        self._table = table
        self._reader = shared_reader()
        self._scrubber = Scrubber(Suppression.load(), archive)
        self._waiting: list[Outcome] = []
        self._waiting_bytes = 0
        self.summary = LandingSummary(source_name, table.table_name if table else None)
        archive.prepare()
        self._recall()

    def _recall(self) -> None:
        """Know what is committed, and nothing of what was decided beyond it."""
        table = self._table
        self._known = ledger.TableLedger(self._connection, table) if table else None
        self._next_delivery_id = ledger.next_id(self._connection, "deliveries", "delivery_id")
        self._next_load_id = ledger.next_id(self._connection, "loads", "load_id")

    def take(self, arrivals: Iterable[Arrival]) -> None:
        """Land files that were taken out of the landing folder."""
        for arrival in arrivals:
            delivery = self._archived(arrival)
            if delivery is None:
                self.summary.waiting_files += 1
                continue
            committed = self._committed(delivery) if arrival.is_left_over else None
            if committed is not None:
                self._tidy([committed])
            else:
                self._land(delivery)
        self._commit_waiting()

    def take_archived(self, deliveries: Iterable[ArchivedDelivery]) -> None:
        """Land files of the archive again."""
        for archived in deliveries:
            path = self._archive.path(archived.content_hash)
            stored = StoredFile(path, archived.content_hash, path.stat().st_size)
            self._land(Delivery(archived.file_name, archived.received_at, stored))
        self._commit_waiting()

    def _archived(self, arrival: Arrival) -> Delivery | None:
        """Archive: copy and hash the file, which stays in its claim; None if it isn't ready."""
        stored = None
        try:
            stored = self._without_suppressed(self._archive.store(arrival.path))
        except NotReadyError:
            return None
        except NotARegularFileError:
            pass
        return Delivery(arrival.file_name, arrival.received_at, stored, arrival)

    def _without_suppressed(self, stored: StoredFile) -> StoredFile:
        """The file without the rows of people on the suppression list, in its place."""
        cleaned = self._scrubber.cleaned(stored, self._table)
        is_other = cleaned.content_hash != stored.content_hash
        # What was archived before its people were listed stays until the archive is scrubbed.
        if is_other and not ledger.has_content(self._connection, stored.content_hash):
            stored.path.unlink()
        return cleaned

    def _committed(self, delivery: Delivery) -> Outcome | None:
        """What an earlier run decided about the delivery, if only a kill kept it from tidying."""
        content_hash = delivery.stored.content_hash if delivery.stored else None
        known = ledger.decided(
            self._connection,
            *(self._source_name, delivery.file_name, content_hash, delivery.received_at),
        )
        if known is None:
            return None
        problem = QuarantineError(known.reason_code, known.reason) if known.reason_code else None
        return Outcome(delivery, known.status, problem=problem)

    def _land(self, delivery: Delivery) -> None:
        """Take an archived delivery on: decide, commit, settle."""
        outcome = self._decided(delivery)
        if outcome.is_committed:
            self._settle([outcome])
        else:
            self._wait(outcome)

    def _decided(self, delivery: Delivery) -> Outcome:
        """The decision about a delivery, whatever its content does to the reader.

        A file amid which the reader is killed is read once more: the second time it is the file.
        """
        was_killed = False
        while True:
            try:
                return self._decide(delivery)
            except QuarantineError as problem:
                if isinstance(problem, ReaderKilledError) and not was_killed:
                    was_killed = True
                    continue
                return Outcome(delivery, "quarantined", problem=problem)
            except _REFUSED_BY_THE_DATABASE as error:
                self._recall()
                return _refused_by_the_database(delivery, error)
            except _DecideAgainError:
                pass

    def _decide(self, delivery: Delivery) -> Outcome:
        """Recognise a delivery or read it; raises QuarantineError to refuse the file."""
        if delivery.stored is None:
            raise QuarantineError("not_a_file", "a link or a device, not a regular file")
        if self._known is None:
            problem = QuarantineError("unknown_file", "no table of the source expects this name")
            return Outcome(delivery, "unknown_file", problem=problem)
        recognised = self._recognised(delivery, delivery.stored, self._known)
        return recognised or self._read(delivery, delivery.stored, self._known)

    def _recognised(
        self, delivery: Delivery, stored: StoredFile, known: ledger.TableLedger
    ) -> Outcome | None:
        """Recognise: content that was loaded before needs no reading, unless it was superseded."""
        name = delivery.file_name
        earlier = known.with_content(stored.content_hash)
        if earlier is None:
            return None
        is_live = earlier.superseded_by is None
        if not known.is_correction(name, stored.content_hash):
            status = "duplicate" if is_live else "duplicate_of_superseded"
            return Outcome(delivery, status, earlier.load_id)
        if not is_live:
            return None
        # One content is one load: two names share it, and the corrected name's old rows go.
        release = known.released_by(name, earlier.load_id)
        known.hold(name, stored.content_hash, earlier)
        return Outcome(delivery, "superseding", earlier.load_id, release=release)

    def _read(self, delivery: Delivery, stored: StoredFile, known: ledger.TableLedger) -> Outcome:
        """Read and count; a large file is committed on the way."""
        name = delivery.file_name
        load = self._new_load(delivery, stored, known.table)
        outcome = Outcome(
            delivery,
            "superseding" if known.is_held(name) else "loaded",
            load.load_id,
            load,
            known.released_by(name, load.load_id),
        )
        outcome = self._read_content(outcome, load)
        self._next_load_id += 1
        known.hold(name, stored.content_hash, ledger.KnownLoad(load.load_id, name, None))
        return outcome

    def _new_load(self, delivery: Delivery, stored: StoredFile, table: TableContract) -> Load:
        try:
            file_date = table.file_date(delivery.file_name)
        except ValueError as error:
            raise QuarantineError("file_date", "the name's date isn't in the calendar") from error
        return Load(self._next_load_id, table, stored, file_date, delivery.received_at)

    def _read_content(self, outcome: Outcome, load: Load) -> Outcome:
        """By DuckDB if the file is large and plain, else row by row: held, or written as read."""
        path, table = load.stored.path, load.table
        if table.landing_format == "csv" and expanded_size(path) > _BULK_BYTES:
            with suppress(bulk.NotPlainError), self._archive.scratch_file() as scratch:
                text = self._reader.survey(path, table, scratch)
                return self._commit_alone(outcome, load, partial(self._write_plain, load, text))
        batches = self._batches(load)
        held: list[Batch] = []
        held_bytes = 0
        for batch in batches:
            held.append(batch)
            held_bytes += batch.rows.nbytes
            if held_bytes > _BYTES_AT_ONCE:
                rest = chain(held, batches)
                return self._commit_alone(outcome, load, partial(self._write_stream, load, rest))
        load.held_rows.extend(load.take(batch) for batch in held)
        return outcome

    def _batches(self, load: Load) -> Iterator[Batch]:
        """The rows of a file; none of one of which nothing is left."""
        try:
            yield from self._reader.read(load.stored.path, load.table, load.tally)
        except QuarantineError as problem:
            if problem.reason_code != "empty" or not self._erased_rows(load):
                raise

    def _erased_rows(self, load: Load) -> int:
        tombstone = self._scrubber.tombstones.of(load.stored.content_hash)
        return tombstone.erased_rows if tombstone else 0

    def _count_erased(self, load: Load) -> None:
        """Add what was taken out of the file to the lines that were delivered."""
        tombstone = self._scrubber.tombstones.of(load.stored.content_hash)
        if tombstone is not None:
            load.tally.lines += tombstone.erased_lines
            load.tally.erased_lines = tombstone.erased_lines
            load.tally.erased_rows = tombstone.erased_rows

    def _wait(self, outcome: Outcome) -> None:
        """Wait for the common commit, which comes when enough is waiting."""
        self._waiting.append(outcome)
        if outcome.load is not None:
            self._waiting_bytes += sum(rows.nbytes for rows in outcome.load.held_rows)
        if len(self._waiting) >= _FILES_AT_ONCE or self._waiting_bytes >= _BYTES_AT_ONCE:
            self._commit_waiting()

    def _commit_waiting(self) -> bool:
        """Commit what waits; whether it became what was decided.

        If the database refuses a value, each file is decided and committed anew, alone: the one
        that has it is refused, and no other.
        """
        outcomes, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if not outcomes:
            return True
        try:
            self._commit_held(outcomes)
        except _REFUSED_BY_THE_DATABASE:
            self._recall()
            for outcome in outcomes:
                self._land_alone(outcome.delivery)
            return False
        self._settle(outcomes)
        return True

    def _land_alone(self, delivery: Delivery) -> None:
        outcome = self._decided(delivery)
        try:
            if not outcome.is_committed:
                self._commit_held([outcome])
        except _REFUSED_BY_THE_DATABASE as error:
            self._recall()
            outcome = _refused_by_the_database(delivery, error)
            self._commit_held([outcome])
        self._settle([outcome])

    def _commit_held(self, outcomes: list[Outcome]) -> None:
        loads = [outcome.load for outcome in outcomes if outcome.load is not None]
        self._commit(outcomes, partial(self._write_held, loads))

    def _commit_alone(
        self, outcome: Outcome, load: Load, write_rows: Callable[[], None]
    ) -> Outcome:
        """Commit a large file while it is read, after those that wait: ids follow the arrival."""
        if not self._commit_waiting():
            raise _DecideAgainError

        def write_and_count() -> None:
            write_rows()
            load.tally.check(load.table)

        self._commit([outcome], write_and_count)
        return replace(outcome, is_committed=True)

    def _commit(self, outcomes: list[Outcome], write_rows: Callable[[], None]) -> None:
        """Commit: rows, refused rows and ledger together, once the archive is on the disk."""
        self._archive.sync(
            [
                outcome.delivery.stored
                for outcome in outcomes
                if outcome.delivery.arrival is not None and outcome.delivery.stored is not None
            ]
        )
        loads = [outcome.load for outcome in outcomes if outcome.load is not None]
        with ledger.transaction(self._connection):
            write_rows()
            for load in loads:
                self._count_erased(load)
            ledger.append(self._connection, [row for load in loads for row in _rejects_of(load)])
            ledger.append(
                self._connection,
                [
                    _load_record(outcome.delivery.file_name, outcome.load)
                    for outcome in outcomes
                    if outcome.load is not None
                ],
            )
            for outcome in outcomes:
                if outcome.release is not None:
                    ledger.release(self._connection, outcome.release)
            ledger.append(self._connection, [self._delivery_record(one) for one in outcomes])

    def _write_held(self, loads: list[Load]) -> None:
        tables = [rows for load in loads for rows in load.held_rows if rows]
        if tables:
            raw_tables.insert(self._connection, loads[0].table, pa.concat_tables(tables))

    def _write_stream(self, load: Load, batches: Iterable[Batch]) -> None:
        raw_tables.insert_stream(self._connection, load.table, map(load.take, batches))

    def _write_plain(self, load: Load, text: bulk.PlainText) -> None:
        bulk.load(self._connection, text, load.table, load.tally, load.origin)

    def _delivery_record(self, outcome: Outcome) -> ledger.DeliveryRecord:
        delivery_id = self._next_delivery_id
        self._next_delivery_id += 1
        table = self._table
        name, stored = outcome.delivery.file_name, outcome.delivery.stored
        return ledger.DeliveryRecord(
            delivery_id=delivery_id,
            source_name=self._source_name,
            table_name=table.table_name if table else None,
            file_name=name,
            file_date=table.file_date_or_none(name) if table else None,
            content_hash=stored.content_hash if stored else None,
            bytes=stored.size if stored else 0,
            received_at=outcome.delivery.received_at,
            run_id=self._run_id,
            status=outcome.status,
            load_id=outcome.load_id,
            reason_code=outcome.problem.reason_code if outcome.problem else None,
            reason=outcome.problem.reason if outcome.problem else None,
        )

    def _settle(self, outcomes: list[Outcome]) -> None:
        """Settle: tidy up after a commit, and count what it brought."""
        self._tidy(outcomes)
        for outcome in outcomes:
            self.summary.add(outcome.status, outcome.load.tally if outcome.load else None)
            if outcome.problem is not None:
                self.summary.refusals.append((outcome.delivery.file_name, str(outcome.problem)))

    def _tidy(self, outcomes: list[Outcome]) -> None:
        """Tidy: show what was refused, record what arrived, end its claim.

        If a kill prevents it, the next run finds the claim and its ledger row, and tidies up.
        """
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
            delivery = outcome.delivery
            if delivery.arrival is not None:
                delivery.arrival.remove(delivery.stored.read if delivery.stored else None)


def _refused_by_the_database(delivery: Delivery, error: Exception) -> Outcome:
    problem = QuarantineError(
        "unreadable", f"the database refused a value of it with {type(error).__name__}"
    )
    return Outcome(delivery, "quarantined", problem=problem)


def _load_record(file_name: str, load: Load) -> ledger.LoadRecord:
    return ledger.LoadRecord(
        load_id=load.load_id,
        source_name=load.table.source_name,
        table_name=load.table.table_name,
        file_name=file_name,
        file_date=load.file_date,
        content_hash=load.stored.content_hash,
        lines=load.tally.lines,
        header_lines=load.tally.header_lines,
        blank_lines=load.tally.blank_lines,
        row_lines=load.tally.row_lines,
        loaded_rows=load.tally.loaded_rows,
        reject_lines=load.tally.reject_lines,
        rejected_rows=load.tally.rejected_rows,
        erased_lines=load.tally.erased_lines,
        erased_rows=load.tally.erased_rows,
        counted_unit=formats.COUNTED_UNITS[load.table.landing_format],
        contract_version=load.table.version,
        committed_at=_now(),
    )


def _rejects_of(load: Load) -> Iterator[ledger.RejectRecord]:
    for reject in load.rejects:
        yield ledger.RejectRecord(
            load_id=load.load_id,
            source_name=load.table.source_name,
            table_name=load.table.table_name,
            line_number=reject.line_number,
            line_count=reject.line_count,
            reason_code=reject.reason_code,
            raw_text=reject.raw_text,
        )


def _now() -> datetime:
    """The time in UTC, as the ledger writes it."""
    return datetime.now(UTC).replace(tzinfo=None)
