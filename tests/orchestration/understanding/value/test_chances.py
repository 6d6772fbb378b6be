"""Logistic regression and how it is judged: by hand, and against what nobody should believe."""

import numpy as np
import pytest
from scipy.special import expit

from orchestration.understanding.value.chances import auc, fit_logistic, judge


def test_of_a_table_of_four_the_slope_is_the_logarithm_of_the_odds_ratio():
    column = np.repeat([0.0, 1.0], [10, 10])
    outcomes = np.concatenate([np.repeat([1, 0], [2, 8]), np.repeat([1, 0], [6, 4])])

    model = fit_logistic(column[:, None], outcomes, ridge=0.0)

    assert model.slopes == pytest.approx([np.log((6 / 4) / (2 / 8))])
    assert model.chances(np.array([[0.0], [1.0]])) == pytest.approx([0.2, 0.6])


def test_three_of_four_pairs_are_in_order():
    area, _ = auc(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1]))
    assert area == pytest.approx(0.75)
    assert auc(np.ones(4), np.array([0, 1, 0, 1]))[0] == pytest.approx(0.5)


def test_the_error_of_the_area_is_that_of_repeated_samples():
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        outcomes = rng.random(300) < 0.3
        found.append(auc(rng.normal(outcomes * 0.7, 1.0), outcomes))
    areas, errors = np.array(found).T

    assert np.mean(errors) == pytest.approx(areas.std(), rel=0.1)


def later_period(seed, shift=0.0, effect=1.0, count=4000):
    rng = np.random.default_rng(seed)
    columns = rng.normal(0, 1, (count, 3))
    chances = expit(-1 + shift + effect * columns @ np.array([0.7, 0.7, 0.7]))
    return columns, (rng.random(count) < chances).astype(float)


def test_what_holds_later_too_is_believed():
    model = fit_logistic(*later_period(1))

    found = judge(model, *later_period(2))

    assert found.auc_ci_low > found.best_rule_auc
    assert found.brier < found.base_brier
    assert found.calibration_slope == pytest.approx(1, abs=0.12)
    assert abs(found.mean_chance - found.base_rate) < 0.03


def test_a_shift_of_the_level_and_one_of_the_effect_show():
    model = fit_logistic(*later_period(1))

    shifted, weaker = (
        judge(model, *later_period(2, shift=-0.5)),
        judge(model, *later_period(2, effect=0.3)),
    )

    assert shifted.mean_chance - shifted.base_rate > 0.03
    assert weaker.calibration_slope < 0.5


def test_one_column_is_no_worse_than_itself():
    """A model of one column orders as the column does: it beats no rule."""
    rng = np.random.default_rng(3)
    column = rng.normal(0, 1, (1000, 1))
    outcomes = (rng.random(1000) < expit(column[:, 0])).astype(float)

    found = judge(fit_logistic(column, outcomes), column, outcomes)

    assert found.auc == pytest.approx(found.best_rule_auc)
    assert found.auc_ci_low < found.best_rule_auc


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(np.zeros((40, 2)), id="never vary"),
        pytest.param(np.repeat([[0.0], [1.0]], 20, axis=0), id="tell all"),
        pytest.param(np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0), id="twice the same"),
        pytest.param(np.linspace(0, 1e15, 40)[:, None], id="absurd"),
    ],
)
def test_no_columns_make_an_infinite_slope(columns):
    outcomes = np.repeat([0.0, 1.0], 20)

    model = fit_logistic(columns, outcomes)

    assert np.isfinite(model.slopes).all()
    chances = model.chances(columns)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert np.isfinite(judge(model, columns, outcomes).calibration_slope)
