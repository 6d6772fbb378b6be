"""Commerce: checkouts, coming back to buy, delivery."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, days, seed, windows

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
    has_key = purchases.customer_key.notna()
    first = purchases[has_key].drop_duplicates("customer_key")
    later = purchases[has_key].merge(
        first[["customer_key", "order_key", "ordered_at"]],
        on="customer_key",
        suffixes=("", "_first"),
    )
    later = later[later.order_key != later.order_key_first]
    age = later.ordered_at - later.ordered_at_first
    again = later[(age > after) & (age <= until)].customer_key
    # Surely the first: had there been an earlier one, every source would have shown it.
    covered_from = facts.orders.groupby("source_name").ordered_at.min().max()
    is_sure = first.ordered_at - days("first_order_look_back_days") >= covered_from
    # A purchase without a customer may be somebody's first.
    units = pd.concat([first, purchases[~has_key]])
    return pd.DataFrame(
        {
            "customer": units.customer_key,
            "date": facts.business_date(units.ordered_at, units.business_time_zone),
            "channel": units.channel_slug,
            "segment": facts.segment_of(units.customer_key),
            "store": units.store_key,
            "value": units.customer_key.isin(again),
            "state": unit_states(
                units.index,
                excluded=facts.is_known(units.customer_key)
                & ~is_sure.reindex(units.index, fill_value=True).astype(bool),
                unknown=~facts.is_known(units.customer_key),
                immature=units.ordered_at + until >= facts.as_of,
            ),
        }
    )


# Falling silent -----------------------------------------------------------------------------------


def _gaps(facts: Facts) -> pd.DataFrame:
    """Purchases of known customers with the silence after each, and the gaps before it."""
    purchases = facts.orders[facts.orders.is_purchase & facts.is_known(facts.orders.customer_key)]
    purchases = purchases.sort_values(["ordered_at", "order_key"])
    by_customer = purchases.groupby("customer_key")
    next_at = by_customer.ordered_at.shift(-1)
    gap = (next_at - purchases.ordered_at) / pd.Timedelta(days=1)
    earlier = gap.groupby(purchases.customer_key).shift(1)
    own = earlier.groupby(purchases.customer_key).expanding()
    next_date = pd.to_datetime(by_customer.ordered_date.shift(-1))
    return purchases.assign(
        segment=facts.segment_of(purchases.customer_key),
        month=pd.to_datetime(purchases.ordered_date).dt.to_period("M").dt.to_timestamp(),
        next_at=next_at,
        next_date=next_date,
        gap=gap,
        gap_count=by_customer.cumcount(),
        own_median=own.median().droplevel(0).reindex(purchases.index),
    )


def judged_silences(facts: Facts) -> pd.DataFrame:
    """Silences with the limit beyond which each is churn; none where nothing can be judged.

    Month by month, so that what is judged uses only what was known when its month began.
    """
    setting = windows()
    gaps = _gaps(facts)
    weight = setting["churn_segment_weight"]
    months = []
    for month, silences in gaps.groupby("month"):
        known = gaps[gaps.next_date < month]
        segment_median = silences.segment.map(known.groupby("segment").gap.median())
        segment_median = segment_median.where(silences.segment.notna(), known.gap.median())
        count = silences.gap_count
        expected = (count * silences.own_median + weight * segment_median) / (count + weight)
        expected = expected.where(count >= setting["churn_minimum_gaps"])
        months.append(silences.assign(expected=expected))
    silences = pd.concat(months)
    ratio = silences.gap / silences.expected
    limits = {}
    for month in silences.month.unique():
        returns = ratio[(silences.next_date < month) & ratio.notna()]
        if len(returns) >= setting["churn_minimum_returns"]:
            limits[month] = returns.quantile(setting["churn_percentile"])
    limit = silences.month.map(limits) * silences.expected
    # To the second, like every clock that is read here.
    limit = pd.to_timedelta((limit * 86400).round(), unit="s")
    return silences.assign(churns_at=silences.ordered_at + limit)


def churn(facts: Facts) -> pd.DataFrame:
    """Silences after an order that outlasted their limit, of those whose limit has passed."""
    silences = judged_silences(facts)
    purchases = facts.orders[facts.orders.is_purchase]
    nobodys = purchases[~facts.is_known(purchases.customer_key)]
    units = pd.concat([silences, nobodys])
    is_known = facts.is_known(units.customer_key)
    return pd.DataFrame(
        {
            "customer": units.customer_key,
            "date": pd.to_datetime(units.ordered_date),
            "channel": units.channel_slug,
            "segment": facts.segment_of(units.customer_key),
            "store": units.store_key,
            "value": ~(units.next_at <= units.churns_at),
            "state": unit_states(
                units.index,
                excluded=is_known & units.churns_at.isna(),
                unknown=~is_known,
                immature=units.churns_at >= facts.as_of,
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
            "date": facts.business_date(orders.promised_at, orders.business_time_zone),
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


def on_time_delivery_lines(facts: Facts) -> pd.DataFrame:
    """The same of the lines of those orders, each of one product."""
    orders = facts.orders[["order_key"]].join(on_time_delivery(facts), how="inner")
    lines = facts.table("int_orders__order_lines")[["order_key", "product_key"]]
    return lines.rename(columns={"product_key": "product"}).merge(orders, on="order_key")


KPIS: dict[str, Callable[[Facts], pd.DataFrame]] = {
    "checkout_abandonment": partial(_checkout_outcome, outcome="abandoned"),
    "checkout_completed_elsewhere": partial(_checkout_outcome, outcome="completed_elsewhere"),
    "checkout_completion": partial(_checkout_outcome, outcome="completed"),
    "checkout_recovery": checkout_recovery,
    "churn": churn,
    "on_time_delivery": on_time_delivery,
    "on_time_delivery_lines": on_time_delivery_lines,
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
