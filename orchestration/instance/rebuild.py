"""A fresh warehouse from the archived deliveries, in place of the one that is there.

The old one stays until the new one is whole: a rebuild that is killed has changed nothing.
"""

from orchestration.identity import registry
from orchestration.landing import (
    ensure_tables,
    load_contracts,
    replay,
    restore_manifest,
    scrub_archive,
    set_run_settings,
)
from orchestration.paths import public_build_path, warehouse_path
from orchestration.warehouse import build_state
from orchestration.warehouse.connections import open_warehouse


def replace_warehouse(run_id: str | None) -> int:
    """Land the whole archive anew; returns how many rows were loaded. Hold `warehouse_lock`."""
    contracts = load_contracts()
    # The archive knows the deliveries; what a person has set, and which customer keys were given
    # out, is known to the old warehouse alone.
    with open_warehouse() as connection:
        ensure_tables(connection, contracts)
        settings = connection.execute("from ledger.run_settings").fetchall()
        restore_manifest(connection)
        scrub_archive(connection, contracts)
    fresh = warehouse_path().with_suffix(".rebuild")
    fresh.unlink(missing_ok=True)
    with open_warehouse(fresh) as connection:
        summaries = replay(connection, contracts, run_id=run_id)
        set_run_settings(connection, settings)
        registry.carry_over(connection, warehouse_path())
    build_state.forget_build()
    public_build_path().unlink(missing_ok=True)
    fresh.replace(warehouse_path())
    return sum(summary.loaded_rows for summary in summaries)
