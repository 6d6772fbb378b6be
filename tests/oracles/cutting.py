"""Journeys cut by reading each customer's timeline from its beginning, as a person would.

What belongs here: which touchpoint is a step of which journey. The models make the same cut with
window functions, without a loop.
"""

import hashlib
import json
import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from tests.oracles.facts import Facts, seed

ROLES = {"start": 1, "step": 2, "reach": 3, "reach_opens": 3, "fail": 4}
COMPARISONS = {"=": operator.eq, "!=": operator.ne, ">=": operator.ge, "<": operator.lt}
# A touchpoint in one role: a row of a frame, whose columns are its attributes.
Role = Any
SUBJECTS = {
    "order": "order_key",
    "case": "case_key",
    "product": "product_key",
    "subscription": "subscription_key",
}


@dataclass(frozen=True)
class Moment:
    """A touchpoint in the roles that it could play in one kind of journey."""

    touchpoint_key: str
    at: pd.Timestamp
    roles: frozenset[str]
    is_inbound: bool
    subject: str | None
    slug: str

    @property
    def order(self) -> tuple:
        """Of touchpoints at one moment a start comes first, then steps, then what ends."""
        return self.at, min(ROLES[role] for role in self.roles), self.touchpoint_key

    @property
    def may_start(self) -> bool:
        """Whether it opens a journey where none is open."""
        return bool(self.roles & {"start", "reach_opens"})

    @property
    def outcome(self) -> str | None:
        """What it ends a journey with; to reach is more than to fail."""
        if self.roles & {"reach", "reach_opens"}:
            return "reached"
        return "failed" if "fail" in self.roles else None

    @property
    def keeps_open(self) -> bool:
        """What the company sends extends nothing."""
        return self.is_inbound or "start" in self.roles


@dataclass
class Journey:
    """What belongs to one attempt, in order; inferred steps apart."""

    slug: str
    steps: list[Moment] = field(default_factory=list)
    inferred: list[Moment] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Of its kind and its first touchpoint, hashed as all keys of the warehouse are."""
        parts = json.dumps([self.slug, self.steps[0].touchpoint_key], separators=(",", ":"))
        return hashlib.md5(parts.encode()).hexdigest()  # noqa: S324

    @property
    def started_at(self) -> pd.Timestamp:
        """When its first touchpoint happened."""
        return self.steps[0].at

    @property
    def outcome(self) -> str | None:
        """Reached or failed, if it ended."""
        return self.steps[-1].outcome

    def in_order(self) -> list[Moment]:
        """All that belongs to it; what was inferred is a step, and never the first one."""

        def order(step: Moment) -> tuple:
            if step in self.inferred:
                return step.at, ROLES["step"], step.touchpoint_key
            return step.order

        first, *others = self.steps
        return [first, *sorted([*others, *self.inferred], key=order)]

    def open_until(self, limits: "Limits") -> pd.Timestamp:
        """Its end, or the time-out after the last touchpoint that keeps it open, or its old age."""
        if self.outcome:
            return self.steps[-1].at
        last = next(step.at for step in reversed(self.steps) if step.keeps_open)
        return min(limits.silent_at(last), limits.too_old_at(self.started_at))


@dataclass(frozen=True)
class Limits:
    """After what silence of the customer, and at what age, a journey of a kind is over, if ever."""

    timeout: pd.Timedelta | None
    age: pd.Timedelta | None

    @classmethod
    def of_days(cls, timeout_days: float, maximum_days: float) -> "Limits":
        """As the seed says; an empty cell is no limit."""
        given = [timeout_days, maximum_days]
        return cls(*(None if pd.isna(days) else pd.Timedelta(days=days) for days in given))

    def silent_at(self, moment: pd.Timestamp) -> pd.Timestamp:
        """When a silence from this moment on has been too long."""
        return pd.Timestamp.max if self.timeout is None else moment + self.timeout

    def too_old_at(self, started_at: pd.Timestamp) -> pd.Timestamp:
        """When a journey that started then has no more steps."""
        return pd.Timestamp.max if self.age is None else started_at + self.age


def cut(moments: Iterable[Moment], limits: Limits) -> list[Journey]:
    """One subject's timeline: a start opens, a reach, a fail or a long silence closes.

    What comes when a journey is too old is no step, but the customer is still there: it ends with
    the silence after it, or what would have ended it.
    """
    journeys: list[Journey] = []
    current: Journey | None = None
    last = pd.Timestamp.min
    for moment in sorted(moments, key=lambda moment: moment.order):
        if current and moment.at > limits.silent_at(last):
            current = None
        if current is None and moment.may_start:
            current = Journey(moment.slug)
            journeys.append(current)
        if current:
            if not current.steps or moment.at <= limits.too_old_at(current.started_at):
                current.steps.append(moment)
            if moment.keeps_open:
                last = moment.at
            if moment.outcome:
                current = None
    return journeys


def _by_subject(moments: Iterable[Moment]) -> Iterator[list[Moment]]:
    timelines = defaultdict(list)
    for moment in moments:
        timelines[moment.subject].append(moment)
    yield from timelines.values()


def cut_all(moments: list[Moment], limits: Limits, *, has_subject: bool) -> list[Journey]:
    """All journeys of one kind of one customer.

    Who names no subject (a call that names no order) falls into a journey that is open then, else
    may open one of its own, which adopts the first subject that is named while it is open.
    """

    def cut_by_subject(placed: Iterable[Moment]) -> list[Journey]:
        return [journey for line in _by_subject(placed) for journey in cut(line, limits)]

    def is_open(journey: Journey, at: pd.Timestamp) -> bool:
        return journey.started_at <= at <= journey.open_until(limits)

    if not has_subject:
        return cut(moments, limits)
    explicit = [moment for moment in moments if moment.subject]
    silent = [moment for moment in moments if not moment.subject]
    named = cut_by_subject(explicit)
    inferred = [moment for moment in silent if any(is_open(j, moment.at) for j in named)]
    unknown = [moment for moment in silent if moment not in inferred]
    adopting: dict[str, str] = {}
    for journey in cut(unknown, limits):
        later = [m for m in explicit if m.at > journey.started_at and is_open(journey, m.at)]
        if later and not journey.outcome:
            first = min(later, key=lambda moment: (moment.at, moment.touchpoint_key))
            adopting |= dict.fromkeys((s.touchpoint_key for s in journey.steps), first.subject)
    adopted = [replace(m, subject=adopting.get(m.touchpoint_key)) for m in unknown]
    journeys = cut_by_subject([*explicit, *adopted])
    for moment in inferred:
        open_then = [journey for journey in journeys if is_open(journey, moment.at)]
        if open_then:
            _latest_touched(open_then, moment.at).inferred.append(moment)
    return journeys


def _latest_touched(journeys: list[Journey], at: pd.Timestamp) -> Journey:
    """The one touched last by then; of two, the one that started later, then the lesser key."""

    def touched(journey: Journey) -> tuple:
        return max(step.at for step in journey.steps if step.at <= at), journey.started_at

    by_key = sorted(journeys, key=lambda journey: journey.key)
    return max(by_key, key=touched)


def _played_roles(facts: Facts) -> pd.DataFrame:
    """Each touchpoint with each role whose type, reason and condition it meets."""
    touchpoints = facts.touchpoints.dropna(subset="customer_key")
    touchpoints = touchpoints.sort_values(["occurred_at", "touchpoint_key"])
    bought = touchpoints.is_purchase.eq(True).astype(int)
    touchpoints["prior_order_count"] = bought.groupby(touchpoints.customer_key).cumsum() - bought
    reasons = seed("journey_reasons").assign(fits=True)
    kinds = seed("journey_types")[["journey_slug", "subject", "timeout_days"]]
    played = (
        touchpoints[~touchpoints.is_bot]
        .merge(seed("journey_events"), on="touchpoint_type_slug")
        .merge(reasons, how="left", on=["journey_slug", "contact_reason_slug"])
        .merge(kinds, on="journey_slug")
        .merge(seed("journey_limits"), how="left", on="journey_slug")
    )
    played = played[~played.needs_reason | played.fits.notna()]
    return played[[_meets(role) for role in played.itertuples()]]


def _meets(role: Role) -> bool:
    """Whether the touchpoint is what the role's condition asks for, if it asks for anything."""
    if not isinstance(role.condition_column, str):
        return True
    value, expected = getattr(role, role.condition_column), role.condition_value
    if role.condition_column == "prior_order_count":
        expected = int(expected)
    return COMPARISONS[role.condition_operator](value, expected)


def _moment(roles: list[Role]) -> Moment:
    """One touchpoint in all of its roles in one kind of journey."""
    first = roles[0]
    about = getattr(first, SUBJECTS[first.subject]) if first.subject in SUBJECTS else None
    return Moment(
        first.touchpoint_key,
        first.occurred_at,
        frozenset(role.role for role in roles),
        first.direction == "inbound",
        about if isinstance(about, str) else None,
        first.journey_slug,
    )


def journey_steps(facts: Facts) -> pd.DataFrame:
    """Every step of every journey, which is named by its first touchpoint."""
    timelines: dict[tuple, dict[str, list[Role]]] = defaultdict(lambda: defaultdict(list))
    for role in _played_roles(facts).itertuples():
        limits = Limits.of_days(role.timeout_days, role.maximum_days)
        kind = (role.customer_key, role.journey_slug, role.subject, limits)
        timelines[kind][role.touchpoint_key].append(role)
    rows = []
    for (_, slug, subject, limits), played in timelines.items():
        moments = [_moment(roles) for roles in played.values()]
        for journey in cut_all(moments, limits, has_subject=subject in SUBJECTS):
            start = journey.steps[0].touchpoint_key
            rows += [
                (
                    slug,
                    start,
                    step.touchpoint_key,
                    number,
                    step in journey.inferred,
                    journey.outcome,
                )
                for number, step in enumerate(journey.in_order(), start=1)
            ]
    columns = ["journey_slug", "start_touchpoint_key", "touchpoint_key", "step_number"]
    return pd.DataFrame(rows, columns=[*columns, "is_inferred", "outcome"])
