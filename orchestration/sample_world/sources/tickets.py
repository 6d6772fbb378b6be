"""The help desk's exports in the shape of Zendesk's API: wrapped JSON, one file per table and day.

A ticket is exported again on every day on which it changed, as it stood at the end of that day. Its
quirks: internal notes, reopened tickets, duplicates that are merged away, ratings that are only
offered, ratings that the customer changes, tickets that close by themselves, and users who were
deleted.
"""

import duckdb
import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids, emails_at
from orchestration.sample_world.tags import is_tagged
from orchestration.sample_world.world import World, known_where

SOURCE = "tickets"

REASONS = {
    "delivery": "reason_order_status",
    "defect": "reason_faulty_item",
    "payment": "reason_billing",
    "return": "reason_return_refund",
    "account": "reason_login",
    "product_advice": "reason_presales",
    "how_to": "reason_product_use",
    "renewal": "reason_membership",
    "complaint": "reason_complaint",
    "other": "reason_general",
}

FIRST_TICKET = 100_000
FIRST_MERGED_TICKET = 3_000_000_000
AUDITS_PER_TICKET = 1_000
FIRST_GROUP = 360_000_000_000
FIRST_AGENT = 380_000_000_000
AGENT_COUNT = 12
HELP_DESK = -1

NOTE_SHARE = 0.15
MERGED_SHARE = 0.02
CHANGED_MIND_SHARE = 0.08
PHONE_SHARE = 0.3
ACCOUNT_SHARE = 0.4
# Of the writers, who asks to be forgotten, and how long after the first ticket.
ERASED_SHARE = 0.08
ERASED_AFTER_DAYS = (10, 40)
ERASED_NAME = "Permanently Deleted User"
CLOSES_AFTER = np.timedelta64(4, "D")
# What nobody solves closes by itself in the end, but for a few that are forgotten.
TIMES_OUT_AFTER = np.timedelta64(28, "D")
FORGOTTEN_SHARE = 0.12
OFFERED_AFTER = np.timedelta64(60, "s")

# The effect of a moment on a ticket: who acts, and the state that it leaves behind.
ACTS = {
    "ticket_opened": ("requester", "new"),
    "ticket_agent_replied": ("agent", "pending"),
    "ticket_customer_replied": ("requester", "open"),
    "ticket_solved": ("agent", "solved"),
    "ticket_reopened": ("requester", "open"),
}

FLAGS = {"resolved": "yes", "unresolved": "no"}

TIME = "%Y-%m-%dT%H:%M:%SZ"

RENDER_TICKETS = f"""
select cast(to_json({{
    id: ticket_id,
    url: 'https://shop.zendesk.com/api/v2/tickets/' || ticket_id || '.json',
    external_id: null,
    via: {{channel: if(ticket_id % 3 = 0, 'web', 'email')}},
    created_at: strftime(opened_at, '{TIME}'),
    updated_at: strftime(acted_at, '{TIME}'),
    type: 'question',
    subject: subject,
    priority: 'normal',
    status: status,
    requester_id: requester_id,
    submitter_id: requester_id,
    assignee_id: if(status = 'new', null, agent_id),
    group_id: group_id,
    is_public: true,
    tags: if(is_merged and status = 'closed', ['closed_by_merge'],
        if(source_reason is null, [], [source_reason])),
    custom_fields: [
        {{id: 360000000101, value: source_reason}},
        {{id: 360000000102, value: order_number}},
        {{id: 360000000103, value: if(status in ('solved', 'closed'), resolved_flag, null)}},
        {{id: 360000000104, value: cast(handle_seconds as varchar)}},
        {{id: 360000000105, value: language}}
    ],
    satisfaction_rating: {{score: coalesce(rating, 'unoffered')}}
}}) as varchar) as document
from snapshots
order by acted_at, ticket_id
"""

RENDER_COMMENTS = f"""
select cast(to_json({{
    id: audit_id * 10 + 1,
    ticket_id: ticket_id,
    type: 'Comment',
    author_id: author_id,
    body: body,
    html_body: '<div>' || body || '</div>',
    plain_body: body,
    public: is_public,
    attachments: [],
    audit_id: audit_id,
    created_at: strftime(acted_at, '{TIME}')
}}) as varchar) as document
from comments
order by acted_at, audit_id
"""

RENDER_AUDITS = f"""
select cast(to_json({{
    id: audit_id,
    ticket_id: ticket_id,
    created_at: strftime(acted_at, '{TIME}'),
    author_id: author_id,
    metadata: {{system: {{client: 'Mozilla/5.0'}}}},
    via: {{channel: 'web', source: {{rel: if(is_merged and status = 'closed', 'merge', null)}}}},
    events: list_filter([
        if(body is null, null, json_object(
            'id', audit_id * 10 + 1, 'type', 'Comment', 'public', is_public, 'body', body
        )),
        case
            when previous_status is null then json_object(
                'id', audit_id * 10 + 2, 'type', 'Create', 'field_name', 'status', 'value', status
            )
            when status != previous_status then json_object(
                'id', audit_id * 10 + 2, 'type', 'Change', 'field_name', 'status',
                'value', status, 'previous_value', previous_status
            )
        end,
        if(previous_status is null, json_object(
            'id', audit_id * 10 + 3, 'type', 'Create', 'field_name', 'group_id',
            'value', cast(group_id as varchar)
        ), null),
        if(new_rating is null, null, json_object(
            'id', audit_id * 10 + 4, 'type', 'Change', 'field_name', 'satisfaction_score',
            'value', new_rating, 'previous_value', coalesce(previous_rating, 'unoffered')
        ))
    ], lambda field_event: field_event is not null)
}}) as varchar) as document
from audits
order by acted_at, audit_id
"""

RENDER_RATINGS = f"""
select cast(to_json({{
    id: 62000000000 + ticket_id,
    url: 'https://shop.zendesk.com/api/v2/satisfaction_ratings/' || ticket_id || '.json',
    ticket_id: ticket_id,
    requester_id: requester_id,
    assignee_id: agent_id,
    group_id: group_id,
    score: new_rating,
    comment: null,
    created_at: strftime(offered_at, '{TIME}'),
    updated_at: strftime(acted_at, '{TIME}')
}}) as varchar) as document
from ratings
order by acted_at, audit_id
"""

RENDER_USERS = f"""
select cast(to_json({{
    id: user_id,
    url: 'https://shop.zendesk.com/api/v2/users/' || user_id || '.json',
    name: full_name,
    email: email,
    phone: phone,
    external_id: account_id,
    role: user_role,
    locale: language,
    time_zone: 'Warsaw',
    suspended: false,
    verified: true,
    created_at: strftime(created_at, '{TIME}'),
    updated_at: strftime(updated_at, '{TIME}')
}}) as varchar) as document
from users
order by updated_at, user_id
"""


def write(world: World, out: Delivery) -> None:
    """Tickets, comments, audits and ratings when they changed; users when they first wrote."""
    rng = world.rng(SOURCE)
    moments = world.of_kind(*ACTS)
    # A ticket that was opened before the world began is nobody's: none is.
    moments = moments[moments["case"].isin(_opened(moments)["case"])]
    tickets = _tickets(world, rng, moments)
    merged = _merged_tickets(rng, tickets)
    every_ticket = pd.concat([tickets, merged], ignore_index=True)
    audits = _audits(world, rng, moments, tickets, merged)
    audits = audits.merge(every_ticket, on="ticket_id")
    _write_tables(world, out, audits)
    requesters = _requesters(world, every_ticket)
    erased = _erased(world, requesters)
    users = pd.concat(
        [_agents(world), requesters.drop(columns="person"), erased.drop(columns="person")],
        ignore_index=True,
    )
    _write_documents(world, out, "users", "users", RENDER_USERS, users, "updated_at", "user_id")
    out.truth(
        "redactions",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": erased["user_id"].astype(str),
                "person": erased["person"],
                "redacted_at": erased["updated_at"],
            }
        ),
    )
    profiles = pd.DataFrame(
        {
            "source_name": SOURCE,
            "source_profile_id": every_ticket["requester_id"].astype(str),
            "person": every_ticket["person"],
        }
    )
    # A shared mailbox is one requester of several persons.
    out.truth("profiles", profiles.drop_duplicates())


def _opened(moments: pd.DataFrame) -> pd.DataFrame:
    return moments[moments["kind"] == "ticket_opened"].drop_duplicates("case")


def _tickets(world: World, rng: np.random.Generator, moments: pd.DataFrame) -> pd.DataFrame:
    """The part of a ticket that doesn't change."""
    opened = _opened(moments).reset_index(drop=True)
    persons = world.persons.loc[opened["person"]].reset_index(drop=True)
    solved = moments[moments["kind"] == "ticket_solved"].drop_duplicates("case", keep="last")
    solved = solved.set_index("case").reindex(opened["case"])
    emails = emails_at(persons, opened["at"])
    hashes = pd.util.hash_array(emails.astype(object))
    team_numbers = world.teams.reset_index(drop=True)["team_id"].str[1:].astype("int64")
    return pd.DataFrame(
        {
            "ticket_id": FIRST_TICKET + opened["case"],
            "person": opened["person"],
            "requester_id": (hashes >> np.uint64(16)).astype("int64"),
            "email": emails,
            "agent_id": FIRST_AGENT + rng.integers(0, AGENT_COUNT, len(opened)),
            "group_id": FIRST_GROUP + team_numbers.reindex(opened["team"]).to_numpy(),
            "opened_at": opened["at"].dt.floor("s"),
            "subject": opened["text"].str.slice(0, 60).to_numpy(),
            "source_reason": opened["reason"].map(REASONS).where(is_tagged(opened["case"]), None),
            "order_number": known_where(opened["order"] >= 0, opened["order"].astype(str)),
            "language": persons["language"],
            "resolved_flag": solved["outcome"].map(FLAGS).fillna("no").array,
            "is_merged": False,
        }
    )


def _merged_tickets(rng: np.random.Generator, tickets: pd.DataFrame) -> pd.DataFrame:
    """Some write twice; the second ticket is merged into the first."""
    merged = tickets[rng.random(len(tickets)) < MERGED_SHARE].copy()
    merged["ticket_id"] += FIRST_MERGED_TICKET
    merged["opened_at"] += rng.integers(120, 1_800, len(merged)).astype("timedelta64[s]")
    merged["resolved_flag"] = None
    merged["is_merged"] = True
    return merged


def _audits(
    world: World,
    rng: np.random.Generator,
    moments: pd.DataFrame,
    tickets: pd.DataFrame,
    merged: pd.DataFrame,
) -> pd.DataFrame:
    """Every update of every ticket in order, with the state before it."""
    acts = _acts(moments)
    solved = acts[acts["status"] == "solved"].drop_duplicates("ticket_id", keep="last")
    audits = pd.concat(
        [
            acts,
            _notes(rng, acts),
            _closings(acts, solved),
            _time_outs(acts, solved),
            _ratings(rng, acts),
            _merges(merged),
        ],
        ignore_index=True,
    )
    audits["acted_at"] = audits["acted_at"].dt.floor("s")
    audits = audits[audits["acted_at"] < world.end]
    audits = audits.sort_values(["ticket_id", "acted_at"], kind="stable", ignore_index=True)
    of_ticket = audits.groupby("ticket_id")
    audits["audit_id"] = audits["ticket_id"] * AUDITS_PER_TICKET + of_ticket.cumcount()
    audits["status"] = of_ticket["status"].ffill()
    audits["previous_status"] = of_ticket["status"].shift()
    audits["handle_seconds"] = of_ticket["handle"].cumsum()
    audits["rating"] = of_ticket["new_rating"].ffill()
    audits["previous_rating"] = of_ticket["rating"].shift()
    agents = tickets.set_index("ticket_id")
    agents = pd.concat([agents, merged.set_index("ticket_id")])[["agent_id", "requester_id"]]
    authors = agents.loc[audits["ticket_id"]].reset_index(drop=True)
    audits["author_id"] = np.select(
        [audits["actor"] == "agent", audits["actor"] == "requester"],
        [authors["agent_id"], authors["requester_id"]],
        HELP_DESK,
    )
    return audits


def _acts(moments: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ticket_id": FIRST_TICKET + moments["case"].to_numpy(),
            "acted_at": moments["at"].to_numpy(),
            "actor": moments["kind"].map({kind: actor for kind, (actor, _) in ACTS.items()}).array,
            "status": moments["kind"].map({kind: state for kind, (_, state) in ACTS.items()}).array,
            "body": moments["text"].to_numpy(),
            "is_public": True,
            "handle": np.nan_to_num(moments["handle_seconds"]).astype("int64"),
            "new_rating": None,
            "score": moments["score"].to_numpy(),
        }
    )


def _act(acts: pd.DataFrame, acted_at: pd.Series, **columns: object) -> pd.DataFrame:
    """More updates of the tickets of these acts."""
    nothing = {"status": None, "body": None, "is_public": True, "handle": 0, "new_rating": None}
    return pd.DataFrame(
        {"ticket_id": acts["ticket_id"], "acted_at": acted_at, **(nothing | columns)}
    )


def _notes(rng: np.random.Generator, acts: pd.DataFrame) -> pd.DataFrame:
    """A word to colleagues just before the reply."""
    replies = acts[(acts["actor"] == "agent") & acts["body"].notna()]
    noted = replies[rng.random(len(replies)) < NOTE_SHARE]
    at = noted["acted_at"] - np.timedelta64(30, "s")
    return _act(noted, at, actor="agent", body="Order checked.", is_public=False)


def _closings(acts: pd.DataFrame, solved: pd.DataFrame) -> pd.DataFrame:
    """A ticket that stays solved closes by itself."""
    last_at = acts.groupby("ticket_id")["acted_at"].max()
    stays = solved[solved["acted_at"].to_numpy() == last_at.loc[solved["ticket_id"]].to_numpy()]
    return _act(stays, stays["acted_at"] + CLOSES_AFTER, actor="help desk", status="closed")


def _time_outs(acts: pd.DataFrame, solved: pd.DataFrame) -> pd.DataFrame:
    """A ticket that nobody solves is closed by the help desk long after its last word."""
    last = acts.drop_duplicates("ticket_id", keep="last")
    last = last[~last["ticket_id"].isin(solved["ticket_id"])]
    last = last[last["ticket_id"] * 7919 % 100 >= 100 * FORGOTTEN_SHARE]
    return _act(last, last["acted_at"] + TIMES_OUT_AFTER, actor="help desk", status="closed")


def _ratings(rng: np.random.Generator, acts: pd.DataFrame) -> pd.DataFrame:
    """A rating is offered at the first solve; few answer, and some of those change their mind."""
    solved = acts[acts["status"] == "solved"].drop_duplicates("ticket_id")
    offered_at = solved["acted_at"] + OFFERED_AFTER
    rated = acts[acts["score"].notna()]
    rated_at = rated["acted_at"] + rng.integers(120, 70_000, len(rated)).astype("timedelta64[s]")
    ratings = np.where(rated["score"] > 0, "good", "bad").astype(object)
    is_regretted = (rated["score"] > 0) & (rng.random(len(rated)) < CHANGED_MIND_SHARE)
    regretted = rated[is_regretted]
    regretted_at = rated_at[is_regretted] - np.timedelta64(45, "s")
    return pd.concat(
        [
            _act(solved, offered_at, actor="help desk", new_rating="offered"),
            _act(regretted, regretted_at, actor="requester", new_rating="bad"),
            _act(rated, rated_at, actor="requester", new_rating=ratings),
        ]
    )


def _merges(merged: pd.DataFrame) -> pd.DataFrame:
    """The second ticket opens and is merged away; the first one gets a note."""
    merged_at = merged["opened_at"] + np.timedelta64(10, "m")
    first = merged.assign(ticket_id=merged["ticket_id"] - FIRST_MERGED_TICKET)
    of_second = "This request was merged into request #" + first["ticket_id"].astype(str)
    of_first = "Request #" + merged["ticket_id"].astype(str) + " was merged into this request"
    return pd.concat(
        [
            _act(
                merged,
                merged["opened_at"],
                actor="requester",
                status="new",
                body=merged["subject"],
            ),
            _act(merged, merged_at, actor="agent", status="closed", body=of_second),
            _act(first, merged_at, actor="agent", body=of_first, is_public=False),
        ]
    )


def _write_tables(world: World, out: Delivery, audits: pd.DataFrame) -> None:
    days = audits["acted_at"].dt.floor("D")
    snapshots = audits.groupby(["ticket_id", days], sort=False).tail(1)
    comments = audits[audits["body"].notna()]
    ratings = audits[audits["new_rating"].notna()].copy()
    ratings["offered_at"] = ratings.groupby("ticket_id")["acted_at"].transform("min")
    for stem, key, render, frame in (
        ("tickets", "tickets", RENDER_TICKETS, snapshots),
        ("ticket_comments", "comments", RENDER_COMMENTS, comments),
        ("ticket_audits", "audits", RENDER_AUDITS, audits),
        ("satisfaction_ratings", "satisfaction_ratings", RENDER_RATINGS, ratings),
    ):
        order = "ticket_id" if stem == "tickets" else "audit_id"
        _write_documents(world, out, stem, key, render, frame, "acted_at", order)


def _write_documents(
    world: World,
    out: Delivery,
    stem: str,
    key: str,
    render: str,
    frame: pd.DataFrame,
    time: str,
    order: str,
) -> None:
    """Render a frame, in the same order in which its SQL gives the documents back."""
    if frame.empty:
        return
    frame = frame.sort_values([time, order], kind="stable", ignore_index=True)
    table = render.rpartition("from ")[2].split()[0]
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register(table, frame)
        documents = connection.sql(render).fetchnumpy()["document"]
    out.documents(SOURCE, stem, frame[time], documents, key=key)


def _agents(world: World) -> pd.DataFrame:
    """The company's own users; the first chunk brings them."""
    numbers = np.arange(AGENT_COUNT if world.chunk == 0 else 0)
    return pd.DataFrame(
        {
            "user_id": FIRST_AGENT + numbers,
            "full_name": [f"Agent {number + 1}" for number in numbers],
            "email": [f"agent{number + 1}@shop.example" for number in numbers],
            "phone": None,
            "account_id": None,
            "user_role": "agent",
            "language": "en-GB",
            "created_at": world.start,
            "updated_at": world.start,
        }
    )


def _requesters(world: World, tickets: pd.DataFrame) -> pd.DataFrame:
    """The writers, once per address."""
    first = tickets.sort_values("opened_at", kind="stable").drop_duplicates("requester_id")
    persons = world.persons.loc[first["person"]].reset_index(drop=True)
    first = first.reset_index(drop=True)
    has_account = (persons["account"] >= 0) & (persons["account_at"] <= first["opened_at"])
    is_linked = has_account & (first["requester_id"] % 100 < ACCOUNT_SHARE * 100)
    gives_phone = first["requester_id"] % 97 < PHONE_SHARE * 97
    return pd.DataFrame(
        {
            "user_id": first["requester_id"],
            "full_name": persons["given_name"] + " " + persons["surname"],
            "email": first["email"],
            "phone": persons["phone"].where(gives_phone, None),
            "account_id": account_ids(persons["account"].where(is_linked, -1)),
            "user_role": "end-user",
            "language": persons["language"],
            "created_at": first["opened_at"],
            "updated_at": first["opened_at"],
            "person": first["person"],
        }
    )


def _erased(world: World, requesters: pd.DataFrame) -> pd.DataFrame:
    """The last version of who was forgotten: nothing of a person is left in it."""
    rng = world.rng("tickets erased")
    is_erased = rng.random(len(requesters)) < ERASED_SHARE
    days = rng.uniform(*ERASED_AFTER_DAYS, len(requesters))
    erased_at = requesters["created_at"] + (days * 86_400).astype("timedelta64[s]")
    is_erased &= (erased_at < world.end).to_numpy()
    return requesters[is_erased].assign(
        full_name=ERASED_NAME, email=None, phone=None, account_id=None,
        updated_at=erased_at[is_erased],
    )  # fmt: skip
