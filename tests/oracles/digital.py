"""Digital: sessions on the website and in the app, and visits that sensors saw."""

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, days, seed


def _sessions(facts: Facts) -> pd.DataFrame:
    """Sessions with the touchpoints of friction counted anew."""
    sessions = facts.table("int_touchpoints__sessions")
    profiles = facts.table("int_identity__customer_profiles").set_index("profile_key")
    touchpoints = facts.touchpoints[facts.touchpoints.session_key.notna()]
    kind = touchpoints.touchpoint_type_slug
    failed_search = (kind == "product_searched") & (touchpoints.outcome_slug == "no_result")

    def count(is_meant: pd.Series) -> pd.Series:
        counts = touchpoints[is_meant].groupby("session_key").size()
        return sessions.session_key.map(counts).fillna(0)

    return sessions.assign(
        customer_key=sessions.profile_key.map(profiles.customer_key),
        errors=count(kind == "error_shown"),
        rage_clicks=count(kind == "rage_clicked"),
        failed_searches=count(failed_search),
    )


def _units(facts: Facts, sessions: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": sessions.customer_key,
            "date": facts.business_date(sessions.started_at),
            "channel": sessions.channel_slug,
            "segment": facts.segment_of(sessions.customer_key),
            "value": value,
            "state": unit_states(sessions.index, excluded=sessions.is_bot),
        }
    )


def cart_abandonment(facts: Facts) -> pd.DataFrame:
    """Sessions with a cart whose customer bought nowhere in time."""
    sessions = _sessions(facts)
    kinds = facts.touchpoints[facts.touchpoints.touchpoint_type_slug == "cart_added"]
    carts = sessions[sessions.session_key.isin(kinds.session_key)]
    window = days("cart_window_days")
    purchases = facts.orders[facts.orders.is_purchase & facts.orders.customer_key.notna()]
    pairs = carts.merge(purchases[["customer_key", "ordered_at"]], on="customer_key")
    gap = pairs.ordered_at - pairs.started_at
    kept = pairs[(gap > pd.Timedelta(0)) & (gap <= window)].session_key
    units = _units(facts, carts, ~carts.session_key.isin(kept))
    return units.assign(
        watched_from=carts.started_at,
        known_at=carts.started_at + window,
        state=unit_states(
            carts.index,
            excluded=carts.is_bot,
            unknown=~facts.is_known(carts.customer_key),
            immature=carts.started_at + window >= facts.as_of,
        ),
    )


def sessions_with_friction(facts: Facts) -> pd.DataFrame:
    """Sessions with an error, a rage click or a search without result."""
    sessions = _sessions(facts)
    friction = sessions.errors + sessions.rage_clicks + sessions.failed_searches
    return _units(facts, sessions, friction > 0)


def sessions_with_error(facts: Facts) -> pd.DataFrame:
    """Sessions in which an error was shown."""
    sessions = _sessions(facts)
    return _units(facts, sessions, sessions.errors > 0)


def sessions_signed_in(facts: Facts) -> pd.DataFrame:
    """Sessions in which somebody was signed in."""
    sessions = _sessions(facts)
    return _units(facts, sessions, sessions.has_login)


def errors_per_100_sessions(facts: Facts) -> pd.DataFrame:
    """Errors shown."""
    sessions = _sessions(facts)
    return _units(facts, sessions, sessions.errors)


def rage_clicks_per_100_sessions(facts: Facts) -> pd.DataFrame:
    """Rage clicks."""
    sessions = _sessions(facts)
    return _units(facts, sessions, sessions.rage_clicks)


def failed_searches_per_100_sessions(facts: Facts) -> pd.DataFrame:
    """Searches without result."""
    sessions = _sessions(facts)
    return _units(facts, sessions, sessions.failed_searches)


def store_zone_dwell(facts: Facts) -> pd.DataFrame:
    """Seconds that a sensed visitor stayed in a zone of a store."""
    readings = facts.table("stg_sensors__readings", schema="staging")
    stays = readings[readings.zone_slug != "entrance"]
    stores = seed("stores").set_index("store_id")
    kinds = facts.touchpoints.touchpoint_type_slug.isin(["zone_dwelled", "tag_read"])
    seen = facts.touchpoints[kinds]
    seen = seen.set_index(["store_key", "occurred_at"]).customer_key
    customer = pd.Series(
        seen.reindex(pd.MultiIndex.from_frame(stays[["store_id", "entered_at"]])).to_numpy(),
        index=stays.index,
    )
    return pd.DataFrame(
        {
            "customer": customer,
            "date": facts.business_date(stays.entered_at, stays.store_id.map(stores.time_zone)),
            "channel": "store",
            "segment": facts.segment_of(customer),
            "store": stays.store_id,
            "product": stays.product_id,
            "value": stays.dwell_seconds,
            "state": unit_states(stays.index),
        }
    )


KPIS = {
    "cart_abandonment": cart_abandonment,
    "errors_per_100_sessions": errors_per_100_sessions,
    "failed_searches_per_100_sessions": failed_searches_per_100_sessions,
    "rage_clicks_per_100_sessions": rage_clicks_per_100_sessions,
    "sessions_signed_in": sessions_signed_in,
    "sessions_with_error": sessions_with_error,
    "sessions_with_friction": sessions_with_friction,
    "store_zone_dwell": store_zone_dwell,
}
