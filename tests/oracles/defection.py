"""Who leaves after a bad experience, beside customers who were alike and had fewer.

What belongs here: the curve of Kaplan and Meier and whom it watches. What does not: what a bad
experience is, and when a silence is churn (`commerce`).
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tests.oracles.cells import Z
from tests.oracles.commerce import judged_silences
from tests.oracles.facts import Facts, minimum_of_mart, seed, windows

# The third bad experience stands for all from there on.
EXPERIENCES = (1, 2, 3)
DAY = pd.Timedelta(days=1)


def departures(facts: Facts) -> pd.DataFrame:
    """Who has joined, and when they left if every joining was followed by a leaving."""
    meanings = seed("departure_touchpoints").set_index("touchpoint_type_slug").meaning
    moves = facts.touchpoints[["customer_key", "touchpoint_type_slug", "occurred_at"]].dropna()
    moves = moves.assign(meaning=moves.touchpoint_type_slug.map(meanings)).dropna()
    by_customer = moves.groupby(["customer_key", "meaning"]).occurred_at
    joined = by_customer.min().unstack().reindex(columns=["joined"])
    left = by_customer.max().unstack().reindex(columns=["left"])
    counts = (
        by_customer.size().unstack(fill_value=0).reindex(columns=["joined", "left"], fill_value=0)
    )
    both = joined.join(left).loc[joined.joined.notna()]
    both["left"] = both.left.where((counts.joined <= counts.left).loc[both.index])
    return both.rename(columns={"joined": "joined_at", "left": "left_at"}).reset_index()


def _bands(edges: list[float], values: pd.Series) -> np.ndarray:
    """The number of the band of each value: from its lower bound on, up to the upper one."""
    return np.searchsorted(edges, values, side="right")


def _lives(facts: Facts, edges: Mapping[str, list[float]]) -> pd.DataFrame:
    """Silences whose end would be seen, and when their customer is alive in each."""
    silences = judged_silences(facts).merge(departures(facts), on="customer_key", how="left")
    silences = silences[silences.churns_at.notna() | silences.joined_at.notna()]
    ends = silences[["churns_at", "next_at", "left_at"]].min(axis=1)
    return silences.assign(
        alive_until=ends.fillna(pd.Timestamp("2200-01-01")),
        watched_from=silences.ordered_at.where(silences.churns_at.notna(), silences.joined_at),
        is_churn=silences.churns_at.notna() & ~(silences.next_at <= silences.churns_at),
        first_at=silences.customer_key.map(
            facts.orders[facts.orders.is_purchase].groupby("customer_key").ordered_at.min()
        ),
        orders_band=_bands(edges["orders"], silences.gap_count + 1),
    )


def _alive_at(
    lives: pd.DataFrame, moment: pd.Timestamp, edges: Mapping[str, list[float]]
) -> pd.DataFrame:
    """Those alive at a moment, with the traits by which customers are alike."""
    alive = lives[(lives.ordered_at <= moment) & (moment < lives.alive_until)]
    alive = alive[alive.watched_from <= moment]
    return alive.assign(
        tenure_band=_bands(edges["tenure_days"], (moment - alive.first_at) / DAY),
        silence_band=_bands(edges["silence_days"], (moment - alive.ordered_at) / DAY),
    )


def _tie_break(exposed: str, number: int, control: str) -> str:
    """The hash that chooses among equals: of the row's keys, as all keys of the warehouse are."""
    keys = json.dumps([exposed, str(number), control], separators=(",", ":"))
    return hashlib.md5(keys.encode()).hexdigest()  # noqa: S324


def watched(facts: Facts) -> pd.DataFrame:
    """Everyone whom the curves watch: from when, and until their churn or the end of the watch."""
    edges = seed("defection_bands").groupby("trait").band_from.agg(sorted)
    lives = _lives(facts, edges)
    lapses = lives[lives.is_churn][["customer_key", "churns_at"]]
    left = departures(facts).dropna(subset="left_at")
    left = left.rename(columns={"left_at": "churns_at"})[["customer_key", "churns_at"]]
    churns = pd.concat([lapses, left]).groupby("customer_key").churns_at.agg(sorted).to_dict()
    experiences = facts.table("int_bad_experiences__incidents")
    experiences = experiences.sort_values(["occurred_at", "experience_number"])
    nth = experiences.groupby("customer_key").occurred_at.agg(list).to_dict()
    controls = int(windows()["defection_controls"])
    alike = ["segment", "orders_band", "tenure_band", "silence_band"]

    def churned_at(customer: str, since: pd.Timestamp) -> pd.Timestamp | None:
        later = churns.get(customer, [])
        place = bisect_right(later, since)
        return later[place] if place < len(later) else None

    def rows() -> Iterator[tuple]:
        for customer, moments in nth.items():
            for number in EXPERIENCES[: len(moments)]:
                index_at = moments[number - 1]
                alive = _alive_at(lives, index_at, edges)
                own = alive[alive.customer_key == customer]
                if own.empty:
                    continue
                yield number, "after_bad_experience", index_at, churned_at(customer, index_at), None
                others = alive[(alive.customer_key != customer)].merge(own[alike], on=alike)
                fewer = [
                    other
                    for other in others.dropna(subset="segment").customer_key
                    if sum(at <= index_at for at in nth.get(other, [])) < number
                ]
                fewer.sort(key=lambda other: _tie_break(customer, number, other))
                for other in fewer[:controls]:
                    until = nth.get(other, [])[number - 1 : number]
                    censored_at = until[0] if until else None
                    yield number, "control", index_at, churned_at(other, index_at), censored_at

    columns = ["experience_number", "group_slug", "index_at", "churned_at", "censored_at"]
    frame = pd.DataFrame(list(rows()), columns=columns)
    times = columns[2:]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in times})


def survival_by_day(days: pd.Series, is_churned: pd.Series) -> pd.DataFrame:
    """Kaplan and Meier's share of those who have not churned by the end of each day.

    Whoever is watched no longer leaves the count after the churns of the day.
    """
    rows, survival, variance = {}, 1.0, 0.0
    for day in sorted(days.unique()):
        at_risk, on_day = int((days >= day).sum()), days == day
        churned = int((on_day & is_churned).sum())
        survival *= 1 - churned / at_risk
        variance += churned / (at_risk * (at_risk - churned)) if churned < at_risk else np.nan
        if survival in (0.0, 1.0):
            low, high = survival, 1.0 if survival else np.nan
        else:
            exponent = np.exp(Z * np.sqrt(variance) / abs(np.log(survival)))
            low, high = survival**exponent, survival ** (1 / exponent)
        rows[day] = (at_risk, churned, int(on_day.sum()) - churned, survival, low, high)
    names = ["at_risk_count", "churned_count", "censored_count"]
    names += ["survival_share", "ci_low", "ci_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("day_number")


def defection_curve(facts: Facts) -> pd.DataFrame:
    """The curve of each group, as far as enough of it are still watched."""
    people = watched(facts)
    people = people[people.index_at < facts.as_of]
    until = people[["churned_at", "censored_at"]].min(axis=1).fillna(facts.as_of)
    until = until.clip(upper=facts.as_of)
    churned = people.churned_at.eq(until) & (until < facts.as_of)
    days = (until - people.index_at) // DAY
    minimum = windows()["defection_minimum_at_risk"]
    curves = {}
    for group, of_group in people.groupby(["experience_number", "group_slug"]):
        curve = survival_by_day(days[of_group.index], churned[of_group.index])
        curves[group] = curve.assign(
            customer_count=len(of_group),
            is_min_n=len(of_group) >= minimum_of_mart("defection_curve"),
        )[curve.at_risk_count >= minimum]
    names = ["experience_number", "group_slug"]
    return pd.concat(curves, names=names) if curves else pd.DataFrame()
