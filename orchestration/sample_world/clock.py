"""Times of day. Inside the simulation a time is a number of days since the world began, in UTC."""

import numpy as np

from orchestration.sample_world.world import START

MINUTE = 1 / 1440
HOUR = 1 / 24

# In 2026: European summer time from 29 March until 25 October, both at 01:00 UTC.
SUMMER_TIME = (87 + HOUR, 297 + HOUR)

# 1 January 2026 is a Thursday.
FIRST_WEEKDAY = 3
SATURDAY, SUNDAY = 5, 6

# How many people are online in each hour of the day, and on each day of the week.
ONLINE_HOURS = np.array(
    (0, 0, 0, 0, 0, 0, 0, 2, 4, 5, 6, 6, 6, 6, 5, 5, 6, 7, 9, 11, 12, 11, 3, 0), dtype=float
)
ONLINE_WEEKDAYS = np.array((1.0, 0.95, 0.95, 0.95, 0.85, 0.95, 1.2))

Times = np.ndarray


def zone_offset(at: Times, is_western: np.ndarray) -> Times:
    """Local time minus UTC, in days: Central European, or an hour less (Great Britain)."""
    is_summer = (at >= SUMMER_TIME[0]) & (at < SUMMER_TIME[1])
    return (1.0 + is_summer - is_western) * HOUR


def weekday(at: Times, is_western: np.ndarray) -> np.ndarray:
    """The local day of the week of each time, Monday 0."""
    day = np.nan_to_num(np.floor(at + zone_offset(at, is_western)))
    return ((day + FIRST_WEEKDAY) % 7).astype(np.int64)


def hour_of_day(at: Times, is_western: np.ndarray) -> Times:
    """The local hour of each time."""
    return (at + zone_offset(at, is_western)) % 1 * 24


def daytime(rng: np.random.Generator, day: Times, is_western: np.ndarray) -> Times:
    """A moment of each day at which people are online, most likely in the evening."""
    shares = np.cumsum(ONLINE_HOURS) / np.sum(ONLINE_HOURS)
    hour = np.searchsorted(shares, rng.random(len(day))) + rng.random(len(day))
    whole_day = np.floor(day)
    return whole_day + hour * HOUR - zone_offset(whole_day, is_western)


def into_hours(
    rng: np.random.Generator,
    at: Times,
    is_western: np.ndarray,
    opens: float = 7.5,
    closes: float = 22.5,
    within: float = 2.0,
    closed: np.ndarray | None = None,
) -> Times:
    """The same times, those outside local opening hours moved on to a later morning.

    They come back `within` so many hours of the opening. `closed` says by country and local day
    where nobody opens at all.
    """
    offset = zone_offset(at, is_western)
    local = at + offset
    hour = (local % 1) * 24
    is_late = hour > closes
    is_closed = is_late | (hour < opens)
    day = np.floor(local) + is_late
    if closed is not None:
        shut = _shut_until(day, closed)
        is_closed |= shut > day
        day = shut
    morning = day + (opens + within * rng.random(len(at))) * HOUR
    return np.where(is_closed, morning - offset, at)


def _shut_until(day: Times, closed: np.ndarray) -> Times:
    """The first day from `day` on, one row of `closed` each, on which the doors open."""
    rows, last = np.arange(len(day)), closed.shape[1] - 1
    known = np.isfinite(day)
    for _ in range(5):
        number = np.clip(np.where(known, day, 0), 0, last).astype(np.int64)
        is_shut = closed[rows, number] & known
        if not is_shut.any():
            break
        day = day + is_shut
    return day


def onto_weekdays(
    rng: np.random.Generator, at: Times, is_western: np.ndarray, share: float, longest: int = 1
) -> Times:
    """Some of what falls on a weekend waits for the next week: most for its first day."""
    local = at + zone_offset(at, is_western)
    day = weekday(at, is_western)
    waits = (day >= SATURDAY) & (rng.random(len(at)) < share)
    then = np.floor(local) + (7 - day) + _days_later(rng, len(at), longest)
    morning = then + np.clip(rng.normal(11, 1.5, len(at)), 8.5, 16) * HOUR
    return np.where(waits, morning - zone_offset(then, is_western), at)


def _days_later(rng: np.random.Generator, rows: int, longest: int) -> np.ndarray:
    """Half of them the first of so many days, and the more seldom the later."""
    return np.minimum(rng.geometric(0.5, rows) - 1, longest - 1)


def late_in_the_morning(
    rng: np.random.Generator, at: Times, is_western: np.ndarray, share: float
) -> Times:
    """Some wait until the hours in which most people call, of the same day or the next."""
    hour = np.clip(rng.normal(11, 1.3, len(at)), 8.3, 15)
    offset = zone_offset(at, is_western)
    local = at + offset
    then = np.floor(local) + hour * HOUR
    then = np.where(then < local, then + 1, then) - offset
    return np.where(rng.random(len(at)) < share, then, at)


def to_utc(at: Times) -> np.ndarray:
    """As datetime64[ms]; NaN as NaT."""
    milliseconds = np.full(len(at), np.datetime64("NaT", "ms"))
    known = np.isfinite(at)
    # A thousandth more, so that a time that was whole milliseconds stays the same one.
    whole = np.floor(at[known] * 86_400_000 + 0.001)
    milliseconds[known] = START + whole.astype("timedelta64[ms]")
    return milliseconds
