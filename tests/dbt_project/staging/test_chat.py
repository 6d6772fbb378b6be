import json

import numpy as np
import pytest

from orchestration.sample_world.sources import chat

# One conversation in the shape of the messenger's API reference: the bot, who signs as an admin,
# writes first; what it writes stands in `source`.
CONVERSATION = {
    "type": "conversation",
    "id": "1295",
    "created_at": 1767600000,
    "updated_at": 1767600900,
    "state": "open",
    "admin_assignee_id": 0,
    "team_assignee_id": "5017603",
    "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "1", "name": "vip"}]},
    "conversation_rating": {},
    "source": {
        "type": "conversation",
        "id": "3",
        "delivered_as": "operator_initiated",
        "body": "<p>Hey there!</p>",
        "author": {"type": "admin", "id": "274", "email": "operator+abcd1234@intercom.io"},
        "attachments": [{"type": "upload", "name": "example.png"}],
    },
    "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "5ba682d2"}]},
    "custom_attributes": {"Contact reason": "Payment", "Resolved": None, "property2": "string"},
    "statistics": {"type": "conversation_statistics", "time_to_admin_reply": 2310},
    "conversation_parts": {
        "type": "conversation_part.list",
        "conversation_parts": [
            {
                "id": "30",
                "part_type": "comment",
                "body": "<p>Charged&nbsp;twice</p>",
                "created_at": 1767600100,
                "author": {"type": "user", "id": "5ba682d2"},
            },
            {
                "id": "31",
                "part_type": "assignment",
                "body": None,
                "created_at": 1767600110,
                "assigned_to": {"type": "team", "id": "5017603"},
                "author": {"type": "bot", "id": "274"},
            },
            {
                "id": "32",
                "part_type": "close",
                "body": "<p>Paid back.</p>",
                "created_at": 1767600900,
                "author": {"type": "admin", "id": "814", "email": "ann@shop.example"},
            },
        ],
        "total_count": 3,
    },
}

NUMBERS = (
    "select (select count(*) from staging.stg_chat__conversations), "
    "(select count(rating) from staging.stg_chat__conversations), "
    "(select sum(rating) from staging.stg_chat__conversations), "
    "(select count(*) from staging.stg_chat__conversation_parts), "
    "(select count(*) from staging.stg_chat__conversation_parts where is_message), "
    "(select count(distinct contact_id) from staging.stg_chat__contacts)"
)


@pytest.fixture
def chats(world):
    """Two hundred chats of one person: with the bot, with people, and from one to the other."""
    times = 200
    moments = np.arange(times * 4)
    start = np.datetime64("2026-01-02T10:00:00", "ms")
    return world(
        persons={
            "person": [0],
            "given_name": ["Ann"],
            "surname": ["Lee"],
            "email": ["ann@old.example"],
            "new_email": ["ann@new.example"],
            "email_changed_at": np.array(["2026-01-03"], dtype="datetime64[ms]"),
            "phone": ["+48600111222"],
            "language": ["pl"],
        },
        moments={
            "moment": moments,
            "kind": np.array(["bot_chat", "bot_chat", "agent_chat", "agent_chat"] * times),
            "person": np.zeros(len(moments), dtype=int),
            "at": start + (moments * 300_000).astype("timedelta64[ms]"),
            "case": moments // 4 * 3 + np.array([0, 1, 1, 2] * times),
            "team": 2,
            "reason": "payment",
            "outcome": np.array(["contained", "handed_over", "resolved", "unresolved"] * times),
            "wait_seconds": np.array([np.nan, np.nan, 60, 90] * times),
            "handle_seconds": np.array([100.0, 50.0, 200.0, 300.0] * times),
            "score": np.array([np.nan, np.nan, 5.0, np.nan] * times),
            "scale": np.array([-1, -1, 5, -1] * times),
            "text": np.array(["Where?", "Why?", "Thanks", "How?"] * times),
        },
    )


def test_every_chat_is_one_conversation_and_unrated_is_no_rating(stage, chats):
    query = stage("chat", chat.write, chats)

    ((conversations, rated, stars, parts, messages, contacts),) = query(NUMBERS)
    assert (conversations, rated, stars) == (600, 200, 1000)
    assert parts > messages > 3 * 600
    assert contacts >= 2
    assert query("select sum(len(_issues)) from staging.stg_chat__conversation_parts") == [(0,)]
    # A rating exports the conversation again.
    assert query("select count(*) from raw_chat.conversations") == [(800,)]


def test_all_that_a_customer_wrote_is_staged_wherever_it_stood(stage, chats):
    query = stage("chat", chat.write, chats)

    assert query(
        "select body, count(*) from staging.stg_chat__conversation_parts "
        "where author_type = 'customer' and is_message group by body order by body"
    ) == [("How?", 200), ("Thanks", 200), ("Where?", 200), ("Why?", 200)]
    assert query(
        "select count(*) from staging.stg_chat__conversation_parts where part_type = 'assignment'"
    ) == [(200,)]


def test_a_changed_address_is_another_version_of_who_wrote(stage, chats):
    query = stage("chat", chat.write, chats)

    assert query(
        "select distinct email from staging.stg_chat__contacts where email is not null order by all"
    ) == [("ann@new.example",), ("ann@old.example",)]


def test_replaying_an_older_export_changes_no_number(stage, chats):
    query = stage("chat", chat.write, chats)
    before = query(NUMBERS)
    exports = [
        export for (export,) in query("select payload from raw_chat.conversations order by all")
    ]

    def replay(_world, out):
        days = ["2026-02-20"] * len(exports)
        out.documents("chat", "conversations", days, exports, key="conversations")

    query = stage("chat", replay, chats)

    assert query("select count(*) from raw_chat.conversations") == [(2 * len(exports),)]
    assert query(NUMBERS) == before


def test_a_conversation_of_the_api_reference_is_read(stage, world):
    def deliver(_world, out):
        document = json.dumps(CONVERSATION)
        out.documents("chat", "conversations", ["2026-01-05"], [document], key="conversations")

    query = stage("chat", deliver, world())

    assert query(
        "select conversation_id, contact_id, source_contact_reason, stated_resolution, rating, "
        "tags, len(_issues) from staging.stg_chat__conversations"
    ) == [("1295", "5ba682d2", "Payment", None, None, ["vip"], 0)]
    assert query(
        "select part_id, author_type, body, is_message, assignee_id "
        "from staging.stg_chat__conversation_parts order by created_at"
    ) == [
        ("opening", "bot", "Hey there!", True, None),
        ("30", "customer", "Charged&nbsp;twice", True, None),
        ("31", "bot", None, False, "5017603"),
        ("32", "agent", "Paid back.", True, None),
    ]
