"""Which counts of customers are higher or lower than the eight weeks before let expect.

A series is the distinct customers of one rule, topic and member of an area; each width of window
(one day, seven days) is a family of tests. A count is held against the same window one to eight
weeks before: expected is their rate, with half a customer added, and the count varies by a
negative binomial whose dispersion all members of a topic share, and which seven days have no less
of than their days. Benjamini and Hochberg bound the share of false ones over a family, a direction
and a day; the families of a rule share what it allows. Windows that alarmed, and holidays, are no
baseline. Nothing depends on what came later: a year judged at once is the year judged day by day.

What was never seen has no rate to be held against: there a few customers are enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.statistics.emergence import adjusted, tail

SERIES = ["rule_slug", "topic", "area_member"]
RISE, FALL = "rise", "fall"
# The count of a rule that alarms by what was never seen before, not by a rate.
NEW = "new_error"
_WEEKS = 8
_BASELINE_DAYS = 7 * _WEEKS
_LONGEST_WINDOW = 7
# Before the first day lie as many as the first window of its baseline reaches back to.
_DAYS_BEFORE = _BASELINE_DAYS + 2 * _LONGEST_WINDOW
# Half a customer: what a series that nobody was in before is taken to have had (Jeffreys).
_PRIOR_COUNT = 0.5
# Where fewer of the eight windows are left, what alarmed so long is how things are by now.
_FEWEST_WINDOWS = 4
# What is expected to be lower can hardly fall.
_LEAST_EXPECTED_OF_FALL = 5.0

ALARM_COLUMNS = {
    **dict.fromkeys(SERIES, "string"),
    "day_date": "datetime64[us]",
    "window_days": "int64",
    "direction": "string",
    "customer_count": "int64",
    **dict.fromkeys(["expected_count", "dispersion", "p_value", "q_value"], "float64"),
    "tested_count": "Int64",
}
_FOUND_COLUMNS = ["series", *list(ALARM_COLUMNS)[len(SERIES) + 2 :]]


@dataclass(frozen=True)
class _Windows:
    """Series by days, for one width of window; each value is of the window that ends that day."""

    days: int
    count: np.ndarray
    exposure: np.ndarray
    is_observed: np.ndarray

    def before(self, day: int) -> slice:
        """The ends of the windows of 56 days, the last of them just before this day's window."""
        end = day - self.days + 1
        return slice(end - _BASELINE_DAYS, end)


@dataclass(frozen=True)
class _Expected:
    """Of each series: what is expected of a count, and whether enough is known to say so."""

    mean: np.ndarray
    variance: np.ndarray
    dispersion: np.ndarray
    is_known: np.ndarray


@dataclass(frozen=True)
class _Rules:
    """What each series goes by."""

    is_new: np.ndarray
    directions: dict[str, np.ndarray]
    minimum_customers: np.ndarray
    minimum_baseline_days: np.ndarray
    false_share: np.ndarray


def alarms(counts: pd.DataFrame, days: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """One row per series, day, window and direction that alarmed.

    Args:
        counts: One row per series, `day_date` and `window_days` with `customer_count`, the
            distinct customers of the window that ends with the day; without empty windows.
        days: One row per `rule_slug`, `topic`, `day_date` and `window_days` that was observed,
            with the `exposure` that counts are held against (1 where a count stands for itself)
            and `is_holiday`.
        rules: One row per `rule_slug`: `count_of`, `direction` (rise, fall or both),
            `window_days` (words), `false_share`, `minimum_customers`, `minimum_baseline_days`.
    """
    found = list(_found(counts, days, rules)) if len(counts) and len(days) else []
    if not found:
        return pd.DataFrame(columns=list(ALARM_COLUMNS)).astype(ALARM_COLUMNS)
    result = pd.concat(found, ignore_index=True)[list(ALARM_COLUMNS)].astype(ALARM_COLUMNS)
    order = [*SERIES, "day_date", "window_days", "direction"]
    return result.sort_values(order, kind="stable", ignore_index=True)


def _found(counts: pd.DataFrame, days: pd.DataFrame, rules: pd.DataFrame) -> Iterator[pd.DataFrame]:
    series = counts[SERIES].drop_duplicates().sort_values(SERIES, ignore_index=True)
    topics = series.groupby(["rule_slug", "topic"]).ngroup().to_numpy()
    of_series = _rules(rules.set_index("rule_slug").loc[series["rule_slug"]])
    dates = pd.to_datetime(days["day_date"])
    first = dates.min() - pd.Timedelta(days=_DAYS_BEFORE)
    length = (dates.max() - first).days + 1
    is_holiday = np.zeros(length, dtype=bool)
    is_holiday[(dates[days["is_holiday"].to_numpy(dtype=bool)] - first).dt.days] = True
    every_window = [
        _windows(width, series, counts, days, first, length)
        for width in sorted(int(width) for width in days["window_days"].unique())
    ]
    was_alarmed = np.zeros((len(series), length), dtype=bool)
    for day in range(_DAYS_BEFORE, length):
        dispersion = np.ones(len(series))
        for windows in every_window:
            # One holiday among seven days is part of the week.
            is_left_out = _in_windows(was_alarmed, windows, day)
            if windows.days == 1:
                is_left_out = is_left_out | is_holiday[windows.before(day)]
            expected = _expected(windows, day, topics, is_left_out, dispersion)
            dispersion = expected.dispersion
            for rows in _judged(windows, day, of_series, expected):
                was_alarmed[rows["series"].to_numpy(), day] = True
                yield rows.join(series, on="series").assign(
                    day_date=first + pd.Timedelta(days=day), window_days=windows.days
                )


def _rules(of_series: pd.DataFrame) -> _Rules:
    families = of_series["window_days"].str.split().str.len()
    families *= 1 + (of_series["direction"] == "both")
    return _Rules(
        is_new=(of_series["count_of"] == NEW).to_numpy(),
        directions={
            direction: of_series["direction"].isin([direction, "both"]).to_numpy()
            for direction in (RISE, FALL)
        },
        minimum_customers=of_series["minimum_customers"].to_numpy(dtype=float),
        minimum_baseline_days=of_series["minimum_baseline_days"].to_numpy(dtype=int),
        false_share=(of_series["false_share"] / families).to_numpy(dtype=float),
    )


def _windows(
    width: int,
    series: pd.DataFrame,
    counts: pd.DataFrame,
    days: pd.DataFrame,
    first: pd.Timestamp,
    length: int,
) -> _Windows:
    """The counts and exposures of one width, each series in the order of `series`."""
    topic = ["rule_slug", "topic"]
    topics = series[topic].drop_duplicates(ignore_index=True).reset_index(names="place")
    observed = days[days["window_days"] == width].merge(topics, on=topic)
    exposure = np.full((len(topics), length), np.nan)
    at = (pd.to_datetime(observed["day_date"]) - first).dt.days
    exposure[observed["place"], at] = observed["exposure"]
    exposure = exposure[series[topic].merge(topics, on=topic)["place"]]
    own = counts[counts["window_days"] == width]
    own = own.merge(series.reset_index(names="place"), on=SERIES)
    count = np.zeros((len(series), length))
    count[own["place"], (pd.to_datetime(own["day_date"]) - first).dt.days] = own["customer_count"]
    return _Windows(width, count, np.nan_to_num(exposure), ~np.isnan(exposure))


def _in_windows(was_alarmed: np.ndarray, windows: _Windows, day: int) -> np.ndarray:
    """Which of the windows before hold a day that alarmed."""
    before = windows.before(day)
    held: np.ndarray = was_alarmed[:, before].copy()
    for back in range(1, windows.days):
        held |= was_alarmed[:, before.start - back : before.stop - back]
    return held


def _expected(
    windows: _Windows,
    day: int,
    topics: np.ndarray,
    is_left_out: np.ndarray,
    least_dispersion: np.ndarray,
) -> _Expected:
    """What the 56 days before let expect of the window that ends with this day."""
    before = windows.before(day)
    phase = windows.days - 1
    exposure = windows.exposure[:, before].reshape(-1, _WEEKS, 7)
    count = windows.count[:, before].reshape(-1, _WEEKS, 7)
    could_count = exposure > 0
    is_kept = could_count & ~is_left_out.reshape(-1, _WEEKS, 7)
    has_enough = is_kept.sum(axis=1, keepdims=True) >= _FEWEST_WINDOWS
    is_used = np.where(has_enough, is_kept, could_count)
    exposure, count = exposure * is_used, count * is_used
    exposures, counts = exposure.sum(axis=1), count.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.nan_to_num(counts / exposures)
        squares = np.nan_to_num((exposure**2).sum(axis=1) / exposures**2)
        # By what single windows differ, over what chance alone lets them differ by.
        differing = ((count - rate[:, None, :] * exposure) ** 2).sum(axis=(1, 2))
        by_chance = (counts * (1.0 - squares)).sum(axis=1)
        of_topics = np.bincount(topics, differing) / np.bincount(topics, by_chance)
        dispersion = np.fmax(least_dispersion, of_topics[topics])
        now, all_before = windows.exposure[:, day], exposures[:, phase]
        mean = now * (counts[:, phase] + _PRIOR_COUNT) / all_before
        variance = dispersion * mean * (1.0 + now / all_before)
    is_known = (now > 0) & (is_used.sum(axis=1)[:, phase] >= _FEWEST_WINDOWS)
    return _Expected(mean, variance, dispersion, is_known)


def _judged(
    windows: _Windows, day: int, rules: _Rules, expected: _Expected
) -> Iterator[pd.DataFrame]:
    """The series that alarm in the window that ends with this day."""
    before = windows.before(day)
    count = windows.count[:, day]
    is_judged = windows.is_observed[:, day] & (
        windows.is_observed[:, before].sum(axis=1) >= rules.minimum_baseline_days
    )
    is_new = is_judged & rules.is_new & ~windows.count[:, before].any(axis=1)
    new = np.flatnonzero(is_new & (count >= rules.minimum_customers))
    if len(new):
        yield pd.DataFrame(
            {"series": new, "direction": RISE, "customer_count": count[new]}
        ).reindex(columns=_FOUND_COLUMNS)
    is_judged = is_judged & expected.is_known & ~rules.is_new
    # What nobody was in so far is no series yet.
    has_begun = windows.count[:, : day + 1].any(axis=1)
    can_change = {RISE: has_begun, FALL: expected.mean >= _LEAST_EXPECTED_OF_FALL}
    for direction, is_of_direction in rules.directions.items():
        tested = np.flatnonzero(is_judged & is_of_direction & can_change[direction])
        if not len(tested):
            continue
        mean, variance = expected.mean[tested], expected.variance[tested]
        p_values = _chance(direction, count[tested], mean, variance)
        q_values = adjusted(p_values, len(tested))
        is_alarm = q_values <= rules.false_share[tested]
        if direction == RISE:
            is_alarm &= count[tested] >= rules.minimum_customers[tested]
        alarmed = tested[is_alarm]
        if len(alarmed):
            yield pd.DataFrame(
                {
                    "series": alarmed,
                    "direction": direction,
                    "customer_count": count[alarmed],
                    "expected_count": mean[is_alarm],
                    "dispersion": expected.dispersion[alarmed],
                    "p_value": p_values[is_alarm],
                    "q_value": q_values[is_alarm],
                    "tested_count": len(tested),
                }
            )


def _chance(
    direction: str, count: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> np.ndarray:
    """Chance of so many or more, or of so many or fewer."""
    if direction == FALL:
        return 1.0 - tail(count + 1, mean, variance)
    chance: np.ndarray = np.where(count > 0, tail(np.maximum(count, 1), mean, variance), 1.0)
    return chance
