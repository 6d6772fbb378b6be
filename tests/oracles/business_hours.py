"""Business time: the seconds during which the desk that a case belongs to was open.

What belongs here: calendars. What does not: which moments a KPI measures between.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from tests.oracles.facts import seed


@dataclass(frozen=True)
class Calendar:
    """The stretches of UTC time in which a desk is open, in order."""

    opened_at: np.ndarray
    closed_at: np.ndarray

    def seconds_until(self, times: pd.Series) -> pd.Series:
        """Open seconds from the first stretch to each moment; missing for a missing moment."""
        at = times.dt.floor("s").to_numpy(dtype="datetime64[s]")
        lengths = (self.closed_at - self.opened_at).astype("int64")
        before = np.concatenate([[0], np.cumsum(lengths)])
        stretch = np.searchsorted(self.opened_at, at, side="right")
        last = np.maximum(stretch - 1, 0)
        into = np.minimum(at, self.closed_at[last]) - self.opened_at[last]
        seconds = np.where(stretch > 0, before[last] + into.astype("int64"), 0)
        return pd.Series(seconds, index=times.index).where(times.notna())

    def is_open(self, times: pd.Series) -> pd.Series:
        """Whether the desk is open; at the moment of closing it no longer is."""
        at = times.to_numpy(dtype="datetime64[us]")
        stretch = np.searchsorted(self.opened_at.astype("datetime64[us]"), at, side="right")
        closed_at = self.closed_at[np.maximum(stretch - 1, 0)]
        return pd.Series((stretch > 0) & (at < closed_at), index=times.index)


@cache
def calendar(slug: str, first_day: pd.Timestamp, last_day: pd.Timestamp) -> Calendar:
    """The stretches of a calendar between two days; its country's holidays are closed."""
    place = seed("business_calendars").set_index("calendar_slug").loc[slug]
    hours = seed("business_hours").query("calendar_slug == @slug")
    holidays = seed("holidays").query("country_code == @place.country_code").holiday_date
    local = pd.DataFrame({"day": pd.date_range(first_day, last_day, normalize=True)})
    local = local[~local.day.isin(pd.to_datetime(holidays))]
    local = local.assign(weekday=local.day.dt.dayofweek + 1).merge(hours, on="weekday")

    def utc(clock: pd.Series) -> np.ndarray:
        moments = local.day + pd.to_timedelta(clock + ":00")
        zoned = moments.dt.tz_localize(place.time_zone).dt.tz_convert("UTC")
        return zoned.dt.tz_localize(None).to_numpy(dtype="datetime64[s]")

    opened_at, closed_at = utc(local.opens_at), utc(local.closes_at)
    order = np.argsort(opened_at)
    return Calendar(opened_at[order], closed_at[order])


def calendar_of(cases: pd.DataFrame) -> pd.Series:
    """The first assignment that fits the channel and team of each case."""
    slugs = pd.Series(None, index=cases.index, dtype=object)
    for rule in seed("calendar_assignments").sort_values("priority").itertuples():
        fits = slugs.isna()
        if pd.notna(rule.channel_slug):
            fits &= cases.channel_slug == rule.channel_slug
        if pd.notna(rule.team_id):
            fits &= cases.team_key == rule.team_id
        slugs[fits] = rule.calendar_slug
    return slugs


def business_seconds(cases: pd.DataFrame, start: pd.Series, end: pd.Series) -> pd.Series:
    """Open seconds between two moments of each case."""
    readings = []
    for slug, group in cases.groupby(calendar_of(cases)):
        desk = _desk(slug, start, end)
        readings.append(
            desk.seconds_until(end[group.index]) - desk.seconds_until(start[group.index])
        )
    return pd.concat(readings).reindex(cases.index)


def is_open(cases: pd.DataFrame, times: pd.Series) -> pd.Series:
    """Whether the desk of each case is open at a moment."""
    answers = [
        _desk(slug, times, times).is_open(times[group.index])
        for slug, group in cases.groupby(calendar_of(cases))
    ]
    return pd.concat(answers).reindex(cases.index)


def _desk(slug: str, start: pd.Series, end: pd.Series) -> Calendar:
    # A day more on either side: the date of a moment is another one elsewhere.
    day = pd.Timedelta(days=1)
    return calendar(slug, start.min().normalize() - day, end.max().normalize() + day)
