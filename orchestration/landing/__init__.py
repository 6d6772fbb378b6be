"""Deliveries into raw tables: each is loaded, or listed with its reason.

The way of a delivery is one: `inbox` sees it arrive, and `desk` takes it through `archive`
(copied, named by its hash), `ledger` (recognised) or `formats` (read by `contract`), `accounting`
(every line counted), the commit of `raw_tables` and `ledger` together, and out of the folder.
"""

from orchestration.landing.accounting import check_accounting
from orchestration.landing.archive import Archive
from orchestration.landing.contract import (
    ContractError,
    SourceContract,
    TableContract,
    enabled_sources,
    load_contracts,
)
from orchestration.landing.desk import LandingSummary
from orchestration.landing.ledger import ensure_ledger, set_run_settings
from orchestration.landing.loading import (
    ensure_tables,
    land,
    land_unknown_files,
    replay,
    restore_manifest,
)
from orchestration.landing.scrubbing import scrub_archive
from orchestration.landing.unlanded import record_unlanded

__all__ = [
    "Archive",
    "ContractError",
    "LandingSummary",
    "SourceContract",
    "TableContract",
    "check_accounting",
    "enabled_sources",
    "ensure_ledger",
    "ensure_tables",
    "land",
    "land_unknown_files",
    "load_contracts",
    "record_unlanded",
    "replay",
    "restore_manifest",
    "scrub_archive",
    "set_run_settings",
]
