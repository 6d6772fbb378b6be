"""Commerce: checkouts, coming back to buy, delivery."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from tests.oracles import coverage
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
            "watched_from": checkouts.started_at,
            "known_at": checkouts.started_at + window,
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
    covered = coverage.orders(facts)
    look_back = days("first_order_look_back_days")
    is_sure = first.ordered_at.map(
        lambda at: (
            at - look_back >= covered.start
            and not any(at - look_back - coverage.DAY < hole <= at for hole in covered.holes)
        )
    )
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
            "watched_from": units.ordered_at + after,
            "known_at": units.ordered_at + until,
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


def _quantile_of_returns(ratio: pd.Series, returned: pd.Series, share: float) -> float:
    """By when this share of those who return are back, by Kaplan and Meier.

    Who has not returned yet may still: they count for as long as they were watched. The curve is
    read while enough are watched; where it ends above nothing, the rest does not return.
    """
    minimum = windows()["churn_minimum_at_risk"]
    survival, curve = 1.0, []
    for value in sorted(ratio.unique()):
        at_risk = int((ratio >= value).sum())
        if at_risk < minimum:
            break
        back = int((returned & (ratio == value)).sum())
        survival *= 1 - back / at_risk
        if back:
            curve.append((value, 1 - survival))
    if not curve:
        return float("nan")
    last = curve[-1][1]
    return next(value for value, back in curve if round(back, 9) >= round(share * last, 9))


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
    factors = {name: {} for name in ("churn_percentile", "at_risk_percentile")}
    history = {}
    began = coverage.orders(facts).start
    for month in silences.month.unique():
        history[month] = (month - began) / pd.Timedelta(days=1)
        known = silences[(pd.to_datetime(silences.ordered_date) < month) & (silences.expected > 0)]
        returned = known.next_date < month
        lasted = known.gap.where(returned, (month - known.ordered_at) / pd.Timedelta(days=1))
        if returned.sum() >= setting["churn_minimum_returns"]:
            for name, by_month in factors.items():
                by_month[month] = _quantile_of_returns(
                    lasted / known.expected, returned, setting[name]
                )
    factor = silences.month.map(factors["churn_percentile"])
    is_judged = factor * silences.expected <= silences.month.map(history)
    moments = {}
    for name, by_month in factors.items():
        limit = (silences.month.map(by_month) * silences.expected).where(is_judged)
        # To the second, like every clock that is read here.
        moments[name] = silences.ordered_at + pd.to_timedelta((limit * 86400).round(), unit="s")
    return silences.assign(
        churns_at=moments["churn_percentile"], at_risk_at=moments["at_risk_percentile"]
    )


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
            "watched_from": units.ordered_at,
            "known_at": units.churns_at,
            "state": unit_states(
                units.index,
                excluded=is_known & units.churns_at.isna(),
                unknown=~is_known,
                immature=units.churns_at >= facts.as_of,
            ),
        }
    )


# Money --------------------------------------------------------------------------------------------


def _sales(facts: Facts, sold: pd.DataFrame, value: pd.Series, **states: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": sold.customer_key,
            "date": pd.to_datetime(sold.ordered_date),
            "channel": sold.channel_slug,
            "segment": facts.segment_of(sold.customer_key),
            "store": sold.store_key,
            "value": value.astype(float),
            "state": unit_states(sold.index, **states),
        }
    )


def _refunds_in_time(facts: Facts, orders: pd.DataFrame) -> pd.DataFrame:
    """What was given back of these orders within the window."""
    refunds = facts.table("int_orders__refunds").merge(
        orders[["order_key", "ordered_at"]], on="order_key"
    )
    return refunds[refunds.refunded_at - refunds.ordered_at <= days("refund_window_days")]


def basket(facts: Facts) -> pd.DataFrame:
    """What is paid at one purchase."""
    purchases = facts.orders[facts.orders.is_purchase]
    return _sales(facts, purchases, purchases.amount)


def margin_per_order(facts: Facts) -> pd.DataFrame:
    """What is left of a purchase: kept money less the cost of kept goods, all of it known."""
    purchases = facts.orders[facts.orders.is_purchase]
    costs = facts.table("int_orders__products").set_index("product_key").unit_cost.astype(float)
    lines = facts.table("int_orders__order_lines")
    refunds = _refunds_in_time(facts, purchases)

    def cost_of(goods: pd.DataFrame) -> pd.Series:
        cost = goods.quantity.astype(float) * goods.product_key.map(costs)
        return cost.groupby(goods.order_key).agg(lambda of_order: of_order.sum(skipna=False))

    goods = refunds[refunds.product_key.notna()]
    money_back = refunds.groupby("order_key").amount.sum().astype(float)
    key = purchases.order_key
    margin = purchases.amount.astype(float) - key.map(cost_of(lines))
    margin -= key.map(money_back).fillna(0)
    margin += key.map(cost_of(goods)).where(key.isin(goods.order_key), 0)
    return _sales(
        facts,
        purchases,
        margin,
        excluded=margin.isna(),
        immature=purchases.ordered_at + days("refund_window_days") >= facts.as_of,
    )


def refund_rate_lines(facts: Facts) -> pd.DataFrame:
    """Lines that came back in time; a till that names a product means its first line."""
    orders = facts.orders[facts.orders.is_purchase]
    lines = facts.table("int_orders__order_lines")
    lines = lines[lines.order_key.isin(orders.order_key)]
    first_lines = lines.sort_values("order_line_key").drop_duplicates(["order_key", "product_key"])
    back = _refunds_in_time(facts, orders).merge(
        first_lines[["order_key", "product_key", "order_line_key"]],
        on=["order_key", "product_key"],
        how="left",
        suffixes=("", "_of_product"),
    )
    returned = back[back.source_name == "shop"].order_line_key
    returned = pd.concat([returned, back[back.source_name != "shop"].order_line_key_of_product])
    units = _sales(
        facts,
        lines,
        lines.order_line_key.isin(returned.dropna()),
        immature=lines.ordered_at + days("refund_window_days") >= facts.as_of,
    )
    return units.assign(product=lines.product_key)


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
            "watched_from": orders.ordered_at,
            "known_at": orders.promised_at,
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
    "basket": basket,
    "checkout_abandonment": partial(_checkout_outcome, outcome="abandoned"),
    "checkout_completed_elsewhere": partial(_checkout_outcome, outcome="completed_elsewhere"),
    "checkout_completion": partial(_checkout_outcome, outcome="completed"),
    "checkout_recovery": checkout_recovery,
    "churn": churn,
    "margin_per_order": margin_per_order,
    "on_time_delivery": on_time_delivery,
    "on_time_delivery_lines": on_time_delivery_lines,
    "refund_rate_lines": refund_rate_lines,
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
