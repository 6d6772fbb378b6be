"""Starts `daily` when a delivery is complete, without waiting for the night."""

import hashlib
from collections.abc import Iterable

import dagster as dg

from orchestration.defs.automation.jobs import daily
from orchestration.landing import enabled_sources, load_contracts
from orchestration.landing.inbox import Inbox, shown
from orchestration.paths import claimed_dir, landing_dir, warehouse_path
from orchestration.warehouse.connections import read_warehouse

# Longer than landing itself waits: a run is not worth starting for half a delivery.
QUIET_SECONDS = 30
_NOT_STARTED_TWICE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


@dg.sensor(
    job=daily,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=__doc__,
)
def complete_delivery_sensor(
    context: dg.SensorEvaluationContext,
) -> dg.SensorResult | dg.SkipReason:
    """One run for all that is complete; what is still there after a failed run starts no second."""
    under_way = dg.RunsFilter(job_name=daily.name, statuses=_NOT_STARTED_TWICE)
    if context.instance.get_runs_count(under_way):
        return dg.SkipReason("A run that lands what is there is under way.")
    complete = complete_deliveries()
    if not complete:
        return dg.SkipReason("No complete delivery is waiting.")
    deliveries = hashlib.sha256("\n".join(sorted(complete)).encode()).hexdigest()
    if deliveries == context.cursor:
        return dg.SkipReason("The run that these deliveries started has left them.")
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=deliveries, tags={"deliveries": str(len(complete))})],
        cursor=deliveries,
    )


def complete_deliveries() -> list[str]:
    """Files that a contract expects and whose sender has finished: `.done` beside it, or quiet.

    Each as its source, name and state; among them those that a run took and did not settle.
    """
    contracts = load_contracts()
    enabled = _enabled(contract.source_name for contract in contracts)
    complete = []
    for contract in contracts:
        if contract.source_name in enabled:
            name = contract.source_name
            inbox = Inbox(landing_dir() / name, claimed_dir() / name, QUIET_SECONDS)
            finished = inbox.finished(contract.expects)
            complete += [f"{name} {shown(file_name)} {state}" for file_name, state in finished]
    return complete


def _enabled(source_names: Iterable[str]) -> set[str]:
    if not warehouse_path().exists():
        return enabled_sources(source_names)
    with read_warehouse() as connection:
        return enabled_sources(source_names, connection)
