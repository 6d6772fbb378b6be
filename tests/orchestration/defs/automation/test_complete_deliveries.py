import time
from types import SimpleNamespace

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
    """Put a file into the folder of `web`."""

    def put(name="events_2026-01-01.jsonl.gz", content="{}", folder="landing/web"):
        file = data_folder / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    return put


@pytest.fixture
def evaluate(instance, monkeypatch):
    """Let the sensor look, so many seconds after all that was delivered."""

    def evaluated(cursor=None, seconds_later=3600):
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        now = time.time() + seconds_later
        with monkeypatch.context() as patch:
            patch.setattr("orchestration.landing.inbox.time", SimpleNamespace(time=lambda: now))
            return complete_delivery_sensor(context)

    return evaluated


def test_a_complete_delivery_starts_a_run(evaluate, deliver):
    deliver()

    result = evaluate()

    (request,) = result.run_requests
    assert request.run_key == result.cursor


@pytest.mark.parametrize(
    ("name", "seconds_later"),
    [
        pytest.param("events_2026-01-01.jsonl.gz", 0, id="still being written"),
        pytest.param("events_2026-01-01.jsonl.gz.part", 3600, id="not yet renamed"),
        pytest.param("notes.txt", 3600, id="nobody's file"),
    ],
)
def test_anything_less_is_waited_for(evaluate, deliver, name, seconds_later):
    deliver(name)

    assert isinstance(evaluate(seconds_later=seconds_later), dg.SkipReason)


def test_a_done_file_says_that_a_young_file_is_complete(evaluate, deliver):
    young = deliver()
    young.with_name(young.name + ".done").touch()

    assert len(evaluate(seconds_later=0).run_requests) == 1


def test_a_source_that_the_company_does_not_have_starts_nothing(evaluate, deliver):
    deliver()
    with open_warehouse() as connection:
        ensure_ledger(connection)
        set_run_settings(connection, [("sources", "pos")])

    assert isinstance(evaluate(), dg.SkipReason)


def test_without_a_landing_folder_nothing_happens(evaluate, data_folder):
    assert isinstance(evaluate(), dg.SkipReason)


def test_what_a_failed_run_left_starts_no_second_run(evaluate, deliver):
    deliver()
    first = evaluate()

    assert isinstance(evaluate(first.cursor), dg.SkipReason)


def test_a_corrected_file_of_the_same_name_starts_a_run(evaluate, deliver):
    deliver()
    first = evaluate()
    deliver(content="{ }")

    second = evaluate(first.cursor)

    assert second.run_requests[0].run_key != first.run_requests[0].run_key


def test_what_a_killed_run_had_taken_starts_a_run(evaluate, deliver):
    deliver(folder="claimed/web/20260101T120000.000000")

    assert len(evaluate().run_requests) == 1


def test_what_a_failed_run_took_and_left_starts_no_second_run(evaluate, deliver):
    file = deliver()
    first = evaluate()
    claim = deliver("other", folder="claimed/web/20260101T120000.000000").parent
    (claim / "other").unlink()
    file.rename(claim / file.name)

    assert isinstance(evaluate(first.cursor), dg.SkipReason)


def test_a_name_too_long_for_a_mark_is_only_a_name(evaluate, deliver):
    deliver("events_2026-01-01.jsonl".ljust(255, "x"))

    assert len(evaluate().run_requests) == 1


def test_a_run_under_way_is_enough(instance, evaluate, deliver):
    deliver()
    instance.create_run_for_job(
        dg.GraphDefinition(name=daily.name).to_job(), status=dg.DagsterRunStatus.STARTED
    )

    assert isinstance(evaluate(), dg.SkipReason)
