from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.defs.automation.jobs import daily, daily_schedule
from orchestration.paths import PROJECT_DIR
from orchestration.warehouse import operating, release


def test_the_schedule_runs_daily_at_three_utc():
    at = datetime(2026, 3, 1, 3, tzinfo=UTC)
    context = dg.build_schedule_context(scheduled_execution_time=at)

    (request,) = daily_schedule.evaluate_tick(context).run_requests

    assert daily_schedule.job_name == daily.name
    assert daily_schedule.cron_schedule == "0 3 * * *"
    assert daily_schedule.execution_timezone == "UTC"
    assert request.tags["dagster/schedule_name"] == "daily_schedule"


def test_a_run_says_which_code_made_it(monkeypatch):
    release.commit.cache_clear()
    monkeypatch.setenv("THROUGHLINE_COMMIT", "abc123")

    assert release.run_tags() == {
        "throughline/version": release.version(),
        "throughline/commit": "abc123",
    }
    assert "throughline/version" in daily.tags
    release.commit.cache_clear()


def test_when_for_whom_and_how_much_is_kept_are_settings(monkeypatch):
    assert (operating.schedule_time_zone(), operating.kept_versions()) == ("UTC", 3)
    monkeypatch.setenv("THROUGHLINE_SCHEDULE", "30 5 * * 1-5")
    monkeypatch.setenv("THROUGHLINE_SCHEDULE_TIME_ZONE", "Europe/London")
    monkeypatch.setenv("THROUGHLINE_OWNER", "cx@example.com")
    monkeypatch.setenv("THROUGHLINE_KEPT_VERSIONS", "5")

    assert operating.schedule() == "30 5 * * 1-5"
    assert operating.schedule_time_zone() == "Europe/London"
    assert operating.owner() == "cx@example.com"
    assert operating.kept_versions() == 5


def test_how_long_a_run_takes_and_how_often_it_is_tried_are_settings(monkeypatch):
    assert operating.run_limits() == {}
    monkeypatch.setenv("THROUGHLINE_RUN_MINUTES", "90")
    monkeypatch.setenv("THROUGHLINE_RUN_RETRIES", "2")

    assert operating.run_limits() == {"dagster/max_runtime": "5400", "dagster/max_retries": "2"}


@pytest.mark.parametrize(
    ("variable", "given"),
    [
        ("THROUGHLINE_RUN_MINUTES", "0"),
        ("THROUGHLINE_RUN_MINUTES", "an hour"),
        ("THROUGHLINE_RUN_RETRIES", "-1"),
    ],
)
def test_a_limit_that_is_no_number_is_refused(monkeypatch, variable, given):
    monkeypatch.setenv(variable, given)

    with pytest.raises(operating.OperatingError, match=variable):
        operating.run_limits()


def test_the_daemon_ends_a_run_that_takes_too_long_and_tries_a_dead_one_again(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("THROUGHLINE_STATE", str(tmp_path))

    with dg.DagsterInstance.from_config(str(PROJECT_DIR)) as instance:
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_max_runtime_seconds == 0
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 0
        assert not instance.run_retries_retry_on_asset_or_op_failure


@pytest.mark.parametrize("kept", ["1", "0", "-3", "all"])
def test_too_few_versions_for_a_rollback_are_refused(monkeypatch, kept):
    monkeypatch.setenv("THROUGHLINE_KEPT_VERSIONS", kept)

    with pytest.raises(operating.OperatingError):
        operating.kept_versions()
