"""Deliveries into raw tables: contract, archive, formats, ledger, accounting.

The order in which a delivery meets them: `loading` takes it, `archive` keeps it, `contract` says
what it should be, `formats` read it, `accounting` balances it, `ledger` remembers it.
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
from orchestration.landing.ledger import ensure_ledger, set_run_settings
from orchestration.landing.loading import (
    LandingSummary,
    ensure_tables,
    land,
    land_unknown_files,
    replay,
)

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
    "replay",
    "set_run_settings",
]
