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
            # Who thinks back well to the last journey recommends, and buys sooner.
            "remembered_journey": (0.9, 0.9, 0.9),
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
        0.35,
        {
            # What people make of a journey beyond what happened on it: it is remembered too.
            "verdict": (0.9, 0.9, 0.9),
            "days_late": (-0.20, -0.30, -0.45),
            "contacts": (-0.4, -0.5, -0.6),
            "was_unsolved": (-1.0, -1.1, -1.3),
            # People remember the peak and the end; the mean of the moments goes along with them
            # and moves nothing.
            "peak_end": (0.9, 1.0, 1.2),
            "mean_moment": (0.0, 0.0, 0.0),
        },
    ),
}

# What each driver is about, in the words of `phrases.ASPECTS`.
ASPECT_OF_DRIVER = {
    "late_deliveries": "delivery", "days_late": "delivery", "defects": "product",
    "was_defective": "product", "unsolved_problems": "service", "was_unsolved": "service",
    "extra_contacts": "service", "contacts": "service", "wait_hours": "service",
    "peak_end": "service",
    "checkout_errors": "website", "met_errors": "website",
}  # fmt: skip
# People say that the price matters; nothing that happened to them moves it.
NAMED_SHARES = (0.2, 0.22, 0.3, 0.16, 0.12)
ITEM_BASES = (4.2, 4.2, 3.5, 4.2, 4.1)
# Of the points that a driver takes from the score, how much it takes from the rating of its aspect.
ITEM_SHARE = 0.6

# What people say is important to them, 1 to 5: the price before all, though nothing that happened
# to it moves a score. What does move them most, the delivery, is named among the last.
STATED_IMPORTANCE = (3.2, 3.9, 4.6, 3.6, 2.9)
# Who waits thinks that it took longer than it did.
PERCEIVED_WAIT_FACTOR, PERCEIVED_WAIT_PER_TRAIT = 1.35, -0.15

# Chance to leave for good after an episode, and how each bad experience before it multiplies that.
LEAVING_CHANCE = 0.025
LEAVING_FACTOR = 2.0
MOST_COUNTED_BAD_EXPERIENCES = 3
# How many times as long each of them makes the wait for the next purchase, one and this more.
SLOWER_PER_BAD_EXPERIENCE = 0.25
# What is remembered of the last journey moves the logarithm of that wait, and so does how its
# moments were: the journey weighs more than its moments.
WAIT_EFFECTS = {"remembered_journey": -0.6, "mean_moment": -0.1}
# How much people differ in what they make of the same journey.
VERDICT_SPREAD = 0.6
# What is remembered of a purchase about which nobody asked anything; of one that comes late, and
# what each day of it takes away; of one that is called off.
REMEMBERED_WELL, REMEMBERED_LATE, PER_DAY_LATE, REMEMBERED_CANCELLED = 0.2, -0.2, -0.1, -0.8
WORST_REMEMBERED = -0.8


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


def stated_importance(rng: np.random.Generator, rows: int) -> np.ndarray:
    """How important each says that each aspect is to them, 1 to 5, whatever happened to them."""
    stated = np.array(STATED_IMPORTANCE) + rng.normal(0, 0.8, (rows, len(ASPECTS)))
    return np.clip(np.rint(stated), 1, 5)


def perceived_wait_hours(
    rng: np.random.Generator, trait: np.ndarray, wait_hours: np.ndarray
) -> np.ndarray:
    """How long each thinks to have waited: longer than it was, the more so the less content."""
    felt = PERCEIVED_WAIT_FACTOR * np.exp(
        PERCEIVED_WAIT_PER_TRAIT * trait + rng.normal(0, 0.3, len(trait))
    )
    return np.round(wait_hours * felt, 2)


def leaving_chance(bad_experiences: np.ndarray) -> np.ndarray:
    """The chance to leave after one more episode."""
    counted = np.minimum(bad_experiences, MOST_COUNTED_BAD_EXPERIENCES)
    return LEAVING_CHANCE * LEAVING_FACTOR**counted


def remembered(
    has_bought: np.ndarray, days_late: np.ndarray, was_cancelled: np.ndarray
) -> np.ndarray:
    """How each thinks back to a purchase that made no trouble but by its delivery."""
    memory = np.where(has_bought, REMEMBERED_WELL, 0.0)
    late = np.maximum(REMEMBERED_LATE + PER_DAY_LATE * days_late, WORST_REMEMBERED)
    memory = np.where(days_late > 0, late, memory)
    return np.where(was_cancelled, REMEMBERED_CANCELLED, memory)


def longer_wait(
    bad_experiences: np.ndarray, remembered_journey: np.ndarray, mean_moment: np.ndarray
) -> np.ndarray:
    """How many times as long each waits with the next purchase."""
    effects = WAIT_EFFECTS["remembered_journey"] * remembered_journey
    effects = effects + WAIT_EFFECTS["mean_moment"] * mean_moment
    return _slower(bad_experiences) * np.exp(effects)


def _slower(bad_experiences: np.ndarray) -> np.ndarray:
    counted = np.minimum(bad_experiences, MOST_COUNTED_BAD_EXPERIENCES)
    return 1 + SLOWER_PER_BAD_EXPERIENCE * counted


def wait_effects_frame() -> pd.DataFrame:
    """Every planted effect on the logarithm of the days until the next wish to buy."""
    return pd.DataFrame(list(WAIT_EFFECTS.items()), columns=["driver", "effect"])


def stated_importance_frame() -> pd.DataFrame:
    """What people say of each aspect's importance, on average before it is kept on its scale."""
    return pd.DataFrame({"aspect": ASPECTS, "stated_importance": STATED_IMPORTANCE})


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
    """The planted chance to leave after an episode, and the longer wait of who stays."""
    bad_experiences = np.arange(MOST_COUNTED_BAD_EXPERIENCES + 1)
    return pd.DataFrame(
        {
            "bad_experiences": bad_experiences,
            "leaving_chance": leaving_chance(bad_experiences),
            "factor": LEAVING_FACTOR**bad_experiences,
            "wait_factor": _slower(bad_experiences),
        }
    )
