"""How many times as often per day one group leaves as another that is watched beside it."""

from dataclasses import dataclass

import numpy as np

from orchestration.statistics.resampling import CONFIDENCE


@dataclass(frozen=True)
class Watch:
    """Whoever is watched: until which whole day, whether they leave then, and in which group.

    Each `cluster` is a customer after a bad experience with the controls beside them.
    """

    days: np.ndarray
    has_left: np.ndarray
    is_exposed: np.ndarray
    cluster: np.ndarray


def hazard_ratio(watch: Watch, weights: np.ndarray | None = None) -> float:
    """The ratio of Mantel and Haenszel over the days: Σ d₁·n₀/n against Σ d₀·n₁/n.

    NaN where nobody of the controls leaves while somebody of both groups is watched.
    """
    weight = np.ones(len(watch.days)) if weights is None else weights
    length = int(watch.days.max(initial=0)) + 1

    def of_group(those: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        ends = np.bincount(watch.days[those], weight[those], length)
        left = np.bincount(watch.days[those], (weight * watch.has_left)[those], length)
        # Whoever is watched until a day is at risk on it.
        return left, ends[::-1].cumsum()[::-1]

    left_exposed, at_risk_exposed = of_group(watch.is_exposed)
    left_control, at_risk_control = of_group(~watch.is_exposed)
    at_risk = np.maximum(at_risk_exposed + at_risk_control, 1e-12)
    expected = float((left_control * at_risk_exposed / at_risk).sum())
    if not expected:
        return float("nan")
    return float((left_exposed * at_risk_control / at_risk).sum()) / expected


def hazard_ratio_interval(
    watch: Watch, replicates: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Its 95 % interval: clusters are resampled whole; (NaN, NaN) where a tenth has no ratio."""
    if not len(watch.days):
        return float("nan"), float("nan")
    clusters, place = np.unique(watch.cluster, return_inverse=True)
    count = len(clusters)
    ratios = np.array(
        [
            hazard_ratio(watch, np.bincount(rng.integers(0, count, count), minlength=count)[place])
            for _ in range(replicates)
        ]
    )
    known = ratios[~np.isnan(ratios)]
    if len(known) < 0.9 * replicates:
        return float("nan"), float("nan")
    low, high = np.quantile(known, CONFIDENCE)
    return float(low), float(high)
