"""Every rate of the detail marts has the counts and the interval of its definition."""

import numpy as np
import pandas as pd
import pytest

from tests.oracles.details import (
    MEASURES,
    favourable_mentions,
    favourable_reviews,
    friction_on_pages,
    listening_coverage,
    referral_conversion,
)
from tests.oracles.facts import Facts, minimum_of_mart

RATE = ["numerator", "value", "ci_low", "ci_high"]


@pytest.fixture(scope="module")
def facts(company):
    return Facts(company.warehouse)


def cells_of(rows, start, member, columns):
    """The cells of a mart in which anything was counted, named as those of the oracles."""
    rows = rows.rename(columns={start: "period_start_date", member: "member", **columns})
    rows["period_start_date"] = pd.to_datetime(rows.period_start_date)
    return rows[rows.value.notna()].set_index(["period_start_date", "member"]).sort_index()


def assert_equal_cells(mart, oracle, columns):
    oracle = oracle.sort_index()
    assert mart.index.equals(oracle.index), mart.index.symmetric_difference(oracle.index)
    for column in columns:
        np.testing.assert_allclose(
            # Student's quantiles for many degrees of freedom come of a series in the mart.
            mart[column].astype(float),
            oracle[column].astype(float),
            rtol=1e-7,
            atol=1e-6,
        )


def test_conversion_of_referrals_by_tier(company, facts):
    mart = cells_of(
        company.published("select * from marts.loyalty"),
        "period_start_date",
        "tier_slug",
        {
            "converted_referral_count": "numerator",
            "mature_referral_count": "denominator",
            "referral_conversion_rate": "value",
        },
    )

    expected = referral_conversion(facts)

    assert_equal_cells(mart, expected, RATE)
    assert mart.is_min_n.eq(mart.denominator >= minimum_of_mart("loyalty")).all()


@pytest.mark.parametrize(
    ("kind", "oracle", "units"),
    [
        pytest.param("review", favourable_reviews, "review_count", id="reviews"),
        pytest.param("mention", favourable_mentions, "scored_mention_count", id="mentions"),
    ],
)
def test_favour_by_tier(company, facts, kind, oracle, units):
    mart = cells_of(
        company.published("select * from marts.advocacy"),
        "month_start_date",
        "tier_slug",
        {
            f"favourable_{kind}_count": "numerator",
            units: "denominator",
            f"favourable_{kind}_rate": "value",
            f"favourable_{kind}_ci_low": "ci_low",
            f"favourable_{kind}_ci_high": "ci_high",
        },
    )

    expected = oracle(facts)

    assert_equal_cells(mart, expected, RATE)
    assert mart[f"is_{kind}_min_n"].eq(mart.denominator >= minimum_of_mart("advocacy")).all()


def test_listening_coverage_by_channel_and_segment(company, facts):
    rows = company.published("select * from marts.listening_coverage")
    rows["member"] = rows.channel_slug + "/" + rows.segment_slug
    mart = cells_of(rows, "month_start_date", "member", {})

    expected = listening_coverage(facts)

    assert_equal_cells(mart, expected, RATE)
    assert mart.denominator.max() >= minimum_of_mart("listening_coverage")
    assert mart.value.between(0.01, 0.99).any()


def test_friction_by_page(company, facts):
    rows = company.published("select * from marts.digital_friction where place_type = 'page'")

    expected = friction_on_pages(facts)

    for measure in MEASURES:
        columns = {
            f"{measure}_per_100_sessions": "value",
            f"{measure}_ci_low": "ci_low",
            f"{measure}_ci_high": "ci_high",
        }
        mart = cells_of(rows, "week_start_date", "place", columns)
        assert_equal_cells(mart, expected[measure], ["value", "ci_low", "ci_high"])
    assert rows.is_min_n.eq(rows.session_count >= minimum_of_mart("digital_friction")).all()
    assert expected["errors"].ci_low.notna().any()
