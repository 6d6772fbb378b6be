"""Learning a model of texts. Only what trains may import this: scikit-learn loads for seconds."""

import warnings
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from orchestration.understanding.text_model import Calibration, rarities, weighted

# A looser tolerance stops before the first step on texts and then says the commonest class of all.
_TOLERANCE = 1e-5
_MOST_STEPS = 3_000
# How strongly a correction is held to none: a group of 200 texts knows little.
_HOLD = 2.0
# Bounds of the logarithm of a temperature, of a bias, and of noise.
_LIMITS = (-1.5, 1.5)
_NOISE = (0.01, 0.5)
_LEAST = 1e-6


class NotConvergedError(RuntimeError):
    """A fit that stopped early: it may predict one class, in silence."""


def fitted(
    texts: sparse.csr_array, labels: np.ndarray, class_count: int, strength: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Columns, rarities, weights (column × class) and intercepts, learnt from texts.

    Args:
        texts: Rows of `features`.
        labels: Number of each row's class. A class without a row gets odds that never win.
        class_count: How many classes there are.
        strength: How much the labels count against small weights (C).

    Raises NotConvergedError.
    """
    columns, rarity = rarities(texts)
    seen = np.unique(labels)
    weights = np.zeros((len(columns), class_count))
    intercepts = np.full(class_count, -30.0)
    if len(seen) < 2 or not len(columns):
        intercepts[seen] = 0.0
        return columns, rarity, weights, intercepts
    regression = LogisticRegression(C=strength, tol=_TOLERANCE, max_iter=_MOST_STEPS)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            regression.fit(weighted(texts[:, columns], rarity), labels)
        except ConvergenceWarning as warning:
            raise NotConvergedError(f"the text model did not converge: {warning}") from warning
    if len(seen) == 2:
        # One row of weights, for the second class against the first.
        intercepts[seen] = [0.0, regression.intercept_[0]]
        weights[:, seen[1]] = regression.coef_[0]
    else:
        intercepts[seen] = regression.intercept_
        weights[:, seen] = regression.coef_.T
    return columns, rarity, weights, intercepts


def log_loss(probabilities: np.ndarray, labels: Sequence[int] | np.ndarray) -> float:
    """Mean negative logarithm of the probability that the true class was given."""
    given = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(given, _LEAST, 1)).mean())


def calibration(odds: np.ndarray, labels: np.ndarray, has_biases: bool) -> Calibration:
    """The temperature, noise and, where asked for, biases that suit what was held out.

    Temperature and biases are held to none by a penalty: few texts correct little.
    """
    class_count = odds.shape[1]
    rows = np.arange(len(labels))

    def suited(parameters: np.ndarray) -> Calibration:
        biases = parameters[2:] if has_biases else np.zeros(class_count)
        return Calibration(
            float(np.exp(parameters[0])), float(parameters[1]), tuple(map(float, biases))
        )

    def loss(parameters: np.ndarray) -> float:
        given = suited(parameters).applied(odds)[rows, labels]
        penalty = _HOLD * (parameters[0] ** 2 + (parameters[2:] ** 2).sum())
        return float(penalty - np.log(np.clip(given, _LEAST, 1)).sum())

    start = np.zeros(2 + (class_count if has_biases else 0))
    start[1] = _NOISE[0]
    bounds = [_LIMITS, _NOISE, *[_LIMITS] * (len(start) - 2)]
    with threadpool_limits(1):
        return suited(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)
