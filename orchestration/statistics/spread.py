"""How far channels differ beyond chance: DerSimonian and Laird's τ, with a bootstrap interval.

A maximum less a minimum grows with the number of channels and with small samples; τ does not.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.statistics.resampling import CONFIDENCE, batches

# With more customers than this, the mean of a resample is drawn from its normal limit.
RESAMPLED_CUSTOMERS = 500


@dataclass(frozen=True)
class Channel:
    """The units of one channel, as sums per customer: one customer's units are not independent."""

    unit_counts: np.ndarray
    value_sums: np.ndarray

    @property
    def unit_count(self) -> int:
        """Units of all customers."""
        return int(self.unit_counts.sum())

    @property
    def mean(self) -> float:
        """Over units, not over customers."""
        return float(self.value_sums.sum() / self.unit_counts.sum())

    @property
    def variance(self) -> float:
        """Of the mean, clustered by customer; NaN where one customer tells nothing of it."""
        return float(_clustered_variance(self.unit_counts, self.value_sums))


@dataclass(frozen=True)
class Spread:
    """τ and its interval, on the scale of the values."""

    tau: float
    ci_low: float
    ci_high: float
    pooled_mean: float


def share_variance(channel: Channel) -> float:
    """The variance of a mean within 0 and 1, not zero where all values are the same.

    Two successes and two failures more (Agresti and Coull) stand for what was not seen.
    """
    if not channel.variance > 0:
        share = (channel.value_sums.sum() + 2) / (channel.unit_count + 4)
        return float(share * (1 - share) / (channel.unit_count + 4))
    return channel.variance


def dersimonian_laird(means: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """τ² by the method of moments, at least 0; the last axis holds the channels."""
    weights = 1 / variances
    total = weights.sum(-1)
    pooled = (weights * means).sum(-1) / total
    heterogeneity = (weights * (means - pooled[..., None]) ** 2).sum(-1)
    scale = total - (weights**2).sum(-1) / total
    return np.maximum(0, (heterogeneity - (means.shape[-1] - 1)) / scale)


def spread_between(
    channels: list[Channel], variances: list[float], replicates: int, rng: np.random.Generator
) -> Spread:
    """τ between two or more channels; customers are resampled within each of them.

    A resampled mean errs twice, by its sample and by its resample: its variance is the sum of both,
    or τ would grow with the bootstrap itself.
    """
    means, within = np.array([channel.mean for channel in channels]), np.array(variances)
    resampled = np.stack(
        [
            _resampled_means(channel, variance, replicates, rng)
            for channel, variance in zip(channels, variances, strict=True)
        ],
        axis=-1,
    )
    taus = np.sqrt(dersimonian_laird(resampled, np.broadcast_to(2 * within, resampled.shape)))
    low, high = np.quantile(taus, CONFIDENCE)
    tau_squared = dersimonian_laird(means, within)
    weights = 1 / (within + tau_squared)
    return Spread(
        tau=float(np.sqrt(tau_squared)),
        ci_low=float(low),
        ci_high=float(high),
        pooled_mean=float((weights * means).sum() / weights.sum()),
    )


def _resampled_means(
    channel: Channel, variance: float, replicates: int, rng: np.random.Generator
) -> np.ndarray:
    customers = len(channel.unit_counts)
    if customers > RESAMPLED_CUSTOMERS or not channel.variance > 0:
        return rng.normal(channel.mean, np.sqrt(variance), replicates)
    means = []
    for size in batches(replicates):
        drawn = rng.integers(0, customers, (size, customers))
        means.append(channel.value_sums[drawn].sum(1) / channel.unit_counts[drawn].sum(1))
    return np.concatenate(means)


def _clustered_variance(unit_counts: np.ndarray, value_sums: np.ndarray) -> float:
    customers, units = len(unit_counts), unit_counts.sum()
    if customers < 2:
        return float("nan")
    residuals = value_sums - value_sums.sum() / units * unit_counts
    return customers / (customers - 1) * (residuals**2).sum() / units**2
