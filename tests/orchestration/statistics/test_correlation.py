import numpy as np
import pytest
from scipy.stats import spearmanr

from orchestration.statistics.correlation import average_ranks, compared, spearman


def test_equal_values_share_the_mean_of_their_ranks():
    assert average_ranks(np.array([10.0, 20, 20, 5])).tolist() == [2, 3.5, 3.5, 1]


def test_spearman_with_ties_equals_the_hand_computation():
    """Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: covariance 4.5, squares 4.5 and 5."""
    found = spearman(np.array([1.0, 2, 2, 9]), np.array([0.0, 5, 4, 8]))

    assert found == pytest.approx(4.5 / np.sqrt(4.5 * 5))


@pytest.mark.parametrize("seed", range(5))
def test_spearman_equals_scipy(seed):
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 5, 50).astype(float), rng.integers(0, 2, 50).astype(float)

    assert spearman(left, right) == pytest.approx(spearmanr(left, right).statistic)


def test_what_never_varies_correlates_with_nothing():
    assert np.isnan(spearman(np.ones(5), np.arange(5.0)))


def test_the_interval_of_the_difference_covers_it_and_is_paired():
    """Two scores that differ by little are told apart on the same journeys, not on two samples."""
    rng = np.random.default_rng(1)
    left = rng.normal(size=400)
    right = left + rng.normal(scale=0.3, size=400)
    outcome = left + rng.normal(scale=0.3, size=400)

    result = compared(left, right, outcome, 300, rng)

    low, high = result.difference_interval
    assert low <= result.difference <= high
    assert low > 0
    alone = result.left_interval[1] - result.left_interval[0]
    assert high - low < 2 * alone


def test_a_score_that_is_missing_has_no_correlation():
    rng = np.random.default_rng(1)
    left, outcome = np.arange(30.0), np.arange(30.0)

    result = compared(left, np.full(30, np.nan), outcome, 20, rng)

    assert result.left == 1
    assert np.isnan([result.right, result.difference, *result.difference_interval]).all()
