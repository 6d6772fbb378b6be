"""The golden vectors of the definitions, on the oracles' own estimates."""

import pandas as pd
import pytest

from tests.oracles.cells import ALL, CELL, NO_DATE, cells


def total_of(kind, values, **columns):
    """The cell that holds all units, each of a customer of its own unless `customer` is given."""
    units = pd.DataFrame({"value": values, "customer": None, "state": "eligible", **columns})
    units = units.assign(metric_slug="some", date=pd.Timestamp("2026-01-05"))
    return cells(units, kind).xs(("some", "total", NO_DATE, "total", ALL), level=CELL).iloc[0]


def bands(scores):
    return [(score >= 9) - (score <= 6) for score in scores]


@pytest.mark.parametrize(
    ("scores", "value", "low", "high"),
    [
        pytest.param([10, 10, 10, 0], 50, -33.59, 90.73, id="four"),
        pytest.param([7, 8, 7, 8], 0, -34.29, 34.29, id="passives"),
        pytest.param([10, 10, 0, 0, 0, 0, 10, 10, 10, 10], 20, None, None, id="stores pooled"),
        pytest.param([9, 9, 8, 7, 7, 6, 0, 10, 10, 5], 10, None, None, id="mixed"),
        pytest.param([5, 10, 10, 0, 6, 7, 7, 8, 9, 9], 10, None, None, id="mixed in another order"),
    ],
)
def test_nps(scores, value, low, high):
    cell = total_of("nps", bands(scores))

    assert cell.value == pytest.approx(value)
    assert cell.promoters + cell.passives + cell.detractors == len(scores)
    if low is not None:
        assert (cell.ci_low, cell.ci_high) == pytest.approx((low, high), abs=0.005)


@pytest.mark.parametrize(
    ("successes", "units", "low", "high"),
    [
        pytest.param(6, 10, 0.313, 0.832, id="6 of 10, easy of five"),
        pytest.param(7, 10, 0.397, 0.892, id="7 of 10"),
        pytest.param(63, 90, 0.599, 0.785, id="63 of 90"),
    ],
)
def test_wilson(successes, units, low, high):
    cell = total_of("rate", [1] * successes + [0] * (units - successes))

    assert (cell.ci_low, cell.ci_high) == pytest.approx((low, high), abs=0.0005)


def test_a_mean_has_the_interval_of_student():
    cell = total_of("mean", [5, 5, 4, 4, 4, 3, 2, 1, 1, 5])

    assert (cell.value, cell.numerator) == (3.4, 34)
    assert (cell.ci_low, cell.ci_high) == pytest.approx((2.271, 4.529), abs=0.0005)


def test_customers_who_repeat_widen_the_interval():
    cell = total_of("rate", [1, 1, 1, 0, 0, 0, 1, 0], customer=list("aaabbbcd"))

    assert cell.value == 0.5
    assert cell.design_effect == pytest.approx(10 / 3)
    assert (cell.ci_low, cell.ci_high) == pytest.approx((0.108, 0.892), abs=0.0005)


def test_a_median_lies_between_the_middle_values_and_its_ranks_bound_it():
    cell = total_of("median", range(1, 101))

    assert (cell.value, cell.ci_low, cell.ci_high) == (50.5, 40, 61)


def test_kaplan_meier_gives_the_golden_survival():
    days = [10, 20, 30, 30, 60, 90]
    is_censored = [False, True, False, True, False, True]

    cell = total_of("duration", days, is_censored=is_censored, is_running=False)

    # Survival 0.8333 after day 10, 0.6250 after 30, 0.3125 after 60: half are gone by day 60.
    assert (cell.value, cell.numerator, cell.denominator) == (60, 3, 6)


def test_what_is_not_counted_is_counted_apart():
    states = ["eligible", "immature", "unknown", "excluded", "excluded"]

    cell = total_of("rate", [1, 1, 1, 1, 1], state=states)

    assert (cell.numerator, cell.denominator, cell.value) == (1, 1, 1)
    assert (cell.n_immature, cell.n_unknown, cell.n_excluded) == (1, 1, 2)
