"""The login service's export, JSON lines: accounts, and what they did in portal and forum.

Its quirks: an account is exported again, whole, on the day it changes (people change their
address, or close it); phone numbers are as typed; and some events are exported a second time on
the next day.
"""

import duckdb
import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids, emails_at
from orchestration.sample_world.world import World, known_where

SOURCE = "accounts"

# The portal's own words for what people come for.
REQUEST_TYPES = {
    "delivery": "track_parcel",
    "defect": "warranty_claim",
    "payment": "invoice_copy",
    "return": "return_label",
    "account": "password_reset",
    "product_advice": "product_question",
    "how_to": "manual_download",
    "renewal": "plan_change",
    "complaint": "complaint_form",
    "other": "other_request",
}

EVENT_TYPES = {
    "signed_in": "login",
    "self_service_completed": "request",
    "self_service_failed": "request",
    "forum_posted": "forum_post",
}

TYPED_PHONE_SHARE = 0.2
REPEATED_SHARE = 0.005

RENDER_ACCOUNTS = """
select cast(to_json({
    accountId: account_id,
    email: email,
    phone: phone,
    firstName: given_name,
    lastName: surname,
    locale: "language" || '-' || country_code,
    status: if(is_closed, 'closed', 'active'),
    emailConsent: email_opt_in and not has_opted_out,
    smsConsent: sms_opt_in and not has_opted_out,
    pushConsent: push_opt_in and not has_opted_out,
    consentAt: strftime(
        if(has_opted_out, opted_out_at, account_at), '%Y-%m-%dT%H:%M:%S.%gZ'
    ),
    createdAt: strftime(account_at, '%Y-%m-%dT%H:%M:%S.%gZ'),
    updatedAt: strftime(updated_at, '%Y-%m-%dT%H:%M:%S.%gZ')
}) as varchar) as line
from accounts
"""

RENDER_EVENTS = """
select cast(to_json({
    eventId: event_id,
    accountId: account_id,
    type: event_type,
    occurredAt: strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ'),
    request: case when event_type = 'request' then json_object(
        'type', request_type, 'outcome', request_outcome, 'orderNumber', order_number
    ) end,
    post: case when event_type = 'forum_post' then json_object(
        'threadId', thread_id, 'language', "language", 'text', text
    ) end
}) as varchar) as line
from events
"""


def write(world: World, out: Delivery) -> None:
    """Accounts on the days they changed, events on the day they happened."""
    _write_accounts(world, out)
    _write_events(world, out)


def _write_accounts(world: World, out: Delivery) -> None:
    rng = world.rng(SOURCE)
    persons = world.persons
    registered = persons[(persons["account"] >= 0) & (persons["account_at"] < world.end)]
    if registered.empty:
        return
    moved = registered[
        (registered["email_changed_at"] > registered["account_at"])
        & (registered["email_changed_at"] < world.end)
    ]
    refused = registered[
        (registered["opted_out_at"] > registered["account_at"])
        & (registered["opted_out_at"] < world.end)
    ]
    closed = registered[registered["account_closed_at"] < world.end]
    versions = pd.concat(
        [
            registered.assign(updated_at=registered["account_at"]),
            moved.assign(updated_at=moved["email_changed_at"]),
            refused.assign(updated_at=refused["opted_out_at"]),
            closed.assign(updated_at=closed["account_closed_at"]),
        ],
        ignore_index=True,
    ).sort_values(["updated_at", "account"], kind="stable", ignore_index=True)
    versions["is_closed"] = versions["account_closed_at"] <= versions["updated_at"]
    versions["has_opted_out"] = versions["opted_out_at"] <= versions["updated_at"]
    versions["account_id"] = account_ids(versions["account"])
    versions["email"] = emails_at(versions, versions["updated_at"])
    is_typed = rng.random(len(versions)) < TYPED_PHONE_SHARE
    versions["phone"] = versions["phone"].mask(
        is_typed, versions["phone"].str.replace(r"(\d{3})(?=\d)", r"\1 ", regex=True)
    )
    days = np.maximum(versions["updated_at"].to_numpy(), world.start)
    out.lines(SOURCE, "accounts", days, _rendered("accounts", versions, RENDER_ACCOUNTS))
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": account_ids(registered["account"]),
                "person": registered["person"].to_numpy(),
            }
        ),
    )


def _write_events(world: World, out: Delivery) -> None:
    rng = world.rng(f"{SOURCE}_events")
    moments = world.of_kind(*EVENT_TYPES)
    # Signing in to the website is the clickstream's to tell.
    moments = moments[(moments["kind"] != "signed_in") | (moments["outcome"] == "portal")]
    if moments.empty:
        return
    persons = world.persons.loc[moments["person"]]
    events = pd.DataFrame(
        {
            "event_id": "e-" + moments["moment"].astype(str).to_numpy(dtype=object),
            "account_id": account_ids(persons["account"]),
            "event_type": moments["kind"].map(EVENT_TYPES).to_numpy(),
            "at": moments["at"].to_numpy(),
            "request_type": moments["reason"].map(REQUEST_TYPES).fillna("other_request").to_numpy(),
            "request_outcome": moments["kind"].str.removeprefix("self_service_").to_numpy(),
            "order_number": known_where(moments["order"] >= 0, moments["order"].astype(str)),
            "thread_id": "t-" + (moments["moment"] // 7).astype(str).to_numpy(dtype=object),
            "language": persons["language"].to_numpy(),
            "text": moments["text"].to_numpy(),
        }
    )
    last_day = world.end.astype("datetime64[D]") - 1
    events["day"] = events["at"].to_numpy("datetime64[D]")
    repeated = events[rng.random(len(events)) < REPEATED_SHARE].copy()
    repeated["day"] += np.timedelta64(1, "D")
    events = pd.concat([events, repeated[repeated["day"] <= last_day]], ignore_index=True)
    lines = _rendered("events", events, RENDER_EVENTS)
    out.lines(SOURCE, "events", events["day"].to_numpy(), lines)


def _rendered(name: str, frame: pd.DataFrame, query: str) -> np.ndarray:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register(name, frame)
        return connection.sql(query).fetchnumpy()["line"]
