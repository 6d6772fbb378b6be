"""The planted truth about satisfaction: what moves each score by how much, and who leaves.

A score is base + Σ effect × driver + trait × person + noise, rounded and kept on its scale. The
effects below are what an analysis of the warehouse should find; `truth/drivers` repeats them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.sample_world.people import SEGMENTS
from orchestration.sample_world.phrases import ASPECTS


@dataclass(frozen=True)
class Question:
    """One metric of one survey program, with the points per unit of each driver, by segment."""

    metric: str
    least: int
    most: int
    base: float
    trait: float
    noise: float
    effects: Mapping[str, tuple[float, float, float]]


QUESTIONS: dict[str, Question] = {
    "relational_nps": Question(
        "nps",
        0,
        10,
        7.9,
        0.8,
        1.3,
        {
            "late_deliveries": (-0.8, -1.1, -1.8),
            "unsolved_problems": (-2.2, -2.6, -3.2),
            "defects": (-0.9, -1.0, -1.2),
            "checkout_errors": (-0.6, -0.6, -0.6),
            "purchases": (0.20, 0.15, 0.10),
        },
    ),
    "purchase_csat": Question(
        "csat",
        1,
        5,
        4.1,
        0.3,
        0.7,
        {
            "days_late": (-0.20, -0.30, -0.45),
            "was_defective": (-1.2, -1.2, -1.2),
            "met_errors": (-0.7, -0.6, -0.5),
        },
    ),
    "support_csat": Question(
        "csat",
        1,
        5,
        4.3,
        0.3,
        0.7,
        {
            "extra_contacts": (-0.5, -0.5, -0.7),
            "wait_hours": (-0.010, -0.015, -0.025),
            "was_unsolved": (-1.5, -1.5, -1.8),
        },
    ),
    "support_ces": Question(
        "ces",
        1,
        7,
        5.9,
        0.4,
        0.9,
        {
            "extra_contacts": (-1.0, -1.0, -1.2),
            "wait_hours": (-0.015, -0.020, -0.030),
            "was_unsolved": (-1.6, -1.6, -1.6),
        },
    ),
    "journey_csat": Question(
        "csat",
        1,
        5,
        4.2,
        0.3,
        0.6,
        {
            "days_late": (-0.20, -0.30, -0.45),
            "contacts": (-0.4, -0.5, -0.6),
            "was_unsolved": (-1.4, -1.5, -1.8),
        },
    ),
}

# What each driver is about, in the words of `phrases.ASPECTS`.
ASPECT_OF_DRIVER = {
    "late_deliveries": "delivery", "days_late": "delivery", "defects": "product",
    "was_defective": "product", "unsolved_problems": "service", "was_unsolved": "service",
    "extra_contacts": "service", "contacts": "service", "wait_hours": "service",
    "checkout_errors": "website", "met_errors": "website",
}  # fmt: skip
# People say that the price matters; nothing that happened to them moves it.
NAMED_SHARES = (0.2, 0.22, 0.3, 0.16, 0.12)
ITEM_BASES = (4.2, 4.2, 3.5, 4.2, 4.1)
# Of the points that a driver takes from the score, how much it takes from the rating of its aspect.
ITEM_SHARE = 0.6

# Chance to leave for good after an episode, and how each bad experience before it multiplies that.
LEAVING_CHANCE = 0.012
LEAVING_FACTOR = 2.0
MOST_COUNTED_BAD_EXPERIENCES = 3


def answers(
    rng: np.random.Generator,
    program: str,
    segment: np.ndarray,
    trait: np.ndarray,
    drivers: Mapping[str, np.ndarray],
) -> np.ndarray:
    """The scores that these people would give."""
    question = QUESTIONS[program]
    score = question.base + question.trait * trait + rng.normal(0, question.noise, len(trait))
    for driver, by_segment in question.effects.items():
        score += np.array(by_segment)[segment] * drivers.get(driver, 0.0)
    return np.clip(np.rint(score), question.least, question.most)


def points_by_aspect(
    program: str, segment: np.ndarray, drivers: Mapping[str, np.ndarray]
) -> np.ndarray:
    """The points that each aspect took from each score, a column per aspect."""
    points = np.zeros((len(segment), len(ASPECTS)))
    for driver, by_segment in QUESTIONS[program].effects.items():
        if driver in ASPECT_OF_DRIVER:
            place = ASPECTS.index(ASPECT_OF_DRIVER[driver])
            points[:, place] += np.array(by_segment)[segment] * drivers.get(driver, 0.0)
    return points


def aspects_named(rng: np.random.Generator, points: np.ndarray) -> np.ndarray:
    """The aspect that each would talk about: what took most from the score, else any."""
    any_of_them = rng.choice(len(ASPECTS), len(points), p=NAMED_SHARES)
    return np.where(points.min(axis=1) < -0.3, points.argmin(axis=1), any_of_them)


def item_ratings(rng: np.random.Generator, points: np.ndarray, trait: np.ndarray) -> np.ndarray:
    """How each would rate each aspect, 1 to 5."""
    ratings = np.array(ITEM_BASES) + ITEM_SHARE * points + 0.35 * trait[:, None]
    return np.clip(np.rint(ratings + rng.normal(0, 0.7, points.shape)), 1, 5)


def leaving_chance(bad_experiences: np.ndarray) -> np.ndarray:
    """The chance to leave after one more episode."""
    counted = np.minimum(bad_experiences, MOST_COUNTED_BAD_EXPERIENCES)
    return LEAVING_CHANCE * LEAVING_FACTOR**counted


def drivers_frame() -> pd.DataFrame:
    """Every planted effect: points of the score per unit of the driver."""
    return pd.DataFrame(
        [
            (program, question.metric, driver, segment, effect)
            for program, question in QUESTIONS.items()
            for driver, by_segment in question.effects.items()
            for segment, effect in zip(SEGMENTS, by_segment, strict=True)
        ],
        columns=["program", "metric", "driver", "segment", "effect"],
    )


def churn_effect_frame() -> pd.DataFrame:
    """The planted chance to leave after an episode, by bad experiences so far."""
    bad_experiences = np.arange(MOST_COUNTED_BAD_EXPERIENCES + 1)
    return pd.DataFrame(
        {
            "bad_experiences": bad_experiences,
            "leaving_chance": leaving_chance(bad_experiences),
            "factor": LEAVING_FACTOR**bad_experiences,
        }
    )
