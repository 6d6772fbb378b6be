import shutil

import pytest

from orchestration.paths import REFERENCE_DIR
from orchestration.reference_seeds import SeedError, check_seeds


@pytest.fixture
def seeds(tmp_path):
    """A copy of the seeds, to be edited."""
    return shutil.copytree(REFERENCE_DIR, tmp_path / "reference")


@pytest.fixture
def reasons(seeds):
    """What is wrong with the copy, each as (file, line, reason)."""

    def found():
        try:
            check_seeds(seeds)
        except SeedError as error:
            return [(problem.path.name, problem.line, problem.reason) for problem in error.problems]
        return []

    return found
