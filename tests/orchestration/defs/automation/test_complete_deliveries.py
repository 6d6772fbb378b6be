import os

import dagster as dg
import pytest

from orchestration.defs.automation.complete_deliveries import complete_delivery_sensor
from orchestration.defs.automation.jobs import daily
from orchestration.landing import ensure_ledger, set_run_settings
from orchestration.warehouse.connections import open_warehouse


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def deliver(data_folder):
    """Put a file into the folder of `web`, last written so many seconds ago."""

    def put(name="events_2026-01-01.jsonl.gz", seconds_ago=3600):
        file = data_folder / "landing" / "web" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
        written = file.stat().st_mtime - seconds_ago
        os.utime(file, (written, written))
        return file

    return put


def evaluate(instance, cursor=None):
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    return complete_delivery_sensor(context)


def test_a_complete_delivery_starts_a_run(instance, deliver):
    deliver()

    result = evaluate(instance)

    (request,) = result.run_requests
    assert request.run_key == result.cursor


@pytest.mark.parametrize(
    ("name", "seconds_ago"),
    [
        pytest.param("events_2026-01-01.jsonl.gz", 0, id="still being written"),
        pytest.param("events_2026-01-01.jsonl.gz.part", 3600, id="not yet renamed"),
        pytest.param("notes.txt", 3600, id="nobody's file"),
    ],
)
def test_anything_less_is_waited_for(instance, deliver, name, seconds_ago):
    deliver(name, seconds_ago)

    assert isinstance(evaluate(instance), dg.SkipReason)


def test_a_done_file_says_that_a_young_file_is_complete(instance, deliver):
    young = deliver(seconds_ago=0)
    young.with_name(young.name + ".done").touch()

    assert len(evaluate(instance).run_requests) == 1


def test_a_source_that_the_company_does_not_have_starts_nothing(instance, deliver):
    deliver()
    with open_warehouse() as connection:
        ensure_ledger(connection)
        set_run_settings(connection, [("sources", "pos")])

    assert isinstance(evaluate(instance), dg.SkipReason)


def test_without_a_landing_folder_nothing_happens(instance, data_folder):
    assert isinstance(evaluate(instance), dg.SkipReason)


def test_what_a_failed_run_left_starts_no_second_run(instance, deliver):
    deliver()
    first = evaluate(instance)

    assert isinstance(evaluate(instance, first.cursor), dg.SkipReason)


def test_a_corrected_file_of_the_same_name_starts_a_run(instance, deliver):
    deliver(seconds_ago=3600)
    first = evaluate(instance)
    deliver(seconds_ago=60)

    second = evaluate(instance, first.cursor)

    assert second.run_requests[0].run_key != first.run_requests[0].run_key


def test_a_run_under_way_is_enough(instance, deliver):
    deliver()
    instance.create_run_for_job(
        dg.GraphDefinition(name=daily.name).to_job(), status=dg.DagsterRunStatus.STARTED
    )

    assert isinstance(evaluate(instance), dg.SkipReason)
