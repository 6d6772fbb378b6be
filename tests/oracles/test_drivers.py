"""The published drivers are those of a second computation, and find what was planted."""

import numpy as np
import pandas as pd
import pytest

from orchestration.understanding.drivers import effects
from tests.oracles.drivers import Drivers, cell
from tests.oracles.facts import Facts, minimum_of_mart

OUTCOME = ["program_slug", "metric_slug", "journey_slug"]
COUNTS = ["answer_count", "customer_count", "affected_count", "unaffected_count", "unlinked_count"]


@pytest.fixture(scope="module")
def rows(company):
    return company.published("select * from marts.experience_drivers")


@pytest.fixture(scope="module")
def values(company):
    return Drivers(Facts(company.warehouse)).values()


def cells_of(values):
    cells = []
    for outcome, of_outcome in values.groupby(OUTCOME):
        for segment in ["all", *of_outcome.segment_slug.dropna().unique()]:
            named = dict(zip(OUTCOME, outcome, strict=True), segment_slug=segment)
            cells.append(cell(of_outcome, segment).reset_index().assign(**named))
    return pd.concat(cells)


def paired(rows, expected):
    key = [*OUTCOME, "segment_slug", "driver_slug"]
    pairs = rows.merge(expected, on=key, how="outer", suffixes=("", "_expected"), indicator=True)
    assert pairs["_merge"].eq("both").all()
    assert len(pairs)
    return pairs


@pytest.fixture(scope="module")
def pairs(rows, values):
    return paired(rows, cells_of(values))


@pytest.fixture(scope="module")
def told():
    """Answers drawn at random: a small company has few cells with a hundred of them."""
    rng = np.random.default_rng(5)
    rows = 900
    customer = rng.integers(0, 700, rows)
    drivers = {
        "late": rng.uniform(0, 4, rows) * (rng.random(rows) < 0.3),
        "again": rng.poisson(0.3, rows).astype(float),
        "unknown": np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows) < 0.2),
        "seldom": np.where(rng.random(rows) < 0.7, np.nan, 1.0),
    }
    score = 8 - 0.5 * drivers["late"] - drivers["again"] + rng.normal(0, 1, rows)
    answers = pd.DataFrame(
        {
            "program_slug": "p",
            "metric_slug": "csat",
            "journey_slug": "all",
            "response_key": [f"r{number:04d}" for number in range(rows)],
            "customer_key": [f"c{number:04d}" if number > 20 else None for number in customer],
            "segment_slug": np.array(["premium", "value", None], dtype=object)[customer % 3],
            "channel_slug": np.array(["web", "phone"])[rng.integers(0, 2, rows)],
            "tenure_days": np.where(rng.random(rows) < 0.1, np.nan, rng.exponential(100, rows)),
            "earlier_score": np.where(rng.random(rows) < 0.6, np.nan, rng.random(rows)),
            "score": score,
        }
    )
    values = pd.concat(
        [
            answers.assign(driver_slug=name, value=value, affected_above=0.5)
            for name, value in drivers.items()
        ]
    )
    told = paired(effects(values, 100, 1), cells_of(values))
    assert told.effect.notna().sum() == 9
    return told


def test_a_driver_is_what_had_happened_by_the_answer(company, values):
    key = [*OUTCOME, "response_key", "driver_slug"]
    built = company.warehouse("select * from intermediate.int_understanding__driver_values")

    pairs = built.merge(values, on=key, how="outer", suffixes=("", "_expected"), indicator=True)

    assert pairs["_merge"].eq("both").all()
    for name in ("value", "score", "earlier_score", "tenure_days"):
        np.testing.assert_allclose(
            pairs[name].astype(float), pairs[f"{name}_expected"].astype(float), atol=1e-6
        )


@pytest.mark.parametrize("count", COUNTS)
def test_the_counts_of_drawn_answers_too(told, count):
    assert (told[count] == told[f"{count}_expected"]).all()


@pytest.mark.parametrize("count", COUNTS)
def test_who_answered_who_met_a_driver_and_of_whom_it_is_unknown(pairs, count):
    assert (pairs[count] == pairs[f"{count}_expected"]).all()


@pytest.mark.parametrize("name", ["mean_value", "effect", "mean_points", "r_squared"])
def test_an_effect_is_the_coefficient_of_its_definition(pairs, told, name):
    for shown in (pairs[pairs.is_min_n], told[told.effect.notna()]):
        np.testing.assert_allclose(shown[name], shown[f"{name}_expected"], rtol=1e-6, atol=1e-9)


def test_the_importance_is_the_shapley_share(told):
    told = told[told.effect.notna()]

    assert (told.importance_share - told.importance_share_expected).abs().max() <= 0.01


def test_what_too_little_stands_behind_is_hidden_with_a_reason(rows):
    is_enough = (
        (rows.answer_count >= minimum_of_mart("experience_drivers"))
        & (rows[["affected_count", "unaffected_count"]].min(axis=1) >= 10)
        & (rows.r_squared >= 0.05)
    )

    assert not (rows.is_min_n & ~is_enough).any()
    assert rows.is_min_n.eq(rows.hidden_reason_slug.isna()).all()
    figures = rows.columns[rows.columns.str.startswith(("effect", "mean_points", "importance"))]
    assert rows.loc[~rows.is_min_n, figures].isna().all(axis=None)
    assert rows.loc[rows.is_min_n, figures].notna().all(axis=None)


def test_no_effect_is_said_where_the_interval_holds_none(rows):
    shown = rows[rows.is_min_n]
    holds_zero = (shown.effect_ci_low <= 0) & (shown.effect_ci_high >= 0)

    assert shown.finding_slug.eq("no_effect_of_its_own").eq(holds_zero).all()
    first = shown[shown.finding_slug.eq("most_important")]
    assert (first.derived_rank == 1).all()
    assert first.is_distinct.all()
