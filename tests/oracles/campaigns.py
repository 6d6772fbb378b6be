"""Campaigns and recommendation: what people do with what they are sent."""

import hashlib
import json

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, days, windows

RECIPIENT = ["campaign_key", "profile_key"]
DELIVERIES = ("email_delivered", "sms_delivered", "push_delivered", "mailing_sent")


def _deliveries(facts: Facts) -> pd.DataFrame:
    """The first delivery of each campaign to each recipient."""
    touchpoints = facts.touchpoints
    delivered = touchpoints[
        touchpoints.touchpoint_type_slug.isin(DELIVERIES) & touchpoints.campaign_key.notna()
    ]
    return delivered.sort_values(["occurred_at", "touchpoint_key"]).drop_duplicates(RECIPIENT)


def _responses(facts: Facts, types: list[str]) -> pd.DataFrame:
    """Touchpoints of people that carry the campaign they respond to."""
    touchpoints = facts.touchpoints
    return touchpoints[
        touchpoints.touchpoint_type_slug.isin(types)
        & ~touchpoints.is_bot
        & touchpoints.campaign_key.notna()
    ]


def _text_replies(facts: Facts) -> pd.DataFrame:
    """Replies to text messages, each with the campaign of the last message before it."""
    touchpoints = facts.touchpoints.sort_values("occurred_at")
    sent = touchpoints[touchpoints.touchpoint_type_slug == "sms_delivered"]
    replies = touchpoints[touchpoints.touchpoint_type_slug == "sms_replied"]
    answered = pd.merge_asof(
        replies.drop(columns="campaign_key"),
        sent[["profile_key", "occurred_at", "campaign_key"]],
        on="occurred_at",
        by="profile_key",
        allow_exact_matches=False,
    )
    return answered[answered.campaign_key.notna()]


def _units(
    facts: Facts,
    deliveries: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    on: list[str],
    window: pd.Timedelta,
    needs_known: bool = False,
) -> pd.DataFrame:
    """Deliveries, with whether a response followed within the window."""
    pairs = deliveries[["touchpoint_key", "occurred_at", *on]].merge(
        responses[[*on, "occurred_at"]], on=on, suffixes=("", "_response")
    )
    gap = pairs.occurred_at_response - pairs.occurred_at
    responded = pairs[(gap > pd.Timedelta(0)) & (gap <= window)].touchpoint_key
    return pd.DataFrame(
        {
            "customer": deliveries.customer_key,
            "date": facts.business_date(deliveries.occurred_at),
            "channel": deliveries.channel_slug,
            "segment": facts.segment_of(deliveries.customer_key),
            "value": deliveries.touchpoint_key.isin(responded),
            "state": unit_states(
                deliveries.index,
                unknown=~facts.is_known(deliveries.customer_key) if needs_known else False,
                immature=deliveries.occurred_at + window >= facts.as_of,
            ),
        }
    )


def _response_rate(facts: Facts, channels: list[str], responses: pd.DataFrame) -> pd.DataFrame:
    deliveries = _deliveries(facts)
    deliveries = deliveries[deliveries.channel_slug.isin(channels)]
    window = days("campaign_response_days")
    return _units(facts, deliveries, responses, on=RECIPIENT, window=window)


def campaign_open(facts: Facts) -> pd.DataFrame:
    """E-mails and pushes that a person opened."""
    openings = _responses(facts, ["email_opened", "push_opened"])
    return _response_rate(facts, ["email", "push"], openings)


def campaign_click(facts: Facts) -> pd.DataFrame:
    """E-mails in which something was clicked."""
    return _response_rate(facts, ["email"], _responses(facts, ["email_clicked"]))


def campaign_reply(facts: Facts) -> pd.DataFrame:
    """Text messages that were answered; who only says stop opts out."""
    replies = _text_replies(facts)
    return _response_rate(facts, ["sms"], replies[replies.outcome_slug != "opted_out"])


def campaign_unsubscribe(facts: Facts) -> pd.DataFrame:
    """E-mails and text messages after which the recipient opted out or complained."""
    replies = _text_replies(facts)
    opt_outs = [
        _responses(facts, ["email_unsubscribed", "spam_reported"]),
        replies[replies.outcome_slug == "opted_out"],
    ]
    return _response_rate(facts, ["email", "sms"], pd.concat(opt_outs))


def campaign_conversion(facts: Facts) -> pd.DataFrame:
    """Recipients who bought, in whatever channel."""
    return _units(
        facts,
        _deliveries(facts),
        facts.orders[facts.orders.is_purchase].rename(columns={"ordered_at": "occurred_at"}),
        on=["customer_key"],
        window=days("campaign_conversion_days"),
        needs_known=True,
    )


def contact_pressure(facts: Facts) -> pd.DataFrame:
    """ISO weeks of a customer with more messages than the limit, of those with any."""
    touchpoints = facts.touchpoints
    messages = touchpoints[
        touchpoints.touchpoint_type_slug.isin(DELIVERIES)
        & touchpoints.campaign_key.notna()
        & touchpoints.customer_key.notna()
    ]
    day = facts.business_date(messages.occurred_at)
    monday = (day - pd.to_timedelta(day.dt.weekday, unit="D")).rename("date")
    weeks = messages.groupby(["customer_key", monday]).size().rename("messages").reset_index()
    return pd.DataFrame(
        {
            "customer": weeks.customer_key,
            "date": weeks.date,
            "segment": facts.segment_of(weeks.customer_key),
            "value": weeks.messages > windows()["contact_pressure_limit"],
            "state": unit_states(
                weeks.index,
                unknown=~facts.is_known(weeks.customer_key),
                immature=weeks.date + pd.Timedelta(days=7) >= facts.as_of,
            ),
        }
    )


def _touchpoint_key(*parts: str) -> str:
    return hashlib.md5(  # noqa: S324
        json.dumps(parts, separators=(",", ":")).encode()
    ).hexdigest()


def referral_conversion(facts: Facts) -> pd.DataFrame:
    """Referrals whose referred person bought."""
    referrals = facts.table("stg_loyalty__referrals", schema="staging")
    made = facts.touchpoints.set_index("touchpoint_key")
    keys = [_touchpoint_key("loyalty", "referrals", r, "made") for r in referrals.referral_id]
    customer = pd.Series(made.reindex(keys).customer_key.to_numpy(), index=referrals.index)
    window = days("referral_conversion_days")
    return pd.DataFrame(
        {
            "customer": customer,
            "date": facts.business_date(referrals.referred_at),
            "channel": "loyalty",
            "segment": facts.segment_of(customer),
            "value": referrals.converted_at - referrals.referred_at <= window,
            "state": unit_states(
                referrals.index, immature=referrals.referred_at + window >= facts.as_of
            ),
        }
    )


KPIS = {
    "campaign_click": campaign_click,
    "campaign_conversion": campaign_conversion,
    "campaign_open": campaign_open,
    "campaign_reply": campaign_reply,
    "campaign_unsubscribe": campaign_unsubscribe,
    "contact_pressure": contact_pressure,
    "referral_conversion": referral_conversion,
}
