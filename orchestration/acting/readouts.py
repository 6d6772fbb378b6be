"""What an experiment brought, and what it could have shown at all: intervals, checks, power.

Every function takes arrays, one place per experiment, and says NaN where there is nothing to tell.
What does not belong here: customers, tables, words for a finding.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit
from scipy.stats import chi2

from orchestration.statistics.resampling import NORMAL_QUANTILE

_ALPHA = 0.05
# As is usual: an effect of the size that is told would be found four times in five.
_POWER = 0.8
# For so many customers a sequential interval is narrowest. Chosen ahead, for it must not follow
# what is seen; at a tenth and at ten times as many it is wider than it could be by a fifth.
_PLANNED_CUSTOMERS = 1_000.0
_HALVINGS = 60


@dataclass(frozen=True)
class Arm:
    """Customers of one arm: how many, the sum of their outcomes and of the squares of these."""

    count: np.ndarray
    total: np.ndarray
    squares: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """NaN without a customer."""
        return _ratio(self.total, self.count)

    @property
    def variance(self) -> np.ndarray:
        """Of one customer, by the sample (n − 1); NaN below two."""
        spread = self.squares - _ratio(self.total**2, self.count)
        return _ratio(np.maximum(spread, 0.0), self.count - 1)


@dataclass(frozen=True)
class Interval:
    """An estimate and its bounds, all on the scale of the outcome."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray


def wilson(successes: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of a share at 95 % (Wilson 1927)."""
    share, z = _ratio(successes, count), NORMAL_QUANTILE
    n = np.where(count > 0, count, np.nan)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2) / (1 + z**2 / n)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def newcombe(treated: Arm, control: Arm) -> Interval:
    """Difference of two shares at 95 %, from their Wilson bounds (Newcombe 1998, method 10)."""
    difference = treated.mean - control.mean
    low, high = wilson(treated.total, treated.count)
    control_low, control_high = wilson(control.total, control.count)
    return Interval(
        difference,
        difference - np.hypot(treated.mean - low, control_high - control.mean),
        difference + np.hypot(high - treated.mean, control.mean - control_low),
    )


def welch(treated: Arm, control: Arm) -> Interval:
    """Difference of two means at 95 %, with Welch's degrees of freedom (Welch 1947)."""
    of_treated, of_control = (_ratio(arm.variance, arm.count) for arm in (treated, control))
    squared = of_treated + of_control
    freedom = _ratio(
        squared**2,
        _ratio(of_treated**2, treated.count - 1) + _ratio(of_control**2, control.count - 1),
    )
    half = stdtrit(freedom, 1 - _ALPHA / 2) * np.sqrt(squared)
    difference = treated.mean - control.mean
    return Interval(difference, difference - half, difference + half)


def sequential(treated: Arm, control: Arm, is_share: np.ndarray) -> Interval:
    """Difference of two means, within the bounds at 95 % however often one looks.

    The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
    "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics
    52(6), 2024: theorem 2.2 for a difference in means, with ρ for `_PLANNED_CUSTOMERS`. Of shares,
    one success and one failure more in each arm stand for what was not seen: nobody who bought
    would be no spread, and an interval without a width.
    """
    squared = sum(
        _ratio(np.where(is_share, _smoothed_variance(arm), arm.variance), arm.count)
        for arm in (treated, control)
    )
    customers = treated.count + control.count
    optimum = -2 * np.log(_ALPHA) + np.log(-2 * np.log(_ALPHA) + 1)
    scaled = np.where(customers > 0, customers, np.nan) * optimum / _PLANNED_CUSTOMERS
    factor = np.sqrt(2 * (scaled + 1) / scaled * np.log(np.sqrt(scaled + 1) / _ALPHA))
    difference = treated.mean - control.mean
    half = factor * np.sqrt(squared)
    return Interval(difference, difference - half, difference + half)


def adjusted(
    treated: Arm, control: Arm, before: tuple[Arm, Arm], products: tuple[np.ndarray, np.ndarray]
) -> Interval:
    """Difference of two means, less what the same measure before lets expect (CUPED).

    Deng, Xu, Kohavi and Walker, "Improving the sensitivity of online controlled experiments by
    utilizing pre-experiment data", WSDM 2013: θ is cov(after, before) / var(before) over all arms.

    Args:
        treated: Outcomes of who was treated.
        control: Outcomes of who was held out.
        before: The same two arms, with the measure before the assignment.
        products: Of both arms, the sum of outcome times measure before.

    NaN where nobody differed before.
    """
    count = treated.count + control.count
    sums, sums_before = treated.total + control.total, before[0].total + before[1].total
    covariance = products[0] + products[1] - _ratio(sums * sums_before, count)
    spread = before[0].squares + before[1].squares - _ratio(sums_before**2, count)
    theta = _ratio(covariance, np.where(spread > 1e-9, spread, 0.0))
    arms = [
        Arm(
            arm.count,
            arm.total - theta * earlier.total,
            arm.squares - 2 * theta * product + theta**2 * earlier.squares,
        )
        for arm, earlier, product in zip((treated, control), before, products, strict=True)
    ]
    return welch(*arms)


def sample_ratio_p(
    treated_count: np.ndarray, control_count: np.ndarray, held_out_share: np.ndarray
) -> np.ndarray:
    """Chance of arms as uneven as these or more, if customers were drawn by that share (χ², 1)."""
    count = treated_count + control_count
    expected = count * held_out_share
    squared = _ratio((control_count - expected) ** 2, expected * (1 - held_out_share))
    chance: np.ndarray = chi2.sf(squared, 1)
    return chance


def detectable_share(
    base_share: np.ndarray,
    treated_count: np.ndarray,
    control_count: np.ndarray,
    power: float = _POWER,
) -> np.ndarray:
    """The least rise of a share that such arms find with that power, two-sided at 5 %.

    Fleiss, "Statistical methods for rates and proportions", with the pooled spread under the null;
    NaN where no rise is large enough.
    """
    low = np.zeros(np.broadcast(base_share, treated_count).shape)
    high = low + 1 - base_share
    is_enough = _found(base_share, high, treated_count, control_count) >= ndtri(power)
    # The power grows with the rise, so that halving finds it.
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        found = _found(base_share, middle, treated_count, control_count) >= ndtri(power)
        low, high = np.where(found, low, middle), np.where(found, middle, high)
    return np.where(is_enough, high, np.nan)


def detectable_mean(treated: Arm, control: Arm) -> np.ndarray:
    """The least difference of two means that such arms find with a power of 80 %, at 5 %."""
    squared = sum(_ratio(arm.variance, arm.count) for arm in (treated, control))
    detectable: np.ndarray = (NORMAL_QUANTILE + ndtri(_POWER)) * np.sqrt(squared)
    return detectable


def smoothed_share(arm: Arm) -> np.ndarray:
    """A share that is never 0 or 1: half a success and half a failure more."""
    share: np.ndarray = (arm.total + 0.5) / (arm.count + 1)
    return share


def pre_trend_p(weeks: np.ndarray, differences: np.ndarray) -> float:
    """Chance of as steep a line through the weeks before, if there were no trend.

    NaN for fewer than four weeks; 1 where the weeks do not differ at all.
    """
    if len(weeks) < 4:
        return float("nan")
    centred = weeks - weeks.mean()
    slope = (centred * differences).sum() / (centred**2).sum()
    residuals = differences - differences.mean() - slope * centred
    freedom = len(weeks) - 2
    squared = (residuals**2).sum() / freedom / (centred**2).sum()
    if squared <= 0:
        return 1.0 if slope == 0 else 0.0
    return float(2 * stdtr(freedom, -abs(slope) / np.sqrt(squared)))


def _smoothed_variance(arm: Arm) -> np.ndarray:
    share = (arm.total + 1) / (arm.count + 2)
    variance: np.ndarray = share * (1 - share)
    return variance


def _found(
    base: np.ndarray, rise: np.ndarray, treated_count: np.ndarray, control_count: np.ndarray
) -> np.ndarray:
    """By how many standard errors a rise stands beyond the bound at which it is found."""
    raised = np.minimum(base + rise, 1.0)
    pooled = _ratio(raised * treated_count + base * control_count, treated_count + control_count)
    null = pooled * (1 - pooled) * (_ratio(1.0, treated_count) + _ratio(1.0, control_count))
    own = _ratio(raised * (1 - raised), treated_count) + _ratio(base * (1 - base), control_count)
    return _ratio(rise - NORMAL_QUANTILE * np.sqrt(null), np.sqrt(own))


def _ratio(numerator: np.ndarray | float, denominator: np.ndarray | float) -> np.ndarray:
    """NaN where the denominator is no positive number."""
    below = np.asarray(denominator, dtype=float)
    above = np.asarray(numerator, dtype=float)
    shape = np.broadcast(above, below).shape
    ratio: np.ndarray = np.divide(above, below, out=np.full(shape, np.nan), where=below > 0)
    return ratio
