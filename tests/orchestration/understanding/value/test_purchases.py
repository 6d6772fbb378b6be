"""BG/NBD and Gamma–Gamma: by hand, by published figures, on worlds drawn from published parameters.

Published for CDNOW, 2,357 customers watched for up to 39 weeks: r 0.243, α 4.414, a 0.793, b 2.426,
log-likelihood −9582.43; p 6.25, q 3.74, γ 15.44. The data have no free licence: whoever has them
names their summary (columns x, t_x, T) in THROUGHLINE_CDNOW_SUMMARY.
"""

import os

import numpy as np
import pandas as pd
import pytest

from orchestration.understanding.value.purchases import (
    BgNbd,
    GammaGamma,
    Purchases,
    fit_bg_nbd,
    fit_gamma_gamma,
)

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
CDNOW_SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
# Standard errors of the logarithms, with as many customers.
ERRORS = {"r": 0.05, "alpha": 0.09, "a": 0.23, "b": 0.29}
WEEKS = 39.0


def one(repeats, last, watched):
    return Purchases(*(np.array([float(value)]) for value in (repeats, last, watched)))


def simulated(seed, model=CDNOW, count=2357):
    """Customers who begin in the first 12 weeks; and what each buys in the 39 weeks after."""
    rng = np.random.default_rng(seed)
    watched = rng.uniform(WEEKS - 12, WEEKS, count)
    rate, leaving = rng.gamma(model.r, 1 / model.alpha, count), rng.beta(model.a, model.b, count)
    repeats, last, later, now = (np.zeros(count) for _ in range(4))
    alive = np.ones(count, bool)
    while alive.any():
        now = np.where(alive, now + rng.exponential(1 / np.maximum(rate, 1e-300)), now)
        is_seen = alive & (now <= watched)
        repeats += is_seen
        last = np.where(is_seen, now, last)
        later += alive & (now > watched) & (now <= watched + WEEKS)
        alive &= (now <= watched + WEEKS) & (rng.random(count) >= leaving)
    return Purchases(repeats, last, watched), later


def simulated_spend(seed, count=946):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 8, count).astype(float)
    nu = rng.gamma(CDNOW_SPEND.q, 1 / CDNOW_SPEND.gamma, count)
    return counts, rng.gamma(CDNOW_SPEND.p * counts, 1 / (nu * counts))


def test_the_likelihood_is_the_one_worked_out_by_hand():
    model = BgNbd(r=1, alpha=2, a=1, b=1)

    # Nobody who never bought again can have left: (α/(α+T))^r.
    assert model.log_likelihood(one(0, 0, 3)) == pytest.approx(np.log(2 / 5))
    # α^r Γ(r+1)/Γ(r) = 2; Γ(a+b)Γ(b+1)/(Γ(b)Γ(a+b+1)) = 1/2; alive 1/25, gone 1/9.
    assert model.log_likelihood(one(1, 1, 3)) == pytest.approx(np.log(1 / 25 + 1 / 9))


def test_who_may_have_left_is_told_by_hand():
    model = BgNbd(r=1, alpha=2, a=1, b=1)

    assert model.p_alive(one(1, 1, 3)) == pytest.approx([(1 / 25) / (1 / 25 + 1 / 9)])
    assert model.p_alive(one(0, 0, 300)) == pytest.approx([1.0])


def test_a_published_customer_buys_as_often_as_published():
    """Fader and Hardie, Implementing the BG/NBD Model in Excel: 1.226 in the next 39 weeks."""
    assert CDNOW.expected(one(2, 30.43, 38.86), WEEKS) == pytest.approx([1.226], abs=5e-4)


def test_the_expectation_is_that_of_simulated_customers():
    purchases, later = simulated(1, count=60_000)
    expected = CDNOW.expected(purchases, WEEKS)

    for repeats in (0, 1, 2, 5):
        alike = purchases.repeats == repeats
        error = later[alike].std() / np.sqrt(alike.sum())
        assert abs(expected[alike].mean() - later[alike].mean()) < 3.5 * error


def test_published_parameters_are_found_again():
    fits = [fit_bg_nbd(simulated(seed)[0]) for seed in range(12)]

    for name, error in ERRORS.items():
        logs = np.log([getattr(fit, name) / getattr(CDNOW, name) for fit in fits])
        assert np.abs(logs).max() < 4 * error, name
        assert abs(logs.mean()) < 3 * error / np.sqrt(len(fits)) + 0.03, name


def test_nothing_near_is_likelier_than_what_was_found():
    purchases, _ = simulated(2)
    found = fit_bg_nbd(purchases)
    highest = found.log_likelihood(purchases)

    assert highest >= CDNOW.log_likelihood(purchases)
    for name in ERRORS:
        for factor in (0.97, 1.03):
            numbers = {**vars(found), name: getattr(found, name) * factor}
            assert BgNbd(**numbers).log_likelihood(purchases) < highest


def test_weeks_or_days_are_the_same_customers():
    purchases, _ = simulated(3)
    in_days = Purchases(purchases.repeats, purchases.last * 7, purchases.watched * 7)

    by_week, by_day = fit_bg_nbd(purchases), fit_bg_nbd(in_days)

    assert by_day.alpha == pytest.approx(7 * by_week.alpha, rel=1e-4)
    assert by_day.expected(in_days, 7 * WEEKS) == pytest.approx(
        by_week.expected(purchases, WEEKS), rel=1e-4
    )


def test_the_total_of_the_time_after_is_nearer_than_the_own_past_rate():
    missed, missed_by_rate = [], []
    for seed in range(8):
        purchases, later = simulated(seed)
        predicted = fit_bg_nbd(purchases).expected(purchases, WEEKS).sum()
        missed.append(predicted / later.sum() - 1)
        rate = (purchases.repeats / purchases.watched * WEEKS).sum()
        missed_by_rate.append(rate / later.sum() - 1)

    assert np.abs(np.mean(missed)) < 0.05
    assert np.abs(missed).max() < 0.25
    assert np.mean(missed_by_rate) > 0.3


def test_what_a_purchase_brings_is_the_one_worked_out_by_hand():
    # Γ(3)/(Γ(1)Γ(2)) · 1 · 1 · 1/(1+1)³.
    likelihood = GammaGamma(p=1, q=2, gamma=1).log_likelihood(np.array([1.0]), np.array([1.0]))
    assert likelihood == pytest.approx(np.log(2 / 8))
    # The first customer of CDNOW, and one who never bought again (24.65 and 35.17 as published,
    # from parameters that are not rounded).
    found = CDNOW_SPEND.expected(np.array([2.0, 0.0]), np.array([22.35, 0.0]))
    assert found == pytest.approx([24.65, 35.17], abs=0.06)


def test_published_spend_is_found_again():
    fits = [fit_gamma_gamma(*simulated_spend(seed)) for seed in range(10)]

    for name, error in {"p": 0.12, "q": 0.12, "gamma": 0.25}.items():
        logs = np.log([getattr(fit, name) / getattr(CDNOW_SPEND, name) for fit in fits])
        assert abs(logs.mean()) < error, name
    means = [fit.expected(np.zeros(1), np.zeros(1))[0] for fit in fits]
    assert np.mean(means) == pytest.approx(35.2, rel=0.03)


@pytest.mark.parametrize(
    ("repeats", "last", "watched"),
    [
        pytest.param([], [], [], id="nobody"),
        pytest.param([0.0], [0.0], [10.0], id="one who never bought again"),
        pytest.param([0.0, 0.0], [0.0, 0.0], [0.0, 0.0], id="no time"),
    ],
)
def test_without_a_repeat_there_is_no_model(repeats, last, watched):
    assert fit_bg_nbd(Purchases(*map(np.array, (repeats, last, watched)))) is None


@pytest.mark.parametrize(
    "purchases",
    [
        pytest.param(one(1, 2, 3), id="one customer"),
        pytest.param(Purchases(np.full(50, 3.0), np.full(50, 5.0), np.full(50, 9.0)), id="alike"),
        pytest.param(
            Purchases(np.array([1e6, 0, 1]), np.array([30.0, 0, 2]), np.full(3, 31.0)), id="absurd"
        ),
        pytest.param(
            Purchases(np.array([1.0, 2.0]), np.array([0.0, 0.0]), np.array([0.0, 1e-9])), id="short"
        ),
    ],
)
def test_no_customers_make_an_infinite_or_negative_figure(purchases):
    model = fit_bg_nbd(purchases)

    if model is not None:
        expected, alive = model.expected(purchases, 60.0), model.p_alive(purchases)
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()
        assert ((alive >= 0) & (alive <= 1)).all()


@pytest.mark.parametrize(
    "means",
    [
        pytest.param([], id="nobody"),
        pytest.param([5.0], id="one"),
        pytest.param([5.0] * 40, id="all the same"),
        pytest.param([-1.0, -2.0, 0.0], id="losses"),
        pytest.param([np.nan, 1.0], id="unknown"),
        pytest.param([1e-9, 1e18, 3.0], id="absurd"),
        pytest.param([np.inf, 2.0, 3.0, 4.0], id="infinite"),
    ],
)
def test_no_margins_make_an_infinite_figure(means):
    model = fit_gamma_gamma(np.ones(len(means)), np.array(means))

    if model is not None:
        assert np.isfinite(model.expected(np.array([0.0, 1.0]), np.array([0.0, -7.0]))).all()


@pytest.mark.skipif(
    "THROUGHLINE_CDNOW_SUMMARY" not in os.environ, reason="nobody says where the data are"
)
def test_cdnow_gives_its_published_figures():
    frame = pd.read_csv(os.environ["THROUGHLINE_CDNOW_SUMMARY"])
    purchases = Purchases(*(frame[name].to_numpy(dtype=float) for name in ("x", "t_x", "T")))

    model = fit_bg_nbd(purchases)

    assert model.log_likelihood(purchases) == pytest.approx(-9582.43, abs=0.1)
    for name in ERRORS:
        assert getattr(model, name) == pytest.approx(getattr(CDNOW, name), abs=0.005)
