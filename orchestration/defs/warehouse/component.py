"""Builds `dbt_project/`."""

import dagster as dg

from orchestration.components import WarehouseModels
from orchestration.components.source_list import write_source_list
from orchestration.components.value_ranges import write_value_ranges
from orchestration.warehouse.dbt_invocation import manifest_path


@dg.component_instance
def warehouse_models(_context: dg.ComponentLoadContext) -> WarehouseModels:
    """Every model, seed and test of the dbt project."""
    write_source_list()
    write_value_ranges()
    return WarehouseModels(manifest_path=manifest_path())
