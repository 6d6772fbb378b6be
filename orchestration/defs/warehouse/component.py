"""Builds `dbt_project/`."""

import dagster as dg

from orchestration.components import WarehouseModels
from orchestration.components.source_list import write_source_list
from orchestration.warehouse.dbt_invocation import manifest_path


@dg.component_instance
def warehouse_models(_context: dg.ComponentLoadContext) -> WarehouseModels:
    """Every model, seed and test of the dbt project."""
    write_source_list()
    return WarehouseModels(manifest_path=manifest_path())
