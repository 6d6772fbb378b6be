"""Small worlds of a few profiles, and what is delivered and decided of them from day to day.

Only what is put in, and what follows from it by plain reasoning, belongs here; no warehouse.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from random import Random
from typing import NamedTuple

import networkx
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.dbt_project.identity.test_resolution import profile

DAYS = 5
PROFILES = "abcdef"
LINKING_TRAITS = ("email", "phone", "social_handle")
UNIQUE_TRAITS = ("account_id", "loyalty_card")
# Given name, surname, birth date and postcode, by number: she; she with a slip of the pen, which
# only likeness finds; she without a birth date; she after she married and moved; her son at home.
WHOLE_PEOPLE = (
    ("Anna", 0, 0, 0),
    ("Anna", 0, 2, 0),
    ("Anna", 0, None, 0),
    ("Anna", 1, 0, 1),
    ("Piotr", 0, 1, 0),
)
# What little of them other sources know.
PEOPLE = (
    *WHOLE_PEOPLE,
    ("A.", 0, 0, None),
    ("Anna", 0, None, None),
    ("Piotr", 0, None, None),
    (None, None, 0, None),
    (None, None, 1, None),
)
# Surnames of different worlds share nothing, or likeness would join them.
LETTERS = "abcdefghijklmnop"

# Of each profile its customer key; and who is who, whatever it is called.
Keys = dict[str, str]
Partition = set[frozenset[str]]


class Shown(NamedTuple):
    """What a profile shows from the delivery of one day until it is taken back on another."""

    profile: str
    trait: str
    value: int
    since: int
    until: int
    # When it was seen: in another order than delivered.
    seen: int


class Decided(NamedTuple):
    """A decision as long as it is in the seed."""

    decision: str
    left: str
    right: str
    since: int
    until: int


class Blocked(NamedTuple):
    """A value as long as it is in the seed of those that identify nobody."""

    trait: str
    value: int
    since: int
    until: int


class History(NamedTuple):
    """All that happens to one world, in whatever order."""

    shown: tuple[Shown, ...]
    decided: tuple[Decided, ...]
    blocked: tuple[Blocked, ...]

    def on(self, day: int) -> "History":
        """What of it is there on that day."""
        return History(
            *(tuple(part for part in parts if part.since <= day < part.until) for parts in self)
        )


class Kind(NamedTuple):
    """What the profiles of a world show."""

    traits: tuple[str, ...]
    value_count: int
    row_count: int
    # Numbers of people, and of the rows that show one of them.
    people: tuple[int, ...] = ()
    person_count: int = 0


# Of contacts alone everything can be told by plain reasoning.
CONTACTS = Kind((*LINKING_TRAITS * 2, "device_id"), 3, 12)
# Others join who shows what no two people share, or more of a kind than anybody may.
CONFLICTS = Kind(
    (*LINKING_TRAITS * 2, *UNIQUE_TRAITS, "contact_id"), 3, 20, (5, 6, 6, 7, 7, 8, 9), 3
)
# Many show one number or mailbox.
HOMES = Kind(("phone", "phone", "social_handle"), 1, 9, tuple(range(len(PEOPLE))), 9)
# Nearly nothing but likeness joins them.
LIKENESS = Kind(LINKING_TRAITS, 3, 4, tuple(range(len(WHOLE_PEOPLE))), 7)
KINDS = (CONTACTS, CONFLICTS, HOMES, LIKENESS)


def new_history(kind: Kind, draw: Random) -> History:
    """A world; nobody decides what contradicts itself, which fails a run."""
    contacts = [
        Shown(
            draw.choice(PROFILES),
            draw.choice(kind.traits),
            draw.randrange(kind.value_count),
            *span(draw),
            draw.randint(1, 28),
        )
        for _ in range(kind.row_count)
    ]
    persons = [
        Shown(
            draw.choice(PROFILES),
            "person",
            draw.choice(kind.people),
            *span(draw),
            draw.randint(1, 28),
        )
        for _ in range(kind.person_count)
    ]
    merged, split = (
        [
            Decided(decision, *draw.sample(PROFILES, 2), *span(draw))
            for _ in range(draw.choice((0, 0, 1, 2)))
        ]
        for decision in ("merge", "split")
    )
    together = closure(((each.left, each.right) for each in merged), PROFILES)
    blocked = [
        Blocked(draw.choice(LINKING_TRAITS), draw.randrange(kind.value_count), *span(draw))
        for _ in range(draw.choice((0, 0, 1)))
    ]
    return History(
        (*contacts, *persons),
        (*merged, *(each for each in split if together[each.left] != together[each.right])),
        tuple(blocked),
    )


def span(draw: Random) -> tuple[int, int]:
    """Days. Much is there from the first on, most of it stays, and anything may be taken back."""
    since = draw.choice((0, 0, *range(DAYS)))
    return since, draw.choice((*range(since + 1, DAYS), DAYS, DAYS, DAYS))


def examples(number: int) -> list[History]:
    """So many worlds of all kinds, the same ones each time."""
    found: dict[History, None] = {}

    @settings(max_examples=number, database=None, deadline=None, phases=[Phase.generate])
    @given(st.sampled_from(KINDS), st.randoms(use_true_random=True))
    def add(kind, draw):
        found[new_history(kind, draw)] = None

    add()
    return list(found)


class World(NamedTuple):
    """A history beside others in one warehouse: none of its values is another's."""

    number: int
    history: History
    name: str

    def rows(self, day: int) -> Iterator[dict]:
        """What is delivered of it up to that day, as the observations that it makes."""
        for said in self.history.on(day).shown:
            yield profile(self.key(said.profile), day=said.seen, **self._traits(said))

    def decisions(self, day: int) -> Iterator[tuple[str, str, str]]:
        """The decisions of that day."""
        for each in self.history.on(day).decided:
            yield each.decision, self.key(each.left), self.key(each.right)

    def blocked(self, day: int) -> Iterator[tuple[str, str]]:
        """The values that are blocked on that day, as they are compared."""
        for each in self.history.on(day).blocked:
            yield each.trait, self.value(each.trait, each.value)

    def key(self, letter: str) -> str:
        """The profile's key."""
        return f"{self.name}:{letter}"

    def value(self, trait: str, number: int) -> str:
        """A value in its normal form."""
        if trait == "email":
            return f"{number}.{self.name}@mail.pl"
        if trait == "phone":
            # Two numbers of one world differ in two digits, so that neither is the other mistyped;
            # none is one of those that staff makes up.
            return f"+486{(self.number + 1) * 7919 % 1_000_000:06}{number}{number}"
        return f"{trait}{number}{self.name}"

    def _traits(self, said: Shown) -> dict[str, str]:
        if said.trait == "person":
            return self._person(*PEOPLE[said.value])
        value = self.value(said.trait, said.value)
        if said.seen % 2:
            return {said.trait: value}
        # As somebody else writes it.
        return {
            "email": {"email": f" {value.replace('@', '+shop@').upper()}"},
            "phone": {"phone": f"{value[3:6]} {value[6:9]}-{value[9:]}"},
            "social_handle": {"social_handle": f"@{value.upper()}"},
        }.get(said.trait, {said.trait: value})

    def _person(self, given_name, surname, birth_date, postcode) -> dict[str, str]:
        # No two worlds have a birth date in common, or likeness would join them.
        rest, day = divmod(self.number % 4320, 12)
        decade_year, month = divmod(rest, 12)
        year, month, day = 1910 + decade_year, 1 + month, 2 * day + 2 + 2 * (day > 3)
        birth_dates = {
            0: f"{year}-{month:02}-{day:02}",
            1: f"{year + 30}-{month:02}-{day:02}",
            2: f"{year}-{month:02}-{day + 1:02}",
            None: None,
        }
        digest = sha256(str(self.number).encode()).digest()
        return {
            "given_name": given_name,
            "surname": None
            if surname is None
            # Nor do those of neighbours, whose birth dates are alike, begin alike.
            else "bm"[surname]
            + LETTERS[self.number % 13]
            + "".join(LETTERS[byte % 16] for byte in digest[13 + 8 * surname :][:7]),
            "birth_date": birth_dates[birth_date],
            "postcode": None
            if postcode is None
            # Of each number another one: digits of a digest come back in a world of so many.
            else f"{postcode + 1}{(self.number * 7919 + 50_021 * postcode) % 100_000:05}",
        }


def closure(pairs: Iterable[tuple[str, str]], nodes: Iterable[str]) -> dict[str, str]:
    """The least node that each node is connected to."""
    graph = networkx.Graph(pairs)
    graph.add_nodes_from(nodes)
    return {
        node: min(component)
        for component in networkx.connected_components(graph)
        for node in component
    }


@cache
def sharing(history: History) -> dict[tuple[str, int], frozenset[str]]:
    """Of each value that may join profiles, those who show it."""
    junk = {(block.trait, block.value) for block in history.blocked}
    shown_by: dict[tuple[str, int], set[str]] = {}
    for said in history.shown:
        if said.trait in LINKING_TRAITS and (said.trait, said.value) not in junk:
            shown_by.setdefault((said.trait, said.value), set()).add(said.profile)
    return {value: frozenset(bearers) for value, bearers in shown_by.items()}
