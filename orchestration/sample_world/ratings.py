"""What customers say of a contact at its end, when the tool asks for a rating at once."""

import numpy as np

from orchestration.sample_world.scene import Scene

# Chats and tickets ask on the screen; after a call a voice asks for a key to be pressed.
ON_SCREEN_CHANCE, BY_KEY_CHANCE = 0.36, 0.26
STARS, GOOD_OR_BAD = 5, 1
BASE, PER_TRAIT, PER_UNSOLVED, NOISE = 4.4, 0.4, -1.7, 0.8


def rating(
    scene: Scene, who: np.ndarray, is_solved: np.ndarray, most: int, chance: float
) -> dict[str, np.ndarray]:
    """Score and scale of a contact's moment: 1 to 5 stars, or good (1) and bad (0); NaN if none."""
    rng, rows = scene.asking, len(who)
    stars = BASE + PER_TRAIT * scene.people.trait[who] + PER_UNSOLVED * ~is_solved
    stars = np.clip(np.rint(stars + rng.normal(0, NOISE, rows)), 1, STARS)
    score = stars if most == STARS else (stars > 3).astype(float)
    rates = rng.random(rows) < np.minimum(chance * scene.people.frankness[who], 0.95)
    return {"score": np.where(rates, score, np.nan), "scale": np.where(rates, most, -1)}


def felt(score: np.ndarray, least: np.ndarray | int, most: np.ndarray | int) -> np.ndarray:
    """The feeling that a score shows, from -1 to 1; NaN without a score."""
    return 2 * (score - least) / (most - least) - 1
