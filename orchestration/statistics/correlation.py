"""Rank correlations, and by how much one is stronger than another on the same journeys."""

from dataclasses import dataclass

import numpy as np

from orchestration.statistics.resampling import CONFIDENCE, batches


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
    return _resampled_ranks(values, np.arange(len(values))[None, :])[0]


def spearman(left: np.ndarray, right: np.ndarray) -> float:
    """Pearson's correlation of the ranks; NaN where one side never varies."""
    return float(_resampled_spearman(left, right, np.arange(len(left))[None, :])[0])


def compared(
    left: np.ndarray,
    right: np.ndarray,
    outcome: np.ndarray,
    replicates: int,
    rng: np.random.Generator,
) -> Correlation:
    """Both correlations; journeys are resampled whole, so that the pairs stay pairs."""
    lefts, rights = [], []
    for size in batches(replicates):
        drawn = rng.integers(0, len(outcome), (size, len(outcome)))
        lefts.append(_resampled_spearman(left, outcome, drawn))
        rights.append(_resampled_spearman(right, outcome, drawn))
    at_left, at_right = spearman(left, outcome), spearman(right, outcome)
    return Correlation(
        left=at_left,
        right=at_right,
        difference=at_left - at_right,
        left_interval=_interval(np.concatenate(lefts)),
        right_interval=_interval(np.concatenate(rights)),
        difference_interval=_interval(np.concatenate(lefts) - np.concatenate(rights)),
    )


def _resampled_spearman(left: np.ndarray, right: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """One correlation per row of `drawn`, which holds the places that a resample takes."""
    if np.isnan(left).any() or np.isnan(right).any():
        return np.full(len(drawn), np.nan)
    lefts, rights = (_resampled_ranks(values, drawn) for values in (left, right))
    lefts -= lefts.mean(1, keepdims=True)
    rights -= rights.mean(1, keepdims=True)
    scale = np.sqrt((lefts**2).sum(1) * (rights**2).sum(1))
    products = (lefts * rights).sum(1)
    return np.divide(products, scale, out=np.full(len(drawn), np.nan), where=scale > 0)


def _resampled_ranks(values: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Ranks within each resample, by counting its values: quicker than to sort each of them."""
    distinct, places = np.unique(values, return_inverse=True)
    taken = places[drawn] + np.arange(len(drawn))[:, None] * len(distinct)
    counts = np.bincount(taken.ravel(), minlength=len(drawn) * len(distinct))
    counts = counts.reshape(len(drawn), len(distinct))
    ranks = np.cumsum(counts, axis=1) - (counts - 1) / 2
    return ranks.ravel()[taken]


def _interval(values: np.ndarray) -> tuple[float, float]:
    """A resample in which nothing varied says nothing."""
    told = values[~np.isnan(values)]
    if not len(told):
        return float("nan"), float("nan")
    low, high = np.quantile(told, CONFIDENCE)
    return float(low), float(high)
