"""Runs where something is short or odd: a right result, or a clear error and the old version."""

import os

import pytest

from tests.faults import figures
from tests.faults.kills import Stage
from tests.faults.outcome import differences, outcome

pytestmark = pytest.mark.slow

# Bytes that one file may have: the first does not hold what dbt writes, the last not the warehouse.
FILE_SIZES = (20_000, 300_000, 1_000_000, 3_000_000, 9_000_000)
ODD_NAME = 'dä ta\'s "q" {{ 1 }} 100%;x'
NOWHERE = {"HOME": None, "LANG": None, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def expected(stage, states):
    with stage.copy(states["delivered"]) as data:
        stage.run(data, "run")
        return outcome(data)


@pytest.mark.parametrize(
    ("name", "is_relative", "environment"),
    [
        pytest.param(ODD_NAME, False, NOWHERE | {"TZ": "Pacific/Kiritimati"}, id="odd folder"),
        pytest.param("plain", True, {"LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns"}, id="here"),
    ],
)
def test_a_run_elsewhere_is_a_run(
    stage, states, expected, tmp_path, name, is_relative, environment
):
    elsewhere = Stage(stage.project, tmp_path, environment)
    with elsewhere.copy(states["delivered"], name) as data:
        # The server works in the project's folder.
        place = os.path.relpath(data, stage.project) if is_relative else data
        elsewhere.run(place, "run")

        assert differences(expected, outcome(data)) == []
    elsewhere.close()


def test_two_runs_at_once_end_as_one(stage, states, expected, tmp_path):
    other = Stage(stage.project, tmp_path)
    with stage.copy(states["delivered"]) as data:
        runs = [stage.start(data, "run"), other.start(data, "run")]
        codes = [run.wait() for run in runs]

        assert 0 in codes
        for run, code in zip(runs, codes, strict=True):
            assert code == 0 or "is being written by process" in run.told()
        assert differences(expected, outcome(data)) == []
    other.close()


@pytest.mark.parametrize("size", FILE_SIZES)
def test_a_disk_that_is_full_costs_a_run_and_nothing_else(stage, states, expected, size):
    assert_recovers(stage, states, expected, {"RLIMIT_FSIZE": size})


@pytest.mark.parametrize("megabytes", [500, 1_000])
def test_too_little_memory_costs_a_run_and_nothing_else(stage, states, expected, megabytes):
    assert_recovers(stage, states, expected, {"RLIMIT_DATA": megabytes << 20})


def assert_recovers(stage, states, expected, limits):
    with stage.copy(states["delivered"]) as data:
        before = (data / "published" / "current").readlink()
        run = stage.start(data, "run", limits)
        code = run.wait()
        told = run.told()
        if code != 0:
            assert told.strip(), "no word of why"
            assert (data / "published" / "current").readlink() == before
            assert (data / "published" / "cx.duckdb").exists()
        stage.run(data, "run")
        wrong = differences(expected, outcome(data))
    ((name, limit),) = limits.items()
    figures.record(
        f"a run within {name} {limit:,}", 1, {"wrong end states": bool(wrong)}, code=code
    )
    assert wrong == []
