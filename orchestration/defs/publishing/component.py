"""Publishes what the dbt project builds into the public file."""

import dagster as dg

from orchestration.components import PublishedMarts
from orchestration.warehouse.dbt_invocation import manifest_path
from orchestration.warehouse.operating import kept_versions


@dg.component_instance
def published_marts(_context: dg.ComponentLoadContext) -> PublishedMarts:
    """Every mart of the dbt project."""
    # A number that cannot be is told before anything is built.
    kept_versions()
    return PublishedMarts(manifest_path=manifest_path(), has_report=True)
