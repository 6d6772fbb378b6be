"""Stages of life, asked moment by moment: which is the first rule that holds now?

What belongs here: the stages and the moves between them. The marts reckon in stretches of time;
here the rules are read again at every moment at which the answer could change.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import pandas as pd

from tests.oracles.commerce import judged_silences
from tests.oracles.facts import Facts, seed

# Moments are whole microseconds since 1970.
DAY = 86_400_000_000
# A row of the seed, whose columns are its attributes.
Rule = Any


@dataclass(frozen=True)
class Life:
    """What happened to one customer, each list in order."""

    first_seen_at: int
    orders: list[int]
    touchpoints: dict[str, list[int]]
    # When a silence after a purchase is at risk and churned, and the purchase that ends it.
    lapses: list[dict[str, float]]


@dataclass(frozen=True)
class Silence:
    """Where a customer stands between two orders."""

    order_count: int
    last_order_at: int
    gap_before: float
    median_gap: float | None


def _silence_at(orders: list[int], now: int) -> Silence:
    before = orders[: bisect_right(orders, now)]
    gaps = [later - earlier for earlier, later in pairwise(before)]
    return Silence(
        len(before),
        before[-1] if before else 0,
        gaps[-1] if gaps else float("nan"),
        median(gaps) if gaps else None,
    )


def _begins_after(rule: Rule, median_gap: float | None) -> float:
    """How long after an order the rule begins to hold; never if it asks for a gap there is not."""
    least = 0 if pd.isna(rule.minimum_days_since_order) else rule.minimum_days_since_order * DAY
    if pd.isna(rule.minimum_gaps_since_order):
        return least
    if median_gap is None:
        return float("inf")
    return max(least, round(rule.minimum_gaps_since_order * median_gap))


def _is_touched(rule: Rule, moments: list[int], now: int) -> bool:
    """The last so many touchpoints of the type lie within the rule's days, and so does now."""
    lasting, count = rule.lasting_days * DAY, int(rule.minimum_touchpoints)
    seen = moments[bisect_right(moments, now - lasting) : bisect_right(moments, now)]
    position = bisect_left(moments, seen[0]) if seen else 0
    return any(
        place + 1 >= count and at - moments[place + 1 - count] <= lasting
        for place, at in enumerate(seen, start=position)
    )


def _holds(rule: Rule, life: Life, silence: Silence, now: int) -> bool:
    """An empty cell of the seed asks for nothing: no comparison with it is true."""
    if isinstance(rule.churn_state, str):
        return any(lapse[rule.churn_state] <= now < lapse["ends"] for lapse in life.lapses)
    if silence.order_count < rule.minimum_orders or silence.order_count > rule.maximum_orders:
        return False
    if isinstance(rule.touchpoint_type_slug, str):
        return _is_touched(rule, life.touchpoints.get(rule.touchpoint_type_slug, []), now)
    lasted = now - silence.last_order_at
    return (
        lasted >= _begins_after(rule, silence.median_gap)
        and not lasted >= rule.maximum_days_since_order * DAY
        and (
            pd.isna(rule.minimum_days_before_order)
            or silence.gap_before >= rule.minimum_days_before_order * DAY
        )
    )


def _changes(rules: list[Rule], life: Life) -> list[int]:
    """Every moment at which a rule could begin or cease to hold."""
    moments = {life.first_seen_at, *life.orders}
    moments |= {int(at) for lapse in life.lapses for at in lapse.values() if at < float("inf")}
    for rule in rules:
        if isinstance(rule.churn_state, str):
            continue
        if isinstance(rule.touchpoint_type_slug, str):
            for at in life.touchpoints.get(rule.touchpoint_type_slug, []):
                moments |= {at, at + round(rule.lasting_days * DAY)}
            continue
        for order_at in life.orders:
            begins = _begins_after(rule, _silence_at(life.orders, order_at).median_gap)
            for after in (begins, rule.maximum_days_since_order * DAY):
                if after < float("inf"):
                    moments.add(order_at + round(after))
    return sorted(moments)


def _spans_of(rules: list[Rule], life: Life) -> list[tuple[str, int]]:
    """Each stage with its beginning."""
    spans: list[tuple[str, int]] = []
    for now in _changes(rules, life):
        silence = _silence_at(life.orders, now)
        stage = next(r.lifecycle_stage_slug for r in rules if _holds(r, life, silence, now))
        if not spans or spans[-1][0] != stage:
            spans.append((stage, now))
    return spans


def _lapses(facts: Facts) -> dict[str, list[dict[str, float]]]:
    """The silences of each customer that have a limit."""
    lapses: dict[str, list[dict[str, float]]] = {}
    for silence in judged_silences(facts).dropna(subset="churns_at").itertuples():
        moments = {
            "at_risk": silence.at_risk_at,
            "churned": silence.churns_at,
            "ends": silence.next_at,
        }
        lapses.setdefault(silence.customer_key, []).append(
            {
                name: float("inf") if pd.isna(at) else at.as_unit("us").value
                for name, at in moments.items()
            }
        )
    return lapses


def lifecycle_spans(facts: Facts) -> pd.DataFrame:
    """The stages of every known customer, in order, whether or not they have begun."""
    rules = list(seed("lifecycle_rules").sort_values("priority").itertuples())
    touchpoints = facts.touchpoints[facts.is_known(facts.touchpoints.customer_key)]
    # An order that was called off or never paid was no purchase.
    fallen = facts.orders[~facts.orders.is_purchase].order_key
    is_fallen = touchpoints.is_purchase & touchpoints.order_key.isin(fallen)
    touchpoints = touchpoints.assign(
        at=touchpoints.occurred_at.astype("datetime64[us]").astype(int),
        is_purchase=touchpoints.is_purchase & ~is_fallen,
        touchpoint_type_slug=touchpoints.touchpoint_type_slug.mask(is_fallen, ""),
    )
    lapses = _lapses(facts)
    rows = []
    for customer, of_customer in touchpoints.sort_values("at").groupby("customer_key"):
        life = Life(
            of_customer["at"].iloc[0],
            of_customer.loc[of_customer.is_purchase, "at"].tolist(),
            of_customer.groupby("touchpoint_type_slug")["at"].agg(list).to_dict(),
            lapses.get(customer, []),
        )
        rows += [(customer, stage, begins) for stage, begins in _spans_of(rules, life)]
    spans = pd.DataFrame(rows, columns=["customer_key", "stage", "started_at"])
    spans["started_at"] = pd.to_datetime(spans.started_at, unit="us")
    of_customer = spans.groupby("customer_key")
    return spans.assign(
        next_stage=of_customer.stage.shift(-1), ended_at=of_customer.started_at.shift(-1)
    )


def lifecycle_moves(facts: Facts) -> pd.DataFrame:
    """Past moves from stage to stage, of known customers, by month and segment."""
    spans = lifecycle_spans(facts)
    moves = spans[spans.ended_at < facts.as_of]
    moves = moves.assign(
        period_start_date=facts.business_date(moves.ended_at).dt.to_period("M").dt.to_timestamp(),
        segment_slug=facts.segment_of(moves.customer_key),
        days=(moves.ended_at - moves.started_at) / pd.Timedelta(days=1),
    )
    moves = moves.rename(columns={"stage": "from_stage_slug", "next_stage": "to_stage_slug"})
    stage = ["period_start_date", "segment_slug", "from_stage_slug"]
    kinds = moves.groupby([*stage, "to_stage_slug"], dropna=False)
    counts = kinds.size()
    leaving = counts.groupby(level=stage, dropna=False).transform("sum")
    return pd.DataFrame(
        {
            "move_count": counts,
            "leaving_count": leaving,
            "move_share": counts / leaving,
            "customer_count": kinds.customer_key.nunique(),
            "median_days_before": kinds.days.median(),
        }
    )
