"""Times of day. Inside the simulation a time is a number of days since the world began, in UTC."""

import numpy as np

from orchestration.sample_world.world import START

MINUTE = 1 / 1440
HOUR = 1 / 24

# In 2026: European summer time from 29 March until 25 October, both at 01:00 UTC.
SUMMER_TIME = (87 + HOUR, 297 + HOUR)

Times = np.ndarray


def zone_offset(at: Times, is_western: np.ndarray) -> Times:
    """Local time minus UTC, in days: Central European, or an hour less (Great Britain)."""
    is_summer = (at >= SUMMER_TIME[0]) & (at < SUMMER_TIME[1])
    return (1.0 + is_summer - is_western) * HOUR


def daytime(rng: np.random.Generator, day: Times, is_western: np.ndarray) -> Times:
    """A waking moment of each day, most likely in the evening."""
    local_hour = rng.triangular(7.5, 18.5, 22.5, len(day))
    whole_day = np.floor(day)
    return whole_day + local_hour * HOUR - zone_offset(whole_day, is_western)


def into_hours(
    rng: np.random.Generator,
    at: Times,
    is_western: np.ndarray,
    opens: float = 7.5,
    closes: float = 22.5,
) -> Times:
    """The same times, those outside local opening hours moved on to the next morning."""
    offset = zone_offset(at, is_western)
    local = at + offset
    hour = (local % 1) * 24
    is_late = hour > closes
    is_closed = is_late | (hour < opens)
    morning = np.floor(local) + is_late + (opens + 2 * rng.random(len(at))) * HOUR
    return np.where(is_closed, morning - offset, at)


def to_utc(at: Times) -> np.ndarray:
    """As datetime64[ms]; NaN as NaT."""
    milliseconds = np.full(len(at), np.datetime64("NaT", "ms"))
    known = np.isfinite(at)
    # A thousandth more, so that a time that was whole milliseconds stays the same one.
    whole = np.floor(at[known] * 86_400_000 + 0.001)
    milliseconds[known] = START + whole.astype("timedelta64[ms]")
    return milliseconds
