"""The value of a better experience: by hand, on planted worlds, on what nobody would deliver."""

import numpy as np
import pandas as pd
import pytest

from orchestration.statistics.resampling import CONFIDENCE
from orchestration.understanding.value.experience import (
    BAND_COLUMNS,
    band_effects,
    experience_values,
)

SETTINGS = {
    "value_minimum_customers": 30,
    "value_bootstrap_draws": 200,
    "value_bootstrap_seed": 1,
}
BANDS = ("detractor", "passive", "promoter")
SCORES = (4.0, 7.5, 9.5)


def simulated(seed, of_band=(120, 200, 160), gain=0.0, before=(60.0, 60.0, 60.0), premium=0.0):
    """Customers of three bands whose margin is skewed and goes along with the earlier one."""
    rng = np.random.default_rng(seed)
    band = np.repeat(np.arange(3), of_band)
    count = len(band)
    is_premium = rng.random(count) < 0.2 + 0.2 * band
    earlier = rng.gamma(1.0, np.array(before)[band])
    # Who bought much will buy less much: half of the way back to the mean.
    later = 30 + 0.5 * earlier + gain * band + premium * is_premium + rng.gamma(1.0, 40, count) - 40
    return pd.DataFrame(
        {
            "program_slug": "relational",
            "metric_slug": "nps_relational",
            "scale_slug": "nps_10",
            "horizon_days": 60,
            "segment_slug": np.where(is_premium, "premium", "value"),
            "customer_key": [f"c{number:04}" for number in range(count)],
            "band": np.array(BANDS)[band],
            "score": np.array(SCORES)[band] + rng.choice([-0.5, 0.5], count),
            "tenure_days": rng.integers(60, 900, count),
            "eligibility": "eligible",
            "margin_before_amount": earlier,
            "margin_after_amount": later,
        }
    )


def row_of(rows, band, segment="all"):
    (row,) = rows[(rows["band"] == band) & (rows["segment_slug"] == segment)].to_dict("records")
    return row


def test_without_anything_to_adjust_it_is_the_difference_of_two_mean_changes():
    effects = band_effects(
        band=np.array([0, 0, 1, 1]),
        score=np.array([2.0, 4.0, 9.0, 10.0]),
        margin_before=np.full(4, 10.0),
        margin_after=np.array([10.0, 20.0, 30.0, 50.0]),
        adjusted_by=np.empty((4, 0)),
        draws=1,
        rng=np.random.default_rng(0),
    )

    # The change is 5 on average in the lower band and 30 in the upper; the scores 3 and 9.5.
    assert effects.difference == pytest.approx([25.0])
    assert effects.points == pytest.approx([6.5])


def test_the_planted_gain_is_found_where_the_raw_means_deny_it():
    """Promoters had bought less before, so that their change alone says far too much."""
    units = simulated(7, gain=10, before=(90, 60, 30), premium=150)
    high, low = (units[units["band"] == band] for band in ("promoter", "detractor"))
    change = [
        (of_band["margin_after_amount"] - of_band["margin_before_amount"]).mean()
        for of_band in (high, low)
    ]

    row = row_of(experience_values(units, SETTINGS), "promoter")

    assert change[0] - change[1] > 90
    assert row["ci_low"] < 20 < row["ci_high"]
    assert row["ci_low"] > 0
    assert row["money_per_point_amount"] == pytest.approx(row["difference_amount"] / 5.5, rel=0.02)


def drawn_differences(seed, **planted):
    """Of promoters from detractors, in each resample of one simulated world."""
    units = simulated(seed, **planted)
    effects = band_effects(
        units["band"].map(BANDS.index).to_numpy(),
        *(
            units[name].to_numpy()
            for name in ("score", "margin_before_amount", "margin_after_amount")
        ),
        np.column_stack([units["tenure_days"], units["segment_slug"] == "premium"]).astype(float),
        200,
        np.random.default_rng([seed, 1]),
    )
    return effects.drawn_difference[:, 1]


def test_the_interval_holds_the_planted_gain_as_often_as_it_says():
    bounds = [np.quantile(drawn_differences(seed, gain=10), CONFIDENCE) for seed in range(150)]

    assert 0.90 <= np.mean([low < 20 < high for low, high in bounds]) <= 0.99


def test_what_is_worth_nothing_is_hardly_ever_proven():
    """Also where each band has but few customers and their margins are skewed."""
    lowest = [
        np.quantile(drawn_differences(seed, of_band=(35, 60, 40)), CONFIDENCE[0])
        for seed in range(200)
    ]

    assert np.mean(np.array(lowest) > 0) <= 0.06


def test_money_is_told_of_the_highest_band_with_all_of_its_draws():
    rows = experience_values(simulated(3, gain=10), SETTINGS)

    top = row_of(rows, "promoter")
    assert len(top["money_draws"]) == 200
    assert np.quantile(top["money_draws"], [0.025, 0.975]) == pytest.approx(
        [top["money_ci_low"], top["money_ci_high"]]
    )
    for band in ("detractor", "passive"):
        assert row_of(rows, band)["money_draws"] is None
        assert not row_of(rows, band)["is_highest"]
    assert pd.isna(row_of(rows, "detractor")["difference_amount"])


def test_a_band_with_too_few_customers_tells_no_difference():
    rows = experience_values(simulated(3, of_band=(29, 200, 160)), SETTINGS)

    assert rows["difference_amount"].isna().all()
    assert not rows["is_min_n"].any()
    assert row_of(rows, "promoter")["customer_count"] == 160


def test_a_middle_band_with_too_few_leaves_the_others_alone():
    rows = experience_values(simulated(3, of_band=(120, 5, 160)), SETTINGS)

    assert pd.isna(row_of(rows, "passive")["difference_amount"])
    assert row_of(rows, "promoter")["difference_amount"] > -50


def test_who_cannot_be_judged_is_counted_by_reason_and_moves_nothing():
    units = simulated(5, gain=10)
    more = simulated(6).assign(
        customer_key=lambda rows: "x" + rows["customer_key"],
        margin_before_amount=np.nan,
        margin_after_amount=np.nan,
    )
    reasons = ["immature", "not_covered", "too_new", "margin_unknown"]
    more["eligibility"] = np.resize(reasons, len(more))

    alone, both = (
        row_of(experience_values(frame, SETTINGS), "promoter")
        for frame in (units, pd.concat([more, units]))
    )

    assert both["difference_amount"] == alone["difference_amount"]
    assert [both[f"{name}_count"] for name in ("immature", "uncovered", "too_new")] == [40, 40, 40]
    assert both["margin_unknown_count"] == 40


def test_neither_the_order_of_rows_nor_another_segment_changes_a_figure():
    units = simulated(9, gain=10)
    shuffled = units.sample(frac=1, random_state=2)
    only_value = units[units["segment_slug"] == "value"]

    rows, again = (experience_values(frame, SETTINGS) for frame in (units, shuffled))

    pd.testing.assert_frame_equal(rows, again)
    assert row_of(rows, "promoter", "value") == row_of(
        experience_values(only_value, SETTINGS), "promoter", "value"
    )


HOSTILE = {
    "nobody": lambda units: units.head(0),
    "one customer": lambda units: units.head(1),
    "nobody can be judged": lambda units: units.assign(eligibility="not_covered"),
    "no margin is known": lambda units: units.assign(
        margin_before_amount=np.nan, margin_after_amount=np.nan
    ),
    "all margins are the same": lambda units: units.assign(
        margin_before_amount=5.0, margin_after_amount=5.0
    ),
    "nothing but losses": lambda units: units.assign(
        margin_before_amount=-units["margin_before_amount"],
        margin_after_amount=-units["margin_after_amount"],
    ),
    "one absurd amount": lambda units: units.assign(
        margin_after_amount=units["margin_after_amount"].where(units.index != 7, 1e17)
    ),
    "an infinite amount": lambda units: units.assign(
        margin_after_amount=units["margin_after_amount"].where(units.index != 7, np.inf)
    ),
    "one band": lambda units: units.assign(band="promoter", score=9.0),
    "one score in all bands": lambda units: units.assign(score=9.0),
    "nobody knows a tenure": lambda units: units.assign(tenure_days=np.nan),
    "a segment for each": lambda units: units.assign(segment_slug=units["customer_key"]),
    "one tenure": lambda units: units.assign(tenure_days=10),
}


@pytest.mark.parametrize("spoil", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_delivery_stops_it_or_makes_up_an_infinite_figure(spoil):
    rows = experience_values(spoil(simulated(4)), SETTINGS)

    assert list(rows.columns) == list(BAND_COLUMNS)
    numbers = rows.select_dtypes("number").to_numpy(dtype=float)
    assert not np.isinf(numbers).any()
    proven = rows["money_ci_low"] > 0
    assert not proven[~rows["is_min_n"]].any()
