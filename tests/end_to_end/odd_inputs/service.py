"""Odd inputs of tickets, chat, calls, surveys and social media.

Each case has a hundred numbers of its own: ticket 910042 is the 42nd of case 9100, whose people are
910000000000 and after.
"""

import json
from datetime import UTC, datetime, timedelta

from tests.end_to_end.odd_inputs.company import DeliveredFiles, columns_of, contract_of

AGENT = 999000000001
DESK = 360000000004


def deliver(files: DeliveredFiles) -> None:
    """The files of every case of this area."""
    files.add("tickets.users", "2026-01-01", user(AGENT, "Agent Nine", role="agent"))
    for case in CASES:
        case(files)


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


# What does not count here must not count there


def excluded_tickets(files: DeliveredFiles) -> None:
    """9300: rated tickets that are tests, spam, merged away or deleted."""
    person = 930000000001
    files.add("tickets.users", "2026-03-02", user(person, "Rate Tester"))
    states = [
        {"tags": ["Test"]},
        {"tags": ["spam"]},
        {"status": "deleted"},
        {"tags": ["closed_by_merge"]},
    ]
    for place, state in enumerate([*states, {}], start=1):
        number = 930000 + place
        opened_at = f"2026-03-02T09:0{place}:00Z"
        state = {"status": "solved"} | state
        files.add(
            "tickets.tickets",
            "2026-03-02",
            ticket(number, person, opened_at, "2026-03-02T15:00:00Z", **state),
        )
        files.add(
            "tickets.comments",
            "2026-03-02",
            comment(number * 10 + 1, number, person, opened_at),
            comment(number * 10 + 2, number, AGENT, "2026-03-02T11:00:00Z"),
        )
        files.add("tickets.satisfaction_ratings", "2026-03-02", rating(number, person, "good"))
    # A survey asks about the spam, too.
    asked = {"Program": "support", "Channel": "email ticket", "CaseNumber": 930002}
    files.add(
        "surveys.responses",
        "2026-03-04",
        response("R_9300", "2026-03-04 12:00:00", "rate.tester@example.org", **asked, effort=1),
        survey="support",
    )


def excluded_conversation(files: DeliveredFiles) -> None:
    """9530: a rated conversation that is a test."""
    files.add(
        "chat.contacts",
        "2026-03-02",
        contact("f30", "user", "2026-03-02T08:00:00", email="chat.tester@example.org"),
    )
    reply = part(95300100, "comment", "2026-03-02T09:10:00", teammate(), "<p>An answer</p>")
    files.add(
        "chat.conversations",
        "2026-03-02",
        conversation(
            953001,
            "f30",
            "2026-03-02T09:00:00",
            "2026-03-02T09:30:00",
            [reply],
            tags={"type": "tag.list", "tags": [{"name": "Test"}]},
            conversation_rating={
                "rating": 5,
                "remark": None,
                "created_at": epoch("2026-03-02T09:30:00"),
            },
        ),
    )


def rating(of_ticket: int, person: int, score: str) -> dict:
    """A rating of a ticket."""
    return {
        **{"id": 62000000000 + of_ticket, "url": "u", "ticket_id": of_ticket},
        **{"requester_id": person, "assignee_id": AGENT, "group_id": DESK, "score": score},
        **{"comment": None, "reason": None},
        **{"created_at": "2026-03-02T16:00:00Z", "updated_at": "2026-03-02T16:00:00Z"},
    }


# Who is no person, and who was not there


def merged_ticket(files: DeliveredFiles) -> None:
    """9100: the public note of a merge lands on both tickets, under the agent's name."""
    person, merged, kept = 910000000001, 910001, 910002
    files.add("tickets.users", "2026-03-02", user(person, "Merge Customer"))
    via = {"channel": "web", "source": {"rel": "merge"}}
    closed = audit(
        91000112, merged, AGENT, "2026-03-02T09:12:00Z", {"status": ("new", "closed")}, "merge"
    )
    # The survivor's note says nothing of its way in: only its audit does.
    noted = audit(
        91000212, kept, AGENT, "2026-03-02T09:12:00Z", {"priority": (None, "high")}, "merge"
    )
    solved = audit(91000214, kept, AGENT, "2026-03-02T14:00:00Z", {"status": ("open", "solved")})
    files.add("tickets.audits", "2026-03-02", closed, noted, solved)
    files.add(
        "tickets.tickets",
        "2026-03-02",
        ticket(merged, person, "2026-03-02T09:00:00Z", "2026-03-02T09:12:00Z", status="closed"),
        ticket(kept, person, "2026-03-02T09:10:00Z", "2026-03-02T14:00:00Z"),
    )
    files.add(
        "tickets.comments",
        "2026-03-02",
        comment(9100011, merged, person, "2026-03-02T09:00:00Z"),
        comment(9100012, merged, AGENT, "2026-03-02T09:12:00Z", via=via, text="Merged"),
        comment(9100021, kept, person, "2026-03-02T09:10:00Z"),
        comment(9100022, kept, AGENT, "2026-03-02T09:12:00Z", audit_id=91000212, text="Merged in"),
        comment(9100023, kept, AGENT, "2026-03-02T13:00:00Z"),
    )


def ai_agent(files: DeliveredFiles) -> None:
    """9540: an AI agent answers at once, under an admin's name; a person an hour later."""
    files.add(
        "chat.contacts",
        "2026-03-02",
        contact("f40", "user", "2026-03-02T08:00:00", email="ai.met@example.org"),
    )
    machine = teammate(814077, "Shop AI Agent")
    flagged = teammate(814003, "Agent 814003") | {"from_ai_agent": True}
    parts = [
        part(95400100, "comment", "2026-03-02T09:00:05", machine, "<p>I can help</p>"),
        part(95400101, "comment", "2026-03-02T09:01:00", flagged, "<p>Ask me</p>"),
        part(95400102, "comment", "2026-03-02T10:00:00", teammate(), "<p>A person now</p>"),
    ]
    files.add(
        "chat.conversations",
        "2026-03-02",
        conversation(954001, "f40", "2026-03-02T09:00:00", "2026-03-02T10:30:00", parts),
    )


def call(contact_id: str, phone: str, method: str, at: str, **changes: object) -> dict:
    """A contact record of the contact centre: half a minute with an agent."""
    moment = datetime.fromisoformat(at)
    later = [(moment + timedelta(seconds=n)).isoformat() + "Z" for n in (0, 20, 50)]
    return {
        **{"AWSAccountId": "1", "AWSContactTraceRecordFormatVersion": "2017-03-10"},
        "Agent": {
            **{"Username": "agent.101", "ConnectedToAgentTimestamp": later[1]},
            **{"AgentInteractionDuration": 30, "CustomerHoldDuration": 0},
            "AfterContactWorkDuration": 5,
        },
        **{"AgentConnectionAttempts": 1, "Campaign": {}, "Channel": "VOICE"},
        "Attributes": {
            **{"ContactReason": "Billing", "Language": "pl", "OrderNumber": None},
            **{"Resolved": None, "AgentNotes": None, "CallbackAccepted": None},
        },
        **{"ConnectedToSystemTimestamp": later[0], "ContactDetails": {}, "ContactId": contact_id},
        "CustomerEndpoint": {"Address": phone, "Type": "TELEPHONE_NUMBER"},
        **{"DisconnectReason": "AGENT_DISCONNECT", "DisconnectTimestamp": later[2]},
        **{"InitialContactId": None, "InitiationMethod": method, "InitiationTimestamp": later[0]},
        **{"LastUpdateTimestamp": later[2], "MediaStreams": [], "NextContactId": None},
        **{"PreviousContactId": None, "Queue": None, "Recording": None},
        "SystemEndpoint": {"Address": "+48225550100", "Type": "TELEPHONE_NUMBER"},
        **{"TransferCompletedTimestamp": None, "TransferredToEndpoint": None},
    } | changes


def unreached_detractors(files: DeliveredFiles) -> None:
    """9920: detractors who are called: one voicemail, one call never connected, one talk."""
    phones = ["+48604992001", "+48604992002", "+48604992003"]
    for number, (phone, score) in enumerate(zip(phones, (2, 3, 4), strict=True), start=1):
        customer = shop_customer(6000000992000 + number, f"detractor{number}", phone)
        files.add("shop.customers", "2026-03-03", customer)
        files.add(
            "surveys.responses",
            "2026-03-04",
            response(
                f"R_992{number}", "2026-03-04 10:00:00", f"detractor{number}@example.org", nps=score
            ),
            survey="relational",
        )
    missed = {"ConnectedToSystemTimestamp": None, "DisconnectReason": "CUSTOMER_NEVER_ARRIVED"}
    files.add(
        "calls.contact_records",
        "2026-03-05",
        call(
            "f36-1",
            phones[0],
            "OUTBOUND",
            "2026-03-05T09:00:00",
            AnsweringMachineDetectionStatus="VOICEMAIL_BEEP",
        ),
        call("f36-2", phones[1], "OUTBOUND", "2026-03-05T09:30:00", **missed),
        call("f36-3", phones[2], "OUTBOUND", "2026-03-05T10:00:00"),
    )


def callback_without_customer(files: DeliveredFiles) -> None:
    """9930: the caller takes a callback; the agent's leg stands, the customer never picks up."""
    phone = "+48604993001"
    queue = {"Name": "Phone North", "EnqueueTimestamp": "2026-03-05T11:00:05Z", "Duration": 90}
    waited = call(
        "f37-1",
        phone,
        "INBOUND",
        "2026-03-05T11:00:00",
        Queue=queue,
        Agent=None,
        NextContactId="f37-2",
        DisconnectReason="CUSTOMER_DISCONNECT",
    )
    waited["Attributes"] = waited["Attributes"] | {"CallbackAccepted": "true"}
    back = call(
        "f37-2",
        phone,
        "CALLBACK",
        "2026-03-05T11:20:00",
        **{
            "ConnectedToSystemTimestamp": None,
            "InitialContactId": "f37-1",
            "PreviousContactId": "f37-1",
        },
    )
    files.add("calls.contact_records", "2026-03-05", waited, back)


def flow_moves_a_caller(files: DeliveredFiles) -> None:
    """9940: the flow moves a waiting caller to another queue; the same call comes under two ids."""
    phone = "+48604994001"
    queue = {"Name": "Phone North", "EnqueueTimestamp": "2026-03-05T12:00:05Z", "Duration": 20}
    first = call(
        "f38-1",
        phone,
        "INBOUND",
        "2026-03-05T12:00:00",
        Queue=queue,
        Agent=None,
        NextContactId="f38-2",
        DisconnectReason="CONTACT_FLOW_DISCONNECT",
    )
    moved = call(
        "f38-2",
        phone,
        "QUEUE_TRANSFER",
        "2026-03-05T12:01:00",
        **{
            "Queue": queue | {"Name": "Phone South"},
            "InitialContactId": "f38-1",
            "PreviousContactId": "f38-1",
        },
    )
    twice = call("f38-3", "+48604994002", "INBOUND", "2026-03-05T13:00:00", Queue=queue)
    files.add(
        "calls.contact_records", "2026-03-05", first, moved, twice, twice | {"ContactId": "f38-4"}
    )


# Questions that start a clock


def privately_created(files: DeliveredFiles) -> None:
    """9110: an agent notes a call before the customer asks in words of their own."""
    person, number = 911000000010, 911010
    files.add("tickets.users", "2026-03-02", user(person, "Priv Second"))
    files.add(
        "tickets.tickets",
        "2026-03-02",
        ticket(
            number,
            person,
            "2026-03-02T09:00:00Z",
            "2026-03-02T12:00:00Z",
            status="open",
            submitter_id=AGENT,
        ),
    )
    files.add(
        "tickets.comments",
        "2026-03-02",
        comment(9110101, number, AGENT, "2026-03-02T09:00:00Z", public=False),
        comment(9110102, number, person, "2026-03-02T11:00:00Z"),
        comment(9110103, number, AGENT, "2026-03-02T12:00:00Z"),
    )


# Words that no list knows, and numbers between two stars


def odd_ratings(files: DeliveredFiles) -> None:
    """9310: a neutral rating, a good one in other words, a number."""
    person = 931000000001
    files.add("tickets.users", "2026-03-02", user(person, "Neutral Rater"))
    for number, score in enumerate(("neutral", "good_with_comment", "1"), start=931001):
        files.add(
            "tickets.tickets",
            "2026-03-02",
            ticket(number, person, "2026-03-02T09:00:00Z", "2026-03-02T15:00:00Z"),
        )
        files.add(
            "tickets.comments",
            "2026-03-02",
            comment(number * 10, number, person, "2026-03-02T10:00:00Z"),
        )
        files.add("tickets.satisfaction_ratings", "2026-03-02", rating(number, person, score))


def half_star(files: DeliveredFiles) -> None:
    """9550: three and a half stars."""
    files.add(
        "chat.contacts",
        "2026-03-02",
        contact("f53c1", "user", "2026-03-02T08:00:00", email="half@example.org"),
    )
    reply = part(95500100, "comment", "2026-03-02T09:10:00", teammate(), "<p>An answer</p>")
    stars = {"rating": 3.5, "remark": None, "created_at": epoch("2026-03-02T10:00:00")}
    files.add(
        "chat.conversations",
        "2026-03-02",
        conversation(
            955001,
            "f53c1",
            "2026-03-02T09:00:00",
            "2026-03-02T10:00:00",
            [reply],
            conversation_rating=stars,
        ),
    )


def cut_conversation(files: DeliveredFiles) -> None:
    """9560: an export that holds one part of four hundred."""
    files.add(
        "chat.contacts",
        "2026-03-02",
        contact("f56", "user", "2026-03-02T08:00:00", email="cut@example.org"),
    )
    last = part(95600399, "comment", "2026-03-02T19:00:00", teammate(), "<p>The last word</p>")
    cut = conversation(956001, "f56", "2026-03-02T09:00:00", "2026-03-02T19:00:00", [last])
    cut["conversation_parts"]["total_count"] = 400
    files.add("chat.conversations", "2026-03-02", cut)


def unmapped_reason(files: DeliveredFiles) -> None:
    """9950: a contact reason that nobody has mapped."""
    odd = call("f39-1", "+48604995001", "INBOUND", "2026-03-05T14:00:00")
    odd["Attributes"] = odd["Attributes"] | {"ContactReason": "Wormholes"}
    files.add("calls.contact_records", "2026-03-05", odd)


# Once is once


def shop_customer(number: int, name: str, phone: str | None) -> dict:
    """A customer of the shop, named after the case."""
    at = "2026-03-03T10:00:00+01:00"
    consent = {"state": "not_subscribed", "consent_updated_at": at}
    return {
        **{"id": number, "email": f"{name}@example.org", "phone": phone},
        **{"first_name": name.title(), "last_name": f"Of{name}", "state": "enabled"},
        **{"created_at": at, "updated_at": at},
        **{"email_marketing_consent": consent, "sms_marketing_consent": consent},
        "default_address": {
            "address1": "x",
            "city": "Warszawa",
            "zip": "00-001",
            "country_code": "PL",
        },
    }


def response(number: str, at: str, email: str, **answers: object) -> dict:
    """A finished survey response of an invited contact."""
    return {
        **{"StartDate": at, "EndDate": at, "Status": "IP Address", "IPAddress": "10.0.0.1"},
        **{"Progress": 100, "Duration (in seconds)": 60, "Finished": "True", "RecordedDate": at},
        **{"ResponseId": number, "RecipientEmail": email, "DistributionChannel": "email"},
        **{"UserLanguage": "EN", "Program": "relational", "Channel": "online"},
    } | answers


def double_submission(files: DeliveredFiles) -> None:
    """9960: a form sent twice, and one broken off with an NPS on its first page."""
    files.add("shop.customers", "2026-03-03", shop_customer(6000000996001, "doubleclicker", None))
    files.add("shop.customers", "2026-03-03", shop_customer(6000000996002, "brokenoff", None))
    sent = {"satisfaction": 5, "Program": "purchase"}
    files.add(
        "surveys.responses",
        "2026-03-06",
        response("R_9961", "2026-03-06 10:00:00", "doubleclicker@example.org", **sent),
        response("R_9962", "2026-03-06 10:00:02", "doubleclicker@example.org", **sent),
        survey="purchase",
    )
    files.add(
        "surveys.responses",
        "2026-03-06",
        response(
            "R_9963",
            "2026-03-06 11:00:00",
            "brokenoff@example.org",
            nps=2,
            Finished="False",
            Progress=30,
        ),
        survey="relational",
    )


def double_message(files: DeliveredFiles) -> None:
    """9570: the customer's and the agent's words come twice each, under two ids."""
    files.add(
        "chat.contacts",
        "2026-03-02",
        contact("f57", "user", "2026-03-02T08:00:00", email="twice@example.org"),
    )
    person = {"type": "user", "id": "f57"}
    parts = [
        part(95700100, "comment", "2026-03-02T09:01:00", person, "<p>Where is it?</p>"),
        part(95700101, "comment", "2026-03-02T09:01:01", person, "<p>Where is it?</p>"),
        part(95700102, "comment", "2026-03-02T09:05:00", teammate(), "<p>On its way</p>"),
        part(95700103, "comment", "2026-03-02T09:05:02", teammate(), "<p>On its way</p>"),
    ]
    files.add(
        "chat.conversations",
        "2026-03-02",
        conversation(957001, "f57", "2026-03-02T09:00:00", "2026-03-02T09:30:00", parts),
    )


def mailing_sent_again(files: DeliveredFiles) -> None:
    """9970: the same contact is invited to the same survey twice within a week."""
    files.add("shop.customers", "2026-03-03", shop_customer(6000000997001, "askedtwice", None))
    for number, at in enumerate(("2026-03-03 09:00:00", "2026-03-08 09:00:00"), start=1):
        files.add(
            "surveys.invitations",
            at[:10],
            {
                **{"distributionId": f"EMD_997{number}", "parentDistributionId": ""},
                **{"requestType": "Invite", "surveyName": "relational", "contactId": "CID_9970"},
                **{"email": "askedtwice@example.org", "status": "Success"},
                **{"sentAt": at, "modifiedAt": at},
            },
        )


def odd_posts(files: DeliveredFiles) -> None:
    """9990: a review under two ids, a message sent twice, a direction that no list knows."""
    at = "2026-03-02T10:00:00Z"
    review = {
        **{"review_id": "V9990", "site": "website", "subject": {"type": "product", "id": "PR001"}},
        **{"stars": 5, "title": "Good", "body": "Just as told", "lang": "en"},
        **{"author": {"handle": "odd_reviewer", "name": "Odd"}, "submitted_at": at},
        "updated_at": at,
    }
    files.add("social.reviews", "2026-03-02", review, review | {"review_id": "V9991"})
    post = {
        **{"id": "p9990", "network": "chirper", "type": "direct_message", "direction": "incoming"},
        **{"author": {"handle": "odd_writer", "name": "Odd"}, "in_reply_to": None},
        **{"conversation_id": "th-9990", "text": "Anybody there?", "lang": "en", "topic": "Other"},
        **{"desk": None, "created_at": at, "updated_at": at},
    }
    files.add(
        "social.posts",
        "2026-03-02",
        *(post, post | {"id": "p9991", "created_at": "2026-03-02T10:00:01Z"}),
        post | {"id": "p9992", "direction": "sideways", "text": "From nowhere"},
    )


def zoned_responses(files: DeliveredFiles) -> None:
    """9980: the third header row says a zone that is not the contract's."""
    table = contract_of("surveys.responses")
    answer = response(
        "R_9981", "2026-03-04 23:30:00", "tz.person@example.org", satisfaction=5, Program="purchase"
    )
    for part_name, zone in (("denver", "America/Denver"), ("utc", "Etc/UTC")):
        named = answer | {"ResponseId": f"R_998_{part_name}"}
        names = columns_of(table, [named])
        ids = [
            json.dumps({"ImportId": name} | ({"timeZone": zone} if name.endswith("Date") else {}))
            for name in names
        ]
        files.add(
            "surveys.responses",
            "2026-03-05",
            named,
            survey="purchase",
            part=part_name,
            extra_headers=[names, ids],
        )


CASES = (
    *(agent_as_requester, business_hours_over_dst, late_spam_tag, merged_lead),
    *(excluded_tickets, excluded_conversation, merged_ticket, ai_agent, unreached_detractors),
    *(callback_without_customer, flow_moves_a_caller, privately_created, odd_ratings, half_star),
    *(cut_conversation, unmapped_reason, double_submission, double_message, mailing_sent_again),
    *(odd_posts, zoned_responses),
)
