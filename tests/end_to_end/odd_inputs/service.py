"""Odd inputs of tickets, chat, calls, surveys and social media.

Each case has a hundred numbers of its own: ticket 910042 is the 42nd of case 9100, whose people are
910000000000 and after.
"""

from datetime import UTC, datetime

from tests.end_to_end.odd_inputs.company import DeliveredFiles

AGENT = 999000000001
DESK = 360000000004


def deliver(files: DeliveredFiles) -> None:
    """The files of every case of this area."""
    files.add("tickets.users", "2026-01-01", user(AGENT, "Agent Nine", role="agent"))
    agent_as_requester(files)
    business_hours_over_dst(files)
    late_spam_tag(files)
    merged_lead(files)


# The vendors' shapes


def user(number: int, name: str, role: str = "end-user") -> dict:
    """A user of the help desk; the address is made of the name."""
    domain = "example.org" if role == "end-user" else "throughline.example"
    return {
        **{"id": number, "url": f"https://x/{number}.json", "name": name},
        **{"email": f"{name.lower().replace(' ', '.')}@{domain}", "phone": None},
        **{"external_id": None, "role": role, "locale": "en", "time_zone": "Warsaw"},
        **{"suspended": False, "verified": True},
        **{"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"},
    }


def ticket(number: int, requester: int, opened_at: str, updated_at: str, **changes: object) -> dict:
    """A ticket as the help desk exports it, opened by its requester."""
    return {
        **{"id": number, "url": f"https://x/{number}.json", "external_id": None},
        **{"via": {"channel": "email"}, "created_at": opened_at, "updated_at": updated_at},
        **{"type": "question", "subject": "A question", "priority": "normal", "status": "solved"},
        **{"requester_id": requester, "submitter_id": requester, "assignee_id": AGENT},
        **{"group_id": DESK, "is_public": True, "tags": []},
        "custom_fields": [{"id": 360000000101, "value": "reason_faulty_item"}],
        "satisfaction_rating": {"score": "unoffered"},
    } | changes


def comment(number: int, of_ticket: int, author: int, at: str, **changes: object) -> dict:
    """A public comment on a ticket."""
    text = str(changes.pop("text", "Some words"))
    return {
        **{"id": number, "ticket_id": of_ticket, "type": "Comment", "author_id": author},
        **{"body": text, "html_body": text, "plain_body": text, "public": True},
        **{"attachments": [], "audit_id": number + 5, "created_at": at},
    } | changes


def audit(
    number: int,
    of_ticket: int,
    author: int,
    at: str,
    changed: dict[str, tuple[str | None, str]],
    rel: str | None = None,
) -> dict:
    """An update of a ticket: field, value before and value after."""
    return {
        **{"id": number, "ticket_id": of_ticket, "created_at": at, "author_id": author},
        **{"metadata": {}, "via": {"channel": "web", "source": {"rel": rel}}},
        "events": [
            {
                **{"id": number * 10 + index, "type": "Change", "field_name": field},
                **{"value": after, "previous_value": before},
            }
            for index, (field, (before, after)) in enumerate(changed.items())
        ],
    }


def epoch(moment: str) -> int:
    """Seconds as the messenger counts them."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


def contact(number: str, role: str, at: str, **changes: object) -> dict:
    """A contact of the messenger."""
    return {
        **{"type": "contact", "id": number, "workspace_id": "shop", "external_id": None},
        **{"role": role, "email": None, "phone": None, "name": None, "has_hard_bounced": False},
        **{"unsubscribed_from_emails": False, "language_override": None, "browser_language": "en"},
        "location": {"country_code": "PL", "city": "Warszawa"},
        **dict.fromkeys(("created_at", "updated_at", "last_seen_at"), epoch(at)),
    } | changes


def part(number: int, kind: str, at: str, author: dict, body: str | None = None) -> dict:
    """A part of a conversation."""
    return {
        **{"type": "conversation_part", "id": str(number), "part_type": kind, "body": body},
        **{"created_at": epoch(at), "updated_at": epoch(at), "assigned_to": None},
        **{"author": author, "attachments": [], "redacted": False},
    }


def teammate(number: int = 814002, name: str = "Agent 814002") -> dict:
    """An admin of the messenger, as the author of a part."""
    return {"type": "admin", "id": str(number), "name": name}


def conversation(
    number: int, person: str, opened_at: str, updated_at: str, parts: list[dict], **changes: object
) -> dict:
    """A conversation that its contact began, with all of its parts."""
    return {
        **{"type": "conversation", "id": str(number), "title": None},
        **{"created_at": epoch(opened_at), "updated_at": epoch(updated_at)},
        **{"waiting_since": None, "open": False, "state": "closed", "read": True},
        **{"priority": "not_priority", "admin_assignee_id": 814002, "team_assignee_id": "5017603"},
        **{"tags": {"type": "tag.list", "tags": []}, "conversation_rating": {}},
        "source": {
            **{"type": "conversation", "id": str(number), "delivered_as": "customer_initiated"},
            **{"subject": "", "body": "<p>Hello</p>", "author": {"type": "user", "id": person}},
            "attachments": [],
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": person}]},
        "custom_attributes": {
            **{"Contact reason": "Order status", "Language": "en", "Resolved": None}
        },
        "statistics": {"count_conversation_parts": len(parts)},
        "conversation_parts": {"conversation_parts": parts, "total_count": len(parts)},
    } | changes


# What is right already, and must stay so


def agent_as_requester(files: DeliveredFiles) -> None:
    """9410: an agent's own ticket, answered by nobody but the agent."""
    files.add(
        "tickets.tickets",
        "2026-03-02",
        ticket(941001, AGENT, "2026-03-02T09:00:00Z", "2026-03-02T12:00:00Z", status="open"),
    )
    files.add(
        "tickets.comments",
        "2026-03-02",
        comment(9410011, 941001, AGENT, "2026-03-02T09:00:00Z"),
        comment(9410012, 941001, AGENT, "2026-03-02T10:00:00Z"),
    )


def business_hours_over_dst(files: DeliveredFiles) -> None:
    """9401: asked on the Friday before the clocks change, answered on the Monday after."""
    person = 940100000001
    files.add("tickets.users", "2026-03-27", user(person, "Dusk Saver"))
    files.add(
        "tickets.comments",
        "2026-03-30",
        comment(9401011, 940101, person, "2026-03-27T16:00:00Z"),
        comment(9401012, 940101, AGENT, "2026-03-30T07:00:00Z"),
    )
    files.add(
        "tickets.tickets",
        "2026-03-30",
        ticket(940101, person, "2026-03-27T16:00:00Z", "2026-03-30T07:00:00Z"),
    )
    files.add(
        "tickets.audits",
        "2026-03-30",
        audit(94010112, 940101, AGENT, "2026-03-30T07:00:00Z", {"status": ("new", "solved")}),
    )


def late_spam_tag(files: DeliveredFiles) -> None:
    """9402: called spam weeks after it was solved."""
    person = 940200000001
    files.add("tickets.users", "2026-03-27", user(person, "Late Tagged"))
    files.add(
        "tickets.comments",
        "2026-03-30",
        comment(9402011, 940201, person, "2026-03-27T16:00:00Z"),
        comment(9402012, 940201, AGENT, "2026-03-30T07:00:00Z"),
    )
    solved = ticket(940201, person, "2026-03-27T16:00:00Z", "2026-03-30T07:00:00Z")
    files.add("tickets.tickets", "2026-03-30", solved)
    files.add(
        "tickets.audits",
        "2026-03-30",
        audit(94020112, 940201, AGENT, "2026-03-30T07:00:00Z", {"status": ("new", "solved")}),
    )
    files.add(
        "tickets.tickets",
        "2026-05-01",
        solved | {"tags": ["spam"], "updated_at": "2026-05-01T07:00:00Z"},
    )


def merged_lead(files: DeliveredFiles) -> None:
    """9520: a visitor becomes a user in the middle of a conversation."""
    files.add("chat.contacts", "2026-03-02", contact("f11lead", "lead", "2026-03-02T08:00:00"))
    files.add(
        "chat.contacts",
        "2026-03-05",
        contact(
            "f11user",
            "user",
            "2026-03-05T08:00:00",
            email="merged.lead@example.org",
            name="Merged Lead",
        ),
    )
    answered = part(95200100, "comment", "2026-03-02T09:10:00", teammate(), "<p>An answer</p>")
    began = conversation(
        952001, "f11lead", "2026-03-02T09:00:00", "2026-03-02T09:30:00", [answered]
    )
    closed = part(95200101, "close", "2026-03-05T09:30:00", teammate())
    ended = conversation(
        952001, "f11user", "2026-03-02T09:00:00", "2026-03-05T09:30:00", [answered, closed]
    )
    # The opening message bears its first author for good.
    ended["source"] = began["source"]
    files.add("chat.conversations", "2026-03-02", began | {"open": True, "state": "open"})
    files.add("chat.conversations", "2026-03-05", ended)
