"""Commerce: checkouts, coming back to buy, delivery."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, days, seed

# Checkouts ----------------------------------------------------------------------------------------


def _checkouts(facts: Facts) -> pd.DataFrame:
    """Checkouts with what their customer bought within the window, here and elsewhere."""
    checkouts = facts.table("int_orders__checkouts")
    window = days("checkout_window_days")
    purchases = facts.orders[facts.orders.is_purchase]
    # Whatever became of the order afterwards, its checkout was completed.
    own = facts.orders.dropna(subset="checkout_key").groupby("checkout_key").ordered_at.min()
    checkouts["own_order_at"] = checkouts.checkout_key.map(own)
    pairs = checkouts[["checkout_key", "customer_key", "started_at"]].merge(
        purchases[["customer_key", "checkout_key", "ordered_at"]].dropna(subset="customer_key"),
        on="customer_key",
        suffixes=("", "_order"),
    )
    gap = pairs.ordered_at - pairs.started_at
    elsewhere = (pairs.checkout_key != pairs.checkout_key_order) & (gap <= window)
    elsewhere &= gap > pd.Timedelta(0)
    bought_elsewhere = checkouts.checkout_key.isin(pairs[elsewhere].checkout_key)
    completed = checkouts.own_order_at - checkouts.started_at <= window
    return checkouts.assign(
        completed=completed,
        completed_elsewhere=~completed & bought_elsewhere,
        abandoned=~completed & ~bought_elsewhere,
    )


def _checkout_units(
    facts: Facts, checkouts: pd.DataFrame, value: pd.Series, window: pd.Timedelta
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": checkouts.customer_key,
            "date": facts.business_date(checkouts.started_at),
            "channel": checkouts.channel_slug,
            "segment": facts.segment_of(checkouts.customer_key),
            "value": value,
            "state": unit_states(
                checkouts.index,
                unknown=~facts.is_known(checkouts.customer_key),
                immature=checkouts.started_at + window >= facts.as_of,
            ),
        }
    )


def _checkout_outcome(facts: Facts, outcome: str) -> pd.DataFrame:
    checkouts = _checkouts(facts)
    return _checkout_units(facts, checkouts, checkouts[outcome], days("checkout_window_days"))


def checkout_recovery(facts: Facts) -> pd.DataFrame:
    """Abandoned checkouts that became an order after the window; what stands open is immature."""
    checkouts = _checkouts(facts)
    abandoned = checkouts[checkouts.abandoned]
    recovery = days("checkout_recovery_days")
    recovered = abandoned.own_order_at - abandoned.started_at <= recovery
    return _checkout_units(facts, abandoned, recovered, recovery)


# Coming back to buy -------------------------------------------------------------------------------


def _bought_again(facts: Facts, metric: str) -> pd.DataFrame:
    """Customers by their first order, and whether they bought in a span of days after it."""
    span = seed("purchase_windows").set_index("metric_slug").loc[metric]
    after, until = (pd.Timedelta(days=int(span[name])) for name in ("after_days", "until_days"))
    purchases = facts.orders[facts.orders.is_purchase].sort_values(["ordered_at", "order_key"])
    known = facts.is_known(purchases.customer_key)
    first = purchases[known].drop_duplicates("customer_key")
    later = purchases[known].merge(
        first[["customer_key", "order_key", "ordered_at"]],
        on="customer_key",
        suffixes=("", "_first"),
    )
    later = later[later.order_key != later.order_key_first]
    age = later.ordered_at - later.ordered_at_first
    again = later[(age <= until) & ((age > after) if after else True)].customer_key
    # Surely the first: had there been an earlier one, every source would have shown it.
    covered_from = facts.orders.groupby("source_name").ordered_at.min().max()
    is_sure = first.ordered_at - days("first_order_look_back_days") >= covered_from
    nobodys = purchases[~known]
    units = pd.concat([first, nobodys])
    return pd.DataFrame(
        {
            "customer": units.customer_key,
            "date": facts.business_date(units.ordered_at),
            "channel": units.channel_slug,
            "segment": facts.segment_of(units.customer_key),
            "store": units.store_key,
            "value": units.customer_key.isin(again),
            "state": unit_states(
                units.index,
                excluded=~is_sure.reindex(units.index, fill_value=True).astype(bool),
                unknown=~facts.is_known(units.customer_key),
                immature=units.ordered_at + until >= facts.as_of,
            ),
        }
    )


# Delivery -----------------------------------------------------------------------------------------


def on_time_delivery(facts: Facts) -> pd.DataFrame:
    """Delivered by the promise, of orders due; cancelled before, an order is not due."""
    orders = facts.orders[facts.orders.promised_at.notna()]
    return pd.DataFrame(
        {
            "customer": orders.customer_key,
            "date": facts.business_date(orders.promised_at),
            "channel": orders.channel_slug,
            "segment": facts.segment_of(orders.customer_key),
            "journey": "delivery",
            "value": orders.delivered_at <= orders.promised_at,
            "state": unit_states(
                orders.index,
                excluded=orders.cancelled_at <= orders.promised_at,
                immature=orders.promised_at >= facts.as_of,
            ),
        }
    )


KPIS: dict[str, Callable[[Facts], pd.DataFrame]] = {
    "checkout_abandonment": partial(_checkout_outcome, outcome="abandoned"),
    "checkout_completed_elsewhere": partial(_checkout_outcome, outcome="completed_elsewhere"),
    "checkout_completion": partial(_checkout_outcome, outcome="completed"),
    "checkout_recovery": checkout_recovery,
    "on_time_delivery": on_time_delivery,
    **{
        metric: partial(_bought_again, metric=metric)
        for metric in (
            "repurchase_30",
            "repurchase_90",
            "repurchase_365",
            "retention_month_2",
            "retention_month_3",
            "retention_month_6",
            "retention_month_12",
        )
    },
}
