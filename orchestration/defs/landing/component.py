"""Lands what the contracts under `dbt_project/models/staging/` describe."""

import dagster as dg

from orchestration.components import SourceTables
from orchestration.fetching.declarations import declared_sources
from orchestration.warehouse.dbt_invocation import manifest_path
from orchestration.warehouse.operating import owner


@dg.component_instance
def source_tables(_context: dg.ComponentLoadContext) -> SourceTables:
    """Every table that a source delivers."""
    return SourceTables(
        manifest_path=manifest_path(),
        owner=owner(),
        fetched=declared_sources(),
    )
