"""What whoever runs the warehouse sets by the environment: when, for whom, how much is kept."""

import os

_OWNER = "data-platform@example.com"
_FEWEST_VERSIONS = 2


class OperatingError(ValueError):
    """A variable of the environment that says nothing usable."""


def owner() -> str:
    """Who answers for what is landed and fetched, in the catalogue: `THROUGHLINE_OWNER`."""
    return os.environ.get("THROUGHLINE_OWNER") or _OWNER


def schedule() -> str:
    """When the day's run starts, as cron has it: `THROUGHLINE_SCHEDULE`."""
    return os.environ.get("THROUGHLINE_SCHEDULE") or "0 3 * * *"


def schedule_time_zone() -> str:
    """The zone of the schedule: `THROUGHLINE_SCHEDULE_TIME_ZONE`."""
    return os.environ.get("THROUGHLINE_SCHEDULE_TIME_ZONE") or "UTC"


def run_limits() -> dict[str, str]:
    """How long a run may take and how often a run that died is tried again, as Dagster's tags.

    `THROUGHLINE_RUN_MINUTES` (no bound) and `THROUGHLINE_RUN_RETRIES` (none). The daemon sees to
    both; a run that a gate or a test has failed would fail again, and is not tried.
    """
    minutes = os.environ.get("THROUGHLINE_RUN_MINUTES")
    retries = os.environ.get("THROUGHLINE_RUN_RETRIES")
    tags = {}
    if minutes:
        if not minutes.isdecimal() or int(minutes) == 0:
            raise OperatingError(f"THROUGHLINE_RUN_MINUTES is {minutes!r}: a whole number from 1")
        tags["dagster/max_runtime"] = str(int(minutes) * 60)
    if retries:
        if not retries.isdecimal():
            raise OperatingError(f"THROUGHLINE_RUN_RETRIES is {retries!r}: a whole number from 0")
        tags["dagster/max_retries"] = str(int(retries))
    return tags


def kept_versions() -> int:
    """How many published versions stay: `THROUGHLINE_KEPT_VERSIONS`. A rollback needs two."""
    given = os.environ.get("THROUGHLINE_KEPT_VERSIONS") or "3"
    if not given.isdecimal() or int(given) < _FEWEST_VERSIONS:
        raise OperatingError(
            f"THROUGHLINE_KEPT_VERSIONS is {given!r}: a whole number from {_FEWEST_VERSIONS} on"
        )
    return int(given)
