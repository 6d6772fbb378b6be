"""Entry point: Dagster loads everything under `orchestration/defs` from here.

Nothing is defined in this module. Add a folder under `defs/` instead.
"""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Load every definition found under `orchestration/defs`."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
