import numpy as np
import pytest

from orchestration.statistics.spread import (
    Channel,
    dersimonian_laird,
    share_variance,
    spread_between,
)


def channel(values):
    """One unit per customer."""
    return Channel(np.ones(len(values)), np.array(values, dtype=float))


def test_tau_squared_equals_the_hand_computation():
    """Means 1, 2, 4 with variances 0.5, 0.5, 1: weights 2, 2, 1, pooled mean 2.

    Q = 2·1 + 2·0 + 1·4 = 6, C = 5 − 9/5 = 3.2, τ² = (6 − 2) / 3.2 = 1.25.
    """
    tau_squared = dersimonian_laird(np.array([1.0, 2.0, 4.0]), np.array([0.5, 0.5, 1.0]))

    assert tau_squared == pytest.approx(1.25)


def test_equal_channels_have_no_spread():
    assert dersimonian_laird(np.array([2.0, 2.0, 2.0]), np.array([0.5, 0.5, 1.0])) == 0


def test_the_variance_of_a_mean_is_clustered_by_customer():
    """Customers with 3 of 3, 0 of 3, 1 of 1, 0 of 1: 4/3 · (2·1.5² + 2·0.5²) / 64 = 5/48."""
    clustered = Channel(np.array([3.0, 3, 1, 1]), np.array([3.0, 0, 1, 0]))

    assert clustered.mean == 0.5
    assert clustered.variance == pytest.approx(5 / 48)
    assert np.isnan(Channel(np.array([7.0]), np.array([3.0])).variance)


def test_a_share_of_all_has_a_variance_too():
    """Ten of ten become 12 of 14."""
    assert share_variance(channel([1] * 10)) == pytest.approx(12 / 14 * 2 / 14 / 14)
    assert share_variance(channel([1, 0])) == channel([1, 0]).variance


def test_the_same_generator_gives_the_same_interval():
    channels = [channel([0, 1, 1, 1]), channel([0, 0, 0, 1]), channel([1, 1, 0, 1])]
    variances = [each.variance for each in channels]

    first, second = (
        spread_between(channels, variances, 250, np.random.default_rng(7)) for _ in range(2)
    )

    assert first == second


@pytest.mark.parametrize(
    ("shares", "customers"),
    [
        pytest.param([0.6, 0.7, 0.8, 0.9], 60, id="different channels"),
        pytest.param([0.3, 0.9], 60, id="two channels"),
        pytest.param([0.7] * 12, 60, id="twelve equal channels"),
        pytest.param([0.65, 0.7, 0.75], 2500, id="many customers"),
    ],
)
def test_the_interval_covers_the_true_spread(shares, customers):
    rng = np.random.default_rng(20)
    true = np.std(shares, ddof=1)
    covered = 0
    for _ in range(200):
        channels = [channel(rng.random(customers) < share) for share in shares]
        variances = [share_variance(each) for each in channels]
        spread = spread_between(channels, variances, 200, rng)
        covered += spread.ci_low - 1e-12 <= true <= spread.ci_high
    assert covered / 200 >= 0.9


def test_tau_does_not_grow_with_the_number_of_channels():
    rng = np.random.default_rng(3)

    def mean_tau(count):
        taus = []
        for _ in range(100):
            channels = [channel(rng.random(40) < 0.7) for _ in range(count)]
            variances = np.array([share_variance(each) for each in channels])
            means = np.array([each.mean for each in channels])
            taus.append(np.sqrt(dersimonian_laird(means, variances)))
        return np.mean(taus)

    assert mean_tau(12) <= mean_tau(3) + 0.01
