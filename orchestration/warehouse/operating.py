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


def kept_versions() -> int:
    """How many published versions stay: `THROUGHLINE_KEPT_VERSIONS`. A rollback needs two."""
    given = os.environ.get("THROUGHLINE_KEPT_VERSIONS") or "3"
    if not given.isdecimal() or int(given) < _FEWEST_VERSIONS:
        raise OperatingError(
            f"THROUGHLINE_KEPT_VERSIONS is {given!r}: a whole number from {_FEWEST_VERSIONS} on"
        )
    return int(given)
