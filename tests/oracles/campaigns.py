"""Campaigns and recommendation: what people do with what they are sent."""

import hashlib
import json

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, days, seed, windows

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
            "watched_from": deliveries.occurred_at,
            "known_at": deliveries.occurred_at + window,
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


def _last_clicks(facts: Facts, purchases: pd.DataFrame) -> pd.DataFrame:
    """Each purchase that a click of its customer came before, with the campaign of the last."""
    touchpoints = facts.touchpoints
    is_click = touchpoints.touchpoint_type_slug.isin(["email_clicked", "push_opened"])
    is_visit = touchpoints.channel_slug.isin(["web", "app"])
    is_visit &= touchpoints.touchpoint_type_slug != "order_placed"
    clicks = touchpoints[
        (is_click | is_visit)
        & ~touchpoints.is_bot
        & touchpoints.campaign_key.notna()
        & touchpoints.customer_key.notna()
        & touchpoints.profile_key.notna()
    ].sort_values(["occurred_at", "touchpoint_key"])
    bought = purchases.dropna(subset="customer_key").sort_values("ordered_at")
    return pd.merge_asof(
        bought.drop(columns="campaign_key"),
        clicks[["customer_key", "occurred_at", "campaign_key"]],
        left_on="ordered_at",
        right_on="occurred_at",
        by="customer_key",
        tolerance=days("campaign_conversion_days"),
        allow_exact_matches=False,
    ).dropna(subset="campaign_key")


def campaign_conversion(facts: Facts) -> pd.DataFrame:
    """Recipients who bought by an order that carries the campaign: by coupon or last click."""
    purchases = facts.orders[facts.orders.is_purchase]
    coupons = facts.touchpoints[facts.touchpoints.touchpoint_type_slug == "coupon_redeemed"]
    redeemed = coupons[["order_key", "campaign_key"]].dropna()
    columns = ["customer_key", "campaign_key", "ordered_at"]
    carrying = pd.concat(
        [
            purchases.dropna(subset=["campaign_key", "customer_key"])[columns],
            purchases.drop(columns="campaign_key").merge(redeemed, on="order_key")[columns],
            _last_clicks(facts, purchases)[columns],
        ]
    )
    return _units(
        facts,
        _deliveries(facts),
        carrying.rename(columns={"ordered_at": "occurred_at"}),
        on=["customer_key", "campaign_key"],
        window=days("campaign_conversion_days"),
        needs_known=True,
    )


def sent_without_consent(facts: Facts) -> pd.DataFrame:
    """Marketing messages to whom had not allowed them, or no longer, when they were sent."""
    touchpoints = facts.touchpoints
    kinds = facts.table("int_campaigns__campaigns").set_index("campaign_key").campaign_kind
    service = seed("campaign_kinds").query("not is_marketing").campaign_kind
    messages = touchpoints[
        touchpoints.touchpoint_type_slug.isin(DELIVERIES)
        & touchpoints.campaign_key.notna()
        & ~touchpoints.campaign_key.map(kinds).isin(service)
    ]
    changes = facts.table("int_consent__changes")
    changes = changes[changes.purpose_slug == "marketing"].merge(
        facts.table("int_identity__customer_profiles")[["profile_key", "customer_key"]],
        on="profile_key",
    )
    pairs = messages[["touchpoint_key", "customer_key", "channel_slug", "occurred_at"]].merge(
        changes[["customer_key", "channel_slug", "profile_key", "is_allowed", "changed_at"]],
        on=["customer_key", "channel_slug"],
    )
    before = pairs[pairs.changed_at <= pairs.occurred_at]
    # A withdrawal at the same moment comes last; any profile's last word stands against the rest.
    words = before.sort_values(["changed_at", "is_allowed"], ascending=[True, False])
    last = words.groupby(["touchpoint_key", "profile_key"]).is_allowed.last()
    allowed = last.groupby("touchpoint_key").all()
    return pd.DataFrame(
        {
            "customer": messages.customer_key,
            "date": pd.to_datetime(messages.occurred_date),
            "channel": messages.channel_slug,
            "segment": facts.segment_of(messages.customer_key),
            "value": ~messages.touchpoint_key.map(allowed).eq(True),
            "state": unit_states(
                messages.index,
                excluded=~messages.channel_slug.isin(changes.channel_slug),
                unknown=~facts.is_known(messages.customer_key),
            ),
        }
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
    "sent_without_consent": sent_without_consent,
}
