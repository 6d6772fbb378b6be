import pandas as pd

from orchestration.statistics.tables import (
    CONSISTENCY_COLUMNS,
    CORRELATION_COLUMNS,
    consistency,
    correlations,
)

SETTINGS = {"bootstrap_replicates": 50, "bootstrap_seed": 1, "minimum_channel_units": 4}


def units(**shares):
    """Ten customers a channel with one unit each, so many of which are successes."""
    return pd.DataFrame(
        {
            "measure_slug": "resolution",
            "contact_reason_slug": "defect",
            "channel_slug": channel,
            "customer_key": f"{channel}{customer}",
            "is_share": True,
            "unit_count": 1,
            "value_sum": float(customer < successes),
        }
        for channel, successes in shares.items()
        for customer in range(10)
    )


def test_every_channel_is_told_and_those_with_enough_units_are_compared():
    few = units(store=2).head(3)

    rows = consistency(pd.concat([units(phone=9, chat=3), few]), SETTINGS).set_index("channel_slug")

    assert rows.is_compared.to_dict() == {"chat": True, "phone": True, "store": False}
    assert rows.value.round(3).to_dict() == {"chat": 0.3, "phone": 0.9, "store": 0.667}
    assert set(rows.compared_channel_count) == {2}
    assert rows.tau.nunique() == 1
    assert (rows.tau_ci_low <= rows.tau).all()
    assert (rows.tau <= rows.tau_ci_high).all()


def test_one_channel_has_no_spread():
    (row,) = consistency(units(phone=9), SETTINGS).to_dict("records")

    assert pd.isna(row["tau"])
    assert not row["is_compared"]


def test_the_order_of_the_rows_changes_nothing():
    rows = units(phone=9, chat=3, ticket=5)

    shuffled = consistency(rows.sample(frac=1, random_state=3), SETTINGS)

    pd.testing.assert_frame_equal(consistency(rows, SETTINGS), shuffled)


def test_another_cell_changes_nothing_in_this_one():
    rows = units(phone=9, chat=3, ticket=5)
    other = rows.assign(contact_reason_slug="account")

    both = consistency(pd.concat([rows, other]), SETTINGS)

    of_rows = both[both.contact_reason_slug == "defect"].reset_index(drop=True)
    pd.testing.assert_frame_equal(consistency(rows, SETTINGS), of_rows)


def test_correlations_are_told_per_cell():
    pairs = pd.DataFrame(
        {
            "comparison_slug": "journey_vs_touchpoint",
            "journey_slug": "delivery",
            "segment_slug": "all",
            "outcome_slug": "repurchase",
            "journey_key": [f"j{number}" for number in range(20)],
            "left_score": [number / 20 for number in range(20)],
            "right_score": [0.5] * 20,
            "outcome_value": [float(number >= 10) for number in range(20)],
        }
    )

    (row,) = correlations(pairs, SETTINGS).to_dict("records")

    assert row["journey_count"] == 20
    assert row["left_correlation"] > 0.8
    assert pd.isna(row["right_correlation"])
    assert row["outcome_mean"] == 0.5


def test_no_rows_keep_their_types():
    nothing = correlations(
        pd.DataFrame(columns=[*CORRELATION_COLUMNS, "journey_key", "left_score"]), SETTINGS
    )

    assert nothing.dtypes.astype(str).to_dict() == CORRELATION_COLUMNS
    assert list(consistency(units(phone=1).head(0), SETTINGS).dtypes.astype(str)) == list(
        CONSISTENCY_COLUMNS.values()
    )
