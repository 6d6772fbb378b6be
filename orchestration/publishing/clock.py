"""The gate before publishing: `as_of`, the clock of every figure, fits what was delivered.

Judged too early, all that happened later is left out; judged too late, all that still runs looks
given up. Either way every test passes. How far is too far is set in `company_settings`. Whoever
sets `as_of` for a run has said that it is meant.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

_REQUIRED = {"int_company__settings", "int_touchpoints__all", "company_settings"}


class StaleClockError(Exception):
    """`as_of` lies before what happened, or long after it, and nobody said that it may."""


@dataclass(frozen=True)
class Clock:
    """`as_of`, and the touchpoints before and after it."""

    as_of: datetime
    count: int
    later_count: int
    newest: datetime
    newest_before: datetime | None


def assert_clock_fits(connection: duckdb.DuckDBPyConnection) -> None:
    """Stop if `as_of` of the open warehouse does not fit its touchpoints."""
    relations = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() union all select view_name from duckdb_views()"
        ).fetchall()
    }
    if not relations >= _REQUIRED:
        # A project without this clock, such as a test's.
        return
    settings = dict(
        connection.execute(
            "select setting, coalesce(run_settings.setting_value, company_settings.setting_value) "
            "from reference.company_settings left join ledger.run_settings using (setting)"
        ).fetchall()
    )
    ((is_set_by_hand,),) = connection.execute(
        "select count(*) > 0 from ledger.run_settings "
        "where setting = 'as_of' and setting_value is not null"
    ).fetchall()
    if is_set_by_hand or settings.get("allow_stale_as_of", "false").lower() == "true":
        return
    early = timedelta(days=float(settings["as_of_early_days"]))
    clock = _clock(connection, early)
    if clock is None:
        return
    problem = _problem(
        clock, early, float(settings["as_of_early_share"]), float(settings["as_of_late_days"])
    )
    if problem:
        raise StaleClockError(
            f"{problem} Nothing was published. as_of is the end of the last day that a file is "
            "complete for, by the {date} in its name; where no name has one, the day of the last "
            "landing. Set it (--set as_of=YYYY-MM-DD), or say that it is meant "
            "(--set allow_stale_as_of=true)."
        )


def _clock(connection: duckdb.DuckDBPyConnection, early: timedelta) -> Clock | None:
    ((as_of,),) = connection.execute(
        "select as_of from intermediate.int_company__settings"
    ).fetchall()
    ((count, later_count, newest, newest_before),) = connection.execute(
        "select count(*), count(*) filter (occurred_at > $until), max(occurred_at), "
        "max(occurred_at) filter (occurred_at <= $until) from intermediate.int_touchpoints__all",
        {"until": as_of + early},
    ).fetchall()
    return Clock(as_of, count, later_count, newest, newest_before) if count else None


def _problem(clock: Clock, early: timedelta, early_share: float, late_days: float) -> str | None:
    if clock.later_count > early_share * clock.count:
        return (
            f"as_of is {clock.as_of:%Y-%m-%d %H:%M}, but {clock.later_count:,} of {clock.count:,} "
            f"touchpoints happened more than {early.days} days after it, the newest at "
            f"{clock.newest:%Y-%m-%d %H:%M}."
        )
    if clock.newest_before is None:
        return None
    silence = clock.as_of - clock.newest_before
    if silence > timedelta(days=late_days):
        return (
            f"as_of is {clock.as_of:%Y-%m-%d %H:%M}, {silence.days:,} days after the newest "
            f"touchpoint, at {clock.newest_before:%Y-%m-%d %H:%M}."
        )
    return None
