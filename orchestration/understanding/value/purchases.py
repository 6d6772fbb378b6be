"""How often customers will buy and for how much: BG/NBD and Gamma–Gamma by maximum likelihood.

Fader, Hardie and Lee (2005), “Counting Your Customers” the Easy Way; Fader and Hardie (2013), The
Gamma-Gamma Model of Monetary Value. A customer buys at a rate of their own until they leave, which
may be after any repeat purchase; what a purchase brings varies around a mean of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, gammaln, hyp2f1

# Logarithms of parameters stay within: beyond it all customers are the same, or all differ wholly.
_LOG_BOUND = 12.0
# The mean of all customers' means is finite from here on.
_LEAST_Q = 1.01


@dataclass(frozen=True)
class Purchases:
    """One row per customer who bought.

    `repeats` are the purchases after the first, `last` the time from the first to the last, and
    `watched` the time from the first to the end of the observation, in one unit.
    """

    repeats: np.ndarray
    last: np.ndarray
    watched: np.ndarray


@dataclass(frozen=True)
class BgNbd:
    """Rates are gamma (shape r, rate α) distributed, chances to leave beta (a, b)."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, purchases: Purchases) -> float:
        """Of all customers, by equation 6 of the paper."""
        x, at, watched = purchases.repeats, purchases.last, purchases.watched
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        common += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        alive = -(r + x) * np.log(alpha + watched)
        with np.errstate(divide="ignore"):
            left = np.log(np.where(x > 0, a, 0)) - np.log(np.maximum(b + x - 1, b))
        left -= (r + x) * np.log(alpha + at)
        return float((common + np.logaddexp(alive, left)).sum())

    def p_alive(self, purchases: Purchases) -> np.ndarray:
        """The chance to be a customer still; 1 for whoever has not bought again, by definition."""
        x = purchases.repeats
        with np.errstate(divide="ignore"):
            odds = np.log(np.where(x > 0, self.a, 0)) - np.log(np.maximum(self.b + x - 1, self.b))
        odds += (self.r + x) * np.log(
            (self.alpha + purchases.watched) / (self.alpha + purchases.last)
        )
        return expit(-odds)

    def expected(self, purchases: Purchases, ahead: float) -> np.ndarray:
        """Purchases within so much time from the end of the observation (equation 10)."""
        x, watched = purchases.repeats, purchases.watched
        # 1 is where two infinities meet; beside it they cancel.
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        whole = self.alpha + watched + ahead
        with np.errstate(all="ignore"):
            shrunk = ((self.alpha + watched) / whole) ** (self.r + x)
            shrunk *= hyp2f1(self.r + x, self.b + x, a + self.b + x - 1, ahead / whole)
            expected = (a + self.b + x - 1) / (a - 1) * (1 - shrunk) * self.p_alive(purchases)
        # Nobody who may leave buys more than who never does.
        most = (self.r + x) / (self.alpha + watched) * ahead
        return np.where(np.isfinite(expected), np.clip(expected, 0, most), most)


@dataclass(frozen=True)
class GammaGamma:
    """What a purchase brings is gamma (p, ν) distributed, with ν of each customer gamma (q, γ)."""

    p: float
    q: float
    gamma: float

    def log_likelihood(self, counts: np.ndarray, means: np.ndarray) -> float:
        """Of customers with so many purchases and so much a purchase, above 0."""
        px = self.p * counts
        return float(
            (
                gammaln(px + self.q)
                - gammaln(px)
                - gammaln(self.q)
                + self.q * np.log(self.gamma)
                + (px - 1) * np.log(means)
                + px * np.log(counts)
                - (px + self.q) * np.log(self.gamma + means * counts)
            ).sum()
        )

    def expected(self, counts: np.ndarray, means: np.ndarray) -> np.ndarray:
        """What a further purchase brings: the own mean, drawn to that of all customers."""
        return self.p * (self.gamma + counts * means) / (self.p * counts + self.q - 1)


def fit_bg_nbd(purchases: Purchases) -> BgNbd | None:
    """The likeliest parameters; None where there are no customers who bought again."""
    if not (purchases.repeats > 0).any() or not (purchases.watched > 0).any():
        return None
    scale = float(purchases.watched.max())
    scaled = Purchases(purchases.repeats, purchases.last / scale, purchases.watched / scale)

    def loss(logs: np.ndarray) -> float:
        return -BgNbd(*np.exp(logs)).log_likelihood(scaled) / len(scaled.repeats)

    found = _least(loss, np.log([0.5, 0.2, 1.0, 2.0]))
    if found is None:
        return None
    r, alpha, a, b = np.exp(found)
    return BgNbd(float(r), float(alpha * scale), float(a), float(b))


def fit_gamma_gamma(counts: np.ndarray, means: np.ndarray) -> GammaGamma | None:
    """The likeliest parameters, by customers who brought something; None without any."""
    is_fit = (counts > 0) & (means > 0) & np.isfinite(means)
    counts, means = counts[is_fit].astype(float), means[is_fit]
    if len(means) < 2 or not np.ptp(means) > 0:
        return None
    scale = float(np.median(means))
    scaled = means / scale

    def parameters(logs: np.ndarray) -> GammaGamma:
        p, q, gamma = np.exp(logs)
        return GammaGamma(float(p), float(q) + _LEAST_Q, float(gamma))

    def loss(logs: np.ndarray) -> float:
        return -parameters(logs).log_likelihood(counts, scaled) / len(scaled)

    found = _least(loss, np.log([3.0, 2.0, 1.0]))
    if found is None:
        return None
    model = parameters(found)
    return GammaGamma(model.p, model.q, model.gamma * scale)


def fitted_numbers(model: BgNbd | GammaGamma) -> dict[str, float]:
    """Its parameters by name."""
    return {field.name: getattr(model, field.name) for field in fields(model)}


def _least(loss: Callable[[np.ndarray], float], start: np.ndarray) -> np.ndarray | None:
    """Where a loss of logarithms is least; None where it has no finite value there."""
    with np.errstate(all="ignore"):
        found = minimize(
            lambda logs: _finite(loss(logs)),
            start,
            method="L-BFGS-B",
            bounds=[(-_LOG_BOUND, _LOG_BOUND)] * len(start),
            options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-8},
        )
    return found.x if found.fun < 1e12 and np.isfinite(found.x).all() else None


def _finite(value: float) -> float:
    return value if np.isfinite(value) else 1e12
