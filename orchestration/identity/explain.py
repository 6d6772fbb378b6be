"""Why two profiles are one customer, or why they are not, from the last build.

Reads the private warehouse. What comes back holds the values themselves: whoever shows it masks
them, unless a person has asked to see them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import duckdb

from orchestration.warehouse.connections import UnreadableWarehouseError, read_warehouse

_SHOWN_LETTERS = 2
# A shared line is shared with a few people; a longer list would explain nothing more.
_BLOCKED_VALUES = 20


class ExplainError(ValueError):
    """A question that the warehouse cannot answer, in words for who asked."""


@dataclass(frozen=True)
class Profile:
    """A person as one source knows them."""

    profile_key: str
    source_name: str
    source_profile_id: str
    customer_key: str


@dataclass(frozen=True)
class Step:
    """A link between two profiles: a shared value, a match or a decision."""

    left: Profile
    right: Profile
    link_reason: str
    identifier_type: str | None
    identifier_value: str | None
    full_name: str | None
    match_probability: float | None
    linked_at: datetime | None


@dataclass(frozen=True)
class RefusedLink:
    """A link that would have joined the two customers, and the reason against it."""

    left: Profile
    right: Profile
    link_reason: str
    identifier_type: str | None
    identifier_value: str | None
    match_probability: float | None
    refusal_reason: str
    conflict_kind: str | None
    left_value: str | None
    right_value: str | None


@dataclass(frozen=True)
class BlockedValue:
    """A value that both customers show, but that joins nobody."""

    identifier_type: str
    identifier_value: str
    blocked_reason: str


@dataclass(frozen=True)
class Explanation:
    """One customer with the path between its profiles, or two with what was refused."""

    left: Profile
    right: Profile
    is_one_customer: bool
    path: tuple[Step, ...] = ()
    refused_links: tuple[RefusedLink, ...] = ()
    blocked_values: tuple[BlockedValue, ...] = ()


def explain(left: str, right: str) -> Explanation:
    """Explain two profiles, each by its key or as `source:source_profile_id`."""
    try:
        with read_warehouse() as connection:
            return _explain(connection, left, right)
    except UnreadableWarehouseError as error:
        raise ExplainError(str(error)) from error
    except duckdb.CatalogException as error:
        raise ExplainError("Nothing has been resolved yet: `throughline run` does it.") from error


_Part = TypeVar("_Part", Profile, Step, RefusedLink, BlockedValue)


def masked(explanation: Explanation) -> Explanation:
    """The same without anything that identifies a person."""
    return replace(
        explanation,
        left=_masked(explanation.left),
        right=_masked(explanation.right),
        path=tuple(map(_masked, explanation.path)),
        refused_links=tuple(map(_masked, explanation.refused_links)),
        blocked_values=tuple(map(_masked, explanation.blocked_values)),
    )


def masked_value(value: str) -> str:
    """Enough of a value to recognise one that is known already."""
    shown = _SHOWN_LETTERS if len(value) > 2 * _SHOWN_LETTERS else 0
    return f"{value[:shown]}***"


def _masked(part: _Part) -> _Part:
    hidden = {
        "source_profile_id",
        "identifier_value",
        "full_name",
        "left_value",
        "right_value",
    }
    changes: dict[str, Any] = {
        name: masked_value(value)
        for name, value in vars(part).items()
        if name in hidden and value is not None
    }
    changes |= {
        name: _masked(value) for name, value in vars(part).items() if isinstance(value, Profile)
    }
    return replace(part, **changes)


def _explain(connection: duckdb.DuckDBPyConnection, left: str, right: str) -> Explanation:
    left_profile, right_profile = _profile(connection, left), _profile(connection, right)
    if left_profile.customer_key == right_profile.customer_key:
        path = _path(connection, left_profile, right_profile)
        return Explanation(left_profile, right_profile, True, path)
    customers = [left_profile.customer_key, right_profile.customer_key]
    return Explanation(
        left_profile,
        right_profile,
        False,
        refused_links=_refused_links(connection, customers),
        blocked_values=_blocked_values(connection, customers),
    )


_PROFILES = """
    select
        profiles.profile_key,
        profiles.source_name,
        profiles.source_profile_id,
        customer_profiles.customer_key
    from intermediate.int_identity__profiles as profiles
    inner join intermediate.int_identity__customer_profiles as customer_profiles
        on profiles.profile_key = customer_profiles.profile_key
"""


def _profile(connection: duckdb.DuckDBPyConnection, name: str) -> Profile:
    rows = connection.execute(
        f"{_PROFILES} where profiles.profile_key = $1 "
        "or profiles.source_name || ':' || profiles.source_profile_id = $1",
        [name],
    ).fetchall()
    if not rows:
        raise ExplainError(
            f"There is no profile {name!r}: give a profile_key of int_identity__profiles, "
            "or source:source_profile_id."
        )
    return Profile(*rows[0])


def _profiles(
    connection: duckdb.DuckDBPyConnection, customers: Sequence[str]
) -> dict[str, Profile]:
    rows = connection.execute(
        f"{_PROFILES} where list_contains($1, customer_profiles.customer_key)", [list(customers)]
    ).fetchall()
    return {row[0]: Profile(*row) for row in rows}


def _path(connection: duckdb.DuckDBPyConnection, start: Profile, end: Profile) -> tuple[Step, ...]:
    profiles = _profiles(connection, [start.customer_key])
    links = connection.execute(
        """
        select
            links.left_profile_key,
            links.right_profile_key,
            links.link_reason,
            links.identifier_type,
            links.identifier_value,
            links.full_name,
            links.match_probability,
            links.linked_at
        from intermediate.int_identity__links as links
        inner join intermediate.int_identity__customer_profiles as customer_profiles
            on links.left_profile_key = customer_profiles.profile_key
        where customer_profiles.customer_key = ?
        order by
            links.precedence, links.type_priority, links.match_probability desc, links.link_key
        """,
        [start.customer_key],
    ).fetchall()
    came_from = _came_from(links, start.profile_key, end.profile_key)
    steps = []
    profile_key = end.profile_key
    while profile_key != start.profile_key:
        if profile_key not in came_from:
            raise ExplainError("The links and the customers are not of one build: build again.")
        previous, what, linked_at = came_from[profile_key]
        steps.append(Step(profiles[previous], profiles[profile_key], *what, linked_at))
        profile_key = previous
    return tuple(reversed(steps))


# Reason, type and value of the identifier, name, probability: what joins profiles.
_What = tuple[str, str | None, str | None, str | None, float | None]
# The profile before on the way, what joins the two, and since when.
_CameFrom = tuple[str, _What, datetime | None]


def _came_from(links: Iterable[tuple[Any, ...]], start: str, end: str) -> dict[str, _CameFrom]:
    """Breadth first, from value to value: all profiles of one value are one step apart."""
    members: dict[tuple[_What, tuple[str, ...]], dict[str, datetime | None]] = defaultdict(dict)
    for left, right, reason, identifier_type, value, full_name, probability, linked_at in links:
        pair = (left, right) if identifier_type is None else ()
        what = (reason, identifier_type, value, full_name, probability)
        of_value = members[what, pair]
        of_value.setdefault(left, linked_at)
        of_value[right] = linked_at
    of_profile = defaultdict(list)
    for bridge, joined in members.items():
        for profile_key in joined:
            of_profile[profile_key].append(bridge)

    came_from: dict[str, _CameFrom] = {}
    reached, taken = [start], set()
    for profile_key in reached:
        if end in came_from:
            break
        for bridge in of_profile[profile_key]:
            if bridge in taken:
                continue
            taken.add(bridge)
            joined = members[bridge]
            for following in sorted(joined.keys() - came_from.keys() - {start}):
                times = [at for at in (joined[profile_key], joined[following]) if at is not None]
                came_from[following] = (profile_key, bridge[0], max(times, default=None))
                reached.append(following)
    return came_from


def _refused_links(
    connection: duckdb.DuckDBPyConnection, customers: Sequence[str]
) -> tuple[RefusedLink, ...]:
    rows = connection.execute(
        """
        select
            refused_links.left_profile_key,
            refused_links.right_profile_key,
            refused_links.link_reason,
            refused_links.identifier_type,
            refused_links.identifier_value,
            refused_links.match_probability,
            refused_links.refusal_reason,
            refused_links.conflict_kind,
            refused_links.left_value,
            refused_links.right_value
        from intermediate.int_identity__refused_links as refused_links
        inner join intermediate.int_identity__customer_profiles as left_profiles
            on refused_links.left_profile_key = left_profiles.profile_key
        inner join intermediate.int_identity__customer_profiles as right_profiles
            on refused_links.right_profile_key = right_profiles.profile_key
        where
            list_contains($1, left_profiles.customer_key)
            and list_contains($1, right_profiles.customer_key)
        order by refused_links.link_key
        """,
        [list(customers)],
    ).fetchall()
    profiles = _profiles(connection, customers) if rows else {}
    return tuple(RefusedLink(profiles[left], profiles[right], *rest) for left, right, *rest in rows)


def _blocked_values(
    connection: duckdb.DuckDBPyConnection, customers: Sequence[str]
) -> tuple[BlockedValue, ...]:
    rows = connection.execute(
        f"""
        select
            identifiers.identifier_type,
            identifiers.identifier_value,
            min(identifiers.blocked_reason) as blocked_reason
        from intermediate.int_identity__identifiers as identifiers
        inner join intermediate.int_identity__customer_profiles as customer_profiles
            on identifiers.profile_key = customer_profiles.profile_key
        where
            list_contains($1, customer_profiles.customer_key)
            and identifiers.is_linking
            and identifiers.is_blocked
        group by identifiers.identifier_type, identifiers.identifier_value
        having count(distinct customer_profiles.customer_key) = 2
        order by identifiers.identifier_type, identifiers.identifier_value
        limit {_BLOCKED_VALUES}
        """,
        [list(customers)],
    ).fetchall()
    return tuple(BlockedValue(*row) for row in rows)
