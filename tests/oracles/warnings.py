"""Early warning again, series by series and day by day, from the definition (decision 42).

What belongs here: who is in a count, and when a count alarms. What does not: whom it reaches.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import nbinom

from tests.oracles.facts import Facts, seed

DAY = pd.Timedelta(days=1)
WEEK = 7 * DAY
ERRORS = ("error_shown", "rage_clicked", "self_service_failed")


def everywhere(facts: Facts, time_zone: str) -> dict[str, set[tuple[str, str, pd.Timestamp]]]:
    """Topic, customer and day of the rules without an area."""
    seen = facts.touchpoints
    seen = seen[seen.customer_key.notna() & ~seen.is_bot.astype(bool)]
    met = seen[seen.touchpoint_type_slug.isin(ERRORS)]
    signed_in = seen[seen.touchpoint_type_slug == "signed_in"]
    bought = facts.orders[facts.orders.is_purchase & facts.orders.customer_key.notna()]
    cases = facts.table("int_cases__cases")
    cases = cases[
        (cases.started_by == "customer") & cases.excluded_reason.isna() & cases.is_customer_known
    ]
    named = facts.table("int_texts__reasons").groupby("case_key").contact_reason_slug.min()
    reason = cases.contact_reason_slug.fillna(cases.case_key.map(named))
    cases = cases.assign(reason=reason).dropna(subset="reason")
    opened = cases.opened_at.dt.tz_localize("UTC").dt.tz_convert(time_zone)
    days = opened.dt.tz_localize(None).dt.normalize()
    return {
        "reasons": set(zip(cases.reason, cases.customer_key, days, strict=True)),
        "errors": _triples(met.touchpoint_type_slug, met.customer_key, met.occurred_date),
        "sign_ins": _triples(
            ["signed_in"] * len(signed_in), signed_in.customer_key, signed_in.occurred_date
        ),
        "purchases": _triples(["purchase"] * len(bought), bought.customer_key, bought.ordered_date),
    }


def _triples(topics, customers, days):
    return set(zip(topics, customers, pd.to_datetime(days), strict=True))


class Alarms:
    """Every series of a company, judged one after the other."""

    def __init__(self, events: pd.DataFrame, days: pd.DataFrame) -> None:
        rules = seed("warning_rules").set_index("rule_slug")
        self.rules = rules.to_dict("index")
        self.customers: dict[tuple, dict[pd.Timestamp, set[str]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for event in events.itertuples():
            key = (event.rule_slug, event.topic, event.area_member)
            self.customers[key][pd.Timestamp(event.day_date)].add(event.customer_key)
        self.exposure: dict[tuple, dict[pd.Timestamp, float]] = defaultdict(dict)
        self.holidays = set()
        for day in days.itertuples():
            at = pd.Timestamp(day.day_date)
            self.exposure[day.rule_slug, day.topic, int(day.window_days)][at] = day.exposure
            if day.is_holiday:
                self.holidays.add(at)
        self.alarmed: dict[tuple, set[pd.Timestamp]] = defaultdict(set)
        self.counts: dict[tuple, dict[pd.Timestamp, int]] = {}

    def count(self, series: tuple, end: pd.Timestamp, window: int) -> int:
        """Distinct customers of the window that ends with a day, where it can be counted."""
        counts = self.counts.setdefault((series, window), {})
        if end not in counts:
            known = end in self.exposure[(*series[:2], window)]
            of_days = (
                self.customers[series].get(end - back * DAY, set()) for back in range(window)
            )
            counts[end] = len(set().union(*of_days)) if known else 0
        return counts[end]

    def rows(self, found: pd.DataFrame, ends: set[pd.Timestamp]) -> pd.DataFrame:
        """The alarms of these days, after those that were found on the days before each."""
        rows = []
        for alarm in found.itertuples():
            series = (alarm.rule_slug, alarm.topic, alarm.area_member)
            self.alarmed[series].add(pd.Timestamp(alarm.day_date))
        for end in sorted(ends):
            dispersions: Mapping[tuple, float] = {}
            for window in (1, 3, 7):
                judged, dispersions = self._judged(end, window, dispersions)
                rows += [
                    row | {"day_date": end, "window_days": window}
                    for row in self._alarms(end, window, judged)
                ]
        return pd.DataFrame(rows)

    def _baseline(self, series: tuple, end: pd.Timestamp, window: int) -> list[tuple]:
        """Count and exposure of the same window one to eight weeks before."""
        exposure = self.exposure[(*series[:2], window)]
        usable, kept = [], []
        for weeks in range(1, 9):
            at = end - weeks * WEEK
            if exposure.get(at, 0) > 0:
                value = (self.count(series, at, window), exposure[at])
                usable.append(value)
                is_alarmed = any(
                    at - window * DAY < day <= at for day in self.alarmed.get(series, ())
                )
                if not is_alarmed and not (window == 1 and at in self.holidays):
                    kept.append(value)
        return kept if len(kept) >= 4 else usable

    def _judged(self, end, window, least):
        """Of each series of the window: what is expected and how much it varies."""
        squares, chance = defaultdict(float), defaultdict(float)
        of_window = [key for key in self.customers if (*key[:2], window) in self.exposure]
        for series in of_window:
            if self.rules[series[0]]["count_of"] == "new_error":
                continue
            # Whose days are all empty adds nothing.
            if not any(end - 70 * DAY < day < end for day in self.customers[series]):
                continue
            # The phases of 56 ends of windows, of which the last lies just before this window.
            for back in range(7):
                values = self._baseline(series, end - (window + back) * DAY + WEEK, window)
                if not any(count for count, _ in values):
                    continue
                counts, exposures = np.array(values).T
                rate = counts.sum() / exposures.sum()
                squares[series[:2]] += ((counts - rate * exposures) ** 2).sum()
                chance[series[:2]] += counts.sum() * (
                    1 - (exposures**2).sum() / exposures.sum() ** 2
                )
        dispersions = dict(least)
        for topic in {series[:2] for series in of_window}:
            own = squares[topic] / chance[topic] if chance[topic] else 1.0
            dispersions[topic] = max(1.0, own, least.get(topic, 1.0))
        judged = {}
        for series in of_window:
            exposure = self.exposure[(*series[:2], window)]
            ends = (end - (window + back) * DAY for back in range(56))
            observed = sum(at in exposure for at in ends)
            least_days = self.rules[series[0]]["minimum_baseline_days"]
            if end not in exposure or observed < least_days:
                continue
            judged[series] = self._expected(series, end, window, dispersions[series[:2]])
        return judged, dispersions

    def _expected(self, series, end, window, dispersion):
        values = self._baseline(series, end, window)
        now = self.exposure[(*series[:2], window)][end]
        if len(values) < 4 or not now:
            return None
        counts, exposures = np.array(values).T
        mean = now * (counts.sum() + 0.5) / exposures.sum()
        return mean, dispersion * mean * (1 + now / exposures.sum())

    def _alarms(self, end, window, judged):
        rises, falls = {}, {}
        for series, expected in judged.items():
            rule, count = self.rules[series[0]], self.count(series, end, window)
            if rule["count_of"] == "new_error":
                before = (end - (window + back) * DAY for back in range(56))
                is_new = not any(self.count(series, at, window) for at in before)
                if is_new and count >= rule["minimum_customers"]:
                    yield {"series": series, "direction": "rise", "customer_count": count}
                continue
            if expected is None:
                continue
            mean, variance = expected
            law = nbinom(mean**2 / (variance - mean), mean / variance)
            observed_from = min(self.exposure[(*series[:2], window)])
            has_begun = any(
                observed_from - window * DAY < day <= end for day in self.customers[series]
            )
            if rule["direction"] in ("rise", "both") and has_begun:
                rises[series] = law.sf(count - 1)
            if rule["direction"] in ("fall", "both") and mean >= 5:
                falls[series] = law.cdf(count)
        for direction, p_values in (("rise", rises), ("fall", falls)):
            for series, q_value in _benjamini_hochberg(p_values).items():
                rule, count = self.rules[series[0]], self.count(series, end, window)
                families = len(rule["window_days"].split()) * (1 + (rule["direction"] == "both"))
                enough = direction == "fall" or count >= rule["minimum_customers"]
                if q_value <= rule["false_share"] / families and enough:
                    yield {"series": series, "direction": direction, "customer_count": count}


def _benjamini_hochberg(p_values: Mapping[tuple, float]) -> dict[tuple, float]:
    ordered = sorted(p_values.items(), key=lambda item: item[1])
    q_values, least = {}, 1.0
    for rank in range(len(ordered), 0, -1):
        series, p_value = ordered[rank - 1]
        least = min(least, p_value * len(ordered) / rank)
        q_values[series] = least
    return q_values
