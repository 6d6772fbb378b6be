"""The message log in the shape of Twilio: one CSV per day, both directions, times of mail headers.

A message is exported on each day on which its status changes. Push notifications are addressed to a
login, not to a number; who answers STOP wants no more.
"""

import json
from typing import Any

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids
from orchestration.sample_world.world import World, known_where

SOURCE = "messaging"
OUR_NUMBER = "+48732100200"
OUR_APP = "notify:throughline-app"

WHATSAPP_SHARE = 0.3  # of the customers in Spain
SLOW_SHARE = 0.08  # still on its way when the day's export is made
SECOND = np.timedelta64(1, "s")

WORDS = {
    "promo": {
        "en": "New offers are waiting for you. Reply STOP to opt out.",
        "pl": "Czekają na Ciebie nowe oferty. Odpisz STOP, aby zrezygnować.",
        "ru": "Вас ждут новые предложения. Ответьте STOP, чтобы отписаться.",
        "zh": "新优惠等着您。回复STOP退订。",
        "es": "Te esperan nuevas ofertas. Responde STOP para darte de baja.",
        "de": "Neue Angebote warten auf Sie. Mit STOP abmelden.",
    },
    "service": {
        "en": "A message about your order: it takes longer than we promised.",
        "pl": "Wiadomość o Twoim zamówieniu: potrwa dłużej, niż obiecaliśmy.",
        "ru": "Сообщение о вашем заказе: доставка займёт больше времени.",
        "zh": "关于您的订单：配送时间比承诺的要长。",
        "es": "Un mensaje sobre tu pedido: tardará más de lo prometido.",
        "de": "Zu Ihrer Bestellung: sie dauert länger als versprochen.",
    },
    "reply": {
        "en": "Thanks, I will have a look.",
        "pl": "Dzięki, zajrzę.",
        "ru": "Спасибо, посмотрю.",
        "zh": "谢谢，我看看。",
        "es": "Gracias, lo miraré.",
        "de": "Danke, ich schaue es mir an.",
    },
}


def write(world: World, out: Delivery) -> None:
    """Every message in each state that a day's export saw it in."""
    sent = _outbound(world)
    if sent.empty:
        return
    answered = sent[sent["outcome"].isin(["replied", "opted_out"])]
    versions = pd.concat([_delivered(world, sent), _replies(answered)], ignore_index=True)
    versions = versions[versions["updated_at"] < world.end]
    versions = versions.sort_values(["updated_at", "sid"], kind="stable", ignore_index=True)
    out.frame(
        SOURCE, "messages", versions["updated_at"].to_numpy(), _rendered(versions), kind="csv"
    )
    known = sent[["address", "person"]].drop_duplicates()
    ids = known["address"].str.removeprefix("notify:").str.removeprefix("whatsapp:")
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": ids.to_numpy(dtype=object),
                "person": known["person"].to_numpy(),
            }
        ).drop_duplicates(),
    )


def _outbound(world: World) -> pd.DataFrame:
    """The messages that we sent, with the address of their recipient and their words."""
    columns = ["moment", "person", "kind", "at", "campaign", "outcome", "value"]
    sent = world.of_kind("sms_sent", "push_sent")[columns].reset_index(drop=True)
    persons = world.persons.loc[sent["person"]].reset_index(drop=True)
    is_push = (sent["kind"] == "push_sent").to_numpy()
    by_whatsapp = (persons["country_code"] == "ES") & (
        persons["person"] % 100 < 100 * WHATSAPP_SHARE
    )
    number = np.where(by_whatsapp, "whatsapp:" + persons["phone"], persons["phone"])
    address = np.where(is_push, "notify:" + pd.Series(account_ids(persons["account"])), number)
    about = np.where(sent["campaign"] >= 0, "promo", "service")
    campaigns = list(world.campaigns.itertuples(index=False))
    tags = [
        _tags(campaigns[campaign], outcome) if campaign >= 0 else None
        for campaign, outcome in zip(sent["campaign"].tolist(), sent["outcome"], strict=True)
    ]
    return sent.assign(
        address=address,
        language=persons["language"],
        body=[WORDS[a][tongue] for a, tongue in zip(about, persons["language"], strict=True)],
        tags=tags,
        is_push=is_push,
        sid=np.where(is_push, "PN", "SM") + _hex(sent["moment"]),
        is_inbound=False,
        error=None,
    )


def _tags(campaign: Any, outcome: str) -> str:
    tags = {
        "campaign_id": campaign.campaign_id,
        "campaign_name": campaign.name,
        "campaign_kind": campaign.kind,
    }
    if outcome == "held_out":
        tags["campaign_group"] = "control"
    return json.dumps(tags)


def _delivered(world: World, sent: pd.DataFrame) -> pd.DataFrame:
    """Each message as it ended; a slow one also as it was when it had just been sent."""
    outcome = sent["outcome"]
    status = np.where(outcome == "failed", "undelivered", "delivered").astype(object)
    status[outcome == "opened"] = "read"
    # The tool lists who is in the control group, but sends nothing.
    status[outcome == "held_out"] = "canceled"
    opened_after = sent["value"].fillna(0).astype("int64").to_numpy() * SECOND
    after = np.where(outcome == "opened", opened_after, 4 * SECOND)
    is_slow = world.rng("messaging").random(len(sent)) < SLOW_SHARE
    is_slow &= ~outcome.isin(["opened", "held_out"]).to_numpy()
    next_day = sent["at"].dt.floor("D") + np.timedelta64(1, "D") + 20 * SECOND
    final = sent.assign(
        status=status,
        error=known_where(outcome == "failed", "30003"),
        updated_at=np.where(is_slow, next_day, sent["at"] + after),
    )
    passing = sent[is_slow].assign(status="sent", updated_at=sent["at"][is_slow] + SECOND)
    return pd.concat([final, passing], ignore_index=True)


def _replies(answered: pd.DataFrame) -> pd.DataFrame:
    at = answered["at"] + answered["value"].astype("int64").to_numpy() * SECOND
    words = [WORDS["reply"][language] for language in answered["language"]]
    return answered.assign(
        at=at,
        updated_at=at,
        sid="SMf" + _hex(answered["moment"]).str[1:],
        body=np.where(answered["outcome"] == "opted_out", "STOP", words),
        status="received",
        tags=None,
        is_inbound=True,
    )


def _rendered(versions: pd.DataFrame) -> pd.DataFrame:
    ours = np.where(versions["is_push"], OUR_APP, OUR_NUMBER)
    is_inbound = versions["is_inbound"].to_numpy(dtype=bool)
    sent_at = _mail_dates(versions["at"])
    is_sent = (versions["status"] != "canceled").to_numpy()
    costs = is_sent & ~is_inbound & ~versions["is_push"].to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "MessageSid": versions["sid"],
            "Direction": np.where(is_inbound, "inbound", "outbound-api"),
            "From": np.where(is_inbound, versions["address"], ours),
            "To": np.where(is_inbound, ours, versions["address"]),
            "Body": versions["body"],
            "Status": versions["status"],
            "ErrorCode": versions["error"],
            "Tags": versions["tags"],
            "NumSegments": 1,
            "Price": known_where(costs, "-0.0450"),
            "PriceUnit": "EUR",
            "DateCreated": sent_at,
            "DateSent": sent_at,
            "DateUpdated": _mail_dates(versions["updated_at"]),
        }
    )


def _mail_dates(times: pd.Series) -> pd.Series:
    return times.dt.strftime("%a, %d %b %Y %H:%M:%S +0000")


def _hex(numbers: pd.Series) -> pd.Series:
    return pd.Series([f"{number:032x}" for number in numbers.tolist()], index=numbers.index)
