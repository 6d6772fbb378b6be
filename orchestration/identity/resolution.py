"""Resolution: the links that hold where a component of proposed links joins people who conflict.

All that may join profiles is sorted once and taken in that order; a union that would put into one
customer what no two people share is refused. A value is a node of its own here, not a star: who
happens to be the center of a star decides nothing. Why:
`dbt_project/docs/decisions/0009-refuse-links-value-by-value.md`.

Which components have a conflict is the business of SQL (`int_identity__conflicts`); all others need
only closure.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, product
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

FORCED_MERGE = "forced_merge"
VENDOR_MERGE = "vendor_merge"
MATCH = "match"

BIRTH_DATE = "birth_date"
FULL_NAME = "full_name"

FORCED_SPLIT = "forced_split"
MAXIMUM_PER_CUSTOMER = "maximum_per_customer"
AMBIGUOUS = "ambiguous"

# A longer name leaves room for more slips of the pen.
_LETTERS_PER_EDIT = 3
_DAYS_PER_YEAR = 365.25


class ContradictionError(ValueError):
    """A forced merge and a forced split that cannot both hold."""


# Precedence, priority of the type, probability from the highest, type, value, name, members.
Rank = tuple[int, int, float, str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Bridge:
    """A reason to join profiles: a decision, a value that they share, or a match of two."""

    link_reason: str
    members: tuple[str, ...]
    precedence: int
    type_priority: int = 0
    match_probability: float | None = None
    identifier_type: str | None = None
    identifier_value: str | None = None
    full_name: str | None = None

    @property
    def rank(self) -> Rank:
        """A key that sorts all bridges in one way."""
        return (
            self.precedence,
            self.type_priority,
            -round(self.match_probability or 0, 6),
            self.identifier_type or "",
            self.identifier_value or "",
            self.full_name or "",
            self.members,
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A value of a profile by which people are told apart.

    `kind` is an identifier type, `birth_date` (ISO) or `full_name` (folded, given name first).
    """

    kind: str
    value: str
    # An identifier that is nobody else's: profiles that share it are one person under two names.
    vouches: bool = False


@dataclass(frozen=True)
class Rules:
    """The limits of what the profiles of one customer may show, from the seeds."""

    # By type that is unique per person: edits up to which two values are the same one mistyped;
    # None where people mistype it so much that a difference proves nothing.
    conflict_edits: Mapping[str, int | None] = field(default_factory=dict)
    maximum_per_customer: Mapping[str, int] = field(default_factory=dict)
    name_conflict_edits: int = 0
    birth_date_conflict_edits: int = 0
    # Of a match, two given names are alike up to edits in this share of their letters.
    match_name_share: float = 0
    match_birth_date_years: float = 0
    typo_edits: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Two groups of profiles that a bridge did not join, each by its least profile."""

    bridge: Bridge
    left_profile_key: str
    right_profile_key: str
    refusal_reason: str
    conflict_kind: str | None = None
    left_value: str | None = None
    right_value: str | None = None


@dataclass(frozen=True)
class Resolution:
    """The customer of each profile, by its least profile, and what was refused."""

    components: Mapping[str, str]
    refusals: tuple[Refusal, ...]

    def links(self, bridge: Bridge) -> Iterator[tuple[str, str]]:
        """The pairs that the bridge joins: a star in each customer that it serves."""
        served = defaultdict(list)
        for member in bridge.members:
            served[self.components[member]].append(member)
        for members in served.values():
            center = min(members)
            yield from ((center, member) for member in members if member != center)


def resolve(
    bridges: Iterable[Bridge],
    marks: Mapping[str, Sequence[Mark]],
    splits: Iterable[tuple[str, str]],
    rules: Rules,
) -> Resolution:
    """Take the bridges in their order, each as far as nothing conflicts.

    Args:
        bridges: Whatever proposes that profiles are one person, in any order.
        marks: By profile, what tells people apart; a profile may have none.
        splits: Pairs of profiles that are never one customer.
        rules: Tolerances and limits.
    """
    components: dict[str, str] = {}
    refusals: list[Refusal] = []
    for of_component, its_splits in _by_component(bridges, splits):
        members = {member for bridge in of_component for member in bridge.members}
        its_marks = {member: marks[member] for member in members if member in marks}
        waived = _waived(of_component, its_marks, rules)
        customers = _Customers(its_marks, its_splits, rules, waived)
        for bridge in of_component:
            refusals.extend(customers.join(bridge))
        components |= customers.components()
    return Resolution(
        components,
        # Two that a weaker bridge joined after all are not refused.
        tuple(
            refusal
            for refusal in refusals
            if components[refusal.left_profile_key] != components[refusal.right_profile_key]
        ),
    )


def _by_component(
    bridges: Iterable[Bridge], splits: Iterable[tuple[str, str]]
) -> Iterator[tuple[list[Bridge], list[tuple[str, str]]]]:
    """The bridges in their order, and the splits, of those whom bridges connect.

    Nobody's waiver, and so nobody's customer, depends on people whom nothing joins to them.
    """
    ordered = sorted(bridges, key=lambda bridge: bridge.rank)
    connected = _Forest()
    for bridge in ordered:
        for member in bridge.members:
            connected.union(bridge.members[0], member)
    bridges_of, splits_of = defaultdict(list), defaultdict(list)
    for bridge in ordered:
        bridges_of[connected.find(bridge.members[0])].append(bridge)
    for left, right in splits:
        if connected.find(left) == connected.find(right):
            splits_of[connected.find(left)].append((left, right))
    for root, of_component in bridges_of.items():
        yield of_component, splits_of[root]


class _Waivers:
    """Pairs of values that conflict with each other no longer."""

    def __init__(self) -> None:
        self.pairs: set[tuple[str, str, str]] = set()

    def add(self, kind: str, left: str, right: str) -> None:
        self.pairs.add((kind, min(left, right), max(left, right)))

    def __contains__(self, pair: tuple[str, str, str]) -> bool:
        kind, left, right = pair
        return (kind, min(left, right), max(left, right)) in self.pairs


def _waived(
    bridges: Sequence[Bridge], marks: Mapping[str, Sequence[Mark]], rules: Rules
) -> _Waivers:
    """The conflicts that the bridges themselves settle.

    A profile's own values; those of profiles that decisions or vendors merge; names and birth dates
    of those who share an identifier that is nobody else's; and those of a match of alike names and
    near birth dates.
    """
    waived = _Waivers()
    for own in marks.values():
        _waive(waived, own)
    for members in _merged_groups(bridges):
        _waive(waived, [mark for member in members for mark in marks.get(member, ())])
    for bridge in bridges:
        if bridge.identifier_type in rules.conflict_edits:
            # Of 100,000 members each name and birth date counts once.
            traits = {mark for member in bridge.members for mark in marks.get(member, ())}
            _waive(waived, [mark for mark in traits if mark.kind in (BIRTH_DATE, FULL_NAME)])
        elif bridge.link_reason == MATCH:
            left, right = (marks.get(member, ()) for member in bridge.members)
            _waive_matched(waived, left, right, rules)
    return waived


def _waive(waived: _Waivers, marks: Iterable[Mark]) -> None:
    values = defaultdict(set)
    for mark in marks:
        values[mark.kind].add(mark.value)
    for kind, of_kind in values.items():
        for left, right in combinations(of_kind, 2):
            waived.add(kind, left, right)


def _waive_matched(
    waived: _Waivers, left: Sequence[Mark], right: Sequence[Mark], rules: Rules
) -> None:
    is_vouched_for = any(
        one.vouches
        and other.vouches
        and one.kind == other.kind
        and _edits(one.value, other.value, rules.typo_edits) <= rules.typo_edits
        for one, other in product(left, right)
    )
    names, birth_dates = (
        [
            (one.value, other.value)
            for one, other in product(left, right)
            if one.kind == other.kind == kind
        ]
        for kind in (FULL_NAME, BIRTH_DATE)
    )
    are_alike = not any(
        _names_conflict(*pair, lambda length: int(length * rules.match_name_share))
        for pair in names
    )
    are_near = bool(birth_dates) and all(
        _years_apart(*pair) <= rules.match_birth_date_years for pair in birth_dates
    )
    if is_vouched_for or (are_alike and are_near):
        for kind, pairs in ((FULL_NAME, names), (BIRTH_DATE, birth_dates)):
            for pair in pairs:
                waived.add(kind, *pair)


def _merged_groups(bridges: Sequence[Bridge]) -> list[list[str]]:
    """The profiles that decisions and vendors merge, in whichever number of steps."""
    parents = _Forest()
    for bridge in bridges:
        if bridge.link_reason in (FORCED_MERGE, VENDOR_MERGE):
            for member in bridge.members[1:]:
                parents.union(bridge.members[0], member)
    groups = defaultdict(list)
    for member in list(parents.parents):
        groups[parents.find(member)].append(member)
    return list(groups.values())


class _Forest:
    """Union-find."""

    def __init__(self) -> None:
        self.parents: dict[str, str] = {}

    def find(self, node: str) -> str:
        parents = self.parents
        root = parents.setdefault(node, node)
        while parents[root] != root:
            root = parents[root]
        while parents[node] != root:
            parents[node], node = root, parents[node]
        return root

    def union(self, root: str, other: str) -> None:
        self.parents[self.find(other)] = self.find(root)


@dataclass(slots=True)
class _Customer:
    """The values that the profiles joined so far show together."""

    least: str
    profile_count: int = 1
    values: dict[str, set[str]] = field(default_factory=dict)
    kept_from: set[str] = field(default_factory=set)

    @property
    def weight(self) -> int:
        return self.profile_count + len(self.kept_from) + sum(map(len, self.values.values()))

    @property
    def signature(self) -> Hashable:
        """Equal of customers that conflict with the same others."""
        return (
            frozenset((kind, value) for kind, of_kind in self.values.items() for value in of_kind),
            frozenset(self.kept_from),
            # Those whom others are kept from are told from each other.
            self.least if self.kept_from else "",
        )


class _Conflict(NamedTuple):
    reason: str
    kind: str | None = None
    left_value: str | None = None
    right_value: str | None = None


class _Customers:
    """The customers while they grow."""

    def __init__(
        self,
        marks: Mapping[str, Sequence[Mark]],
        splits: Iterable[tuple[str, str]],
        rules: Rules,
        waived: _Waivers,
    ) -> None:
        self.marks = marks
        self.rules = rules
        self.waived = waived
        # Other marks are only counted.
        self.allowed_edits = {
            kind: edits for kind, edits in rules.conflict_edits.items() if edits is not None
        }
        self.compared = {BIRTH_DATE, FULL_NAME} | self.allowed_edits.keys()
        self.forest = _Forest()
        self.by_root: dict[str, _Customer] = {}
        # Those that bridges name; a split may name others, which no bridge reaches.
        self.named: set[str] = set()
        self.split_from = defaultdict(set)
        for left, right in splits:
            self.split_from[left].add(right)
            self.split_from[right].add(left)

    def components(self) -> dict[str, str]:
        """Each profile that a bridge named, with the least profile of its customer."""
        return {
            profile: self.by_root[self.forest.find(profile)].least for profile in sorted(self.named)
        }

    def join(self, bridge: Bridge) -> list[Refusal]:
        """Join what the bridge may join; return what it may not."""
        # The least member of the bridge in each customer, and so an order of the customers.
        members: dict[str, str] = {}
        self.named.update(bridge.members)
        for member in sorted(bridge.members):
            members.setdefault(self._root(member), member)
        roots = list(members)
        if len(roots) == 1:
            return []
        if bridge.link_reason == FORCED_MERGE:
            for left, right in combinations(roots, 2):
                if self._are_split(left, right):
                    raise ContradictionError(
                        f"{members[left]} and {members[right]} are merged and split by decision"
                    )
            self._unite(roots)
            return []
        if self._agree(roots):
            self._unite(roots)
            return []
        return self._join_in_groups(bridge, members)

    def _root(self, profile: str) -> str:
        root = self.forest.find(profile)
        if root not in self.by_root:
            customer = _Customer(profile, kept_from=set(self.split_from.get(profile, ())))
            for mark in self.marks.get(profile, ()):
                customer.values.setdefault(mark.kind, set()).add(mark.value)
            self.by_root[root] = customer
        return root

    def _unite(self, roots: Sequence[str]) -> str:
        # The smaller customer moves into the larger, or a chain would cost its length squared.
        largest = max(roots, key=lambda root: self.by_root[root].weight)
        into = self.by_root[largest]
        for root in roots:
            if root == largest:
                continue
            customer = self.by_root.pop(root)
            into.least = min(into.least, customer.least)
            into.profile_count += customer.profile_count
            into.kept_from |= customer.kept_from
            for kind, values in customer.values.items():
                into.values.setdefault(kind, set()).update(values)
            self.forest.union(largest, root)
        return largest

    def _agree(self, roots: Sequence[str]) -> bool:
        """Whether all could be one customer. Each distinct value is looked at once."""
        together: dict[str, set[str]] = {}
        candidates = set(roots)
        for root in roots:
            customer = self.by_root[root]
            if any(self._root(profile) in candidates for profile in customer.kept_from):
                return False
            for kind, values in customer.values.items():
                seen = together.setdefault(kind, set())
                if kind not in self.compared:
                    seen |= values
                    continue
                for value in values - seen:
                    if any(self._values_conflict(kind, value, other) for other in seen):
                        return False
                    seen.add(value)
        return self._exceeded(together) is None

    def _join_in_groups(self, bridge: Bridge, members: dict[str, str]) -> list[Refusal]:
        """Part those who conflict, then place those who fit several."""
        contenders, undecided = self._contenders(list(members))
        groups: list[str] = []
        for alike in contenders:
            fitting = [group for group in groups if self._conflict(group, alike[0]) is None]
            if len(fitting) == 1:
                groups[groups.index(fitting[0])] = self._unite_members([*fitting, *alike], members)
            elif fitting:
                undecided += alike
            else:
                groups.append(self._unite_members(alike, members))
        refusals = [self._refusal(bridge, members, groups[0], group) for group in groups[1:]]
        # Two people share the value: it doesn't tell which of them someone is. A decision or a
        # limit says nothing of the kind, so that all others stay where most are.
        if not {refusal.refusal_reason for refusal in refusals} <= {
            FORCED_SPLIT,
            MAXIMUM_PER_CUSTOMER,
        }:
            return refusals + [
                Refusal(bridge, members[groups[0]], members[root], AMBIGUOUS) for root in undecided
            ]
        groups.sort(key=lambda group: (-self.by_root[group].profile_count, members[group]))
        for root in undecided:
            fitting = [group for group in groups if self._conflict(group, root) is None]
            if fitting:
                place = groups.index(fitting[0])
                groups[place] = self._unite_members([fitting[0], root], members)
            else:
                refusals.append(self._refusal(bridge, members, groups[0], root))
                groups.append(root)
        return refusals

    def _unite_members(self, roots: Sequence[str], members: dict[str, str]) -> str:
        least = min(members[root] for root in roots)
        united = self._unite(roots)
        members[united] = least
        return united

    def _contenders(self, roots: Sequence[str]) -> tuple[list[list[str]], list[str]]:
        """Those who conflict with others, by what they show; and those who conflict with none."""
        contending = self._contending(roots)
        # Where no two are too many, all together are.
        contenders = [root for root in roots if root in contending] or roots
        by_signature = defaultdict(list)
        for root in contenders:
            by_signature[self.by_root[root].signature].append(root)
        others = set(roots) - set(contenders)
        return list(by_signature.values()), [root for root in roots if root in others]

    def _contending(self, roots: Sequence[str]) -> set[str]:
        bearers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        candidates = set(roots)
        contending = set()
        for root in roots:
            customer = self.by_root[root]
            if any(self._root(profile) in candidates for profile in customer.kept_from):
                contending.add(root)
            for kind in customer.values.keys() & self.compared:
                for value in customer.values[kind]:
                    bearers[kind][value].append(root)
        for kind, by_value in bearers.items():
            for value, its_bearers in by_value.items():
                if any(self._values_conflict(kind, value, other) for other in by_value):
                    contending.update(its_bearers)
        return contending

    def _refusal(
        self, bridge: Bridge, members: Mapping[str, str], left: str, right: str
    ) -> Refusal:
        conflict = self._conflict(left, right)
        if conflict is None:
            raise ValueError(f"nothing keeps {left} and {right} apart")
        return Refusal(bridge, members[left], members[right], *conflict)

    def _conflict(self, left: str, right: str) -> _Conflict | None:
        """Why the two cannot be one customer; None if they can."""
        if self._are_split(left, right):
            return _Conflict(FORCED_SPLIT)
        ours, theirs = self.by_root[left].values, self.by_root[right].values
        for kind in sorted(ours.keys() & theirs.keys() & self.compared):
            conflicts = (
                (left_value, right_value)
                for left_value in sorted(ours[kind])
                for right_value in sorted(theirs[kind])
                if self._values_conflict(kind, left_value, right_value)
            )
            if found := next(conflicts, None):
                reason = kind if kind in (BIRTH_DATE, FULL_NAME) else "unique_identifier"
                return _Conflict(reason, kind, *found)
        together = {
            kind: ours.get(kind, set()) | theirs.get(kind, set())
            for kind in self.rules.maximum_per_customer
        }
        exceeded = self._exceeded(together)
        return _Conflict(MAXIMUM_PER_CUSTOMER, exceeded) if exceeded else None

    def _are_split(self, left: str, right: str) -> bool:
        fewer, other = sorted((left, right), key=lambda root: len(self.by_root[root].kept_from))
        return any(self._root(profile) == other for profile in self.by_root[fewer].kept_from)

    def _exceeded(self, together: Mapping[str, set[str]]) -> str | None:
        return next(
            (
                kind
                for kind, maximum in self.rules.maximum_per_customer.items()
                if len(together.get(kind, ())) > maximum
            ),
            None,
        )

    def _values_conflict(self, kind: str, left: str, right: str) -> bool:
        if left == right:
            return False
        if kind == FULL_NAME:
            most = self.rules.name_conflict_edits
            differ = _names_conflict(
                left, right, lambda length: min(most, length // _LETTERS_PER_EDIT)
            )
        elif kind == BIRTH_DATE:
            edits = self.rules.birth_date_conflict_edits
            differ = _edits(left, right, edits) > edits
        else:
            edits = self.allowed_edits[kind]
            differ = _edits(left, right, edits) > edits
        return differ and (kind, left, right) not in self.waived


def _names_conflict(left: str, right: str, allowed_edits: Callable[[int], int]) -> bool:
    """Whether two people bear the names. People who marry change the surname, not the given name.

    `allowed_edits` says, by the length of a name, how many edits are a slip of the pen.
    """
    left_given, left_surname = left.split(" ")
    right_given, right_surname = right.split(" ")
    if _is_one_name(left_given, right_given, allowed_edits):
        return False
    return not (
        _is_one_name(left_given, right_surname, allowed_edits)
        and _is_one_name(left_surname, right_given, allowed_edits)
    )


def _is_one_name(left: str, right: str, allowed_edits: Callable[[int], int]) -> bool:
    if left == right:
        return True
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) == 1:
        return longer.startswith(shorter)
    allowed = allowed_edits(len(longer))
    return _edits(left, right, allowed) <= allowed


def _years_apart(left: str, right: str) -> float:
    return abs((date.fromisoformat(left) - date.fromisoformat(right)).days) / _DAYS_PER_YEAR


def _edits(left: str, right: str, limit: int) -> int:
    """Edits, or swaps of neighbours, between two texts, as DuckDB's `damerau_levenshtein` counts.

    Beyond the limit any number above it.
    """
    return DamerauLevenshtein.distance(left, right, score_cutoff=limit)
