"""Retention by contract: rows of deliveries go when they were kept for `landing_retention_days`.

The day of a delivery is the one that its name states, else the day of its arrival. The same content
delivered again counts from the later day. Rows leave the archive as those of erased people do, and
a rebuild makes everything else from what is left.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from orchestration.landing import ensure_tables, load_contracts, restore_manifest, scrub_archive
from orchestration.landing.archive import Archive, ArchivedDelivery
from orchestration.landing.contract import TableContract
from orchestration.landing.scrubbing import IsDue, Scrubbed
from orchestration.paths import retention_mark_path
from orchestration.privacy.erasure import remove_copies
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.state_files import write_state


def due_on(today: date) -> IsDue:
    """What is kept for longer than its contract says, on a day."""

    def is_due(delivery: ArchivedDelivery, table: TableContract) -> bool:
        days = table.landing_retention_days
        day = table.file_date_or_none(delivery.file_name) or delivery.received_at.date()
        return days is not None and day < today - timedelta(days=days)

    return is_due


def due_files(today: date | None = None) -> Counter[str]:
    """How many archived deliveries of each table are due; emptied ones among them."""
    is_due = due_on(today or datetime.now(UTC).date())
    sources = {contract.source_name: contract for contract in load_contracts()}
    due: Counter[str] = Counter()
    for delivery in Archive().deliveries():
        source = sources.get(delivery.source_name)
        table = source.table_of(delivery.file_name) if source else None
        if table is not None and is_due(delivery, table):
            due[f"{table.source_name}.{table.table_name}"] += 1
    return due


def apply(rebuild: Callable[[], None], today: date | None = None) -> Scrubbed:
    """Let go of every row that is due, everywhere. Hold `warehouse_lock`.

    Where nothing is due nothing is rebuilt. A try that was killed is finished by the next.
    """
    contracts = load_contracts()
    is_due = due_on(today or datetime.now(UTC).date())
    mark = retention_mark_path()
    was_killed = mark.exists()
    mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_state(mark, {})
    with open_warehouse() as connection:
        ensure_tables(connection, contracts)
        restore_manifest(connection)
        scrubbed = scrub_archive(connection, contracts, is_due=is_due)
    if scrubbed.files or was_killed:
        rebuild()
        remove_copies()
    mark.unlink()
    return scrubbed
