"""The value of experience beside its second computation.

90 days cover no horizon of 60 before and after an answer: of the short company the same model is
asked for a shorter one, in a copy.
"""

import re

import numpy as np
import pandas as pd
import pytest

from orchestration.understanding.value.experience import experience_values
from tests.company import Company
from tests.oracles.facts import Facts, seed
from tests.oracles.value import CELL, value_of_experience

FIGURES = ["mean_score", "margin_before_amount", "margin_after_amount", "difference_amount"]
COUNTS = [
    "customer_count",
    "reference_customer_count",
    "immature_count",
    "uncovered_count",
    "too_new_count",
    "margin_unknown_count",
]


def assert_same(mart: pd.DataFrame, oracle: pd.DataFrame) -> None:
    mart, oracle = (frame.set_index(CELL).sort_index() for frame in (mart, oracle))
    assert list(mart.index) == list(oracle.index)
    for column in COUNTS:
        assert mart[column].to_list() == oracle[column].to_list(), column
    for column in FIGURES:
        left, right = (frame[column].astype(float) for frame in (mart, oracle))
        assert np.allclose(left, right, rtol=1e-6, atol=1e-6, equal_nan=True), column


def settings() -> dict[str, float]:
    return seed("value_settings").set_index("setting")["setting_value"].astype(float).to_dict()


def of_company(company: Company) -> None:
    mart = company.published("select * from marts.value_of_experience")
    horizons = [int(days) for days in seed("value_horizons")["horizon_days"]]

    assert len(mart)
    minimum_n = settings()["value_minimum_customers"]
    assert_same(mart, value_of_experience(Facts(company.warehouse), horizons, minimum_n))


def test_the_value_of_experience_is_computed_alike_twice(company):
    of_company(company)


@pytest.mark.slow
def test_a_long_history_gives_the_same_value_twice(long_history):
    of_company(long_history)
    judged = long_history.published(
        "select max(customer_count) from marts.value_of_experience"
    ).iloc[0, 0]
    assert judged > 0


def test_margins_of_a_short_horizon_are_computed_alike_twice(company):
    """The model as compiled, with another horizon; and the table that Python makes of it."""
    of_model = company.run_results()["model.throughline.int_value__answer_margins"]
    sql, count = re.subn(
        r'"\w+"\."reference"\."value_horizons"',
        "(select 20 as horizon_days)",
        of_model["compiled_code"],
    )
    assert count == 1
    few = {**settings(), "value_minimum_customers": 4}

    rows = experience_values(company.warehouse(sql), few)

    assert rows["difference_amount"].notna().any()
    assert_same(rows, value_of_experience(Facts(company.warehouse), [20], 4))
