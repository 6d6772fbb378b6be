"""Fetches what the company's `fetching/<source>.yaml` declare."""

import dagster as dg

from orchestration.components import FetchedSources
from orchestration.fetching.declarations import declared_sources
from orchestration.warehouse.operating import owner


@dg.component_instance
def fetched_sources(_context: dg.ComponentLoadContext) -> FetchedSources:
    """Every source that has a declaration."""
    return FetchedSources(source_names=declared_sources(), owner=owner())
