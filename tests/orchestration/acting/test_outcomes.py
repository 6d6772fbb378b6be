"""Rows of arms and weeks by hand, and the words that seed and models share."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestration.acting.outcomes import (
    CHANGE_COLUMNS,
    MEAN_METRICS,
    READOUT_COLUMNS,
    before_after_readouts,
    randomised_readouts,
)
from orchestration.paths import DBT_PROJECT_DIR
from orchestration.reference_seeds.experiments import OUTCOMES
from orchestration.statistics.typed import typed


def sums(key, treated, control):
    """Sums of two arms of (outcome, before) pairs."""
    row = {"arm_sums_key": key, "experiment_slug": key}
    for name, arm in (("treated", np.array(treated)), ("held_out", np.array(control))):
        after, before = arm[:, 0], arm[:, 1]
        row |= {
            f"{name}_count": len(arm),
            f"{name}_total": after.sum(),
            f"{name}_squares": (after**2).sum(),
            f"{name}_before_total": before.sum(),
            f"{name}_before_squares": (before**2).sum(),
            f"{name}_products": (after * before).sum(),
        }
    return row


def weeks(affected, comparison, first=-4):
    count = len(affected)
    return pd.DataFrame(
        {
            "experiment_slug": "e",
            "week_number": range(first, first + count),
            "affected_count": 10,
            "affected_total": 10 * np.array(affected),
            "comparison_count": 20,
            "comparison_total": 20 * np.array(comparison),
        }
    )


def test_shares_and_amounts_are_read_each_in_its_way():
    experiments = pd.DataFrame(
        {
            "experiment_slug": ["share", "amount"],
            "metric_slug": ["buys", "spends"],
            "held_out_share": [0.5, np.nan],
        }
    )
    bought = [(1, 1)] * 56 + [(0, 0)] * 14, [(1, 0)] * 48 + [(0, 1)] * 32
    spent = [(1.0, 0), (2.0, 0), (6.0, 0)], [(1.0, 0), (2.0, 0), (3.0, 0)]
    rows = randomised_readouts(
        pd.DataFrame([sums("share", *bought), sums("amount", *spent)]), experiments
    ).set_index("arm_sums_key")

    # Newcombe's own example, and arms of 70 and 80 where halves were meant.
    assert rows.at["share", "ci_low"] == pytest.approx(0.0524, abs=5e-5)
    assert rows.at["share", "ci_high"] == pytest.approx(0.3339, abs=5e-5)
    assert rows.at["share", "sample_ratio_p"] == pytest.approx(0.4142, abs=1e-4)
    assert rows.at["share", "sequential_ci_low"] < rows.at["share", "ci_low"]
    assert rows.at["share", "adjusted_ci_low"] < rows.at["share", "adjusted_difference"]
    # Nobody differed before, and no share was declared.
    assert rows.at["amount", "difference"] == pytest.approx(1.0)
    assert np.isnan(rows.at["amount", "adjusted_difference"])
    assert np.isnan(rows.at["amount", "sample_ratio_p"])
    amounts = [[amount for amount, _ in arm] for arm in spent]
    interval = stats.ttest_ind(*amounts, equal_var=False).confidence_interval(0.95)
    assert rows.at["amount", "ci_low"] == pytest.approx(interval.low)
    assert rows.at["amount", "ci_high"] == pytest.approx(interval.high)


def test_few_successes_have_no_adjusted_bounds():
    experiments = pd.DataFrame(
        {"experiment_slug": ["e"], "metric_slug": ["buys"], "held_out_share": [np.nan]}
    )
    few = [(1, 1)] * 5 + [(0, 0)] * 5, [(1, 1)] * 4 + [(0, 0)] * 6

    row = randomised_readouts(pd.DataFrame([sums("e", *few)]), experiments).iloc[0]

    assert row.adjusted_difference == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(row.adjusted_ci_low)
    assert not np.isnan(row.ci_low)


def test_a_change_is_what_the_comparison_does_not_share():
    # Both fall by 0.1; the affected one rises by 0.3 on top.
    comparison = [0.5, 0.6, 0.5, 0.6, 0.4, 0.5, 0.4, 0.5]
    affected = [0.52, 0.58, 0.5, 0.6, 0.72, 0.78, 0.7, 0.8]

    (row,) = before_after_readouts(weeks(affected, comparison)).to_dict("records")

    assert (row["weeks_before"], row["weeks_after"]) == (4, 4)
    assert (row["unit_count"], row["comparison_unit_count"]) == (80, 160)
    assert row["difference"] == pytest.approx(0.3)
    assert 0 < row["ci_low"] < 0.3 < row["ci_high"] < 0.4
    assert row["change_ci_low"] > 0
    assert row["pre_trend_p"] > 0.05


def test_what_both_series_do_is_no_change_of_one():
    series = np.array([0.5, 0.52, 0.5, 0.52, 0.8, 0.82, 0.8, 0.82])
    noise = np.array([0.01, -0.01, -0.01, 0.01] * 2)

    (row,) = before_after_readouts(weeks(series + noise, series)).to_dict("records")

    assert row["change_ci_low"] > 0
    assert row["ci_low"] < 0 < row["ci_high"]


def test_series_that_part_before_are_seen():
    affected = [0.5, 0.54, 0.61, 0.65, 0.7, 0.75, 0.8, 0.85]

    (row,) = before_after_readouts(weeks(affected, [0.5] * 8)).to_dict("records")

    assert row["pre_trend_p"] < 0.05


def test_no_rows_have_types():
    none = before_after_readouts(weeks([], []))
    sums_of_none = pd.DataFrame([sums("e", [(0, 0)], [(0, 0)])]).iloc[:0]
    experiments = pd.DataFrame(columns=["experiment_slug", "metric_slug", "held_out_share"])

    assert typed(none, CHANGE_COLUMNS).num_rows == 0
    assert typed(randomised_readouts(sums_of_none, experiments), READOUT_COLUMNS).num_rows == 0


def test_the_words_of_the_seed_are_those_of_the_models():
    folder = DBT_PROJECT_DIR / "models" / "intermediate" / "measures" / "outcomes"
    sql = "".join(path.read_text() for path in sorted(folder.glob("*.sql")))

    assert not [word for word in OUTCOMES if f"'{word}'" not in sql]
    assert set(MEAN_METRICS) <= set(OUTCOMES)
