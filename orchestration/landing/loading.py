"""Landing, as commands and jobs call it: a folder, or the whole archive, into the raw tables.

Each delivery is loaded, or listed with its reason. What arrives is seen in `inbox`; the way of a
delivery from there to its ledger rows is in `desk`.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import duckdb

from orchestration.landing import ledger, raw_tables
from orchestration.landing.archive import Archive, ArchivedDelivery
from orchestration.landing.contract import SourceContract, TableContract
from orchestration.landing.desk import Desk, LandingSummary
from orchestration.landing.inbox import Inbox
from orchestration.paths import claimed_dir


def ensure_tables(
    connection: duckdb.DuckDBPyConnection, contracts: Iterable[SourceContract]
) -> None:
    """Create the ledger and every raw table; add columns that a contract has gained."""
    ledger.ensure_ledger(connection)
    raw_tables.ensure_raw_tables(connection, contracts)


def land(
    connection: duckdb.DuckDBPyConnection,
    table: TableContract,
    folder: Path,
    *,
    claims: Path | None = None,
    archive: Archive | None = None,
    run_id: str | None = None,
    quiet_seconds: float | None = None,
) -> LandingSummary:
    """Land every finished file of one table that waits in its source's folder.

    The caller holds `warehouse_lock` and has called `ensure_tables`. A file that is younger than
    the quiet period and has no `<name>.done` beside it is waited for once; if it still changes, it
    is left for the next run. `claims`, on the file system of `folder`, is where the files of all
    sources lie meanwhile; what a killed run left there is landed first.
    """
    inbox = Inbox(folder, (claims or claimed_dir()) / table.source_name, quiet_seconds)
    desk = Desk(connection, table.source_name, table, archive or Archive(), run_id)
    desk.take(inbox.arrivals(table.matches, table.file_date_or_none))
    desk.summary.waiting_files += inbox.waiting_files
    return desk.summary


def land_unknown_files(
    connection: duckdb.DuckDBPyConnection,
    source: SourceContract,
    folder: Path,
    *,
    claims: Path | None = None,
    archive: Archive | None = None,
    run_id: str | None = None,
    quiet_seconds: float | None = None,
) -> LandingSummary:
    """Put files that no table of the source expects into quarantine, with a ledger row each."""
    inbox = Inbox(folder, (claims or claimed_dir()) / source.source_name, quiet_seconds)
    desk = Desk(connection, source.source_name, None, archive or Archive(), run_id)
    desk.take(inbox.arrivals(lambda name: not source.expects(name), lambda name: None))
    desk.summary.waiting_files += inbox.waiting_files
    return desk.summary


def restore_manifest(
    connection: duckdb.DuckDBPyConnection, *, archive: Archive | None = None
) -> int:
    """Give the archive's manifest back the deliveries that only this ledger knows; how many.

    A manifest can lose lines: to a damaged disk, or to a kill between commit and record.
    """
    return (archive or Archive()).restore_manifest(ledger.archived_deliveries(connection))


def replay(
    connection: duckdb.DuckDBPyConnection,
    contracts: Iterable[SourceContract],
    *,
    archive: Archive | None = None,
    run_id: str | None = None,
) -> list[LandingSummary]:
    """Land the whole archive again, in the order of arrival, into a warehouse without loads.

    The contracts of today decide how each file is read. Raises ValueError if the warehouse has
    deliveries.
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
        desk = Desk(connection, source_name, table, archive, run_id)
        desk.take_archived(deliveries)
        summaries.append(desk.summary)
    return summaries
