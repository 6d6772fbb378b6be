"""Bad experiences, found again from the facts: by touchpoint and by incident."""

import pandas as pd
import pytest

from tests.oracles.bad_experiences import bad_signs, incidents
from tests.oracles.facts import Facts


@pytest.fixture(scope="module")
def facts(company):
    return Facts(company.warehouse)


def test_a_touchpoint_is_bad_by_the_rule_that_first_says_so(company, facts):
    bad = company.published(
        """
        select touchpoint_key, bad_experience_rule from marts.fct_touchpoints
        where is_bad_experience
        """
    ).set_index("touchpoint_key")["bad_experience_rule"]

    signs = bad_signs(facts).dropna(subset="touchpoint_key")

    first_at = signs.groupby("touchpoint_key").occurred_at.transform("min")
    first_rules = signs[signs.occurred_at == first_at].groupby("touchpoint_key").rule_slug.agg(set)
    assert set(bad.index) == set(first_rules.index)
    assert all(rule in first_rules[touchpoint] for touchpoint, rule in bad.items())
    assert bad.nunique() >= 6


def test_all_that_went_wrong_with_one_thing_is_one_bad_experience(company, facts):
    columns = [
        "customer_key",
        "occurred_at",
        "case_key",
        "order_key",
        "sign_count",
        "rule_count",
    ]
    mart = company.published(f"select {', '.join(columns)} from marts.bad_experiences")

    expected = incidents(facts)[columns]

    mart, expected = (
        rows.fillna({"case_key": "", "order_key": ""}).sort_values(columns, ignore_index=True)
        for rows in (mart, expected)
    )
    assert len(expected) > 50
    assert expected.sign_count.max() > 1
    pd.testing.assert_frame_equal(mart, expected, check_dtype=False)
