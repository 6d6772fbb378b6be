from datetime import UTC, datetime

import dagster as dg

from orchestration.defs.automation.jobs import daily, daily_schedule


def test_the_schedule_runs_daily_at_three_utc():
    at = datetime(2026, 3, 1, 3, tzinfo=UTC)
    context = dg.build_schedule_context(scheduled_execution_time=at)

    (request,) = daily_schedule.evaluate_tick(context).run_requests

    assert daily_schedule.job_name == daily.name
    assert daily_schedule.cron_schedule == "0 3 * * *"
    assert daily_schedule.execution_timezone == "UTC"
    assert request.tags["dagster/schedule_name"] == "daily_schedule"
