import json

import numpy as np
import pytest

from orchestration.sample_world.sources import tickets

NUMBERS = (
    "select (select count(*) from staging.stg_tickets__tickets), "
    "(select count(*) from staging.stg_tickets__tickets where status = 'closed'), "
    "(select count(*) from staging.stg_tickets__comments where is_public), "
    "(select count(*) from staging.stg_tickets__field_changes), "
    "(select count(*) from staging.stg_tickets__satisfaction_ratings where is_answered), "
    "(select count(*) from staging.stg_tickets__users where is_latest)"
)

TICKET = {
    "id": 16988,
    "via": {"channel": "email", "source": {"from": {"address": "ann@shop.example"}}},
    "created_at": "2026-01-05T00:19:23+01:00",
    "updated_at": "2026-01-06T18:42:39Z",
    "subject": "Where is it?",
    "status": "open",
    "requester_id": 1500656884401,
    "submitter_id": 1500656884401,
    "assignee_id": None,
    "group_id": 360013366274,
    "tags": ["a", "b"],
    "custom_fields": [{"id": 360000000102, "value": "17"}, {"id": 5, "value": None}],
    "satisfaction_rating": {"score": "unoffered"},
}


@pytest.fixture
def desk(world):
    """Two hundred tickets: asked, answered, solved, rated, reopened and solved again."""
    kinds = [
        *("ticket_opened", "ticket_agent_replied", "ticket_solved"),
        *("ticket_reopened", "ticket_agent_replied", "ticket_solved"),
    ]
    times = 200
    rows = times * len(kinds)
    hours = np.add.outer(np.arange(times) / 10, np.array([0, 3, 4, 30, 33, 34])).ravel()
    cases = np.repeat(np.arange(times), len(kinds))
    start = np.datetime64("2026-01-02T10:00:00", "ms")
    return world(
        persons={
            "person": [0, 1],
            "given_name": ["Ann", "Ben"],
            "surname": ["Lee", "Lee"],
            "email": ["ann@home.example", "ben@home.example"],
            "phone": ["+48600111222", "+48600111333"],
            "language": ["pl", "de"],
        },
        moments={
            "moment": np.arange(rows),
            "kind": np.array(kinds * times),
            "person": cases % 2,
            "at": start + (hours * 3_600_000).astype("timedelta64[ms]"),
            "case": cases,
            "order": cases + 7,
            "team": 3,
            "reason": "defect",
            "outcome": np.array([None, None, "resolved"] * 2 * times, dtype=object),
            "text": np.array(["Broken", "Try this", None, "Still", "Sorry", None] * times),
            "score": np.array([np.nan, np.nan, 1.0, np.nan, np.nan, np.nan] * times),
            "handle_seconds": np.array([np.nan, 300.0, np.nan, np.nan, 200.0, np.nan] * times),
        },
    )


def test_every_ticket_stands_as_it_last_was(stage, desk):
    query = stage("tickets", tickets.write, desk)

    ((staged,),) = query(
        "select count(*) from staging.stg_tickets__tickets "
        "where not list_contains(tags, 'closed_by_merge')"
    )
    ((exported,),) = query("select count(*) from raw_tickets.tickets")
    assert staged == 200 < exported
    assert query(
        "select distinct list_filter(custom_fields, "
        "lambda field: field['id'] = '360000000104')[1]['value'] from staging.stg_tickets__tickets "
        "where status = 'closed' and not list_contains(tags, 'closed_by_merge')"
    ) == [("500",)]


def test_notes_and_merged_tickets_are_there_and_told_apart(stage, desk):
    query = stage("tickets", tickets.write, desk)

    ((notes,),) = query("select count(*) from staging.stg_tickets__comments where not is_public")
    ((merged,),) = query(
        "select count(*) from staging.stg_tickets__tickets "
        "where list_contains(tags, 'closed_by_merge') and status = 'closed'"
    )
    assert notes > merged > 0


def test_a_rating_is_an_answer_only_when_it_is_given(stage, desk):
    query = stage("tickets", tickets.write, desk)

    assert query(
        "select count(*), count(*) filter (is_answered) "
        "from staging.stg_tickets__satisfaction_ratings"
    ) == [(200, 200)]
    assert query(
        "select field_value, count(*) >= 200 from staging.stg_tickets__field_changes "
        "where field_name = 'satisfaction_score' group by 1 order by 1"
    ) == [("bad", False), ("good", True), ("offered", True)]


def test_states_follow_each_other_from_new_to_closed(stage, desk):
    query = stage("tickets", tickets.write, desk)

    assert query(
        "select distinct previous_field_value, field_value from staging.stg_tickets__field_changes "
        "where field_name = 'status' and ticket_id < '3' order by all"
    ) == [
        ("new", "pending"),
        ("open", "pending"),
        ("pending", "solved"),
        ("solved", "closed"),
        ("solved", "open"),
        (None, "new"),
    ]


def test_replaying_every_file_changes_no_number(stage, desk):
    query = stage("tickets", tickets.write, desk)
    before = query(NUMBERS)
    tables = {
        "tickets": "tickets",
        "comments": "ticket_comments",
        "audits": "ticket_audits",
        "satisfaction_ratings": "satisfaction_ratings",
        "users": "users",
    }
    exports = {
        table: [row[0] for row in query(f"select payload from raw_tickets.{table} order by all")]
        for table in tables
    }

    def replay(_world, out):
        for table, stem in tables.items():
            days = ["2026-02-20"] * len(exports[table])
            out.documents("tickets", stem, days, exports[table], key=table)

    query = stage("tickets", replay, desk)

    assert query(NUMBERS) == before


def test_a_ticket_of_the_api_reference_is_read(stage, world):
    def deliver(_world, out):
        later = TICKET | {"status": "solved", "updated_at": "2026-01-07T08:00:00Z"}
        broken = TICKET | {"id": 2, "created_at": "soon"}
        documents = [json.dumps(ticket) for ticket in (later, TICKET, broken)]
        days = ["2026-01-06", "2026-01-07", "2026-01-07"]
        out.documents("tickets", "tickets", days, documents, key="tickets")

    query = stage("tickets", deliver, world())

    assert query(
        "select ticket_id, requester_id, status, cast(opened_at as varchar), tags, "
        "custom_fields[1]['value'], _issues from staging.stg_tickets__tickets order by ticket_id"
    ) == [
        (
            *("16988", "1500656884401", "solved", "2026-01-04 23:19:23", ["a", "b"], "17"),
            [],
        ),
        ("2", "1500656884401", "open", None, ["a", "b"], "17", ["opened_at: soon"]),
    ]
