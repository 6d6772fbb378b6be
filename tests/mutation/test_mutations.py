"""Faults are put into a copy of the project one by one: the tests of dbt alone must see them."""

import shutil
from pathlib import Path

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR, REFERENCE_DIR
from tests.company import Company
from tests.mutation.faults import FAULTS, SURVIVORS, Fault

REQUIRED_SHARE = 0.95


class Copies:
    """A copy of the project and of what it built, for one fault after the other."""

    def __init__(self, company: Company, folder: Path) -> None:
        self._company = company
        self._folder = folder
        ignored = shutil.ignore_patterns("target", "logs")
        shutil.copytree(DBT_PROJECT_DIR, folder / "dbt_project", ignore=ignored)
        shutil.copytree(REFERENCE_DIR, folder / "seeds" / "reference")

    def is_caught(self, fault: Fault) -> bool:
        """Whether anything fails when the fault is built, and what reads it."""
        path = self._folder / fault.path
        right = path.read_text()
        self._company.copy_databases(self._folder / "data")
        path.write_text(right.replace(fault.old, fault.new, 1))
        try:
            return not self.build("--select", fault.selection)
        finally:
            path.write_text(right)

    def build(self, *arguments: str) -> bool:
        """Run `dbt build` on the copies; True if all passed."""
        project = str(self._folder / "dbt_project")
        try:
            result = dbtRunner().invoke(
                [
                    *("build", "--quiet", "--fail-fast", *arguments),
                    *("--project-dir", project, "--profiles-dir", project),
                    *("--target", "warehouse"),
                    *("--target-path", str(self._folder / "target")),
                    *("--log-path", str(self._folder / "logs")),
                ]
            )
        finally:
            DuckDBConnectionManager.close_all_connections()
        return result.success


@pytest.fixture(scope="module")
def copies(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mutation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder / "data"))
        yield Copies(company, folder)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_its_place(fault):
    text = (PROJECT_DIR / fault.path).read_text()

    assert fault.old in text
    assert fault.old != fault.new


def test_there_are_enough_faults_and_no_survivor_is_unknown():
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert set(SURVIVORS) <= {fault.name for fault in FAULTS}
    assert len(SURVIVORS) <= (1 - REQUIRED_SHARE) * len(FAULTS)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_dbt_sees_the_fault(copies, fault):
    assert copies.is_caught(fault) == (fault.name not in SURVIVORS)
