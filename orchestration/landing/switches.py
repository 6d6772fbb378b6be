"""Which sources are on now, for whoever has no connection to the warehouse at hand."""

from collections.abc import Iterable

import duckdb

from orchestration.landing.contract import enabled_sources
from orchestration.warehouse.connections import read_warehouse


def enabled_now(names: Iterable[str]) -> set[str]:
    """Those of the sources that are on: by the run setting, else by the seed.

    Where nothing was ever landed, or a run is writing, the seed alone says it.
    """
    names = set(names)
    try:
        with read_warehouse() as connection:
            return enabled_sources(names, connection)
    except (duckdb.CatalogException, duckdb.IOException):
        return enabled_sources(names)
