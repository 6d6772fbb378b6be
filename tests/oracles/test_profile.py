"""Every column of the customer profile is that of its definition, computed again."""

import numpy as np
import pandas as pd
import pytest

from tests.oracles.facts import Facts
from tests.oracles.profile import ACTIVITY, consents, lifecycle_activity, preferences, profits


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
