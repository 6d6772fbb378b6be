"""What is predicted of customers, what is withheld, and that nothing knows the future."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from orchestration.understanding.value.purchases import BgNbd, GammaGamma
from orchestration.understanding.value.tables import (
    MODEL_COLUMNS,
    PREDICTION_COLUMNS,
    model_rows,
    prediction_rows,
    unmet,
)

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2025-01-01")
HORIZONS = [60, 180, 365]
SETTINGS = {
    "value_minimum_repeat_customers": 300,
    "value_minimum_gaps": 2,
    "value_minimum_known_customer_share": 0.5,
    "value_minimum_known_margin_share": 0.95,
    "value_maximum_margin_correlation": 0.3,
    "value_maximum_holdout_error_share": 0.3,
    "value_most_fitted_customers": 20000,
    "value_minimum_outcomes": 100,
    "value_maximum_slope_error_share": 0.2,
    "value_maximum_level_error_share": 0.03,
    "value_minimum_fifth_customers": 5,
}


def observed(days=240, **changes):
    facts = {
        "as_of": START + days * DAY,
        "covered_from": START,
        "covered_until": START + days * DAY,
        "hole_count": 0,
        "order_count": 1000,
        "known_customer_count": 900,
    }
    return {**facts, **changes}


def simulated(seed=1, count=2500, days=240, together=0.0):
    """Purchases of customers who begin in the first half; what is true: who left buys no more."""
    rng = np.random.default_rng(seed)
    model, spend = BgNbd(0.8, 30, 0.8, 3.0), GammaGamma(6, 4, 60)
    rate, leaving = rng.gamma(model.r, 1 / model.alpha, count), rng.beta(model.a, model.b, count)
    nu = rng.gamma(spend.q, 1 / spend.gamma, count) * np.exp(-together * np.log(rate * 30))
    rows, truth = [], []
    for person in range(count):
        at, key = rng.uniform(0, days / 2), f"c{person:05}"
        orders, is_gone = 0, False
        while at < days and not is_gone:
            rows.append((key, True, at, rng.gamma(spend.p, 1 / nu[person])))
            orders += 1
            is_gone = orders > 1 and rng.random() < leaving[person]
            at += rng.exponential(1 / rate[person])
        truth.append((key, 0.0 if is_gone else rate[person], spend.p / nu[person]))
    events = pd.DataFrame(rows, columns=["customer_key", "is_purchase", "day", "margin_amount"])
    events["occurred_at"] = events["purchased_at"] = START + events.pop("day") * DAY
    events["source_key"] = [f"o{number}" for number in range(len(events))]
    return events, pd.DataFrame(truth, columns=["customer_key", "rate", "spend"])


def snapshots(seed=1, count=1500, shift=0.0, effect=1.2):
    """Customers on five days; who came lately and often comes again, less so in the last period."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(5):
        age, bought = rng.uniform(0, 120, count), rng.poisson(1.5, count)
        wrote = rng.poisson(0.5, count)
        drive = effect * (1.5 / (1 + age / 30) + np.log1p(bought) + np.log1p(wrote))
        level = -3 + (shift if number == 1 else 0)
        frame = pd.DataFrame(
            {
                "snapshot_number": number,
                "customer_key": [f"c{person:05}" for person in range(count)],
                "purchase_age_days": age,
                "contact_age_days": np.where(wrote > 0, rng.uniform(0, 60, count), np.nan),
                "tenure_days": rng.uniform(1, 900, count),
                "purchase_count": bought,
                "contact_count": wrote,
                "bad_experience_count": rng.poisson(0.2, count),
                "last_score_share": np.where(rng.random(count) < 0.4, rng.random(count), np.nan),
            }
        )
        for outcome in ("has_purchased", "has_contacted"):
            did = rng.random(count) < expit(level + drive)
            frame[outcome] = pd.array(did if number else [None] * count, dtype="boolean")
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def world():
    events, truth = simulated()
    return events, truth, snapshots()


@pytest.fixture(scope="module")
def models(world):
    events, _, days = world
    return model_rows(events, days, observed(), HORIZONS, SETTINGS)


@pytest.fixture(scope="module")
def predictions(world, models):
    events, _, days = world
    return prediction_rows(models, events, days, observed(), SETTINGS).set_index("customer_key")


def value_of(models, slug, name):
    (value,) = models.query("prediction_slug == @slug and name == @name and fifth.isna()")["value"]
    return value


def test_where_all_holds_everything_is_predicted(models, predictions):
    for slug in ("expected_orders", "expected_margin", "p_repurchase_30", "p_contact_30"):
        assert unmet(models, slug) is None
        assert unmet(models, slug, "level_check") is None
        assert predictions[slug].notna().any()
        assert predictions[f"{slug}_reason"].isna().sum() == predictions[slug].notna().sum()
    assert set(models["horizon_days"]) == {30, 60}


def test_the_ranks_agree_with_the_true_pace_and_purse(world, predictions):
    truth = world[1].set_index("customer_key").join(predictions, how="inner")
    again = truth[truth["risk_fifth"].notna()]

    assert truth["rate"].corr(truth["expected_orders"], method="spearman") > 0.45
    assert again["spend"].corr(again["margin_per_order_amount"], method="spearman") > 0.75
    by_fifth = (truth["rate"] * truth["spend"]).groupby(truth["value_fifth"]).mean()
    assert by_fifth[5] > 2.5 * by_fifth[1]
    gone = (again["rate"] == 0).groupby(again["risk_fifth"]).mean()
    assert gone.is_monotonic_increasing
    assert gone[5] > 2 * gone[1]
    assert truth["risk_fifth"].notna().sum() == (truth["p_alive"] < 1).sum()


def test_the_last_period_is_told_as_it_would_have_been_predicted(world, models):
    """Nothing of the period itself is in the prediction of it."""
    events, _, days = world
    cut = START + 180 * DAY
    more = events[events["occurred_at"] > cut].assign(
        customer_key=lambda rows: rows["customer_key"].iloc[0], margin_amount=1e6
    )
    otherwise = model_rows(
        pd.concat([events[events["occurred_at"] <= cut], more]),
        days, observed(), HORIZONS, SETTINGS,
    )  # fmt: skip

    for slug in ("expected_orders", "expected_margin"):
        assert value_of(otherwise, slug, "holdout_predicted") == pytest.approx(
            value_of(models, slug, "holdout_predicted"), rel=1e-9
        )
        assert abs(value_of(models, slug, "holdout_error_share")) < 0.2
        assert value_of(models, slug, "holdout_past_rate_error_share") > 0.2


def test_what_comes_back_later_is_not_known_before(world):
    events, _, days = world
    cut = START + 180 * DAY
    earlier = events[events["occurred_at"] <= cut]
    back = earlier.assign(
        is_purchase=False,
        margin_amount=-earlier["margin_amount"],
        occurred_at=cut + DAY,
        source_key="r" + earlier["source_key"],
    )

    with_returns, without = (
        model_rows(frame, days, observed(), HORIZONS, SETTINGS)
        for frame in (pd.concat([events, back]), events)
    )

    assert value_of(with_returns, "expected_margin", "holdout_predicted") == pytest.approx(
        value_of(without, "expected_margin", "holdout_predicted"), rel=1e-9
    )


def test_the_horizon_is_the_longest_that_the_past_can_check(world):
    events, _, days = world
    for length, horizon in ((119, None), (120, 60), (359, 60), (360, 180)):
        models = model_rows(events, days, observed(length), HORIZONS, SETTINGS)
        found = models.loc[models["prediction_slug"] == "expected_orders", "horizon_days"]
        assert [None if pd.isna(value) else value for value in found.unique()] == [horizon]
        assert (unmet(models, "expected_orders") == "covered_time") == (horizon is None)


UNMET = {
    "repeat_customers": {"keep": 150},
    "known_customer_share": {"facts": {"known_customer_count": 499}},
    "covered_time": {"facts": {"covered_from": pd.NaT}},
}


@pytest.mark.parametrize("check", UNMET)
def test_without_a_precondition_nothing_is_expected_and_the_reason_is_told(world, check):
    events, _, days = world
    change = UNMET[check]
    if "keep" in change:
        events = events[events["customer_key"] < f"c{change['keep']:05}"]
    facts = observed(**change.get("facts", {}))
    models = model_rows(events, days, facts, HORIZONS, SETTINGS)

    rows = prediction_rows(models, events, days, facts, SETTINGS)

    for slug in ("expected_orders", "expected_margin"):
        assert unmet(models, slug) == check
        assert rows[slug].isna().all()
        assert set(rows[f"{slug}_reason"]) == {check}
    assert rows[["value_fifth", "order_fifth", "risk_fifth"]].isna().all(axis=None)


def test_margin_that_goes_with_frequency_or_is_unknown_is_not_predicted(world):
    together, _ = simulated(together=0.8)
    unknown = world[0].assign(
        margin_amount=lambda rows: rows["margin_amount"].where(rows.index % 10 > 0)
    )

    for events, check in ((together, "margin_correlation"), (unknown, "known_margin_share")):
        models = model_rows(events, world[2], observed(), HORIZONS, SETTINGS)
        assert unmet(models, "expected_margin") == check
        assert unmet(models, "expected_orders") is None


def test_far_off_totals_leave_the_fifths_and_take_the_amounts(world):
    events, _, days = world
    is_late = events["occurred_at"] > START + 180 * DAY
    fewer = events[~is_late | (np.arange(len(events)) % 2 == 0)]
    models = model_rows(fewer, days, observed(), HORIZONS, SETTINGS)

    rows = prediction_rows(models, fewer, days, observed(), SETTINGS)

    assert unmet(models, "expected_orders", "level_check") == "holdout_error_share"
    assert rows["expected_orders"].isna().all()
    assert rows["order_fifth"].notna().any()


@pytest.mark.parametrize(
    ("days", "check"),
    [
        pytest.param(snapshots(shift=-1.0), "level_error_share", id="the level has shifted"),
        pytest.param(snapshots(effect=0.0), "later_outcomes", id="too few did it"),
        pytest.param(snapshots().query("snapshot_number < 2"), "training_outcomes", id="one day"),
    ],
)
def test_a_chance_that_did_not_hold_later_is_null_with_its_reason(world, days, check):
    models = model_rows(world[0], days, observed(), HORIZONS, SETTINGS)
    rows = prediction_rows(models, world[0], days, observed(), SETTINGS)

    for slug in ("p_repurchase_30", "p_contact_30"):
        failed = models.query("prediction_slug == @slug and is_met == False")["name"]
        assert check in set(failed)
        assert rows[slug].isna().all()
        assert rows[f"{slug}_reason"].notna().all()


def test_the_chance_is_learnt_before_the_period_that_judges_it(world, models):
    """Other outcomes of the last period change the judgement, and no parameter."""
    events, _, days = world
    flipped = days.copy()
    last = flipped["snapshot_number"] == 1
    flipped.loc[last, "has_purchased"] = ~flipped.loc[last, "has_purchased"]
    judged = model_rows(events, flipped, observed(), HORIZONS, SETTINGS)

    of_model = "prediction_slug == 'p_repurchase_30' and kind_slug == 'parameter'"
    assert judged.query(of_model)["value"].to_list() == models.query(of_model)["value"].to_list()
    assert unmet(judged, "p_repurchase_30") == "auc_ci_low"


def test_neither_the_order_of_rows_nor_a_second_run_changes_anything(world, models, predictions):
    events, _, days = world
    shuffled = [frame.sample(frac=1, random_state=5) for frame in (events, days)]

    again = model_rows(*shuffled, observed(), HORIZONS, SETTINGS)

    pd.testing.assert_frame_equal(again, models)
    pd.testing.assert_frame_equal(
        prediction_rows(again, *shuffled, observed(), SETTINGS).set_index("customer_key"),
        predictions,
    )


def spoilt(world, name):
    events, _, days = world
    changes = {
        "nobody": (events.head(0), days.head(0)),
        "one customer": (events.head(1), days.head(1)),
        "one purchase each": (events.drop_duplicates("customer_key"), days),
        "no margin": (events.assign(margin_amount=np.nan), days),
        "one margin": (events.assign(margin_amount=5.0), days),
        "losses": (events.assign(margin_amount=-events["margin_amount"]), days),
        "absurd margin": (
            events.assign(margin_amount=events["margin_amount"].where(events.index != 9, 1e300)),
            days,
        ),
        "infinite margin": (
            events.assign(margin_amount=events["margin_amount"].where(events.index != 9, np.inf)),
            days,
        ),
        "all at once": (events.assign(occurred_at=START, purchased_at=START), days),
        "in the future": (events.assign(occurred_at=START + 999 * DAY), days),
        "a day twice": (pd.concat([events, events]), days),
        "nobody did it": (events, days.assign(has_purchased=False, has_contacted=False)),
        "all did it": (events, days.assign(has_purchased=True, has_contacted=True)),
        "nothing known of anybody": (
            events,
            days.assign(purchase_age_days=np.nan, contact_age_days=np.nan, tenure_days=np.nan),
        ),
    }
    return changes[name]


@pytest.mark.parametrize(
    "name",
    [
        "nobody", "one customer", "one purchase each", "no margin", "one margin", "losses",
        "absurd margin", "infinite margin", "all at once", "in the future", "a day twice",
        "nobody did it", "all did it", "nothing known of anybody",
    ],
)  # fmt: skip
def test_no_delivery_stops_it_or_makes_an_infinite_figure(world, name):
    events, days = spoilt(world, name)
    for facts in (observed(), observed(order_count=0, known_customer_count=0)):
        models = model_rows(events, days, facts, HORIZONS, SETTINGS)
        rows = prediction_rows(models, events, days, facts, SETTINGS)

        assert list(models.columns) == list(MODEL_COLUMNS)
        assert list(rows.columns) == list(PREDICTION_COLUMNS)
        numbers = rows[["expected_orders", "expected_margin", "p_alive"]].to_numpy(dtype=float)
        assert not np.isinf(numbers).any()
        for slug in ("expected_orders", "expected_margin", "p_repurchase_30", "p_contact_30"):
            assert (rows[slug].notna() != rows[f"{slug}_reason"].notna()).all()
