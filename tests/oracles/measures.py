"""What a journey cost its customer and the company, added up touchpoint by touchpoint.

What belongs here: the measures of `docs/decisions/0012`. What does not: which touchpoint belongs
to which journey (`cutting`).
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pandas as pd

from tests.oracles.facts import Facts, seed

JOURNEY = ["journey_slug", "start_touchpoint_key"]
# What of a step bears on how hard the journey was.
TOLD = [
    *("place", "contact", "hand_over", "sent_on"),
    *("transfers", "case_key", "contact_reason_slug"),
]


def _signs(touchpoints: pd.DataFrame, sign: str) -> pd.Series:
    """Whether a touchpoint is such a sign of effort, with this outcome or with any."""
    signs = seed("effort_signs").query("effort_sign == @sign")
    kinds = set(signs[signs.outcome_slug.isna()].touchpoint_type_slug)
    outcomes = set(
        signs[["touchpoint_type_slug", "outcome_slug"]].itertuples(index=False, name=None)
    )
    return pd.Series(
        [
            kind in kinds or (kind, outcome) in outcomes
            for kind, outcome in zip(
                touchpoints.touchpoint_type_slug, touchpoints.outcome_slug, strict=True
            )
        ],
        index=touchpoints.index,
    )


def wait_targets() -> pd.Series:
    """How long a customer is to wait at most in each channel; a target by the clock comes first."""
    targets = seed("kpi_targets").query("dimension == 'channel'").set_index("member")
    by_metric = targets.groupby("metric_slug").target
    return (
        by_metric.get_group("first_response_time")
        .combine_first(by_metric.get_group("call_wait_time"))
        .combine_first(by_metric.get_group("first_response_business_time"))
    )


def _described(facts: Facts, steps: pd.DataFrame) -> pd.DataFrame:
    """Steps with what their touchpoints tell."""
    described = steps.drop(columns="outcome").merge(facts.touchpoints, on="touchpoint_key")
    described = described.sort_values([*JOURNEY, "step_number"], ignore_index=True)
    transfers = facts.table("int_cases__cases").set_index("case_key").transfer_count
    places = seed("channels").set_index("channel_slug").place_slug
    targets = wait_targets()
    actors = seed("touchpoint_types").set_index("touchpoint_type_slug").actor
    wait = described.wait_seconds.astype(float)
    return described.assign(
        # What only the company sends moves nobody.
        place=described.channel_slug.map(places).where(described.direction != "outbound"),
        transfers=described.case_key.map(transfers).fillna(0),
        excess=(wait - described.channel_slug.map(targets)).clip(lower=0),
        is_human=described.touchpoint_type_slug.map(actors).eq("human")
        & (described.direction == "inbound"),
        **{sign: _signs(described, sign) for sign in seed("effort_signs").effort_sign.unique()},
    )


def _efforts(steps: Iterable[Any]) -> dict[str, int]:
    """Hops, contacts and repetitions of one journey, its steps read one after the other."""
    counts = dict.fromkeys(
        ["channel_hop_count", "forced_hop_count", "contact_count", "repeat_contact_count"], 0
    )
    place, contact = None, None
    cases, reasons = set(), set()
    for step in steps:
        is_hop = place is not None and isinstance(step.place, str) and step.place != place
        counts["channel_hop_count"] += is_hop
        place = step.place if isinstance(step.place, str) else place
        if not step.contact:
            continue
        was_sent_on = contact is not None and (contact.sent_on or contact.transfers > 0)
        counts["forced_hop_count"] += is_hop and was_sent_on
        # An agent who takes over from the bot goes on with the same contact.
        goes_on = contact is not None and contact.hand_over and contact.case_key == step.case_key
        counts["contact_count"] += not goes_on
        if step.case_key not in cases and isinstance(step.contact_reason_slug, str):
            counts["repeat_contact_count"] += step.contact_reason_slug in reasons
            reasons.add(step.contact_reason_slug)
        cases.add(step.case_key)
        contact = step
    return counts


def journey_measures(facts: Facts, steps: pd.DataFrame) -> pd.DataFrame:
    """The measures of every journey, by its kind and first touchpoint."""
    described = _described(facts, steps)
    # A case is transferred once, in the journey of a kind where it comes first.
    in_time = described[described.case_key.notna()].sort_values(
        ["occurred_at", "step_number", "touchpoint_key"]
    )
    firsts = in_time.drop_duplicates(["journey_slug", "customer_key", "case_key"]).index
    described["counted_transfers"] = described.transfers.where(described.index.isin(firsts), 0)

    logins = facts.touchpoints[facts.touchpoints.touchpoint_type_slug == "signed_in"]
    sessions = described.dropna(subset="session_key")[[*JOURNEY, "session_key"]].drop_duplicates()
    sign_ins = sessions.merge(logins[["session_key"]], on="session_key").groupby(JOURNEY).size()

    # Of several journeys one bears the money: which the touchpoint is about, of the first priority.
    priority = described.journey_slug.map(seed("journey_types").set_index("journey_slug").priority)
    ranked = described.assign(priority=priority).sort_values(["is_inferred", "priority"])
    bearing = ranked.drop_duplicates("touchpoint_key").index
    for amount in ("cost_amount", "revenue_amount"):
        described[amount] = described[amount].where(described.index.isin(bearing), 0)

    journeys = described.groupby(JOURNEY)
    told = described[[*JOURNEY, *TOLD]].itertuples(index=False)
    read = {journey: _efforts(steps) for journey, steps in groupby(told, lambda step: step[:2])}
    efforts = pd.DataFrame(list(read.values()), pd.MultiIndex.from_tuples(read, names=JOURNEY))
    return (
        pd.DataFrame(
            {
                "touchpoint_count": journeys.size(),
                "inferred_step_count": journeys.is_inferred.sum(),
                "channel_count": journeys.place.nunique().clip(lower=1),
                "human_contact_count": journeys.is_human.sum(),
                "hand_over_count": journeys.hand_over.sum(),
                "failed_self_service_count": journeys.failed_self_service.sum(),
                "transfer_count": journeys.counted_transfers.sum(),
                "wait_seconds": journeys.wait_seconds.sum(),
                "longest_wait_seconds": journeys.wait_seconds.max(),
                "excess_wait_seconds": journeys.excess.sum(),
                "handle_seconds": journeys.handle_seconds.sum(),
                "cost_amount": journeys.cost_amount.sum().astype(float),
                "revenue_amount": journeys.revenue_amount.sum().astype(float),
            }
        )
        .join(efforts)
        .assign(reauthentication_count=lambda found: (sign_ins - 1).reindex(found.index).fillna(0))
    )
