"""Every column of the customer profile is that of its definition, computed again."""

import numpy as np
import pandas as pd
import pytest

from tests.oracles.facts import Facts
from tests.oracles.profile import (
    ACTIVITY,
    consents,
    lifecycle_activity,
    preferences,
    profits,
    sentiments,
)


@pytest.fixture(scope="module")
def facts(company):
    return Facts(company.warehouse)


def assert_equal_columns(mart, oracle, columns):
    assert mart.index.equals(oracle.index)
    for column, expected in columns.items():
        found = mart[column]
        if found.dtype == object or pd.api.types.is_string_dtype(found):
            assert found.fillna("none").tolist() == oracle[expected].fillna("none").tolist(), column
        else:
            np.testing.assert_allclose(
                found.astype(float),
                oracle[expected].astype(float),
                rtol=0,
                atol=1e-4,
                err_msg=column,
            )


def test_preferred_channels_and_hours(company, facts):
    mart = company.published("select * from marts.customer_preferences order by customer_key")
    mart = mart.set_index("customer_key")

    expected = preferences(facts)

    assert_equal_columns(
        mart,
        expected,
        {
            "used_channels": "used_channels",
            "preferred_channel_slug": "preferred_channel",
            "preferred_channel_use_count": "preferred_channel_use_count",
            "channel_use_count": "channel_use_count",
            "preferred_hour": "preferred_hour",
            "preferred_hour_use_count": "preferred_hour_use_count",
            "hour_use_count": "hour_use_count",
        },
    )
    assert mart.preferred_channel_slug.nunique() > 1
    assert mart.preferred_hour.nunique() > 5


def test_profit_and_its_fifth(company, facts):
    mart = company.published("select * from marts.dim_customers order by customer_key")
    mart = mart.set_index("customer_key")

    expected = profits(facts).reindex(mart.index)

    columns = {"margin_amount": "margin", "cost_to_serve_amount": "cost", "profit_amount": "profit"}
    # Margins are rounded to cents.
    np.testing.assert_allclose(
        mart[list(columns)].astype(float), expected[list(columns.values())], rtol=0, atol=0.00501
    )
    assert_equal_columns(mart, expected, {"profit_fifth": "fifth"})
    assert set(mart.profit_fifth.dropna()) == {1, 2, 3, 4, 5}


def test_consents_with_their_source_and_time(company, facts):
    key = ["customer_key", "purpose_slug", "channel_slug"]
    mart = company.published("select * from marts.customer_consents").set_index(key).sort_index()

    expected = consents(facts).set_index(key).sort_index()

    assert mart.index.equals(expected.index)
    assert (mart.is_allowed == expected.is_allowed).all()
    assert (mart.since_at == expected.since).all()
    assert (mart.last_said_at == expected["last"]).all()
    assert all(
        source in deciders
        for source, deciders in zip(mart.source_name, expected.sources, strict=True)
    )
    assert mart.is_allowed.nunique() == 2


def test_contacts_and_responses_by_stage_of_life(company, facts):
    mart = company.published("select * from marts.customer_lifecycle_activity")
    mart = mart.set_index(ACTIVITY).sort_index()

    expected = lifecycle_activity(facts)

    # A stage of which only its time is known is in no fact.
    assert not set(expected.index) - set(mart.index)
    expected = expected.reindex(mart.index).fillna(0)
    found = mart[expected.columns].astype(float).fillna(0)
    pd.testing.assert_frame_equal(found, expected.astype(float), check_exact=False, atol=1e-4)
    assert (found.sum() > 0).all()
    spans = facts.table("int_journeys__lifecycle_spans").query("started_at < @facts.as_of")
    ended = spans.ended_at.fillna(facts.as_of).clip(upper=facts.as_of)
    days = (ended - spans.started_at).dt.total_seconds() / 86400
    by_stage = days.groupby([spans.customer_key, spans.lifecycle_stage_slug]).agg(["size", "sum"])
    spent = mart[mart.span_count > 0]
    assert spent.span_count.tolist() == by_stage["size"].reindex(spent.index).tolist()
    np.testing.assert_allclose(spent.stage_days, by_stage["sum"].reindex(spent.index), atol=1e-6)


def test_sentiment_and_its_trend(company, facts):
    mart = company.published("select * from marts.customer_health").set_index("customer_key")
    texts = company.published(
        "select customer_key, touchpoint_key, occurred_at, sentiment from marts.fct_touchpoints "
        "where text_key is not null and direction = 'inbound' and not is_bot and is_identified"
    )

    expected = sentiments(texts[texts.occurred_at < facts.as_of]).rename_axis("customer_key")

    found = mart.loc[expected.index, expected.columns].astype(float)
    pd.testing.assert_frame_equal(found, expected.astype(float), check_exact=False, atol=1e-6)
    silent = mart.drop(expected.index)
    assert silent.scored_text_count.sum() + silent.unscored_text_count.sum() == 0
    assert expected.unscored_text_count.sum() > 0


def test_the_oracle_of_a_trend_has_its_golden_value():
    texts = pd.DataFrame(
        {
            "customer_key": "ada",
            "touchpoint_key": list("abcdef"),
            "occurred_at": pd.date_range("2026-03-01", periods=6),
            "sentiment": [0.75, -0.75, 0.75, -0.75, 0.5, 1.0],
        }
    )

    (row,) = sentiments(texts).to_dict("records")

    assert row["sentiment_trend"] == pytest.approx(0.75)
    assert row["sentiment_trend_ci_low"] == -2.0
