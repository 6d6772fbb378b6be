import subprocess
import sys
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orchestration.defs.automation.stopped_runs import mark_stopped_runs

# Later than any run of these tests lasts.
LATER = datetime.now(UTC) + timedelta(days=1)
WRITER = """
from orchestration.warehouse.lock import warehouse_lock
with warehouse_lock():
    print("writing", flush=True)
    input()
"""


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def started_run(instance, data_folder):
    run = instance.create_run_for_job(dg.GraphDefinition(name="daily").to_job())
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "daily")
    instance.report_dagster_event(event, run.run_id)
    return run.run_id


def status(instance, run_id):
    return instance.get_run_by_id(run_id).status


def test_a_run_that_died_is_marked_as_failed(instance, started_run):
    assert mark_stopped_runs(instance, now=LATER) == 1

    assert status(instance, started_run) == dg.DagsterRunStatus.FAILURE


def test_a_run_that_has_just_started_is_left_alone(instance, started_run):
    assert mark_stopped_runs(instance) == 0

    assert status(instance, started_run) == dg.DagsterRunStatus.STARTED


def test_a_run_that_is_writing_is_left_alone(instance, started_run):
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        writer.stdout.readline()

        assert mark_stopped_runs(instance, now=LATER) == 0

        writer.communicate("\n")
    assert status(instance, started_run) == dg.DagsterRunStatus.STARTED
