"""Publishes what the dbt project builds into the public file."""

import dagster as dg

from orchestration.components import PublishedMarts
from orchestration.warehouse.dbt_invocation import manifest_path


@dg.component_instance
def published_marts(_context: dg.ComponentLoadContext) -> PublishedMarts:
    """Every mart of the dbt project."""
    return PublishedMarts(manifest_path=manifest_path(), has_report=True)
