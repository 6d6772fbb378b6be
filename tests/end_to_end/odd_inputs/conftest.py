import os

import pytest

from tests.company import built_once
from tests.end_to_end.odd_inputs.company import OddCompany, build


@pytest.fixture(scope="session")
def odd_company(tmp_path_factory) -> OddCompany:
    """The company of all odd inputs, built once for every file that asks."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each process has a folder of its own in that of the run.
        folder = folder.parent
    return OddCompany(*built_once(folder, "odd_inputs", lambda data: build(data).output))
