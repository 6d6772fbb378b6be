"""Published figures, closed forms, and how often the intervals hold the truth."""

import numpy as np
import pytest

from orchestration.acting.readouts import (
    Arm,
    adjusted,
    detectable_mean,
    detectable_share,
    newcombe,
    pre_trend_p,
    sample_ratio_p,
    sequential,
    welch,
    wilson,
)

# Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
# Medicine 17 (1998), table II, method 10.
PUBLISHED_DIFFERENCES = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]
# Student's sleep data, the example of `t.test` in R.
SLEEP_1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SLEEP_2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def share(successes, count):
    successes, count = np.asarray(successes, dtype=float), np.asarray(count, dtype=float)
    return Arm(count, successes, successes)


def sample(values):
    return Arm(np.array([len(values)]), np.array([values.sum()]), np.array([(values**2).sum()]))


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), PUBLISHED_DIFFERENCES)
def test_bounds_of_two_shares_are_the_published_ones(a, m, b, n, low, high):
    interval = newcombe(share([a], [m]), share([b], [n]))

    assert interval.estimate[0] == pytest.approx(a / m - b / n)
    assert interval.low[0] == pytest.approx(low, abs=5e-5)
    assert interval.high[0] == pytest.approx(high, abs=5e-5)


def test_bounds_of_one_share_are_the_published_ones():
    low, high = wilson(np.array([81.0, 0.0]), np.array([263.0, 20.0]))

    assert low == pytest.approx([0.2553, 0.0], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1611], abs=5e-5)


def test_bounds_of_two_means_are_the_published_ones():
    interval = welch(sample(SLEEP_1), sample(SLEEP_2))

    assert interval.estimate[0] == pytest.approx(-1.58)
    assert interval.low[0] == pytest.approx(-3.3654832, abs=1e-6)
    assert interval.high[0] == pytest.approx(0.2054832, abs=1e-6)


def test_nobody_tells_nothing():
    nobody, somebody = share([0], [0]), share([3], [9])

    for interval in (
        newcombe(somebody, nobody),
        welch(somebody, nobody),
        sequential(somebody, nobody, np.array([True])),
    ):
        assert np.isnan([interval.estimate[0], interval.low[0], interval.high[0]]).all()
    assert np.isnan(detectable_share(np.array([0.1]), np.array([9.0]), np.array([0.0]))[0])


def test_arms_are_uneven_as_published():
    # Kohavi, Tang and Xu, "Trustworthy online controlled experiments" (2020), chapter 21.
    held_out_shares = np.array([0.5, 0.1])
    p = sample_ratio_p(np.array([821_588.0, 90.0]), np.array([815_482.0, 10.0]), held_out_shares)

    assert p[0] == pytest.approx(1.8e-6, rel=0.02)
    assert p[1] == 1.0
    assert np.isnan(sample_ratio_p(np.array([9.0]), np.array([9.0]), np.array([np.nan]))[0])


@pytest.mark.parametrize(
    ("base", "raised", "customers", "power"),
    [(0.5, 0.75, 76.7069, 0.9), (0.1, 0.12, 3840.847, 0.8), (0.5, 0.75, 57.67344, 0.8)],
)
def test_what_can_be_found_is_what_r_says(base, raised, customers, power):
    """`power.prop.test` without `strict`."""
    arms = np.array([customers])

    rise = detectable_share(np.array([base]), arms, arms, power)

    assert rise[0] == pytest.approx(raised - base, abs=2e-6)


def test_too_few_find_nothing_however_large():
    assert np.isnan(detectable_share(np.array([0.95]), np.array([20.0]), np.array([5.0]))[0])


def test_what_a_mean_can_show_follows_its_standard_error():
    # 25 per arm with a standard deviation of 1: (1.96 + 0.84) · √(2 / 25).
    arm = Arm(np.array([25.0]), np.array([0.0]), np.array([24.0]))

    assert detectable_mean(arm, arm)[0] == pytest.approx(2.801585 * np.sqrt(2 / 25), rel=1e-6)


def test_a_sequential_interval_is_half_as_wide_again_where_it_was_planned():
    # Closed form at the planned number of customers: √(2 · 8.937 / 7.937 · ln(√8.937 / 0.05)).
    arm = Arm(np.array([500.0]), np.array([0.0]), np.array([499.0]))

    interval = sequential(arm, arm, np.array([False]))

    assert interval.high[0] / np.sqrt(2 / 500) == pytest.approx(3.0353, abs=1e-3)


def test_a_measure_before_takes_out_what_it_explains():
    # Treated: twice what it was before, and 5 more; the arms happen to differ before.
    before = [np.array([1.0, 2.0, 3.0, 8.0]), np.array([1.0, 2.0, 3.0, 6.0])]
    after = [2 * before[0] + 5, 2 * before[1]]

    theta_of_all = np.cov(np.concatenate(after), np.concatenate(before))
    theta = theta_of_all[0, 1] / theta_of_all[1, 1]
    interval = adjusted(
        sample(after[0]),
        sample(after[1]),
        (sample(before[0]), sample(before[1])),
        tuple(np.array([(a * b).sum()]) for a, b in zip(after, before, strict=True)),
    )
    expected = welch(*(sample(a - theta * b) for a, b in zip(after, before, strict=True)))

    assert interval.estimate[0] == pytest.approx(expected.estimate[0])
    assert interval.low[0] == pytest.approx(expected.low[0])
    plain = welch(sample(after[0]), sample(after[1]))
    assert interval.high[0] - interval.low[0] < plain.high[0] - plain.low[0]


def test_who_did_not_differ_before_adjusts_nothing():
    nothing = share([0], [9])

    assert np.isnan(
        adjusted(
            share([3], [9]), share([2], [9]), (nothing, nothing), (np.array([0.0]), np.array([0.0]))
        ).low[0]
    )


def test_a_trend_before_is_seen_and_chance_is_none():
    weeks = np.arange(5.0)

    # By hand: slope 0.1, residuals of (0.04, −0.04, 0, −0.04, 0.04) → t = 0.1 / √(0.0064/3/10).
    assert pre_trend_p(weeks, 0.1 * weeks + [0.04, -0.04, 0, -0.04, 0.04]) == pytest.approx(
        0.00641, abs=2e-4
    )
    assert pre_trend_p(weeks, np.array([1.0, -1.0, 1.0, -1.0, 1.0])) == pytest.approx(1.0)
    assert pre_trend_p(weeks, np.zeros(5)) == 1.0
    assert np.isnan(pre_trend_p(weeks[:3], np.zeros(3)))


@pytest.mark.parametrize("held_out", [20, 50, 200])
def test_an_interval_of_shares_holds_the_truth_as_often_as_it_says(held_out):
    rng, runs = np.random.default_rng(7), 40_000
    treated_share, control_share = 0.22, 0.10
    treated = share(rng.binomial(1_000, treated_share, runs), np.full(runs, 1_000))
    control = share(rng.binomial(held_out, control_share, runs), np.full(runs, held_out))

    interval = newcombe(treated, control)

    truth = treated_share - control_share
    holds = ((interval.low <= truth) & (truth <= interval.high)).mean()
    assert 0.945 <= holds <= 0.98


@pytest.mark.parametrize(("held_out_share", "base"), [(0.5, 0.1), (0.1, 0.1), (0.1, 0.03)])
def test_sixty_looks_at_nothing_find_something_in_one_of_twenty(held_out_share, base):
    rng, runs, looks = np.random.default_rng(11), 4_000, 60
    held_out = rng.binomial(40, held_out_share, (looks, runs)).cumsum(0)
    count = 40 * np.arange(1, looks + 1)[:, None] - held_out
    control = share(_grown(rng, held_out, base), held_out)
    treated = share(_grown(rng, count, base), count)
    # Nobody reads what has too few.
    is_read = held_out >= 30

    interval = sequential(treated, control, np.array(True))
    fixed = newcombe(treated, control)

    found = (((interval.low > 0) | (interval.high < 0)) & is_read).any(0).mean()
    found_by_peeking = (((fixed.low > 0) | (fixed.high < 0)) & is_read).any(0).mean()
    assert found <= 0.05
    assert found_by_peeking > 0.15


def _grown(rng, counts, base):
    new = np.diff(counts, axis=0, prepend=0)
    return rng.binomial(new, base).cumsum(0)
