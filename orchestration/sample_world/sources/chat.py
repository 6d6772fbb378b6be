"""The messenger's conversations and contacts in the shape of Intercom's API, wrapped JSON.

Its quirks: the opening message stands outside the parts; the bot may sign as an admin of its own;
an unrated conversation has an empty rating; agents leave notes, and reply while closing; a rating
exports the conversation again; some visitors leave no address.
"""

import duckdb
import numpy as np
import pandas as pd

from orchestration.sample_world import texts
from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids, emails_at
from orchestration.sample_world.names import LANGUAGES
from orchestration.sample_world.phrases import ASPECTS
from orchestration.sample_world.tags import is_tagged
from orchestration.sample_world.world import World, known_where

SOURCE = "chat"

REASONS = {
    "delivery": "Order status",
    "defect": "Broken or wrong item",
    "payment": "Payment",
    "return": "Return or refund",
    "account": "Sign-in",
    "product_advice": "Buying advice",
    "how_to": "How to use",
    "renewal": "Membership",
    "complaint": "Complaint",
    "other": "Other",
}
GREETINGS = {
    "en": "Hi! What can I do for you?",
    "pl": "Cześć! W czym mogę pomóc?",
    "ru": "Здравствуйте! Чем могу помочь?",
    "zh": "您好!有什么可以帮您?",
    "es": "¡Hola! ¿En qué puedo ayudar?",
    "de": "Hallo! Wie kann ich helfen?",
}
FIRST_TEAM = 5_017_600
FIRST_PART = 10_000_000_000
PARTS_PER_CONVERSATION = 20

NAMELESS_SHARE = 0.04
GREETED_SHARE = 0.25
# Of those who rate a chat.
REMARK_SHARE = 0.7
NOTE_SHARE = 0.1

RENDER_CONVERSATIONS = """
select cast(to_json({
    type: 'conversation',
    id: cast(conversation as varchar),
    title: null,
    created_at: epoch(opened_at)::bigint,
    updated_at: epoch(updated_at)::bigint,
    waiting_since: null,
    open: false,
    state: 'closed',
    read: true,
    priority: 'not_priority',
    admin_assignee_id: coalesce(cast(agent_id as bigint), 0),
    team_assignee_id: team_id,
    tags: {type: 'tag.list', tags: []},
    conversation_rating: case
        when is_rated then json_object(
            'rating', rating, 'remark', remark, 'created_at', epoch(rated_at)::bigint,
            'contact', json_object('type', 'contact', 'id', contact_id),
            'teammate', json_object('type', 'admin', 'id', agent_id)
        )
        else json_object()
    end,
    source: {
        type: 'conversation',
        id: cast(conversation as varchar),
        delivered_as: if(is_greeted, 'operator_initiated', 'customer_initiated'),
        subject: '',
        body: '<p>' || if(is_greeted, greeting, opening_text) || '</p>',
        author: case
            when is_greeted then json_object(
                'type', 'admin', 'id', '274', 'name', 'Operator',
                'email', 'operator+shop@intercom.io'
            )
            else json_object('type', contact_role, 'id', contact_id)
        end,
        attachments: []
    },
    contacts: {type: 'contact.list', contacts: [{type: 'contact', id: contact_id}]},
    custom_attributes: json_object(
        'Contact reason', source_reason, 'Order number', order_number,
        'Language', language, 'Resolved', resolved_flag
    ),
    statistics: {type: 'conversation_statistics', count_conversation_parts: part_count},
    conversation_parts: {
        type: 'conversation_part.list',
        conversation_parts: parts,
        total_count: part_count
    }
}) as varchar) as document
from versions
inner join (
    select
        conversation as part_conversation,
        count(*) as part_count,
        list(
            {
                type: 'conversation_part',
                id: cast(part_id as varchar),
                part_type: part_type,
                body: if(body is null, null, '<p>' || body || '</p>'),
                created_at: epoch(written_at)::bigint,
                updated_at: epoch(written_at)::bigint,
                assigned_to: if(assigned_team is null, null, {type: 'team', id: assigned_team}),
                author: case author
                    when 'bot' then {type: 'bot', id: '274', name: 'Fin'}
                    when 'agent' then {type: 'admin', id: agent_id, name: 'Agent ' || agent_id}
                    else {type: contact_role, id: contact_id, name: null}
                end,
                attachments: [],
                redacted: false
            }
            order by part_id
        ) as parts
    from parts
    group by conversation
) on conversation = part_conversation
order by updated_at, conversation
"""

RENDER_CONTACTS = """
select cast(to_json({
    type: 'contact',
    id: contact_id,
    workspace_id: 'shop',
    external_id: account_id,
    role: contact_role,
    email: email,
    phone: phone,
    name: full_name,
    has_hard_bounced: false,
    unsubscribed_from_emails: false,
    language_override: null,
    browser_language: language,
    location: {type: 'location', country_code: country_code, city: city},
    created_at: epoch(opened_at)::bigint,
    updated_at: epoch(opened_at)::bigint,
    last_seen_at: epoch(opened_at)::bigint
}) as varchar) as document
from contacts
order by opened_at, contact_id
"""


def write(world: World, out: Delivery) -> None:
    """Conversations when they ended and when they were rated; contacts when seen or changed."""
    rng = world.rng(SOURCE)
    moments = world.of_kind("bot_chat", "agent_chat").reset_index(drop=True)
    if moments.empty:
        return
    chats = _with_contacts(world, rng, _chats(world, rng, moments))
    versions = _versions(world, chats)
    contacts = chats.sort_values("opened_at", kind="stable").drop_duplicates(
        ["contact_id", "email"]
    )
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("versions", versions)
        connection.register("parts", _parts(rng, chats))
        connection.register("contacts", contacts)
        conversation_documents = connection.sql(RENDER_CONVERSATIONS).fetchnumpy()["document"]
        contact_documents = connection.sql(RENDER_CONTACTS).fetchnumpy()["document"]
    versions = versions.sort_values(["updated_at", "conversation"], kind="stable")
    contacts = contacts.sort_values(["opened_at", "contact_id"], kind="stable")
    out.documents(
        SOURCE,
        "conversations",
        versions["updated_at"].to_numpy(),
        conversation_documents,
        key="conversations",
    )
    out.documents(
        SOURCE, "contacts", contacts["opened_at"].to_numpy(), contact_documents, key="data"
    )
    profiles = pd.DataFrame(
        {
            "source_name": SOURCE,
            "source_profile_id": chats["contact_id"],
            "person": chats["person"],
        }
    )
    out.truth("profiles", profiles.drop_duplicates())


def _chats(world: World, rng: np.random.Generator, moments: pd.DataFrame) -> pd.DataFrame:
    """One row per conversation: what the bot did, what people did, or both."""
    # A chat without a case is one of its own, far from the numbers of cases.
    moments["conversation"] = np.where(
        moments["case"] >= 0, moments["case"], 10**15 + moments["moment"]
    )
    columns = ["at", "text", "outcome", "wait_seconds", "handle_seconds", "score"]
    bot = moments[moments["kind"] == "bot_chat"].set_index("conversation")[columns]
    people = moments[moments["kind"] == "agent_chat"].set_index("conversation")[columns]
    chats = moments.drop_duplicates("conversation").set_index("conversation")
    chats = chats[["person", "team", "reason", "order"]]
    chats = chats.join(bot.add_prefix("bot_")).join(people.add_prefix("agent_")).reset_index()
    for column in ("bot_at", "agent_at"):
        chats[column] = chats[column].dt.floor("s")
    count = len(chats)
    chats["has_bot"] = chats["bot_at"].notna()
    chats["has_agent"] = chats["agent_at"].notna()
    chats["opened_at"] = chats["bot_at"].fillna(chats["agent_at"])
    chats["opening_text"] = chats["bot_text"].where(chats["has_bot"], chats["agent_text"])
    chats["answered_at"] = chats["agent_at"] + _seconds(chats["agent_wait_seconds"])
    chats["closed_at"] = (chats["answered_at"] + _seconds(chats["agent_handle_seconds"])).fillna(
        chats["bot_at"] + _seconds(chats["bot_handle_seconds"])
    )
    chats["is_greeted"] = chats["has_bot"] & (rng.random(count) < GREETED_SHARE)
    team_numbers = world.teams.reset_index(drop=True)["team_id"].str[1:].astype("int64")
    teams = (FIRST_TEAM + team_numbers).astype(str).reindex(chats["team"])
    chats["team_id"] = teams.where(chats["has_agent"].to_numpy()).to_numpy()
    agents = (814_000 + rng.integers(0, 12, count)).astype(str)
    chats["agent_id"] = known_where(chats["has_agent"], agents)
    is_resolved = chats["agent_outcome"] == "resolved"
    chats["resolved_flag"] = known_where(chats["has_agent"], np.where(is_resolved, "yes", "no"))
    chats["is_rated"] = chats["agent_score"].notna()
    chats["rating"] = chats["agent_score"].astype("Int64")
    chats["rated_at"] = chats["closed_at"] + _seconds(rng.integers(60, 40_000, count))
    chats["remark"] = _remarks(world, chats)
    chats["source_reason"] = (
        chats["reason"].map(REASONS).where(is_tagged(chats["conversation"]), None)
    )
    chats["order_number"] = known_where(chats["order"] >= 0, chats["order"].astype(str))
    return chats


def _remarks(world: World, chats: pd.DataFrame) -> np.ndarray:
    """What some write beside their rating."""
    rng = world.rng(f"{SOURCE}_remarks")
    band = texts.band_of_score(chats["agent_score"].fillna(3).to_numpy(), 5)
    writes = chats["is_rated"].to_numpy() & (rng.random(len(chats)) < REMARK_SHARE)
    languages = pd.Index(LANGUAGES).get_indexer(world.persons.loc[chats["person"], "language"])
    about = np.full(len(chats), ASPECTS.index("service"))
    # Everybody's words are drawn, so that who rates later changes nobody's.
    words, _ = texts.opinions(rng, np.ones(len(chats), dtype=bool), band, languages, about)
    return known_where(writes, words)


def _seconds(numbers: pd.Series | np.ndarray) -> pd.Series:
    return pd.to_timedelta(pd.Series(numbers), unit="s").astype("timedelta64[ms]")


def _with_contacts(world: World, rng: np.random.Generator, chats: pd.DataFrame) -> pd.DataFrame:
    """The writer, as the messenger knows them: a user with an account, a visitor, or nobody."""
    persons = world.persons.loc[chats["person"]].reset_index(drop=True)
    has_account = (persons["account"] >= 0) & (persons["account_at"] <= chats["opened_at"])
    is_nameless = ~has_account & (rng.random(len(chats)) < NAMELESS_SHARE)
    accounts = account_ids(persons["account"].where(has_account, -1))
    emails = pd.Series(emails_at(persons, chats["opened_at"])).where(~is_nameless, None)
    # A user is one contact; a visitor is one per address, and without one a new one each time.
    known_as = pd.Series(accounts).where(has_account, emails)
    known_as = known_as.where(~is_nameless, "visit " + chats["conversation"].astype(str))
    hashes = pd.util.hash_array(known_as.to_numpy(dtype=object))
    names = persons["given_name"] + " " + persons["surname"]
    chats["contact_id"] = [f"{number:024x}" for number in hashes.tolist()]
    chats["contact_role"] = np.where(has_account, "user", "lead")
    chats["account_id"] = accounts
    chats["email"] = emails
    chats["phone"] = persons["phone"].where(has_account, None)
    chats["full_name"] = names.where(~is_nameless, None)
    chats["language"] = persons["language"]
    chats["greeting"] = persons["language"].map(GREETINGS)
    chats["country_code"] = persons["country_code"]
    chats["city"] = persons["city"].where(~is_nameless, None)
    return chats


def _parts(rng: np.random.Generator, chats: pd.DataFrame) -> pd.DataFrame:
    """Every part of every conversation, numbered in order of time."""
    second = np.timedelta64(1, "s")
    bot, agent = chats[chats["has_bot"]], chats[chats["has_agent"]]
    greeted = chats[chats["is_greeted"]]
    handed_over = chats[chats["has_bot"] & chats["has_agent"]]
    contained = chats[chats["has_bot"] & ~chats["has_agent"]]
    thanked = handed_over[handed_over["agent_handle_seconds"] > 2]
    noted = agent[rng.random(len(agent)) < NOTE_SHARE]
    rides_on_closing = rng.random(len(agent)) < 0.5
    last_words = np.full(len(agent), "OK.", dtype=object)
    parts = pd.concat(
        [
            _part(greeted, "comment", "customer", greeted["opened_at"] + 2 * second,
                  greeted["opening_text"]),
            _part(bot, "comment", "bot", bot["opened_at"] + 5 * second, "…"),
            _part(contained, "comment", "bot", contained["closed_at"], "OK."),
            _part(contained, "close", "bot", contained["closed_at"], None),
            _part(handed_over, "assignment", "bot", handed_over["agent_at"], None,
                  handed_over["team_id"]),
            _part(noted, "note", "agent", noted["answered_at"], "VIP?"),
            _part(agent, "comment", "agent", agent["answered_at"], "OK, …"),
            _part(thanked, "comment", "customer", thanked["closed_at"] - second,
                  thanked["agent_text"]),
            # The last reply is a message of its own, or rides on the closing.
            _part(agent[~rides_on_closing], "comment", "agent", agent["closed_at"], "OK."),
            _part(agent, "close", "agent", agent["closed_at"],
                  known_where(rides_on_closing, last_words)),
        ],
        ignore_index=True,
    )  # fmt: skip
    parts = parts.sort_values(["conversation", "written_at"], kind="stable", ignore_index=True)
    place = parts.groupby("conversation").cumcount()
    parts["part_id"] = FIRST_PART + parts["conversation"] * PARTS_PER_CONVERSATION + place
    return parts


def _part(
    chats: pd.DataFrame,
    part_type: str,
    author: str,
    at: pd.Series,
    body: object,
    assigned_team: pd.Series | None = None,
) -> pd.DataFrame:
    at = at.loc[chats.index]
    return pd.DataFrame(
        {
            "conversation": chats["conversation"],
            "part_type": part_type,
            "author": author,
            "written_at": at,
            "body": body,
            "assigned_team": assigned_team,
            "agent_id": chats["agent_id"],
            "contact_id": chats["contact_id"],
            "contact_role": chats["contact_role"],
        }
    )


def _versions(world: World, chats: pd.DataFrame) -> pd.DataFrame:
    """A conversation as it was when it closed, and once more with its rating."""
    closed = chats.assign(updated_at=chats["closed_at"], is_rated=False)
    rated = chats[chats["is_rated"] & (chats["rated_at"] < world.end)]
    return pd.concat([closed, rated.assign(updated_at=rated["rated_at"])], ignore_index=True)
