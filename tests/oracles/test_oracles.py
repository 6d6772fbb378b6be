"""The scorecard is what its definitions say: every number of it, computed again from the facts."""

import pytest

from tests.oracles.comparison import (
    COUNTS,
    NOT_ASKED,
    ORACLES,
    assert_scorecard_is_that_of_the_oracle,
    kpis,
    of_metric,
    oracle_cells,
    scorecard_cells,
)

# They ask for more past or future than 90 days hold: all of their units are immature or excluded.
NEED_A_LONG_HISTORY = {
    "churn",
    "detractor_recovery",
    "repurchase_30",
    "repurchase_90",
    "repurchase_365",
    "retention_month_2",
    "retention_month_3",
    "retention_month_6",
    "retention_month_12",
}


@pytest.fixture(scope="module")
def expected(company):
    return oracle_cells(company)


@pytest.fixture(scope="module")
def scorecard(company):
    return scorecard_cells(company)


def test_every_kpi_has_an_oracle_and_every_oracle_a_kpi():
    assert set(kpis().index) == set(ORACLES)


@pytest.mark.parametrize("metric", sorted(ORACLES))
def test_every_number_is_that_of_the_definition(scorecard, expected, metric):
    assert_scorecard_is_that_of_the_oracle(scorecard, expected, metric)


@pytest.mark.parametrize("metric", sorted(set(ORACLES) - set(NOT_ASKED)))
def test_the_sample_company_puts_every_kpi_to_the_test(expected, metric):
    cells = of_metric(expected, metric)

    assert cells[COUNTS].to_numpy().sum() > 0
    assert cells.denominator.max() > 0 or metric in NEED_A_LONG_HISTORY


@pytest.mark.slow
def test_a_long_history_gives_the_same_numbers_twice(long_history):
    expected, scorecard = oracle_cells(long_history), scorecard_cells(long_history)

    for metric in sorted(ORACLES):
        assert_scorecard_is_that_of_the_oracle(scorecard, expected, metric)
    for metric in sorted(NEED_A_LONG_HISTORY):
        assert of_metric(expected, metric).denominator.max() > 0
