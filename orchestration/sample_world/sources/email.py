"""The mail provider's event webhook in the shape of SendGrid: JSON arrays of events.

The provider posts an event again when it is unsure that it arrived, mail programs open messages by
themselves, and an address has whatever case its sender typed.
"""

import json

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import emails_at
from orchestration.sample_world.world import World

SOURCE = "email"

REPOSTED_SHARE = 0.01
MACHINE_OPEN_SHARE = 0.04
SCANNED_SHARE = 0.3
READER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15"
SCANNER = "Mozilla/5.0 (compatible; Mimecast-URL-Check)"
CAPITAL_SHARE = 0.03
NAMES = {"machine open": "open", "scan": "click"}
SECOND = np.timedelta64(1, "s")

# The events of a message by its outcome: (event, share of the time to the reaction).
REACTIONS = {
    "opened": (("open", 1.0),),
    "clicked": (("open", 0.9), ("click", 1.0)),
    "unsubscribed": (("open", 0.9), ("unsubscribe", 1.0)),
    "spam": (("open", 0.9), ("spamreport", 1.0)),
}


def write(world: World, out: Delivery) -> None:
    """Every event of every message, on the day on which it happened."""
    messages = _messages(world)
    if messages.empty:
        return
    events = _events(world, messages)
    events = events[events["at"] < world.end].sort_values(["at", "moment", "step"])
    reposted = events[world.rng("email reposts").random(len(events)) < REPOSTED_SHARE]
    posted = pd.concat([events, reposted.assign(posted_at=reposted["at"] + 300 * SECOND)])
    posted = posted[posted["posted_at"] < world.end]
    posted = posted.sort_values(["posted_at", "moment", "step"], kind="stable")
    out.documents(SOURCE, "events", posted["posted_at"].to_numpy(), _documents(world, posted))
    known = messages[["email", "person"]].assign(email=messages["email"].str.lower())
    known = known.drop_duplicates()
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": known["email"].to_numpy(dtype=object),
                "person": known["person"].to_numpy(),
            }
        ),
    )


def _messages(world: World) -> pd.DataFrame:
    """The messages with the address that the person had by then."""
    sent = world.of_kind("email_sent")[["moment", "person", "at", "campaign", "outcome", "value"]]
    sent = sent.reset_index(drop=True)
    email = emails_at(world.persons.loc[sent["person"]], sent["at"])
    is_capital = world.rng("email capitals").random(len(sent)) < CAPITAL_SHARE
    capital = np.array([address.capitalize() for address in email], dtype=object)
    return sent.assign(email=np.where(is_capital, capital, email))


def _events(world: World, messages: pd.DataFrame) -> pd.DataFrame:
    """One row per event: processed, delivered or bounced, then what the recipient did."""
    rng = world.rng("email events")
    delay = rng.integers(2, 90, len(messages)) * SECOND
    is_bounced = (messages["outcome"] == "bounced").to_numpy()
    arrived = np.where(is_bounced, "bounce", "delivered").astype(object)
    is_held_out = (messages["outcome"] == "held_out").to_numpy()
    sent, control = messages[~is_held_out], messages[is_held_out]
    parts = [
        control.assign(event="dropped", step=0, at=control["at"] + SECOND),
        sent.assign(event="processed", step=0, at=sent["at"] + SECOND),
        sent.assign(event=arrived[~is_held_out], step=1, at=sent["at"] + delay[~is_held_out]),
    ]
    opens_itself = ~is_bounced & ~is_held_out & (rng.random(len(messages)) < MACHINE_OPEN_SHARE)
    itself = messages[opens_itself]
    parts.append(
        itself.assign(event="machine open", step=2, at=itself["at"] + delay[opens_itself] + SECOND)
    )
    for outcome, reactions in REACTIONS.items():
        reacting = messages[messages["outcome"] == outcome]
        for step, (event, share) in enumerate(reactions, start=3):
            after = np.maximum(np.floor(reacting["value"] * share), 95).astype("int64")
            at = reacting["at"] + after.to_numpy() * SECOND
            parts.append(reacting.assign(event=event, step=step, at=at))
    # Some firms let a machine follow every link before the mail is shown.
    scans = ~is_bounced & ~is_held_out & messages["email"].str.contains("@firm").to_numpy()
    scans &= rng.random(len(messages)) < SCANNED_SHARE
    scanned = messages[scans]
    parts.append(scanned.assign(event="scan", step=6, at=scanned["at"] + delay[scans] + SECOND))
    events = pd.concat(parts, ignore_index=True)
    return events.assign(posted_at=events["at"])


def _documents(world: World, events: pd.DataFrame) -> list[str]:
    campaigns = [
        json.dumps(
            {
                "category": [campaign.kind, campaign.channel],
                "singlesend_id": campaign.campaign_id,
                "singlesend_name": campaign.name,
            }
        )[1:-1]
        for campaign in world.campaigns.itertuples(index=False)
    ]
    bounce_types = np.where(events["moment"] % 5 == 0, "blocked", "bounce")
    seconds = events["at"].to_numpy().astype("datetime64[s]").astype("int64")
    documents = []
    for moment, step, event, email, second, campaign, bounce_type in zip(
        events["moment"].tolist(),
        events["step"].tolist(),
        events["event"],
        events["email"],
        seconds.tolist(),
        events["campaign"].tolist(),
        bounce_types,
        strict=True,
    ):
        about = f", {campaigns[campaign]}" if campaign >= 0 else ""
        documents.append(
            f'{{"email": {json.dumps(email)}, "timestamp": {second}, '
            f'"event": "{NAMES.get(event, event)}", '
            f'"sg_event_id": "ev{moment:014x}{step}", '
            f'"sg_message_id": "{moment:016x}.recvd-6f4d.{second % 97}.0"'
            f"{about}{_particulars(event, bounce_type)}}}"
        )
    return documents


def _particulars(event: str, bounce_type: str) -> str:
    """The fields that only an event of this kind carries."""
    if event == "machine open":
        return ', "sg_machine_open": true'
    if event == "open":
        return f', "sg_machine_open": false, "useragent": "{READER}"'
    if event == "dropped":
        return ', "reason": "Control group", "campaign_group": "control"'
    if event in ("click", "scan"):
        reader = READER if event == "click" else SCANNER
        return f', "url": "https://shop.example/offers", "useragent": "{reader}"'
    if event == "bounce":
        return f', "type": "{bounce_type}", "reason": "550 5.1.1 mailbox unavailable"'
    return ""
