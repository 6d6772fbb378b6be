"""What the drivers of a score are said to be, against what was planted and against definitions."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.people import SEGMENTS
from orchestration.sample_world.satisfaction import QUESTIONS, answers
from orchestration.understanding.drivers import (
    EFFECT_COLUMNS,
    effects,
    relative_weights,
    with_money,
)

SEED = 20260
MINIMUM_N = 100


def frame(score, drivers, customer=None, segment=None, above=0.0, channel="web", program="p"):
    """One row per answer and driver."""
    rows = len(score)
    answer = pd.DataFrame(
        {
            "program_slug": program,
            "metric_slug": "csat",
            "journey_slug": "all",
            "response_key": [f"r{number:07d}" for number in range(rows)],
            "customer_key": [
                f"c{number:07d}" for number in (range(rows) if customer is None else customer)
            ],
            "segment_slug": segment,
            "channel_slug": channel,
            "tenure_days": 10.0,
            "earlier_score": np.nan,
            "score": score,
        }
    )
    parts = [
        answer.assign(driver_slug=name, value=values, affected_above=above)
        for name, values in drivers.items()
    ]
    return pd.concat(parts, ignore_index=True)


def told(rows, driver, segment="all"):
    found = rows[rows["driver_slug"].eq(driver) & rows["segment_slug"].eq(segment)]
    return found.to_dict("records")[0]


def shapley(correlations, with_outcome):
    """The mean, over all orders, of what a driver adds to R² where it enters."""
    count = len(with_outcome)

    def r_squared(chosen):
        if not chosen:
            return 0.0
        these = list(chosen)
        inside = correlations[np.ix_(these, these)]
        return with_outcome[these] @ np.linalg.solve(inside, with_outcome[these])

    shares = np.zeros(count)
    for place in range(count):
        others = [other for other in range(count) if other != place]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for chosen in combinations(others, size):
                shares[place] += weight * (r_squared((*chosen, place)) - r_squared(chosen))
    return shares


def test_two_drivers_have_the_weights_that_can_be_reckoned_by_hand():
    between = np.array([[1.0, 0.3], [0.3, 1.0]])

    weights, is_told = relative_weights(between, np.array([0.5, 0.4]))

    r_squared = (0.25 + 0.16 - 2 * 0.5 * 0.4 * 0.3) / (1 - 0.09)
    assert weights == pytest.approx(
        [(0.25 + r_squared - 0.16) / 2, (0.16 + r_squared - 0.25) / 2], abs=1e-12
    )
    assert is_told.all()


def test_drivers_that_know_nothing_of_each_other_weigh_their_squared_correlation():
    weights, _ = relative_weights(np.eye(3), np.array([0.5, -0.4, 0.1]))

    assert weights == pytest.approx([0.25, 0.16, 0.01])


@pytest.mark.parametrize("seed", range(12))
def test_relative_weights_are_the_shapley_shares_where_drivers_correlate_by_less_than_0_4(seed):
    """All of them harmful. Of stronger and of opposed ones the two part: by 0.19 at worst."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 6))
    common = rng.normal(size=(3000, 1))
    drivers = rng.normal(size=(3000, count)) + rng.uniform(0, 0.8, count) * common
    outcome = rng.normal(0, 2, 3000) - drivers @ np.abs(rng.normal(size=count))
    matrix = np.corrcoef(np.column_stack([drivers, outcome]), rowvar=False)

    weights, _ = relative_weights(matrix[:-1, :-1], matrix[:-1, -1])

    exact = shapley(matrix[:-1, :-1], matrix[:-1, -1])
    assert weights.sum() == pytest.approx(exact.sum())
    assert np.abs(weights / weights.sum() - exact / exact.sum()).max() <= 0.01


def test_an_exact_line_gives_its_slope_its_points_and_all_of_the_importance():
    late = np.tile([0.0, 0.0, 1.0, 3.0], 50)

    row = told(effects(frame(9 - 0.5 * late, {"late": late}), MINIMUM_N, SEED), "late")

    assert row["effect"] == row["effect_ci_low"] == row["effect_ci_high"] == -0.5
    assert row["mean_points"] == -0.5
    assert row["mean_points_ci_low"] < -0.5 < row["mean_points_ci_high"]
    assert row["importance_share"] == 1.0
    assert row["r_squared"] == pytest.approx(1)
    assert (row["answer_count"], row["affected_count"], row["unaffected_count"]) == (200, 100, 100)
    assert row["is_min_n"]
    assert row["has_effect"]
    assert row["is_distinct"]
    assert len(row["mean_points_draws"]) == 200


def planted(seed, rows=1500):
    """People of all segments asked by every program, with what happened to them drawn at random."""
    rng = np.random.default_rng(seed)
    segment = rng.integers(0, len(SEGMENTS), rows)
    customer = rng.integers(0, rows * 3 // 4, rows)
    segment = segment[customer]
    trait = rng.normal(size=rows)[customer]
    for program, question in QUESTIONS.items():
        drivers = {name: _draw(rng, name, rows) for name in question.effects}
        score = answers(rng, program, segment, trait, drivers)
        yield program, frame(score, drivers, customer, np.array(SEGMENTS)[segment], program=program)


def _draw(rng, name, rows):
    if name == "wait_hours":
        return rng.exponential(6, rows) * (rng.random(rows) < 0.4)
    if name in ("peak_end", "mean_moment", "verdict", "remembered_journey"):
        return np.clip(rng.normal(0, 0.4, rows), -1, 1) * (rng.random(rows) < 0.6)
    if name == "purchases":
        return rng.poisson(0.7, rows).astype(float)
    if name == "days_late":
        return rng.uniform(0.2, 4, rows) * (rng.random(rows) < 0.15)
    return (rng.random(rows) < 0.06).astype(float)


def test_planted_effects_are_found_within_their_intervals():
    inside, wrong, count = 0, [], 0
    for program, values in [*planted(3), *planted(4)]:
        found = effects(values, MINIMUM_N, SEED)
        assert found.groupby("driver_slug").size().eq(4).all()
        for name, by_segment in QUESTIONS[program].effects.items():
            for segment, effect in zip(SEGMENTS, by_segment, strict=True):
                row = told(found, name, segment)
                assert row["is_min_n"], (program, name, segment)
                count += 1
                inside += row["effect_ci_low"] <= effect <= row["effect_ci_high"]
                if row["effect_ci_low"] * effect < 0 > row["effect_ci_high"] * effect:
                    wrong.append((program, name, segment))
    # More answers would say less for it: at the ends of a scale effects shrink, by a fifth here.
    assert count == 2 * 3 * sum(len(question.effects) for question in QUESTIONS.values())
    assert inside / count >= 0.85
    assert not wrong


def test_a_proxy_that_does_nothing_has_no_effect_of_its_own_whatever_its_share():
    rng = np.random.default_rng(8)
    wait = rng.normal(size=3000)
    proxy = 0.9 * wait + np.sqrt(1 - 0.81) * rng.normal(size=3000)
    score = 7 - wait + rng.normal(size=3000)

    rows = effects(frame(score, {"wait": wait, "proxy": proxy}, above=0.2), MINIMUM_N, SEED)

    assert told(rows, "proxy")["effect_ci_low"] < 0 < told(rows, "proxy")["effect_ci_high"]
    assert told(rows, "proxy")["has_effect"] is False
    assert told(rows, "proxy")["importance_share"] > 0.1
    assert told(rows, "wait")["has_effect"]


def test_one_of_two_equal_drivers_is_not_called_the_first():
    rng = np.random.default_rng(9)
    one, other = rng.random((2, 2000)) < 0.3
    score = 8 - 1.0 * one - 1.0 * other + rng.normal(size=2000)

    rows = effects(
        frame(score, {"one": one.astype(float), "other": other.astype(float)}), MINIMUM_N, SEED
    )

    first = rows[rows["segment_slug"].eq("all") & rows["derived_rank"].eq(1)].iloc[0]
    assert first["has_effect"]
    assert not first["is_distinct"]


def test_a_driver_that_few_met_can_keep_another_from_being_called_the_first():
    """It is not shown, and took more points from the average answer all the same."""
    rng = np.random.default_rng(12)
    score, late = few(rng)
    rare = np.where(np.arange(400) < 8, 30.0, 0.0)

    alone = told(effects(frame(score, {"late": late}), MINIMUM_N, SEED), "late")
    rows = effects(frame(score - rare, {"late": late, "rare": rare}), MINIMUM_N, SEED)

    assert alone["is_distinct"]
    assert told(rows, "rare")["reason_slug"] == "too_few_affected"
    assert told(rows, "late")["derived_rank"] == 1
    assert told(rows, "late")["has_effect"]
    assert not told(rows, "late")["is_distinct"]


def test_customers_are_drawn_whole_so_that_answers_repeated_tell_nothing_more():
    rng = np.random.default_rng(10)
    late = (rng.random(300) < 0.3).astype(float)
    score = 8 - late + rng.normal(size=300)

    once = told(effects(frame(score, {"late": late}), MINIMUM_N, SEED), "late")
    five = frame(np.tile(score, 5), {"late": np.tile(late, 5)}, np.tile(np.arange(300), 5))
    fivefold = told(effects(five, MINIMUM_N, SEED), "late")

    assert fivefold["effect"] == pytest.approx(once["effect"])
    width, wide = (row["effect_ci_high"] - row["effect_ci_low"] for row in (once, fivefold))
    assert wide == pytest.approx(width, rel=0.01)
    assert fivefold["affected_count"] == once["affected_count"]


def test_who_was_asked_is_no_driver():
    """Premium customers wait less and are more content whatever happens."""
    rng = np.random.default_rng(11)
    is_premium = rng.random(4000) < 0.5
    wait = rng.exponential(np.where(is_premium, 1, 5))
    score = np.where(is_premium, 9, 6) + rng.normal(size=4000)
    segment = np.where(is_premium, "premium", "value")

    row = told(
        effects(
            frame(score, {"wait": wait}, segment=segment, above=1),
            MINIMUM_N,
            SEED,
        ),
        "wait",
    )

    assert row["effect_ci_low"] < 0 < row["effect_ci_high"]
    assert abs(row["effect"]) < 0.03


def test_no_row_order_changes_a_number():
    values = next(planted(4, rows=900))[1]

    again = effects(values.sample(frac=1, random_state=1), MINIMUM_N, SEED)

    pd.testing.assert_frame_equal(effects(values, MINIMUM_N, SEED), again)


def few(rng, rows=400):
    late = (rng.random(rows) < 0.3).astype(float)
    return 8 - late + rng.normal(size=rows), late


def test_a_driver_that_is_seldom_known_is_told_so_and_costs_the_others_nothing():
    score, late = few(np.random.default_rng(1))
    seldom = np.where(np.arange(400) < 50, late, np.nan)

    rows = effects(frame(score, {"late": late, "seldom": seldom}), MINIMUM_N, SEED)

    assert told(rows, "seldom")["reason_slug"] == "too_few_linked"
    assert told(rows, "seldom")["unlinked_count"] == 350
    assert told(rows, "late")["answer_count"] == 400
    assert told(rows, "late")["is_min_n"]


def test_an_answer_of_which_a_driver_is_unknown_does_not_count():
    score, late = few(np.random.default_rng(1))
    other = np.random.default_rng(2).random(400)
    other[:60] = np.nan

    row = told(effects(frame(score, {"late": late, "other": other}), MINIMUM_N, SEED), "late")

    assert (row["answer_count"], row["unlinked_count"]) == (340, 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda values: values.head(99), "too_few_answers", id="99 answers"),
        pytest.param(
            lambda values: values.assign(value=[1.0] * 9 + [0.0] * 391),
            "too_few_affected", id="9 customers hit",
        ),
        pytest.param(
            lambda values: values.assign(value=[0.0] * 9 + [1.0] * 391),
            "too_few_affected", id="9 customers spared",
        ),
        pytest.param(lambda values: values.assign(value=1.0), "too_few_affected", id="constant"),
        pytest.param(lambda values: values.assign(score=5.0), "explains_too_little", id="one"),
        pytest.param(lambda values: values.assign(value=np.nan), "too_few_linked", id="unknown"),
        pytest.param(lambda values: values.assign(value=np.inf), "too_few_linked", id="infinite"),
        pytest.param(lambda values: values.assign(score=np.nan), "too_few_linked", id="no score"),
        pytest.param(
            lambda values: values.assign(customer_key=None), "too_few_linked", id="nobody known"
        ),
        pytest.param(
            lambda values: values.assign(customer_key="one"), "too_few_affected", id="one customer"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_null_with_its_reason(change, reason):
    score, late = few(np.random.default_rng(5))

    row = told(effects(change(frame(score, {"late": late})), MINIMUM_N, SEED), "late")

    assert row["reason_slug"] == reason
    assert not row["is_min_n"]
    assert pd.isna(row["has_effect"])
    assert pd.isna(row["derived_rank"])


def test_drivers_that_always_come_together_are_not_told_apart():
    rng = np.random.default_rng(6)
    score, late = few(rng)
    other = rng.random(400) < 0.5

    rows = effects(
        frame(score - other, {"late": late, "twin": 2 * late, "other": other.astype(float)}),
        MINIMUM_N,
        SEED,
    )

    for name in ("late", "twin"):
        assert told(rows, name)["reason_slug"] == "not_told_apart"
        assert pd.isna(told(rows, name)["effect"])
    assert told(rows, "other")["effect"] == pytest.approx(-1, abs=0.3)


@pytest.mark.parametrize("factor", [1e-250, 1e12, 1e300])
def test_the_size_of_a_unit_changes_nothing_but_the_unit(factor):
    score, late = few(np.random.default_rng(7))

    plain, scaled = (
        told(effects(frame(score, {"late": late * unit}), MINIMUM_N, SEED), "late")
        for unit in (1.0, factor)
    )

    assert scaled["mean_points"] == pytest.approx(plain["mean_points"])
    assert scaled["effect"] == pytest.approx(plain["effect"] / factor)
    assert scaled["importance_share"] == pytest.approx(plain["importance_share"])


def test_no_answers_are_no_rows():
    score, late = few(np.random.default_rng(5))

    rows = effects(frame(score, {"late": late}).head(0), MINIMUM_N, SEED)

    assert rows.empty
    assert list(rows.columns) == list(EFFECT_COLUMNS)


def test_a_thousand_segments_have_a_row_each():
    score, late = few(np.random.default_rng(5), rows=5000)
    segment = [f"s{number % 1000}" for number in range(5000)]

    rows = effects(frame(score, {"late": late}, segment=segment), MINIMUM_N, SEED)

    assert len(rows) == 1001
    assert told(rows, "late")["is_min_n"]
    assert rows["is_min_n"].sum() == 1


def test_a_segment_named_like_all_of_them_is_not_told_twice():
    score, late = few(np.random.default_rng(5))

    assert len(effects(frame(score, {"late": late}, segment="all"), MINIMUM_N, SEED)) == 1


def money(amount, draws, is_proven=True):
    return pd.DataFrame(
        {
            "program_slug": ["p"],
            "metric_slug": ["csat"],
            "segment_slug": ["all"],
            "horizon_days": [60],
            "money_per_point_amount": [amount],
            "draws": [draws],
            "is_proven": [is_proven],
        }
    )


@pytest.fixture(scope="module")
def found():
    score, late = few(np.random.default_rng(5))
    return effects(frame(score, {"late": late}), MINIMUM_N, SEED)


def test_lost_points_are_money_to_win_resample_by_resample(found):
    row = told(with_money(found, money(10.0, [10.0] * 200)), "late")

    assert row["money_amount"] == pytest.approx(-10 * row["mean_points"])
    assert row["money_ci_low"] == pytest.approx(-10 * row["mean_points_ci_high"])
    assert row["money_ci_high"] == pytest.approx(-10 * row["mean_points_ci_low"])
    assert row["is_money_proven"]
    assert row["horizon_days"] == 60


def test_both_uncertainties_make_the_interval_of_the_money(found):
    sure, unsure = (
        told(with_money(found, money(10.0, draws)), "late")
        for draws in ([10.0] * 200, list(np.linspace(1, 19, 200)))
    )

    assert unsure["money_ci_low"] < sure["money_ci_low"]
    assert unsure["money_ci_high"] > sure["money_ci_high"]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(money(10.0, [10.0] * 200, is_proven=False), id="not proven"),
        pytest.param(money(10.0, [-1.0, 20.0] * 100), id="interval that holds nothing"),
        pytest.param(money(None, None, is_proven=False), id="no amount"),
        pytest.param(money(10.0, None), id="no draws"),
        pytest.param(money(10.0, [None] * 200), id="empty draws"),
        pytest.param(money(10.0, [10.0] * 200).head(0), id="no row"),
    ],
)
def test_money_is_proven_only_where_both_are(found, values):
    row = told(with_money(found, values), "late")

    assert not row["is_money_proven"]
    assert row["effect"] < 0


def test_a_hidden_driver_has_no_money(found):
    score, late = few(np.random.default_rng(5))
    hidden = effects(frame(score[:99], {"late": late[:99]}), MINIMUM_N, SEED)

    row = told(with_money(hidden, money(10.0, [10.0] * 200)), "late")

    assert pd.isna(row["money_amount"])
    assert not row["is_money_proven"]


def test_no_effects_have_no_money_either(found):
    assert with_money(found.head(0), money(10.0, [10.0] * 200)).empty
