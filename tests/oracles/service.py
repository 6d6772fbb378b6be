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

    It ends then when somebody closes the contact all the same, or at the limit of its channel, and
    else runs on.
    """
    waits = _waits_for_reply(facts)
    limit = waits.clock_started_at + _limits(waits.channel_slug)
    replied_at = waits.first_human_reply_at.where(waits.first_human_reply_at <= limit)
    gave_up_at = waits.gave_up_at.where(waits.gave_up_at <= limit)
    now = limit.clip(upper=facts.as_of)
    until = replied_at.fillna(gave_up_at).fillna(now)
    return _units(
        waits,
        facts,
        "clock_started_at",
        value=seconds(waits, until, waits.clock_started_at),
        is_censored=replied_at.isna(),
        is_running=replied_at.isna() & gave_up_at.isna() & (limit >= facts.as_of),
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


def _channel_targets(metric: str, channels: pd.Series) -> pd.Series:
    """The present target of each channel; the sample company has set no other."""
    targets = seed("kpi_targets").query("metric_slug == @metric and dimension == 'channel'")
    return channels.map(targets.set_index("member").target)


def _online_waits(facts: Facts) -> pd.DataFrame:
    channels = seed("channels").set_index("channel_slug")
    waits = facts.contacts[facts.contacts.clock_started_at.notna()]
    return waits[waits.channel_slug.map(channels.is_online)]


def _within_target(
    facts: Facts, rows: pd.DataFrame, started: str, ended: str, target: pd.Series, seconds: Callable
) -> pd.DataFrame:
    """Ended within the target; a row enters when the clock is past it."""
    so_far = seconds(rows, pd.Series(facts.as_of, index=rows.index), rows[started])
    if seconds is _elapsed:
        so_far = (facts.as_of - rows[started]).dt.total_seconds()
        taken = (rows[ended] - rows[started]).dt.total_seconds()
    else:
        taken = seconds(rows, rows[ended], rows[started])
    return _units(
        rows,
        facts,
        started,
        value=taken <= target,
        state=unit_states(rows.index, excluded=target.isna(), immature=so_far <= target),
    )


def first_response_within_target(facts: Facts) -> pd.DataFrame:
    """Each by the target of its own channel: by the clock if it has such a target, else the desk's.

    What came in online, when the target is over.
    """
    waits = _online_waits(facts)
    by_clock = _channel_targets("first_response_time", waits.channel_slug)
    by_desk = _channel_targets("first_response_business_time", waits.channel_slug)
    moments = ("clock_started_at", "first_human_reply_at")
    has_clock = by_clock.notna()
    return pd.concat(
        [
            _within_target(facts, waits[has_clock], *moments, by_clock[has_clock], _elapsed),
            _within_target(facts, waits[~has_clock], *moments, by_desk[~has_clock], _open),
        ]
    )


def first_response_within_business_target(facts: Facts) -> pd.DataFrame:
    """The same by the clock of the desk; a contact enters when that clock is past the target."""
    waits = _online_waits(facts)
    target = _channel_targets("first_response_business_time", waits.channel_slug)
    return _within_target(facts, waits, "clock_started_at", "first_human_reply_at", target, _open)


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


def call_handle_time(facts: Facts) -> pd.DataFrame:
    """What people worked on a call that one of them took: of each leg talk, hold and the rest."""
    legs = facts.table("stg_calls__contact_records", schema="staging")
    legs = legs[(legs.media_channel == "VOICE") & ~legs.is_repetition]
    legs = legs[legs.begun_by.fillna("") != "listening"]
    times = legs[["interaction_seconds", "hold_seconds", "after_call_work_seconds"]].sum(axis=1)
    worked = times.groupby(legs.initial_contact_id).sum()
    calls = facts.cases[(facts.cases.channel_slug == "phone") & facts.cases.is_human_handled]
    seconds = calls.case_id.map(worked)
    return _units(
        calls,
        facts,
        "opened_at",
        value=seconds,
        state=unit_states(calls.index, unknown=~(seconds > 0)),
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
    """Created to first solve; what is unsolved at the limit of its channel is censored there."""
    cases = _solvable(facts)
    limit = cases.opened_at + _limits(cases.channel_slug)
    solved_at = cases.first_solved_at.where(cases.first_solved_at <= limit)
    until = solved_at.fillna(limit.clip(upper=facts.as_of))
    return _units(
        cases,
        facts,
        "opened_at",
        value=seconds(cases, until, cases.opened_at),
        is_censored=solved_at.isna(),
        is_running=solved_at.isna() & (limit >= facts.as_of),
        state=unit_states(cases.index),
    )


def resolution_within_target(facts: Facts) -> pd.DataFrame:
    """First solved within the target of its own channel: by the clock if there is such a target."""
    cases = _solvable(facts)
    by_clock = _channel_targets("resolution_time_first", cases.channel_slug)
    by_desk = _channel_targets("resolution_business_time_first", cases.channel_slug)
    moments = ("opened_at", "first_solved_at")
    has_clock = by_clock.notna()
    return pd.concat(
        [
            _within_target(facts, cases[has_clock], *moments, by_clock[has_clock], _elapsed),
            _within_target(facts, cases[~has_clock], *moments, by_desk[~has_clock], _open),
        ]
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
    is final if it was within the limit and the window has passed since then too; else it is
    censored where that window begins, and in the end at the limit.
    """
    cases = _solvable(facts)
    is_final, judged_until = _judgement(facts, cases)
    until = cases.last_solved_at.where(is_final, judged_until)
    return _units(
        cases,
        facts,
        "opened_at",
        value=seconds(cases, until, cases.opened_at),
        **_judged(facts, cases, is_final),
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


def _judgement(facts: Facts, cases: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Which last solves are final, and until when the others are followed."""
    known_until = _solves_judged_until(facts)
    limit = cases.opened_at + _limits(cases.channel_slug)
    is_final = (
        cases.is_solved & (cases.last_solved_at < known_until) & (cases.last_solved_at <= limit)
    )
    return is_final, limit.clip(upper=known_until)


def _judged(facts: Facts, cases: pd.DataFrame, is_final: pd.Series) -> dict:
    """Cases too recent are no units yet; those whose last solve is not final are censored.

    They run on until the window after their limit is over.
    """
    known_until = _solves_judged_until(facts)
    is_over = cases.opened_at + _limits(cases.channel_slug) < known_until
    return {
        "is_censored": ~is_final,
        "is_running": ~is_final & ~is_over & (cases.opened_at < known_until),
        "state": unit_states(cases.index, immature=cases.opened_at >= known_until),
    }


def _ticket_waits(facts: Facts, statuses: list[str]) -> pd.DataFrame:
    """Seconds that a ticket spent in some states, as far as can be judged."""
    tickets = facts.cases[facts.cases.channel_slug == "ticket"]
    is_final, judged_until = _judgement(facts, tickets)
    spans = facts.status_spans
    spans = spans[spans.status_slug.isin(statuses)]
    until = pd.Series(judged_until.to_numpy(), index=tickets.case_key)
    spans = spans.assign(until=until.reindex(spans.case_key).to_numpy())
    spans = spans[spans.started_at < spans.until]
    ended_at = spans.ended_at.fillna(spans.until).clip(upper=spans.until)
    spent = _seconds(ended_at, spans.started_at).groupby(spans.case_key).sum()
    return _units(
        tickets,
        facts,
        "opened_at",
        value=tickets.case_key.map(spent).fillna(0),
        **_judged(facts, tickets, is_final),
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


def _limits(channels: pd.Series) -> pd.Series:
    """Within which time a contact of the channel is to be over."""
    return pd.to_timedelta(
        channels.map(seed("resolution_limits").set_index("channel_slug").limit_days), unit="D"
    )


def _followed_up(contacts: pd.DataFrame, person: list[str]) -> pd.Series:
    """Whether a later contact begins until the window after this one's end."""
    starts = contacts[[*person, "started_at"]].drop_duplicates()
    starts["next_at"] = starts.groupby(person).started_at.shift(-1)
    later = contacts.merge(starts, how="left", on=[*person, "started_at"]).set_axis(contacts.index)
    return later.next_at - contacts.ended_at <= days("fcr_window_days")


def _is_called_unresolved(facts: Facts, contacts: pd.DataFrame) -> pd.Series:
    """What is said of a case is said of its last contact."""
    stated = contacts.case_key.map(facts.cases.set_index("case_key").stated_resolution)
    last = contacts.groupby("case_key").contact_number.transform("max")
    return (stated == "unresolved") & (contacts.contact_number == last)


def _known_at(contacts: pd.DataFrame) -> pd.Series:
    """When a contact is judged, whatever became of it: the window after its limit."""
    return contacts.started_at + _limits(contacts.channel_slug) + days("fcr_window_days")


def _contact_resolution(facts: Facts, *, needs_reason: bool, heeds_words: bool) -> pd.DataFrame:
    """Over within the limit, not called unresolved, and followed by no other contact."""
    contacts = _human_contacts(facts)
    is_known = contacts.is_customer_known
    judged = contacts[is_known & (contacts.contact_reason_slug.notna() | (not needs_reason))]
    followed = _followed_up(judged, MATTER if needs_reason else ["customer_key"])
    is_over = contacts.ended_at - contacts.started_at <= _limits(contacts.channel_slug)
    value = is_over & ~followed.reindex(contacts.index, fill_value=False).astype(bool)
    if heeds_words:
        value &= ~_is_called_unresolved(facts, contacts)
    return _units(
        contacts,
        facts,
        "started_at",
        case_key=contacts.case_key,
        contact_number=contacts.contact_number,
        watched_from=contacts.started_at,
        known_at=_known_at(contacts),
        value=value,
        state=unit_states(
            contacts.index,
            excluded=is_known & contacts.contact_reason_slug.isna() & needs_reason,
            unknown=~is_known,
            immature=_known_at(contacts) >= facts.as_of,
        ),
    )


def fcr_all_kinds(facts: Facts) -> pd.DataFrame:
    """No further contact of the person on the reason, in any channel, within the window."""
    return _contact_resolution(facts, needs_reason=True, heeds_words=True)


def fcr(facts: Facts) -> pd.DataFrame:
    """The same of problems and requests; what kind a contact without a reason is, nobody knows."""
    units = fcr_all_kinds(facts)
    kinds = units.contact_reason.map(
        seed("contact_reasons").set_index("contact_reason_slug")["kind"]
    )
    return units[kinds.isin(["problem", "request"]) | kinds.isna()]


def fcr_any_reason(facts: Facts) -> pd.DataFrame:
    """No further contact of the person on anything."""
    return _contact_resolution(facts, needs_reason=False, heeds_words=True)


def _chains(facts: Facts) -> pd.DataFrame:
    """The first contact of each chain of a person and reason, with the chain's length.

    A contact of nobody known, or for no reason, is in no chain: its length is missing.
    """
    contacts = _human_contacts(facts)
    is_chained = contacts.is_customer_known & contacts.contact_reason_slug.notna()
    chained = contacts[is_chained]
    matter = [chained[key] for key in MATTER]
    # What nobody ended is judged at its limit.
    end = chained.ended_at.fillna(chained.started_at + _limits(chained.channel_slug))
    previous_end = end.groupby(matter).cummax().groupby(matter).shift(1)
    begins = ~(chained.started_at - days("fcr_window_days") <= previous_end)
    chain = begins.groupby(matter).cumsum()
    length = chain.groupby([*matter, chain]).transform("size")
    return pd.concat([chained.assign(length=length)[begins], contacts[~is_chained]])


def _issues(facts: Facts, value: Callable) -> pd.DataFrame:
    """Chains in the period of their start; each enters the window after its first limit."""
    chains = _chains(facts)
    return _units(
        chains,
        facts,
        "started_at",
        watched_from=chains.started_at,
        known_at=_known_at(chains),
        value=value(chains.length),
        state=unit_states(
            chains.index,
            excluded=chains.is_customer_known & chains.contact_reason_slug.isna(),
            unknown=~chains.is_customer_known,
            immature=_known_at(chains) >= facts.as_of,
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


def _stated(facts: Facts, contacts: pd.DataFrame) -> pd.Series:
    return contacts.case_key.map(facts.cases.set_index("case_key").stated_resolution)


def fcr_stated(facts: Facts) -> pd.DataFrame:
    """What is said of a case, in the period of its last contact."""
    contacts = _human_contacts(facts).sort_values("contact_number")
    last = contacts.drop_duplicates("case_key", keep="last")
    last = last[_stated(facts, last).notna()]
    return _units(
        last,
        facts,
        "started_at",
        value=_stated(facts, last) == "resolved",
        state=unit_states(last.index),
    )


def fcr_stated_agreement(facts: Facts) -> pd.DataFrame:
    """Whether the last contact of a case went as was said."""
    observed = _contact_resolution(facts, needs_reason=True, heeds_words=False)
    observed = observed.sort_values("contact_number").drop_duplicates("case_key", keep="last")
    stated = _stated(facts, observed)
    both = observed[stated.notna()]
    return both.assign(value=(stated[both.index] == "resolved") == both.value)


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
    "call_handle_time": call_handle_time,
    "call_wait_time": call_wait_time,
    "contacts_per_issue": contacts_per_issue,
    "fcr": fcr,
    "fcr_all_kinds": fcr_all_kinds,
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
    "resolution_within_target": resolution_within_target,
    "self_service_success": self_service_success,
    "transfer": transfer,
}
