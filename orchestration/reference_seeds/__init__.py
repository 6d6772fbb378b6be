"""Judging the seeds that analysts edit, before anything is built from them.

`declared` holds every seed to what its YAML says of it; a module per folder adds what takes more
than one row or file to see. Nothing here reads the warehouse.
"""

from orchestration.reference_seeds.check import SeedError, check_seeds
from orchestration.reference_seeds.table import Problem

__all__ = ["Problem", "SeedError", "check_seeds"]
