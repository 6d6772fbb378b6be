import os
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from orchestration.sample_world import DEFAULT_CUSTOMERS, DEFAULT_DAYS
from tests.company import Company, built_once, generate_and_run, shared_company
from tests.faults import figures

# Two data folders of one test make the same customer keys; processes that tests start know it too.
os.environ.setdefault("THROUGHLINE_KEY_SECRET", "the secret of all tests")

# One set of examples for everybody: a failure is there again when it is looked for.
settings.register_profile("reproducible", derandomize=True)
settings.load_profile("reproducible")

# Fixtures that take long, serve many files and belong to one process.
SHARED_FIXTURES = ("stage", "dbt")


class ByFixture(LoadScopeScheduling):
    """A file's tests run in one process, and so do all files that share an expensive fixture.

    xdist's own groups are lost with pytest 9.2, which keeps no suffix of a test's id.
    """

    def _split_scope(self, nodeid: str) -> str:
        return fixture_or_file(self.config.rootpath / nodeid.split("::", 1)[0])


@cache
def fixture_or_file(path: Path) -> str:
    """What the tests of a file have in common."""
    text = path.read_text()
    shared = (name for name in SHARED_FIXTURES if re.search(rf"def \w+\([^)]*\b{name}\b", text))
    return next(shared, str(path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFixture(config, log)


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        figures.forget()


def pytest_terminal_summary(terminalreporter):
    """The figures of faults, which stand nowhere else together."""
    lines = figures.table()
    if lines:
        terminalreporter.section("faults")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def company(tmp_path_factory) -> Company:
    """1,200 people over 90 days, built once for every file that asks.

    Most of them look around; a fifth of them buys.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each process has a folder of its own in that of the run.
        folder = folder.parent
    return shared_company(folder, customers=1_200, days=90)


@pytest.fixture(scope="session")
def default_company(tmp_path_factory) -> Company:
    """The company of `make run`, for slow tests of what a small one has too few answers for."""
    folder = tmp_path_factory.getbasetemp()
    return Company(
        *built_once(
            folder,
            "default_company",
            lambda data: generate_and_run(data, DEFAULT_CUSTOMERS, DEFAULT_DAYS).output,
        )
    )
