"""The contact centre's records in the shape of Amazon Connect, JSON lines, as they are streamed.

Its quirks: a transfer and an accepted callback are contacts of their own, chained to the first one;
some records are delivered twice, some again days later with an attribute whose name differs from
another one in case only; a caller who stays in the menu has neither queue nor agent; some withhold
their number.
"""

import hashlib
import uuid

import duckdb
import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.tags import is_tagged
from orchestration.sample_world.world import World, known_where

SOURCE = "calls"

REASONS = {
    "delivery": "OrderStatus",
    "defect": "ProductFault",
    "payment": "Billing",
    "return": "ReturnRefund",
    "account": "Login",
    "product_advice": "Presales",
    "how_to": "ProductUse",
    "renewal": "Membership",
    "complaint": "Complaint",
    "other": "General",
}

TRANSFER_SHARE = 0.12
TRANSFER_OUT_SHARE = 0.02
CALLBACK_SHARE = 0.04
SHORTEST_WAIT_FOR_CALLBACK = 60
# Of the callers, who withholds the number, and what the centre writes in its place; some lines
# spell the word in the keys of a telephone.
WITHHELD_SHARE = 0.025
WITHHELD = np.array(["anonymous", "+266696687"], dtype=object)
DUPLICATE_SHARE = 0.03
LATE_UPDATE_SHARE = 0.06
LATEST_UPDATE_DAYS = 6
RECORD_DELAY = np.timedelta64(40, "s")

# One contact per leg: the columns tell when it began, waited, was answered and ended.
RENDER = """
select cast(to_json({
    AWSAccountId: '123456789012',
    AWSContactTraceRecordFormatVersion: '2017-03-10',
    Agent: case when agent_number is not null then {
        AfterContactWorkDuration: after_call_work_seconds,
        AgentInteractionDuration: interaction_seconds,
        ConnectedToAgentTimestamp: strftime(connected_at, '%Y-%m-%dT%H:%M:%SZ'),
        CustomerHoldDuration: hold_seconds,
        NumberOfHolds: if(hold_seconds > 0, 1, 0),
        RoutingProfile: {Name: team_name},
        Username: 'agent.' || agent_number
    } end,
    AnsweringMachineDetectionStatus: answered_by,
    AgentConnectionAttempts: if(agent_number is null, 0, 1),
    Attributes: json_merge_patch(
        json_object(
            'ContactReason', source_reason,
            'Language', language,
            'OrderNumber', order_number,
            'Resolved', resolved_flag,
            'AgentNotes', agent_notes,
            'CallbackAccepted', if(is_callback_accepted, 'true', null),
            'PostCallRating', rating,
            'greetingPlayed', 'false'
        ),
        if(is_late, json_object('GreetingPlayed', 'false'), json_object())
    ),
    Campaign: {CampaignId: null},
    Channel: 'VOICE',
    ConnectedToSystemTimestamp: strftime(initiated_at, '%Y-%m-%dT%H:%M:%SZ'),
    ContactDetails: json_object(),
    ContactId: cast(cast(md5('call ' || contact) as uuid) as varchar),
    CustomerEndpoint: {Address: phone, Type: 'TELEPHONE_NUMBER'},
    DisconnectReason: disconnect_reason,
    DisconnectTimestamp: strftime(disconnected_at, '%Y-%m-%dT%H:%M:%SZ'),
    InitialContactId: if(
        leg > 1, cast(cast(md5('call ' || first_contact) as uuid) as varchar), null
    ),
    InitiationMethod: initiation_method,
    InitiationTimestamp: strftime(initiated_at, '%Y-%m-%dT%H:%M:%SZ'),
    LastUpdateTimestamp: strftime(updated_at, '%Y-%m-%dT%H:%M:%SZ'),
    MediaStreams: [{Type: 'AUDIO'}],
    NextContactId: if(
        has_next, cast(cast(md5('call ' || first_contact || '/2') as uuid) as varchar), null
    ),
    PreviousContactId: if(
        leg > 1, cast(cast(md5('call ' || first_contact) as uuid) as varchar), null
    ),
    Queue: case when enqueued_at is not null then {
        DequeueTimestamp: strftime(
            enqueued_at + to_seconds(cast(queue_seconds as bigint)), '%Y-%m-%dT%H:%M:%SZ'
        ),
        Duration: queue_seconds,
        EnqueueTimestamp: strftime(enqueued_at, '%Y-%m-%dT%H:%M:%SZ'),
        Name: queue_name
    } end,
    Recording: null,
    SystemEndpoint: {Address: '+48225550100', Type: 'TELEPHONE_NUMBER'},
    TransferCompletedTimestamp: if(
        is_transferred_out, strftime(disconnected_at, '%Y-%m-%dT%H:%M:%SZ'), null
    ),
    TransferredToEndpoint: if(
        is_transferred_out, {Address: '+48225550199', Type: 'TELEPHONE_NUMBER'}, null
    )
}) as varchar) as line
from records
"""


def call_id(moment: int) -> str:
    """The centre's id of a call, which its transfers name as their first contact."""
    return str(uuid.UUID(hashlib.md5(f"call {moment}".encode(), usedforsecurity=False).hexdigest()))


def write(world: World, out: Delivery) -> None:
    """Every contact when it ended, some again."""
    rng = world.rng(SOURCE)
    moments = world.of_kind("call_inbound", "call_outbound").reset_index(drop=True)
    if moments.empty:
        return
    calls = _calls(world, rng, moments)
    records = _redelivered(world, rng, _legs(world, rng, calls))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("records", records)
        lines = connection.sql(RENDER).fetchnumpy()["line"]
    out.lines(SOURCE, "contact_records", records["delivered_at"].to_numpy(), lines)
    profiles = pd.DataFrame(
        {
            "source_name": SOURCE,
            "source_profile_id": calls["phone"],
            "person": calls["person"],
        }
    )
    # A household's phone is one profile of several persons.
    out.truth("profiles", profiles.drop_duplicates())
    withheld = calls[calls["is_withheld"]]
    out.truth("withheld_calls", withheld[["contact", "person", "at"]])


def _calls(world: World, rng: np.random.Generator, moments: pd.DataFrame) -> pd.DataFrame:
    """One row per call, before transfers and callbacks divide it."""
    count = len(moments)
    persons = world.persons.loc[moments["person"]].reset_index(drop=True)
    teams = world.teams.reset_index(drop=True).reindex(moments["team"])
    is_inbound = (moments["kind"] == "call_inbound").to_numpy()
    outcome = moments["outcome"].to_numpy()
    is_answered = np.isin(outcome, ["resolved", "unresolved", "reached"])
    is_queued = is_inbound & (outcome != "ivr")
    handle = np.nan_to_num(moments["handle_seconds"].to_numpy()).astype("int64")
    has_hold = is_answered & (rng.random(count) < 0.3)
    hold = np.where(has_hold, handle * rng.uniform(0.05, 0.3, count), 0).astype("int64")
    after = np.where(is_answered, handle * rng.uniform(0.02, 0.15, count), 0).astype("int64")
    is_withheld = is_inbound & (rng.random(count) >= 1 - WITHHELD_SHARE)
    return pd.DataFrame(
        {
            "contact": moments["moment"].astype(str),
            "is_withheld": is_withheld,
            "person": moments["person"],
            "at": moments["at"].dt.floor("s"),
            "is_inbound": is_inbound,
            "outcome": outcome,
            "is_answered": is_answered,
            "is_queued": is_queued,
            "wait": np.where(is_queued, np.nan_to_num(moments["wait_seconds"]), 0).astype("int64"),
            "hold": hold,
            "after": after,
            "interaction": handle - hold - after,
            "team_name": teams["team_name"].to_numpy(),
            "agent": 100 + np.maximum(moments["team"], 0) * 10 + rng.integers(0, 10, count),
            "phone": np.where(is_withheld, WITHHELD[moments["moment"] % 2], persons["phone"]),
            "language": persons["language"],
            "source_reason": moments["reason"]
            .map(REASONS)
            .where(is_tagged(moments["case"]), None)
            .to_numpy(),
            "order_number": known_where(moments["order"] >= 0, moments["order"].astype(str)),
            "notes": moments["text"].to_numpy(),
            "rating": moments["score"].map("{:.0f}".format, na_action="ignore").to_numpy(),
            # Of the calls that nobody takes some end at a machine.
            "answered_by": np.select(
                [outcome == "reached", (outcome == "no_answer") & (rng.random(count) < 0.4)],
                np.array([["HUMAN_ANSWERED"], ["VOICEMAIL_BEEP"]], dtype=object),
                default=np.array([None], dtype=object),
            ),
        }
    )


def _legs(world: World, rng: np.random.Generator, calls: pd.DataFrame) -> pd.DataFrame:
    """One row per contact record: the call itself, and what it was handed on to."""
    count = len(calls)
    handled = calls["is_answered"] & calls["is_inbound"]
    draw = rng.random(count)
    is_moved = handled & (draw < TRANSFER_SHARE)
    called_back = (
        handled
        & ~is_moved
        & (draw < TRANSFER_SHARE + CALLBACK_SHARE)
        & (calls["wait"] >= SHORTEST_WAIT_FOR_CALLBACK)
    )
    is_divided = (is_moved | called_back).to_numpy()
    part = rng.uniform(0.2, 0.6, count)
    first_wait = np.where(is_divided, calls["wait"] * part, calls["wait"]).astype("int64")
    first_talk = np.where(is_moved, calls["interaction"] * part, calls["interaction"])
    first_talk = np.where(called_back, 0, first_talk).astype("int64")

    first = _leg(calls, calls["at"], first_wait, first_talk)
    first["leg"], first["has_next"] = 1, is_divided
    first["first_contact"] = calls["contact"]
    first["initiation_method"] = np.where(calls["is_inbound"], "INBOUND", "OUTBOUND")
    first["is_callback_accepted"] = called_back
    first["is_transferred_out"] = handled & ~is_divided & (draw > 1 - TRANSFER_OUT_SHARE)
    first["disconnect_reason"] = _reasons_to_end(rng, calls, is_moved, called_back)
    # Callers who wait for a call back are not answered yet; hold and notes come with the last leg.
    first.loc[called_back, ["agent_number", "connected_at"]] = None
    first.loc[is_divided, ["hold_seconds", "after_call_work_seconds"]] = 0
    first.loc[is_divided, ["resolved_flag", "agent_notes", "order_number", "rating"]] = None
    other_team = world.teams.loc[world.teams["team_name"].str.startswith("Phone"), "team_name"]
    first.loc[is_moved, "queue_name"] = rng.choice(other_team.to_numpy(), int(is_moved.sum()))

    ended_at = first["disconnected_at"].to_numpy()
    second = _leg(
        calls[is_divided],
        pd.Series(ended_at[is_divided]),
        (calls["wait"] - first_wait)[is_divided],
        (calls["interaction"] - first_talk)[is_divided],
    )
    second["leg"], second["has_next"] = 2, False
    second["first_contact"] = calls.loc[is_divided, "contact"].to_numpy()
    second["contact"] = second["first_contact"] + "/2"
    second["initiation_method"] = np.where(called_back[is_divided], "CALLBACK", "TRANSFER")
    second["is_callback_accepted"] = False
    second["is_transferred_out"] = False
    second["disconnect_reason"] = "CUSTOMER_DISCONNECT"
    return pd.concat([first, second]).sort_values(
        ["initiated_at", "contact"], kind="stable", ignore_index=True
    )


def _leg(
    calls: pd.DataFrame, began_at: pd.Series, wait: np.ndarray, talk: np.ndarray
) -> pd.DataFrame:
    """A contact that waits, is answered if the call was, and ends."""
    calls = calls.reset_index(drop=True)
    began_at = began_at.reset_index(drop=True)
    wait = np.asarray(wait)
    answered_at = began_at + wait.astype("timedelta64[s]")
    spoken = (np.asarray(talk) + calls["hold"].to_numpy()).astype("timedelta64[s]")
    has_agent = calls["is_answered"] | ~calls["is_inbound"]
    is_service = calls["is_answered"] & calls["is_inbound"]
    return pd.DataFrame(
        {
            "contact": calls["contact"],
            "initiated_at": began_at,
            "enqueued_at": began_at.where(calls["is_queued"]),
            "queue_seconds": wait,
            "queue_name": calls["team_name"].where(calls["is_queued"]),
            "team_name": calls["team_name"],
            "connected_at": answered_at.where(calls["is_answered"]),
            "disconnected_at": answered_at + spoken,
            "agent_number": calls["agent"].astype(str).where(has_agent),
            "interaction_seconds": np.asarray(talk),
            "hold_seconds": calls["hold"],
            "after_call_work_seconds": calls["after"],
            "phone": calls["phone"],
            "language": calls["language"],
            "source_reason": calls["source_reason"],
            "order_number": calls["order_number"],
            "resolved_flag": calls["outcome"]
            .map({"resolved": "Y", "unresolved": "N"})
            .where(is_service),
            "agent_notes": calls["notes"],
            "rating": calls["rating"],
            "answered_by": calls["answered_by"],
        }
    )


def _reasons_to_end(
    rng: np.random.Generator, calls: pd.DataFrame, is_moved: pd.Series, called_back: pd.Series
) -> np.ndarray:
    by_whom = np.where(rng.random(len(calls)) < 0.3, "AGENT_DISCONNECT", "CUSTOMER_DISCONNECT")
    gave_up = calls["outcome"].isin(["abandoned", "ivr"])
    return np.select(
        [gave_up, is_moved, called_back, calls["outcome"] == "no_answer"],
        ["CUSTOMER_DISCONNECT", "OTHER", "CONTACT_FLOW_DISCONNECT", "TELECOM_PROBLEM"],
        by_whom,
    )


def _redelivered(world: World, rng: np.random.Generator, legs: pd.DataFrame) -> pd.DataFrame:
    """The records in order of delivery: all of them, some twice, some later with an addition."""
    legs["updated_at"] = legs["disconnected_at"] + RECORD_DELAY
    legs["delivered_at"] = legs["updated_at"]
    legs["is_late"] = False
    draw = rng.random(len(legs))
    twice = legs[draw < DUPLICATE_SHARE].copy()
    twice["delivered_at"] += rng.integers(1, 86_400, len(twice)).astype("timedelta64[s]")
    late = legs[draw > 1 - LATE_UPDATE_SHARE].copy()
    seconds = rng.integers(3_600, LATEST_UPDATE_DAYS * 86_400, len(late))
    late["updated_at"] += seconds.astype("timedelta64[s]")
    late["delivered_at"] = late["updated_at"]
    late["is_late"] = True
    again = pd.concat([twice, late])
    again = again[again["delivered_at"] < world.end]
    return pd.concat([legs, again]).sort_values(
        ["delivered_at", "contact"], kind="stable", ignore_index=True
    )
