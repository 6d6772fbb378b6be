"""Entry point: Dagster loads everything under `orchestration/defs` from here.

Nothing is defined in this module. Add a folder under `defs/` instead.
"""

from pathlib import Path

import dagster as dg

from orchestration.components.project import prepare_project
from orchestration.warehouse.private_files import keep_files_private


@dg.definitions
def defs() -> dg.Definitions:
    """Load every definition found under `orchestration/defs`."""
    # Also in a code server that somebody started by hand.
    keep_files_private()
    prepare_project()
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
