"""Marks runs whose process was killed as failed, so that the next run is not queued behind them."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

# A run takes the lock moments after it has started.
GRACE = timedelta(minutes=1)


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=__doc__,
)
def stopped_run_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look for runs that claim to be running while nobody is writing."""
    stopped = mark_stopped_runs(context.instance)
    return dg.SkipReason(f"{stopped} stopped runs marked as failed")


def mark_stopped_runs(instance: dg.DagsterInstance, now: datetime | None = None) -> int:
    """Report as failed each started run whose process is gone; returns how many there were.

    A run of ours holds the warehouse's lock from its first step to its last, and the kernel lets
    it go when the process dies: started and without the lock, a run is dead.
    """
    try:
        with warehouse_lock():
            started = instance.get_run_records(
                dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
            )
            latest_start = ((now or datetime.now(UTC)) - GRACE).timestamp()
            stopped = [record for record in started if (record.start_time or 0) < latest_start]
            for record in stopped:
                instance.report_run_failed(
                    record.dagster_run, "The run's process stopped before its end."
                )
            return len(stopped)
    except WarehouseLockedError:
        return 0
