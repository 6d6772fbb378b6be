"""Journeys: how many of those begun get where they were going."""

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, seed


def _journeys(facts: Facts) -> pd.DataFrame:
    """Every journey with the horizon and time-out of its type."""
    types = seed("journey_types").set_index("journey_slug")
    journeys = facts.table("int_journeys__journeys")
    horizon = pd.to_timedelta(journeys.journey_slug.map(types.horizon_days), unit="D")
    timeout = pd.to_timedelta(journeys.journey_slug.map(types.timeout_days), unit="D")
    return journeys.assign(horizon=horizon, timeout=timeout)


def _units(
    facts: Facts, journeys: pd.DataFrame, value: pd.Series, immature: pd.Series
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": journeys.customer_key,
            "date": facts.business_date(journeys.started_at),
            "channel": journeys.entry_channel_slug,
            "segment": facts.segment_of(journeys.customer_key),
            "journey": journeys.journey_slug,
            "value": value,
            "state": unit_states(
                journeys.index, unknown=~facts.is_known(journeys.customer_key), immature=immature
            ),
        }
    )


def journey_completion(facts: Facts) -> pd.DataFrame:
    """Reached within the horizon of the type, of journeys whose horizon is over."""
    journeys = _journeys(facts)
    reached = journeys.ended_outcome_slug == "reached"
    in_time = journeys.closed_at - journeys.started_at <= journeys.horizon
    is_over = journeys.started_at + journeys.horizon < facts.as_of
    return _units(facts, journeys, reached & in_time, ~is_over)


def journey_abandonment(facts: Facts) -> pd.DataFrame:
    """Without an end and silent for the time-out, all of it within horizon and time-out.

    What goes silent only later counts for nobody's share, however long one waits.
    """
    journeys = _journeys(facts)
    silent_at = journeys.last_anchor_at + journeys.timeout
    over_at = journeys.started_at + journeys.horizon + journeys.timeout
    abandoned = journeys.ended_outcome_slug.isna() & (silent_at <= over_at)
    return _units(facts, journeys, abandoned, over_at >= facts.as_of)


KPIS = {"journey_abandonment": journey_abandonment, "journey_completion": journey_completion}
