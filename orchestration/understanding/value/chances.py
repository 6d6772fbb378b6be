"""Chances of what a customer will do, by logistic regression, and whether they may be believed.

A chance is learnt from earlier days and judged on a later one: a shift of level between the two
shows only so.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from orchestration.statistics.correlation import average_ranks
from orchestration.statistics.resampling import NORMAL_QUANTILE

# As if each standardised column had been seen a little without effect: nothing separates wholly.
_RIDGE = 1.0


@dataclass(frozen=True)
class Logistic:
    """The chance is expit(intercept + Σ slope × column)."""

    intercept: float
    slopes: np.ndarray

    def chances(self, columns: np.ndarray) -> np.ndarray:
        """Of each row of the columns that it was fitted to."""
        return expit(self.intercept + columns @ self.slopes)


@dataclass(frozen=True)
class Judgement:
    """What a prediction got on customers and days that it had not seen."""

    base_rate: float
    mean_chance: float
    auc: float
    auc_ci_low: float
    best_rule_auc: float
    brier: float
    base_brier: float
    calibration_slope: float


def fit_logistic(columns: np.ndarray, outcomes: np.ndarray, ridge: float = _RIDGE) -> Logistic:
    """By Newton's method; columns that never vary get no slope.

    Args:
        columns: One row per customer; need not be standardised.
        outcomes: True or false, both of them among them.
        ridge: How much a slope per standard deviation is drawn to 0.
    """
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    scaled = np.divide(columns - centre, spread, out=np.zeros_like(columns), where=spread > 0)
    design = np.column_stack([np.ones(len(scaled)), scaled])
    penalty = np.diag([0.0, *np.full(columns.shape[1], ridge)])
    mean = outcomes.mean()
    found = np.zeros(design.shape[1])
    found[0] = logit(mean)
    for _ in range(100):
        chances = expit(design @ found)
        gradient = design.T @ (chances - outcomes) + penalty @ found
        weights = np.maximum(chances * (1 - chances), 1e-12)
        step = np.linalg.pinv((design * weights[:, None]).T @ design + penalty) @ gradient
        # No step throws a chance from one end to the other.
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        found = found - step
        if np.abs(step).max() < 1e-10:
            break
    slopes = np.divide(found[1:], spread, out=np.zeros_like(spread), where=spread > 0)
    return Logistic(float(found[0] - slopes @ centre), slopes)


def auc(scores: np.ndarray, outcomes: np.ndarray) -> tuple[float, float]:
    """How often who did it scores higher than who did not, ties half; and its standard error.

    DeLong, DeLong and Clarke-Pearson (1988).
    """
    outcomes = outcomes.astype(bool)
    did, did_not = scores[outcomes], scores[~outcomes]
    ranks = average_ranks(np.concatenate([did, did_not]))
    above_not = (ranks[: len(did)] - average_ranks(did)) / len(did_not)
    above_did = 1 - (ranks[len(did) :] - average_ranks(did_not)) / len(did)
    variance = sum(part.var(ddof=1) / len(part) for part in (above_not, above_did) if len(part) > 1)
    return float(above_not.mean()), float(np.sqrt(variance))


def judge(model: Logistic, columns: np.ndarray, outcomes: np.ndarray) -> Judgement:
    """Of customers of a later period; both outcomes are among them."""
    chances = model.chances(columns)
    area, error = auc(chances, outcomes)
    of_columns = [auc(column, outcomes)[0] for column in columns.T]
    base = float(outcomes.mean())
    bounded = np.clip(chances, 1e-9, 1 - 1e-9)
    slope = fit_logistic(logit(bounded)[:, None], outcomes, ridge=0.0).slopes[0]
    return Judgement(
        base_rate=base,
        mean_chance=float(chances.mean()),
        auc=area,
        auc_ci_low=max(area - NORMAL_QUANTILE * error, 0.0),
        # A rule of one column may point either way.
        best_rule_auc=max(max(one, 1 - one) for one in of_columns),
        brier=float(((chances - outcomes) ** 2).mean()),
        base_brier=base * (1 - base),
        calibration_slope=float(slope),
    )
