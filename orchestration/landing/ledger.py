"""The ledger of deliveries, loads and rejects: schema `ledger`, beside the raw data.

Ledger rows are written in the transaction that writes the data they describe. Reading files and
deciding what a delivery is don't belong here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, fields
from datetime import date, datetime

import duckdb
import pyarrow as pa

from orchestration.landing.archive import ArchivedDelivery
from orchestration.landing.contract import TableContract

_TABLES = {
    "deliveries": """
        delivery_id bigint not null,
        source_name varchar not null,
        table_name varchar,
        file_name varchar not null,
        file_date date,
        content_hash varchar,
        bytes bigint not null,
        received_at timestamp not null,
        run_id varchar,
        status varchar not null,
        load_id bigint,
        reason_code varchar,
        reason varchar
    """,
    "loads": """
        load_id bigint not null,
        source_name varchar not null,
        table_name varchar not null,
        file_name varchar not null,
        file_date date,
        content_hash varchar not null,
        lines bigint not null,
        header_lines bigint not null,
        blank_lines bigint not null,
        row_lines bigint not null,
        loaded_rows bigint not null,
        reject_lines bigint not null,
        rejected_rows bigint not null,
        counted_unit varchar not null,
        contract_version varchar not null,
        committed_at timestamp not null,
        superseded_by bigint,
        erased_lines bigint,
        erased_rows bigint
    """,
    "rejects": """
        load_id bigint not null,
        source_name varchar not null,
        table_name varchar not null,
        line_number bigint not null,
        line_count bigint not null,
        reason_code varchar not null,
        raw_text blob
    """,
    "unlanded_files": """
        source_name varchar not null,
        entry_name varchar not null,
        reason_code varchar not null,
        first_seen_at timestamp not null,
        last_seen_at timestamp not null,
        is_overdue boolean not null
    """,
    "build_times": """
        run_id varchar not null,
        built_at timestamp not null,
        position bigint not null,
        node_type varchar not null,
        node_name varchar not null,
        status varchar not null,
        seconds double not null
    """,
    "run_settings": """
        setting varchar not null,
        setting_value varchar
    """,
}


@dataclass(frozen=True)
class DeliveryRecord:
    """One arrival of one file, whatever became of it."""

    delivery_id: int
    source_name: str
    table_name: str | None
    file_name: str
    file_date: date | None
    content_hash: str | None
    bytes: int
    received_at: datetime
    run_id: str | None
    status: str
    load_id: int | None = None
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class LoadRecord:
    """One file's content in the raw table, with its lines accounted for."""

    load_id: int
    source_name: str
    table_name: str
    file_name: str
    file_date: date | None
    content_hash: str
    lines: int
    header_lines: int
    blank_lines: int
    row_lines: int
    loaded_rows: int
    reject_lines: int
    rejected_rows: int
    counted_unit: str
    contract_version: str
    committed_at: datetime
    superseded_by: int | None = None
    # What was left out: rows of people on the suppression list.
    erased_lines: int | None = 0
    erased_rows: int | None = 0


@dataclass(frozen=True)
class RejectRecord:
    """One refused row, with the bytes as they were delivered."""

    load_id: int
    source_name: str
    table_name: str
    line_number: int
    line_count: int
    reason_code: str
    raw_text: bytes


@dataclass(frozen=True)
class UnlandedRecord:
    """Something that lay in landing when a run had ended; times of our own looks, UTC.

    An unknown source is one row without an entry's name; what lies outside has no source's name.
    """

    source_name: str
    entry_name: str
    reason_code: str
    first_seen_at: datetime
    last_seen_at: datetime
    is_overdue: bool


@dataclass(frozen=True)
class RefusedFile:
    """A file that was set aside as a whole; a device or a link has no content."""

    source_name: str
    table_name: str | None
    file_name: str
    content_hash: str | None
    reason_code: str | None
    reason: str
    received_at: datetime


_ARROW_TYPES = {
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "varchar": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "blob": pa.binary(),
}


def _schema(table: str) -> pa.Schema:
    columns = (line.split() for line in _TABLES[table].strip().rstrip(",").split(",\n"))
    return pa.schema([(words[0], _ARROW_TYPES[words[1]]) for words in columns])


_SCHEMAS = {
    DeliveryRecord: ("deliveries", _schema("deliveries")),
    LoadRecord: ("loads", _schema("loads")),
    RejectRecord: ("rejects", _schema("rejects")),
    UnlandedRecord: ("unlanded_files", _schema("unlanded_files")),
}


def ensure_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of the ledger."""
    connection.execute("create schema if not exists ledger")
    for table, columns in _TABLES.items():
        connection.execute(f"create table if not exists ledger.{table} ({columns})")
    # Of a warehouse before there was a suppression list.
    for column in ("erased_lines", "erased_rows"):
        connection.execute(f"alter table ledger.loads add column if not exists {column} bigint")


def append(
    connection: duckdb.DuckDBPyConnection,
    records: Sequence[DeliveryRecord]
    | Sequence[LoadRecord]
    | Sequence[RejectRecord]
    | Sequence[UnlandedRecord],
) -> None:
    """Add rows to the table of their kind."""
    if not records:
        return
    kind = type(records[0])
    table, schema = _SCHEMAS[kind]
    columns = zip(*(astuple(record) for record in records), strict=True)
    rows = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
    names = ", ".join(field.name for field in fields(kind))
    connection.register("_ledger_rows", rows)
    connection.execute(f"insert into ledger.{table} ({names}) select {names} from _ledger_rows")
    connection.unregister("_ledger_rows")


@dataclass
class KnownLoad:
    """An earlier load, as far as it matters to a new delivery."""

    load_id: int
    file_name: str
    superseded_by: int | None
    holders: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Release:
    """The fate of a load whose name was corrected: another name keeps it, or it is replaced."""

    load_id: int
    relation: str
    replaced_by: int
    next_file_name: str | None
    next_file_date: date | None = None


class TableLedger:
    """One table's loads, by content and by name, kept in step while files are landed.

    A name holds the load of its latest content. Two names may come to hold one load, when one of
    them is corrected to the content of the other.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: TableContract) -> None:
        self.table = table
        names = [table.source_name, table.table_name]
        loads = connection.execute(
            "select load_id, content_hash, file_name, superseded_by from ledger.loads "
            "where source_name = ? and table_name = ? order by load_id",
            names,
        ).fetchall()
        accepted = connection.execute(
            "select deliveries.file_name, deliveries.content_hash, load_id "
            "from ledger.deliveries join ledger.loads using (load_id) "
            "where deliveries.source_name = ? and deliveries.table_name = ? "
            "and status in ('loaded', 'superseding') order by delivery_id",
            names,
        ).fetchall()
        by_id = {load_id: KnownLoad(load_id, *known) for load_id, _, *known in loads}
        self._by_content = {content_hash: by_id[load_id] for load_id, content_hash, *_ in loads}
        self._held_by_name: dict[str, KnownLoad] = {}
        self._accepted: set[tuple[str, str]] = set()
        for file_name, content_hash, load_id in accepted:
            self.hold(file_name, content_hash, by_id[load_id])

    def hold(self, file_name: str, content_hash: str, load: KnownLoad) -> None:
        """Remember that a name now stands for this load, and no longer for the one before."""
        before = self._held_by_name.get(file_name)
        if before is not None:
            before.holders.discard(file_name)
            if not before.holders:
                before.superseded_by = load.load_id
            elif before.file_name == file_name:
                before.file_name = min(before.holders)
        load.holders.add(file_name)
        self._by_content[content_hash] = load
        self._held_by_name[file_name] = load
        self._accepted.add((file_name, content_hash))

    def with_content(self, content_hash: str) -> KnownLoad | None:
        """The latest load of this very content, live or superseded."""
        return self._by_content.get(content_hash)

    def is_correction(self, file_name: str, content_hash: str) -> bool:
        """Whether the name stands for other content, and never stood for this one."""
        return file_name in self._held_by_name and (file_name, content_hash) not in self._accepted

    def is_held(self, file_name: str) -> bool:
        """Whether a delivery of this name replaces an earlier one."""
        return file_name in self._held_by_name

    def released_by(self, file_name: str, new_load_id: int) -> Release | None:
        """The fate of the load that a name stands for, when the name is corrected."""
        load = self._held_by_name.get(file_name)
        if load is None:
            return None
        others = load.holders - {file_name}
        if not others:
            return Release(load.load_id, self.table.relation, new_load_id, None)
        if load.file_name != file_name:
            return None
        next_name = min(others)
        next_date = self.table.file_date_or_none(next_name)
        return Release(load.load_id, self.table.relation, new_load_id, next_name, next_date)


def next_id(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    """The id after the highest: ids have no gaps, so that a rebuild gives the same ones."""
    ((highest,),) = connection.execute(
        f"select coalesce(max({column}), 0) from ledger.{table}"
    ).fetchall()
    return highest + 1


@dataclass(frozen=True)
class Decided:
    """What the ledger says became of a delivery; codes and reasons of a refused one."""

    status: str
    reason_code: str | None
    reason: str


def decided(
    connection: duckdb.DuckDBPyConnection,
    source_name: str,
    file_name: str,
    content_hash: str | None,
    received_at: datetime,
) -> Decided | None:
    """The ledger's row of this very arrival, if there is one."""
    row = connection.execute(
        "select status, reason_code, coalesce(reason, '') from ledger.deliveries "
        "where source_name = ? and file_name = ? and content_hash is not distinct from ? "
        "and received_at = ?",
        [source_name, file_name, content_hash, received_at],
    ).fetchone()
    return Decided(*row) if row else None


def has_content(connection: duckdb.DuckDBPyConnection, content_hash: str) -> bool:
    """Whether any delivery brought this content."""
    return (
        connection.execute(
            "select 1 from ledger.deliveries where content_hash = ? limit 1", [content_hash]
        ).fetchone()
        is not None
    )


def refused_files(
    connection: duckdb.DuckDBPyConnection, source_name: str | None = None
) -> list[RefusedFile]:
    """The files that wait for their sender, of one source or of all; the newest last.

    A name counts as it was sent last: a sound file of it ends the waiting, and so does the same
    content under another name. `int_company__refused_files` says the same in the warehouse.
    """
    rows = connection.execute(
        """
        select source_name, table_name, file_name, content_hash, reason_code,
            coalesce(reason, reason_code, status), received_at
        from (
            select *, row_number() over (
                partition by source_name, file_name order by delivery_id desc
            ) as recency
            from ledger.deliveries
        ) as deliveries
        where recency = 1
            and status in ('quarantined', 'unknown_file')
            and source_name = coalesce($1, source_name)
            and not exists (
                select 1 from ledger.loads
                where loads.source_name = deliveries.source_name
                    and loads.content_hash = deliveries.content_hash
            )
        order by source_name, delivery_id
        """,
        [source_name],
    ).fetchall()
    return [RefusedFile(*row) for row in rows]


def archived_deliveries(connection: duckdb.DuckDBPyConnection) -> list[ArchivedDelivery]:
    """The deliveries that the archive's manifest should have, in order."""
    rows = connection.execute(
        "select source_name, file_name, content_hash, received_at from ledger.deliveries "
        "where content_hash is not null order by delivery_id"
    ).fetchall()
    return [ArchivedDelivery(*row) for row in rows]


def release(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    """Do what a release says: replace the load, or keep it under its next name."""
    if release.next_file_name is None:
        _supersede(connection, release)
    else:
        _hand_over(connection, release)


def _supersede(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    """Take an earlier load's rows and rejects away and mark it as replaced."""
    connection.execute(f"delete from {release.relation} where _load_id = ?", [release.load_id])
    connection.execute("delete from ledger.rejects where load_id = ?", [release.load_id])
    connection.execute(
        "update ledger.loads set superseded_by = ? where load_id = ?",
        [release.replaced_by, release.load_id],
    )


def _hand_over(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    """Keep a load under another name that stands for its content, with that name's date."""
    connection.execute(
        "update ledger.loads set file_name = ?, file_date = ? where load_id = ?",
        [release.next_file_name, release.next_file_date, release.load_id],
    )
    connection.execute(
        f"update {release.relation} set _file_date = ? where _load_id = ?",
        [release.next_file_date, release.load_id],
    )


def replace_unlanded(
    connection: duckdb.DuckDBPyConnection, records: Sequence[UnlandedRecord]
) -> None:
    """Have `ledger.unlanded_files` list just these."""
    with transaction(connection):
        connection.execute("delete from ledger.unlanded_files")
        append(connection, records)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block, or nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def set_run_settings(
    connection: duckdb.DuckDBPyConnection, settings: Iterable[tuple[str, str | None]]
) -> None:
    """Set rows of `ledger.run_settings`; None removes one."""
    for setting, setting_value in settings:
        connection.execute("delete from ledger.run_settings where setting = ?", [setting])
        if setting_value is not None:
            connection.execute(
                "insert into ledger.run_settings values (?, ?)", [setting, setting_value]
            )
