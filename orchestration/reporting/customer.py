"""A customer's story by key, from the private side: who, what happened, what is still open.

Reads the last build. What comes back holds names, identifiers and what was written only if the
caller asks for them; without, masked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.identity.explain import masked_value
from orchestration.reporting import words
from orchestration.reporting.blocks import Record, records
from orchestration.warehouse.connections import read_warehouse

_REDIRECT = """
    select customer_key, redirected_at from cx.marts.customer_key_redirects
    where old_customer_key = $1
"""
_CUSTOMER = """
    select
        segment_slug, lifecycle_stage_slug, churn_state, preferred_channel_slug, profile_count,
        source_count, touchpoint_count, order_count, net_revenue_amount, last_nps_score,
        is_identified, is_shared_mailbox, first_seen_at, last_seen_at
    from cx.marts.dim_customers
    where customer_key = $1
"""
_GOLDEN_RECORD = """
    select given_name, surname, email, phone, city, country_code
    from intermediate.int_identity__golden_records
    where customer_key = $1
"""
_PROFILES = """
    select profiles.source_name, profiles.source_profile_id, members.first_seen_at
    from intermediate.int_identity__customer_profiles as members
    inner join intermediate.int_identity__profiles as profiles using (profile_key)
    where members.customer_key = $1
    order by members.first_seen_at, profiles.profile_key
"""
_MOMENTS = """
    select
        timeline.occurred_at,
        timeline.channel_slug,
        timeline.touchpoint_type_name,
        timeline.outcome_slug,
        timeline.contact_reason_slug,
        timeline.score,
        timeline.sentiment,
        timeline.revenue_amount,
        journeys.journey_slug,
        (
            select string_agg(body, chr(10) order by text_key)
            from intermediate.int_texts__texts as texts
            where texts.touchpoint_key = timeline.touchpoint_key
        ) as written
    from cx.marts.customer_timeline as timeline
    left join cx.marts.fct_journeys as journeys
        on timeline.journey_key = journeys.journey_key
    where timeline.customer_key = $1
    order by timeline.occurred_at desc, timeline.touchpoint_key desc
    limit $2
"""
_JOURNEYS = """
    select
        journey_slug, outcome_slug, last_stage_slug, touchpoint_count, human_contact_count,
        started_at, ended_at
    from cx.marts.fct_journeys
    where customer_key = $1
    order by started_at desc, journey_key
    limit $2
"""
_LOOPS = """
    select metric_slug, score, loop_state, recovery_state, answered_at, due_at
    from cx.marts.closed_loop
    where customer_key = $1
    order by answered_at desc, response_key
"""
_ACTION = """
    select decided_date, action_slug, channel_slug, arm, reason_slug, second_reason_slug
    from cx.marts.next_best_actions
    where customer_key = $1
"""


class UnknownCustomerError(ValueError):
    """No such customer in the last build, in words for who asked."""


@dataclass(frozen=True)
class Story:
    """One customer; moments and journeys newest first, times in UTC as the marts have them."""

    customer_key: str
    # The key that was asked for, if the customer has another one since a merge.
    asked_key: str | None
    customer: Record
    golden_record: Record
    profiles: Sequence[Record]
    moments: Sequence[Record]
    journeys: Sequence[Record]
    loops: Sequence[Record]
    action: Record | None


def story(customer_key: str, moment_count: int = 50, *, show_values: bool = False) -> Story:
    """The story of one customer, with so many moments and journeys at most.

    Without `show_values` names and identifiers are masked and nothing is quoted. Raises
    UnknownCustomerError, UnreadableWarehouseError.
    """
    try:
        with read_warehouse() as connection:
            told = _story(connection, customer_key, moment_count)
    except duckdb.CatalogException as error:
        raise UnknownCustomerError("nothing is built yet: `throughline run` does it") from error
    return told if show_values else _masked(told)


def _story(connection: duckdb.DuckDBPyConnection, customer_key: str, moment_count: int) -> Story:
    asked_key = None
    redirect = connection.execute(_REDIRECT, [customer_key]).fetchone()
    if redirect is not None:
        asked_key, customer_key = customer_key, redirect[0]
    found = records(connection, _CUSTOMER, [customer_key])
    if not found:
        raise UnknownCustomerError(
            f"no customer has the key {customer_key} in the last build; "
            "dim_customers lists the keys"
        )
    golden_record = records(connection, _GOLDEN_RECORD, [customer_key])
    actions = records(connection, _ACTION, [customer_key])
    return Story(
        customer_key,
        asked_key,
        found[0],
        golden_record[0] if golden_record else {},
        records(connection, _PROFILES, [customer_key]),
        records(connection, _MOMENTS, [customer_key, moment_count]),
        records(connection, _JOURNEYS, [customer_key, moment_count]),
        records(connection, _LOOPS, [customer_key]),
        actions[0] if actions else None,
    )


def lines(told: Story) -> list[str]:
    """The story for a terminal, line by line."""
    customer = told.customer
    found = [f"Customer {told.customer_key}"]
    if told.asked_key:
        found.append(f"  was {told.asked_key} before a merge")
    known = ", ".join(str(value) for value in told.golden_record.values() if value)
    found += [
        f"  known as          {known or words.NOT_KNOWN}",
        f"  segment           {words.spoken(customer['segment_slug'])}",
        f"  lifecycle stage   {words.spoken(customer['lifecycle_stage_slug'])}",
        f"  orders            {words.count(customer['order_count'])}, net revenue "
        f"{words.decimal(customer['net_revenue_amount'])}",
        f"  last NPS answer   {words.count(customer['last_nps_score'])}",
        f"  seen              {words.day(customer['first_seen_at'])} to "
        f"{words.day(customer['last_seen_at'])}",
    ]
    if customer["is_shared_mailbox"]:
        found.append("  several people share what is known of this customer")
    found += ["", f"Profiles ({len(told.profiles)})"]
    found += [
        f"  {profile['source_name']:<18}{profile['source_profile_id']}" for profile in told.profiles
    ]
    if told.action:
        found += ["", "Next best action", f"  {_spoken_row(told.action)}"]
    for title, rows in (("Closed loop", told.loops), ("Journeys, newest first", told.journeys)):
        if rows:
            found += ["", title, *(f"  {_spoken_row(row)}" for row in rows)]
    found += ["", f"Moments, newest first ({len(told.moments)} shown)"]
    for moment in told.moments:
        found.append(f"  {_moment(moment)}")
        written = moment["written"]
        if written:
            found += [f"      {line}" for line in written.splitlines()]
    return [_printable(line) for line in found]


def _moment(moment: Record) -> str:
    parts = [
        f"{moment['occurred_at']:%Y-%m-%d %H:%M}",
        f"{words.spoken(moment['channel_slug']):<14}",
        str(moment["touchpoint_type_name"]),
    ]
    parts += [
        words.spoken(moment[name])
        for name in ("outcome_slug", "contact_reason_slug", "journey_slug")
        if moment[name] not in {None, "none", "unknown"}
    ]
    if moment["score"] is not None:
        parts.append(f"score {words.decimal(moment['score'])}")
    if moment["sentiment"] is not None:
        parts.append(f"sentiment {words.decimal(moment['sentiment'])}")
    if moment["revenue_amount"]:
        parts.append(f"revenue {words.decimal(moment['revenue_amount'])}")
    return "  ".join(parts)


def _spoken_row(row: Record) -> str:
    return ", ".join(
        f"{words.spoken(name.removesuffix('_slug'))} {_spoken(value)}"
        for name, value in row.items()
        if value is not None
    )


def _spoken(value: Any) -> str:
    return words.spoken(value) if isinstance(value, str) else str(value)


def _printable(line: str) -> str:
    """Without what would steer a terminal: names and texts come from outside."""
    return "".join(letter if letter.isprintable() else " " for letter in line)


def _masked(told: Story) -> Story:
    return Story(
        told.customer_key,
        told.asked_key,
        told.customer,
        {
            name: masked_value(value) if value else None
            for name, value in told.golden_record.items()
        },
        [
            profile | {"source_profile_id": masked_value(profile["source_profile_id"])}
            for profile in told.profiles
        ],
        [moment | {"written": None} for moment in told.moments],
        told.journeys,
        told.loops,
        told.action,
    )
