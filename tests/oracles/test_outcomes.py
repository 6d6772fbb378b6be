"""What experiments brought is what their definitions say, computed again customer by customer."""

import pandas as pd
import pytest

from tests.oracles.facts import Facts
from tests.oracles.outcomes import changes, outcomes

CELL = ["experiment_slug", "segment_slug"]


@pytest.fixture(scope="module")
def published(company):
    return company.published("select * from marts.action_outcomes")


def test_every_outcome_is_that_of_the_definition(company, published):
    expected = outcomes(Facts(company.warehouse)).set_index(CELL).sort_index()
    told = published[published.method_slug == "randomised"]
    told = told[~told.kind.eq("action")].set_index(CELL).sort_index()

    assert told.index.is_unique
    assert list(told.index) == list(expected.index)
    assert (told.held_out_count > 0).sum() > 10
    assert_same(told, expected)


def test_every_change_is_that_of_the_definition(company, published):
    expected = changes(Facts(company.warehouse)).set_index("experiment_slug").sort_index()
    told = (
        published[published.method_slug == "before_after"].set_index("experiment_slug").sort_index()
    )

    assert list(told.index) == list(expected.index)
    assert (told.weeks_before > 0).any()
    assert_same(told, expected)


def assert_same(told, expected):
    for column in expected.columns:
        pd.testing.assert_series_equal(
            told[column].astype(float),
            expected[column].astype(float),
            rtol=1e-6,
            atol=1e-9,
            obj=column,
        )
