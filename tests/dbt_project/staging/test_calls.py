import json

import numpy as np
import pytest

from orchestration.sample_world.sources import calls

# Three deliveries of one contact, as a contact centre documents them: the keys of the attributes
# differ in case only, and the last update arrives first.
CONTACT = {
    "ContactId": "6fe40d2a",
    "InitialContactId": None,
    "Channel": "VOICE",
    "InitiationMethod": "INBOUND",
    "InitiationTimestamp": "2026-01-05T17:12:59Z",
    "CustomerEndpoint": {"Address": "+48600111222", "Type": "TELEPHONE_NUMBER"},
    "Agent": {
        "AgentInteractionDuration": 239,
        "AfterContactWorkDuration": 5,
        "CustomerHoldDuration": 221,
        "ConnectedToAgentTimestamp": "2026-01-05T17:20:32Z",
        "HierarchyGroups": {"Level1": {"GroupName": "TCC"}, "Level2": None},
        "Username": "agent.0001",
    },
    "Queue": {"Name": "Phone North", "Duration": 346, "EnqueueTimestamp": "2026-01-05T17:14:46Z"},
    "DisconnectReason": "CUSTOMER_DISCONNECT",
    "DisconnectTimestamp": "2026-01-05T17:47:28Z",
    "Recordings": [],
    "VoiceIdResult": None,
}
DELIVERIES = [
    CONTACT
    | {
        "LastUpdateTimestamp": "2026-01-11T04:09:47Z",
        "Attributes": {"greetingPlayed": "false", "GreetingPlayed": "false", "Resolved": "N"},
    },
    CONTACT | {"LastUpdateTimestamp": "2026-01-05T17:48:35Z", "Attributes": {"Resolved": "Y"}},
    CONTACT
    | {
        "LastUpdateTimestamp": "2026-01-11T03:41:32Z",
        "Attributes": {"greetingPlayed": "false", "Resolved": "Y"},
    },
]

NUMBERS = (
    "select count(*), count(distinct initial_contact_id), sum(queue_seconds), "
    "sum(interaction_seconds + hold_seconds + after_call_work_seconds), "
    "sum(len(_issues)), count(stated_resolution) from staging.stg_calls__contact_records"
)


@pytest.fixture
def busy_line(world):
    """Four hundred calls of one person: answered, given up and ended in the menu."""
    rows = 400
    outcomes = ["resolved", "unresolved", "abandoned", "ivr"]
    start = np.datetime64("2026-01-02T10:00:00", "ms")
    return world(
        persons={"person": [0], "phone": ["+48600111222"], "language": ["pl"]},
        moments={
            "moment": np.arange(rows),
            "kind": "call_inbound",
            "person": np.zeros(rows, dtype=int),
            "at": start + (np.arange(rows) * 600_000).astype("timedelta64[ms]"),
            "case": np.arange(rows),
            "order": np.full(rows, 17),
            "team": np.array([0, 0, 1, -1] * (rows // 4)),
            "reason": "delivery",
            "outcome": np.array(outcomes * (rows // 4), dtype=object),
            "wait_seconds": np.array([100.0, 80.0, 90.0, 0.0] * (rows // 4)),
            "handle_seconds": np.array([300.0, 200.0, 0.0, 0.0] * (rows // 4)),
        },
    )


# Agents tag most of the four hundred.
TAGGED = 371


def test_every_call_is_staged_whole_however_it_was_divided_and_redelivered(stage, busy_line):
    query = stage("calls", calls.write, busy_line)

    ((delivered,),) = query("select count(*) from raw_calls.contact_records")
    ((staged, chains, waited, handled, issues, _),) = query(NUMBERS)
    assert delivered > staged > chains == 400
    assert (waited, handled, issues) == (100 * 270, 100 * 500, 0)
    assert query(
        "select source_contact_reason, order_number, count(distinct initial_contact_id) "
        "from staging.stg_calls__contact_records where order_number is not null "
        "group by all order by 1"
    ) == [("OrderStatus", "17", TAGGED), (None, "17", 400 - TAGGED)]
    assert query(
        "select distinct initiation_method from staging.stg_calls__contact_records order by all"
    ) == [("CALLBACK",), ("INBOUND",), ("TRANSFER",)]


def test_a_caller_who_stays_in_the_menu_has_no_queue_and_no_agent(stage, busy_line):
    query = stage("calls", calls.write, busy_line)

    assert query(
        "select count(*), count(queue_name), count(connected_at), count(stated_resolution) "
        "from staging.stg_calls__contact_records where enqueued_at is null"
    ) == [(100, 0, 0, 0)]


def test_replaying_a_file_changes_no_number(stage, busy_line):
    query = stage("calls", calls.write, busy_line)
    before = query(NUMBERS)
    lines = [line for (line,) in query("select payload from raw_calls.contact_records")]

    def replay(_world, out):
        out.lines("calls", "contact_records", ["2026-02-20"] * len(lines), lines[::-1])

    query = stage("calls", replay, busy_line)

    assert query("select count(*) from raw_calls.contact_records") == [(2 * len(lines),)]
    assert query(NUMBERS) == before


def test_the_latest_update_counts_and_each_attribute_keeps_its_case(stage, world):
    def deliver(_world, out):
        lines = [json.dumps(delivery) for delivery in DELIVERIES]
        out.lines("calls", "contact_records", ["2026-01-11", "2026-01-05", "2026-01-11"], lines)

    query = stage("calls", deliver, world())

    assert query(
        "select contact_id, initial_contact_id, customer_phone, stated_resolution, queue_seconds, "
        "cast(connected_at as varchar), cast(updated_at as varchar), len(_issues) "
        "from staging.stg_calls__contact_records"
    ) == [
        (
            *("6fe40d2a", "6fe40d2a", "+48600111222", "unresolved", 346.0),
            *("2026-01-05 17:20:32", "2026-01-11 04:09:47", 0),
        )
    ]


def test_a_value_that_cannot_be_read_is_an_issue_and_not_lost(stage, world):
    def deliver(_world, out):
        record = DELIVERIES[0] | {"Queue": {"Duration": "long"}, "DisconnectTimestamp": "yesterday"}
        out.lines("calls", "contact_records", ["2026-01-11"], [json.dumps(record)])

    query = stage("calls", deliver, world())

    assert query(
        "select queue_seconds, disconnected_at, _issues from staging.stg_calls__contact_records"
    ) == [(None, None, ["queue_seconds: long", "disconnected_at: yesterday"])]
