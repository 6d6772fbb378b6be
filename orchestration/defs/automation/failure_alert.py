"""Tells somebody when a run fails: in Dagster's log, and to a webhook if one is set.

A message names the job, the run and the steps. Never an error's text: it may quote a value.
"""

import json
import os
import urllib.request

import dagster as dg

WEBHOOK_VARIABLE = "THROUGHLINE_ALERT_WEBHOOK"
TIMEOUT_SECONDS = 10


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def failure_alert(context: dg.RunFailureSensorContext) -> None:
    """Report every failed run of every job."""
    run = context.dagster_run
    failed_steps = sorted(event.step_key or "" for event in context.get_step_failure_events())
    message = (
        f"Throughline: run {run.run_id} of {run.job_name} failed"
        f" at {', '.join(failed_steps) or 'its start'}. The last published version stays."
    )
    context.log.error(message)
    webhook = os.environ.get(WEBHOOK_VARIABLE)
    if webhook:
        post_alert(webhook, message)


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
