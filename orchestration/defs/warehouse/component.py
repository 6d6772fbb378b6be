"""Builds `dbt_project/`."""

import dagster as dg

from orchestration.components import WarehouseModels
from orchestration.warehouse.dbt_invocation import manifest_path


@dg.component_instance
def warehouse_models(_context: dg.ComponentLoadContext) -> WarehouseModels:
    """Every model, seed and test of the dbt project."""
    return WarehouseModels(manifest_path=manifest_path())
