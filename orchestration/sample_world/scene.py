"""The scene that every module of the simulation shares: people, company, records."""

from dataclasses import dataclass, field

import numpy as np

from orchestration.sample_world.clock import into_hours, late_in_the_morning, onto_weekdays
from orchestration.sample_world.company import Company
from orchestration.sample_world.people import People
from orchestration.sample_world.records import Journeys, Moments, Rows

# Of those who would call on a weekend.
WAITS_FOR_THE_WEEK_SHARE = 0.5


@dataclass
class Scene:
    """One chunk of customers while they act. Persons, orders, cases, … are numbers from 0 here."""

    rng: np.random.Generator
    # Who is asked what, and answers what: what surveys change, changes nothing else that people do.
    asking: np.random.Generator
    days: int
    people: People
    company: Company
    moments: Moments = field(default_factory=Moments)
    journeys: Journeys = field(default_factory=Journeys)
    orders: Rows = field(default_factory=Rows)
    order_lines: Rows = field(default_factory=Rows)
    refunds: Rows = field(default_factory=Rows)
    cases: Rows = field(default_factory=Rows)
    responses: Rows = field(default_factory=Rows)
    response_drivers: Rows = field(default_factory=Rows)
    experiences: Rows = field(default_factory=Rows)
    checkouts: Rows = field(default_factory=Rows)
    invitations: Rows = field(default_factory=Rows)
    episodes: Rows = field(default_factory=Rows)
    opt_outs: Rows = field(default_factory=Rows)
    intents: Rows = field(default_factory=Rows)
    mistakes: Rows = field(default_factory=Rows)
    idle_clicks: Rows = field(default_factory=Rows)
    campaign_clicks: Rows = field(default_factory=Rows)
    arms: Rows = field(default_factory=Rows)
    # Of each experiment: whom it brings, and has not brought yet.
    brought_by: dict[int, np.ndarray] = field(default_factory=dict)
    # Moments of another journey that are steps of this one too: the order begins the delivery.
    shared_steps: Rows = field(default_factory=Rows)

    def chance(self, probability: np.ndarray | float, rows: int) -> np.ndarray:
        """A coin for each row."""
        return self.rng.random(rows) < probability

    def wait(self, mean: float, rows: int) -> np.ndarray:
        """Exponential waiting times."""
        return self.rng.exponential(mean, rows)

    def when_desk_answers(
        self, at: np.ndarray, who: np.ndarray, opens: float = 8.1, closes: float = 17.8
    ) -> np.ndarray:
        """The same times, those at night and on weekends moved to when the written desk works."""
        closed = np.broadcast_to(self.company.weekends, (len(who), len(self.company.weekends)))
        return into_hours(
            self.rng, at, self.people.is_western[who], opens, closes, within=5, closed=closed
        )

    def when_people_call(
        self, at: np.ndarray, who: np.ndarray, share: float = 0.7, longest: int = 3
    ) -> np.ndarray:
        """The same times moved to when most people call: on weekdays, late in the morning.

        Who doesn't call on a weekend does so within `longest` days of the week after.
        """
        is_western = self.people.is_western[who]
        at = late_in_the_morning(self.rng, at, is_western, share)
        return onto_weekdays(self.rng, at, is_western, WAITS_FOR_THE_WEEK_SHARE, longest)

    def product_names(self, product: np.ndarray) -> np.ndarray:
        """The name of each product in lower case; of any if it is unknown."""
        names = self.company.products["product_name"].str.lower().to_numpy(dtype=object)
        return names[np.maximum(product, 0)]

    def line_range(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first and the last row (exclusive) of `order_lines` of each order."""
        orders = self.order_lines.column("order", -1)
        return np.searchsorted(orders, order), np.searchsorted(orders, order, side="right")

    def bad_experience(
        self, driver: str, where: np.ndarray, who: np.ndarray, at: np.ndarray
    ) -> None:
        """Something went wrong for these people: it weighs on their mood, scores and loyalty."""
        self.experiences.add(where, person=who, at=at, driver=driver)
        np.add.at(self.people.bad_experiences, who[where], 1)
        self.people.mood[who[where]] -= 0.4
