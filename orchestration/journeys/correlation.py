"""Rank correlations, and by how much one is stronger than another on the same journeys."""

from dataclasses import dataclass

import numpy as np

_CONFIDENCE = (0.025, 0.975)


@dataclass(frozen=True)
class Correlation:
    """Spearman's ρ of two scores with one outcome; NaN where one of them never varies."""

    left: float
    right: float
    difference: float
    left_interval: tuple[float, float]
    right_interval: tuple[float, float]
    difference_interval: tuple[float, float]


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + 1 + last) / 2)[inverse]


def spearman(left: np.ndarray, right: np.ndarray) -> float:
    """Pearson's correlation of the ranks; NaN where one side never varies."""
    left, right = average_ranks(left), average_ranks(right)
    left, right = left - left.mean(), right - right.mean()
    scale = np.sqrt((left**2).sum() * (right**2).sum())
    return float((left * right).sum() / scale) if scale > 0 else float("nan")


def compared(
    left: np.ndarray,
    right: np.ndarray,
    outcome: np.ndarray,
    replicates: int,
    rng: np.random.Generator,
) -> Correlation:
    """Both correlations; journeys are resampled whole, so that the pairs stay pairs."""
    drawn = [rng.integers(0, len(outcome), len(outcome)) for _ in range(replicates)]
    lefts = np.array([spearman(left[rows], outcome[rows]) for rows in drawn])
    rights = np.array([spearman(right[rows], outcome[rows]) for rows in drawn])
    at_left, at_right = spearman(left, outcome), spearman(right, outcome)
    return Correlation(
        left=at_left,
        right=at_right,
        difference=at_left - at_right,
        left_interval=_interval(lefts),
        right_interval=_interval(rights),
        difference_interval=_interval(lefts - rights),
    )


def _interval(values: np.ndarray) -> tuple[float, float]:
    """A resample in which nothing varied says nothing."""
    told = values[~np.isnan(values)]
    if not len(told):
        return float("nan"), float("nan")
    low, high = np.quantile(told, _CONFIDENCE)
    return float(low), float(high)
