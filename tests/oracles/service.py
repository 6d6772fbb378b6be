"""Service: waiting, solving, contacts that come again, the bot."""

from collections.abc import Callable

import pandas as pd

from tests.oracles.business_hours import business_seconds, is_open
from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, days, seed, windows

MATTER = ["customer_key", "contact_reason_slug"]


def _leading_journeys(facts: Facts) -> pd.Series:
    """The journey type of each case: of those that it is a step of, the one of the highest rank."""
    cases = facts.touchpoints.set_index("touchpoint_key").case_key
    steps = facts.table("int_journeys__steps")
    steps = steps.assign(
        case_key=steps.touchpoint_key.map(cases),
        rank=steps.journey_slug.map(seed("journey_types").set_index("journey_slug").priority),
    )
    leading = steps.dropna(subset="case_key").sort_values("rank").drop_duplicates("case_key")
    return leading.set_index("case_key").journey_slug


def _units(rows: pd.DataFrame, facts: Facts, anchor: str, **columns) -> pd.DataFrame:
    """The units of a service KPI: its members are those of the case or contact."""
    return pd.DataFrame(
        {
            "customer": rows["customer_key"],
            "date": facts.business_date(rows[anchor]),
            "channel": rows["channel_slug"],
            "segment": facts.segment_of(rows["customer_key"]),
            "contact_reason": rows["contact_reason_slug"],
            "journey": rows["case_key"].map(_leading_journeys(facts)),
            "store": rows["team_key"].map(seed("teams").set_index("team_id").store_id),
            "team": rows["team_key"],
            **columns,
        },
        index=rows.index,
    )


def _seconds(end: pd.Series, start: pd.Series) -> pd.Series:
    """Elapsed time between two readings of a clock that shows whole seconds."""
    return (end.dt.floor("s") - start.dt.floor("s")).dt.total_seconds()


def _elapsed(_cases: pd.DataFrame, end: pd.Series, start: pd.Series) -> pd.Series:
    return _seconds(end, start)


def _open(cases: pd.DataFrame, end: pd.Series, start: pd.Series) -> pd.Series:
    return business_seconds(cases, start, end)


# Waiting ------------------------------------------------------------------------------------------


def _waits_for_reply(facts: Facts) -> pd.DataFrame:
    """Written contacts whose customer waits for a person; a call waits in its queue instead."""
    contacts = facts.contacts
    return contacts[contacts.clock_started_at.notna() & (contacts.channel_slug != "phone")]


def _first_response(facts: Facts, seconds: Callable) -> pd.DataFrame:
    """Clock start to the first public reply of a person; without one, the wait is censored.

    It ends then when somebody closes the contact all the same, and else runs on.
    """
    waits = _waits_for_reply(facts)
    until = waits.first_human_reply_at.fillna(waits.gave_up_at).fillna(facts.as_of)
    return _units(
        waits,
        facts,
        "clock_started_at",
        value=seconds(waits, until, waits.clock_started_at),
        is_censored=waits.first_human_reply_at.isna(),
        is_running=waits.first_human_reply_at.isna() & waits.gave_up_at.isna(),
        state=unit_states(waits.index),
    )


def first_response_time(facts: Facts) -> pd.DataFrame:
    """By the clock on the wall."""
    return _first_response(facts, _elapsed)


def first_response_business_time(facts: Facts) -> pd.DataFrame:
    """By the clock of the desk."""
    return _first_response(facts, _open)


def first_bot_response_time(facts: Facts) -> pd.DataFrame:
    """First message of the customer to the first answer of the bot, or to the end of its part."""
    chats = facts.cases[facts.cases.bot_clock_started_at.notna()]
    until = chats.first_bot_reply_at.fillna(chats.bot_ended_at)
    return _units(
        chats,
        facts,
        "bot_clock_started_at",
        value=_seconds(until, chats.bot_clock_started_at),
        is_censored=chats.first_bot_reply_at.isna(),
        is_running=False,
        state=unit_states(chats.index),
    )


def first_response_within_target(facts: Facts) -> pd.DataFrame:
    """Answered within the target, of what came in online and is older than the target."""
    channels = seed("channels").set_index("channel_slug")
    waits = facts.contacts[facts.contacts.clock_started_at.notna()]
    waits = waits[waits.channel_slug.map(channels.is_online)]
    target = pd.Timedelta(seconds=windows()["first_response_target_seconds"])
    return _units(
        waits,
        facts,
        "clock_started_at",
        value=waits.first_human_reply_at - waits.clock_started_at <= target,
        state=unit_states(waits.index, immature=waits.clock_started_at + target >= facts.as_of),
    )


def first_response_within_business_target(facts: Facts) -> pd.DataFrame:
    """The same by the clock of the desk; a contact enters when that clock is past the target."""
    channels = seed("channels").set_index("channel_slug")
    waits = facts.contacts[facts.contacts.clock_started_at.notna()]
    waits = waits[waits.channel_slug.map(channels.is_online)]
    target = windows()["first_response_target_seconds"]
    so_far = _open(waits, pd.Series(facts.as_of, index=waits.index), waits.clock_started_at)
    return _units(
        waits,
        facts,
        "clock_started_at",
        value=_open(waits, waits.first_human_reply_at, waits.clock_started_at) <= target,
        state=unit_states(waits.index, immature=so_far <= target),
    )


def _queued_calls(facts: Facts) -> pd.DataFrame:
    """Calls with the wait for their first answer, or until the caller left the queue."""
    calls = facts.cases[facts.cases.is_queued]
    left_queue_at = calls.first_human_reply_at.fillna(calls.ended_at)
    return calls.assign(first_wait=_seconds(left_queue_at, calls.clock_started_at))


def call_wait_time(facts: Facts) -> pd.DataFrame:
    """Queue entry to answer; who left the queue without one is censored when they left."""
    calls = _queued_calls(facts)
    return _units(
        calls,
        facts,
        "clock_started_at",
        value=calls.first_wait,
        is_censored=calls.first_human_reply_at.isna(),
        is_running=False,
        state=unit_states(calls.index),
    )


def call_abandonment(facts: Facts) -> pd.DataFrame:
    """Queued calls that their caller ended, but for those too short to judge.

    Neither calls that never reached the queue are judged nor those that did after hours.
    """
    calls = facts.cases[facts.cases.channel_slug == "phone"]
    queued = _queued_calls(facts)
    judged = queued[
        (queued.first_wait >= windows()["short_wait_seconds"])
        & is_open(queued, queued.clock_started_at)
    ]
    calls = calls.assign(anchor=calls.clock_started_at.fillna(calls.opened_at))
    return _units(
        calls,
        facts,
        "anchor",
        value=calls.is_abandoned & ~calls.is_callback_accepted,
        state=unit_states(calls.index, excluded=~calls.index.isin(judged.index)),
    )


# Solving ------------------------------------------------------------------------------------------


def _solvable(facts: Facts) -> pd.DataFrame:
    """Tickets and chats that the bot did not settle."""
    cases = facts.cases
    return cases[cases.channel_slug.isin(["ticket", "chat"]) & ~cases.is_bot_only]


def _first_solve(facts: Facts, seconds: Callable) -> pd.DataFrame:
    """Created to first solve; unsolved is censored."""
    cases = _solvable(facts)
    until = cases.first_solved_at.fillna(facts.as_of)
    return _units(
        cases,
        facts,
        "opened_at",
        value=seconds(cases, until, cases.opened_at),
        is_censored=cases.first_solved_at.isna(),
        is_running=cases.first_solved_at.isna(),
        state=unit_states(cases.index),
    )


def resolution_time_first(facts: Facts) -> pd.DataFrame:
    """By the clock on the wall."""
    return _first_solve(facts, _elapsed)


def resolution_business_time_first(facts: Facts) -> pd.DataFrame:
    """By the clock of the desk."""
    return _first_solve(facts, _open)


def _last_solve(facts: Facts, seconds: Callable) -> pd.DataFrame:
    """Created to last solve, as far as can be judged.

    A case enters when the window has passed since it was created, whatever happened. Its last solve
    is final if the window has passed since then too; else it is censored where that window begins.
    """
    cases = _solvable(facts)
    judged_until = _solves_judged_until(facts)
    is_final = cases.is_solved & (cases.last_solved_at < judged_until)
    until = cases.last_solved_at.where(is_final, judged_until)
    return _units(
        cases,
        facts,
        "opened_at",
        value=seconds(cases, until, cases.opened_at),
        **_judged(cases, is_final, judged_until),
    )


def resolution_time_last(facts: Facts) -> pd.DataFrame:
    """By the clock on the wall."""
    return _last_solve(facts, _elapsed)


def resolution_business_time_last(facts: Facts) -> pd.DataFrame:
    """By the clock of the desk."""
    return _last_solve(facts, _open)


def _solves_judged_until(facts: Facts) -> pd.Timestamp:
    """Which solve was the last is known of those before."""
    return facts.as_of - days("solve_maturity_days")


def _judged(cases: pd.DataFrame, is_final: pd.Series, judged_until: pd.Timestamp) -> dict:
    """Cases too recent are no units yet; those whose last solve is not final are censored."""
    return {
        "is_censored": ~is_final,
        "is_running": ~is_final & (cases.opened_at < judged_until),
        "state": unit_states(cases.index, immature=cases.opened_at >= judged_until),
    }


def _ticket_waits(facts: Facts, statuses: list[str]) -> pd.DataFrame:
    """Seconds that a ticket spent in some states, as far as can be judged."""
    tickets = facts.cases[facts.cases.channel_slug == "ticket"]
    judged_until = _solves_judged_until(facts)
    spans = facts.status_spans
    spans = spans[spans.status_slug.isin(statuses) & (spans.started_at < judged_until)]
    ended_at = spans.ended_at.fillna(judged_until).clip(upper=judged_until)
    spent = _seconds(ended_at, spans.started_at).groupby(spans.case_key).sum()
    is_final = tickets.is_solved & (tickets.last_solved_at < judged_until)
    return _units(
        tickets,
        facts,
        "opened_at",
        value=tickets.case_key.map(spent).fillna(0),
        **_judged(tickets, is_final, judged_until),
    )


def requester_wait_time(facts: Facts) -> pd.DataFrame:
    """Time of a ticket in new, open and on hold."""
    return _ticket_waits(facts, ["new", "open", "hold"])


def agent_wait_time(facts: Facts) -> pd.DataFrame:
    """Time of a ticket in pending."""
    return _ticket_waits(facts, ["pending"])


def _replies_to_solved_tickets(facts: Facts, replies: int) -> pd.DataFrame:
    tickets = facts.cases[(facts.cases.channel_slug == "ticket") & facts.cases.is_solved]
    turns = facts.table("int_cases__turns")
    public = turns[turns.is_public & (turns.author_type == "agent")]
    count = tickets.case_key.map(public.groupby("case_key").size()).fillna(0)
    matures_at = tickets.last_solved_at + days("solve_maturity_days")
    return _units(
        tickets,
        facts,
        "last_solved_at",
        value=count == replies,
        state=unit_states(tickets.index, immature=matures_at >= facts.as_of),
    )


def one_touch_resolution(facts: Facts) -> pd.DataFrame:
    """Solved tickets with exactly one public reply of an agent."""
    return _replies_to_solved_tickets(facts, 1)


def no_touch_resolution(facts: Facts) -> pd.DataFrame:
    """Solved tickets without one."""
    return _replies_to_solved_tickets(facts, 0)


def reopening(facts: Facts) -> pd.DataFrame:
    """An exit from solved within the window of the first solve."""
    cases = _solvable(facts)
    cases = cases[cases.first_solved_at.notna()]
    spans = facts.status_spans
    first = spans[spans.is_reopening].groupby("case_key").started_at.min()
    # By `map`, where nothing was reopened a moment would be a number.
    reopened_at = first.reindex(cases.case_key).set_axis(cases.index)
    window = days("solve_maturity_days")
    return _units(
        cases,
        facts,
        "first_solved_at",
        value=reopened_at - cases.first_solved_at <= window,
        state=unit_states(cases.index, immature=cases.first_solved_at + window >= facts.as_of),
    )


def transfer(facts: Facts) -> pd.DataFrame:
    """Handed on; direct messages tell of no hand-over, so they are in neither number."""
    cases = facts.cases[facts.cases.is_human_handled & (facts.cases.channel_slug != "social")]
    return _units(
        cases, facts, "opened_at", value=cases.transfer_count > 0, state=unit_states(cases.index)
    )


# Contacts that come again -------------------------------------------------------------------------


def _human_contacts(facts: Facts) -> pd.DataFrame:
    return facts.contacts[facts.contacts.is_human_contact].sort_values(
        ["started_at", "contact_key"]
    )


def _followed_up(contacts: pd.DataFrame, person: list[str]) -> pd.Series:
    """Whether a later contact begins until the window after this one's end."""
    starts = contacts[[*person, "started_at"]].drop_duplicates()
    starts["next_at"] = starts.groupby(person).started_at.shift(-1)
    later = contacts.merge(starts, how="left", on=[*person, "started_at"]).set_axis(contacts.index)
    return later.next_at - contacts.ended_at <= days("fcr_window_days")


def _contact_resolution(facts: Facts, *, needs_reason: bool) -> pd.DataFrame:
    contacts = _human_contacts(facts)
    is_known = contacts.is_customer_known
    judged = contacts[is_known & (contacts.contact_reason_slug.notna() | (not needs_reason))]
    followed = _followed_up(judged, MATTER if needs_reason else ["customer_key"])
    ended = contacts[contacts.ended_at.notna()]
    return _units(
        ended,
        facts,
        "ended_at",
        case_key=ended.case_key,
        contact_number=ended.contact_number,
        value=~followed.reindex(ended.index, fill_value=False).astype(bool),
        state=unit_states(
            ended.index,
            excluded=ended.is_customer_known & ended.contact_reason_slug.isna() & needs_reason,
            unknown=~ended.is_customer_known,
            immature=ended.ended_at + days("fcr_window_days") >= facts.as_of,
        ),
    )


def fcr(facts: Facts) -> pd.DataFrame:
    """No further contact of the person on the reason, in any channel, within the window."""
    return _contact_resolution(facts, needs_reason=True)


def fcr_any_reason(facts: Facts) -> pd.DataFrame:
    """No further contact of the person on anything."""
    return _contact_resolution(facts, needs_reason=False)


def _chains(facts: Facts) -> pd.DataFrame:
    """The first contact of each chain of a person and reason, with the chain's length.

    A contact of nobody known, or for no reason, is in no chain: its length is missing.
    """
    contacts = _human_contacts(facts)
    is_chained = contacts.is_customer_known & contacts.contact_reason_slug.notna()
    chained = contacts[is_chained]
    matter = [chained[key] for key in MATTER]
    # What is not over yet joins whatever comes.
    end = chained.ended_at.fillna(pd.Timestamp.max.floor("us"))
    previous_end = end.groupby(matter).cummax().groupby(matter).shift(1)
    begins = ~(chained.started_at - days("fcr_window_days") <= previous_end)
    chain = begins.groupby(matter).cumsum()
    length = chain.groupby([*matter, chain]).transform("size")
    return pd.concat([chained.assign(length=length)[begins], contacts[~is_chained]])


def _issues(facts: Facts, value: Callable) -> pd.DataFrame:
    """Chains in the period of their start; each enters the window after its first end."""
    chains = _chains(facts)
    is_mature = chains.ended_at + days("fcr_window_days") < facts.as_of
    return _units(
        chains,
        facts,
        "started_at",
        value=value(chains.length),
        state=unit_states(
            chains.index,
            excluded=chains.is_customer_known & chains.contact_reason_slug.isna(),
            unknown=~chains.is_customer_known,
            immature=~is_mature,
        ),
    )


def fcr_issue(facts: Facts) -> pd.DataFrame:
    """Chains of one contact."""
    return _issues(facts, lambda length: length == 1)


def contacts_per_issue(facts: Facts) -> pd.DataFrame:
    """Length of the chains that issue-level resolution counts."""
    return _issues(facts, lambda length: length)


def repeat_contact(facts: Facts) -> pd.DataFrame:
    """A contact of the person on the reason ended at most the window before, or goes on.

    It looks back, so it needs no time to mature, but a past that the sources cover: in the first
    days of a channel nobody can see what came before.
    """
    contacts = _human_contacts(facts)
    window = days("repeat_contact_window_days")
    ends = contacts.assign(end=contacts.ended_at.fillna(pd.Timestamp.max.floor("us")))
    by_start = ends.groupby([*MATTER, "started_at"], dropna=False).end.max().sort_index()
    before = by_start.groupby(level=MATTER, dropna=False).cummax()
    before = before.groupby(level=MATTER, dropna=False).shift(1).rename("earlier_end")
    earlier_end = contacts.merge(
        before.reset_index(), how="left", on=[*MATTER, "started_at"]
    ).set_axis(contacts.index)["earlier_end"]
    is_covered = pd.Series(True, index=contacts.index)
    for begun_at in contacts.groupby("channel_slug").started_at.min():
        is_covered &= ~contacts.started_at.between(begun_at, begun_at + window, inclusive="left")
    return _units(
        contacts,
        facts,
        "started_at",
        value=contacts.started_at - window <= earlier_end,
        state=unit_states(
            contacts.index,
            excluded=contacts.is_customer_known
            & (contacts.contact_reason_slug.isna() | ~is_covered),
            unknown=~contacts.is_customer_known,
        ),
    )


def fcr_stated(facts: Facts) -> pd.DataFrame:
    """What the agent says of a case that is over."""
    cases = facts.cases[facts.cases.stated_resolution.notna()]
    return _units(
        cases,
        facts,
        "ended_at",
        value=cases.stated_resolution == "resolved",
        state=unit_states(cases.index),
    )


def fcr_stated_agreement(facts: Facts) -> pd.DataFrame:
    """Whether the last contact of a case went as its agent said."""
    observed = fcr(facts).sort_values("contact_number").drop_duplicates("case_key", keep="last")
    stated = observed.case_key.map(facts.cases.set_index("case_key").stated_resolution)
    both = observed[stated.notna()]
    return both.assign(value=(stated == "resolved") == both.value)


def bot_containment(facts: Facts) -> pd.DataFrame:
    """No hand-over, and no contact with a person within the window after the session."""
    sessions = facts.cases[facts.cases.is_bot_session & (facts.cases.customer_turn_count > 0)]
    window = pd.Timedelta(hours=windows()["bot_containment_window_hours"])
    contacts = _human_contacts(facts)[["customer_key", "case_key", "started_at"]]
    pairs = sessions[["customer_key", "case_key", "opened_at", "bot_ended_at"]].merge(
        contacts, on="customer_key", suffixes=("", "_human")
    )
    # Who telephones while the bot still talks was not helped by it either.
    after = pairs.started_at > pairs.opened_at
    turned_to_people = pairs[after & (pairs.started_at <= pairs.bot_ended_at + window)].case_key
    return _units(
        sessions,
        facts,
        "bot_ended_at",
        value=~sessions.is_handed_over & ~sessions.case_key.isin(turned_to_people),
        state=unit_states(
            sessions.index,
            unknown=~sessions.is_customer_known,
            immature=sessions.bot_ended_at + window >= facts.as_of,
        ),
    )


def self_service_success(facts: Facts) -> pd.DataFrame:
    """Requests in the portal that were completed."""
    requests = facts.touchpoints[
        facts.touchpoints.touchpoint_type_slug.isin(
            ["self_service_completed", "self_service_failed"]
        )
    ]
    return _units(
        requests,
        facts,
        "occurred_at",
        value=requests.touchpoint_type_slug == "self_service_completed",
        state=unit_states(requests.index),
    )


def proactive_contact(facts: Facts) -> pd.DataFrame:
    """Cases in which the company spoke first, of all cases."""
    cases = facts.table("int_cases__cases")
    cases = cases[cases.excluded_reason.isna()]
    return _units(
        cases,
        facts,
        "opened_at",
        value=cases.started_by == "agent",
        state=unit_states(cases.index),
    )


KPIS = {
    "agent_wait_time": agent_wait_time,
    "bot_containment": bot_containment,
    "call_abandonment": call_abandonment,
    "call_wait_time": call_wait_time,
    "contacts_per_issue": contacts_per_issue,
    "fcr": fcr,
    "fcr_any_reason": fcr_any_reason,
    "fcr_issue": fcr_issue,
    "fcr_stated": fcr_stated,
    "fcr_stated_agreement": fcr_stated_agreement,
    "first_bot_response_time": first_bot_response_time,
    "first_response_business_time": first_response_business_time,
    "first_response_time": first_response_time,
    "first_response_within_business_target": first_response_within_business_target,
    "first_response_within_target": first_response_within_target,
    "no_touch_resolution": no_touch_resolution,
    "one_touch_resolution": one_touch_resolution,
    "proactive_contact": proactive_contact,
    "reopening": reopening,
    "repeat_contact": repeat_contact,
    "requester_wait_time": requester_wait_time,
    "resolution_business_time_first": resolution_business_time_first,
    "resolution_business_time_last": resolution_business_time_last,
    "resolution_time_first": resolution_time_first,
    "resolution_time_last": resolution_time_last,
    "self_service_success": self_service_success,
    "transfer": transfer,
}
