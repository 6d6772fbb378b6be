"""Loads `dbt_project/`.

Python rather than `defs.yaml`: the YAML form runs a copy of the dbt project, and the copy
cannot see `seeds/` beside it.
"""

import dagster as dg
from dagster.components.resolved.core_models import OpSpec
from dagster_dbt import DbtProject

from orchestration.components import WarehouseModels
from orchestration.dbt_invocation import manifest_path
from orchestration.paths import DBT_PROJECT_DIR, dbt_dir


@dg.component_instance
def warehouse_models(_context: dg.ComponentLoadContext) -> WarehouseModels:
    """Every model, seed and test of the dbt project."""
    # Not prepare_if_dev: a headless job on a clean clone has no manifest yet.
    manifest_path()
    return WarehouseModels(
        project=DbtProject(DBT_PROJECT_DIR, target_path=dbt_dir()),
        op=OpSpec(name="dbt_build"),
        prepare_if_dev=False,
    )
