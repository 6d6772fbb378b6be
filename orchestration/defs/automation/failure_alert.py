"""Tells somebody when a run fails: in Dagster's log, and to a webhook if one is set.

A message names the job, the run and the steps. Never an error's text: it may quote a value.
"""

import json
import os
import urllib.request
from collections.abc import Iterable

import dagster as dg

WEBHOOK_VARIABLE = "THROUGHLINE_ALERT_WEBHOOK"
TIMEOUT_SECONDS = 10
# On a run of which whoever started it has told already: a command, where no daemon runs.
ALERTED_TAG = "throughline/alerted"


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def failure_alert(context: dg.RunFailureSensorContext) -> None:
    """Report every failed run of every job."""
    run = context.dagster_run
    failed_steps = [event.step_key or "" for event in context.get_step_failure_events()]
    context.log.error(message_of(run.run_id, run.job_name, failed_steps))
    if ALERTED_TAG not in run.tags:
        tell(run.run_id, run.job_name, failed_steps)


def tell(run_id: str, job_name: str, failed_steps: Iterable[str]) -> None:
    """Post that a run failed, if there is somewhere to post it."""
    webhook = os.environ.get(WEBHOOK_VARIABLE)
    if webhook:
        post_alert(webhook, message_of(run_id, job_name, failed_steps))


def message_of(run_id: str, job_name: str, failed_steps: Iterable[str]) -> str:
    """What is said of a failed run."""
    return (
        f"Throughline: run {run_id} of {job_name} failed"
        f" at {', '.join(sorted(failed_steps)) or 'its start'}. The last published version stays."
    )


def post_alert(webhook: str, message: str) -> None:
    """Post in the form that chat tools take; a webhook that fails fails the sensor's tick."""
    if not webhook.startswith(("https://", "http://")):
        raise ValueError(f"{WEBHOOK_VARIABLE} is not an http address")
    # S310 asks for the check above.
    request = urllib.request.Request(  # noqa: S310
        webhook,
        data=json.dumps({"text": message}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
        pass
