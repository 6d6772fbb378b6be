import numpy as np
import pandas as pd
import pytest

from orchestration.statistics.hazards import Watch, hazard_ratio, hazard_ratio_interval
from orchestration.statistics.tables import HAZARD_COLUMNS, hazard_ratios

SETTINGS = {"bootstrap_replicates": 200, "bootstrap_seed": 7}
AS_OF = pd.Timestamp("2026-04-01")


def watch(days, has_left, is_exposed):
    return Watch(
        np.array(days, dtype=np.int64),
        np.array(has_left, dtype=bool),
        np.array(is_exposed, dtype=bool),
        np.arange(len(days)),
    )


def test_the_ratio_is_that_of_the_formula():
    # Day 1: one of 2 exposed, none of 2 controls; day 2: one of 1 and one of 2.
    found = hazard_ratio(watch([1, 2, 2, 3], [1, 1, 1, 0], [1, 1, 0, 0]))

    # (1 · 2/4 + 1 · 2/3) / (1 · 1/3)
    assert found == pytest.approx(3.5)


def test_nobody_who_leaves_among_the_controls_gives_no_ratio():
    assert np.isnan(hazard_ratio(watch([1, 2], [1, 0], [1, 0])))
    assert np.isnan(hazard_ratio(watch([], [], [])))
    assert np.isnan(hazard_ratio_interval(watch([], [], []), 10, np.random.default_rng(1))).all()


def test_a_planted_ratio_lies_within_the_interval():
    rng = np.random.default_rng(3)
    is_exposed = np.repeat([True, False, False], 2_000)
    days = rng.exponential(np.where(is_exposed, 50.0, 100.0)).astype(int)
    has_left = days < 60
    many = Watch(np.minimum(days, 60), has_left, is_exposed, np.tile(np.arange(2_000), 3))

    low, high = hazard_ratio_interval(many, 200, rng)

    assert low < 2 < high
    assert high - low < 0.5


def people(rows):
    columns = ["experience_number", "group_slug", "index_customer_key", "customer_key",
               "index_at", "censored_at", "churned_at"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in columns[4:]})


EXPOSED, CONTROL = "after_bad_experience", "control"


def test_who_has_a_bad_experience_too_is_a_control_no_longer():
    frame = people(
        [
            (1, EXPOSED, "ada", "ada", "2026-03-01", None, "2026-03-11"),
            (1, EXPOSED, "bo", "bo", "2026-03-01", None, None),
            (1, CONTROL, "ada", "cy", "2026-03-01", "2026-03-05", "2026-03-20"),
            (1, CONTROL, "bo", "di", "2026-03-01", None, "2026-03-21"),
            (1, CONTROL, "bo", "ed", "2026-04-03", None, None),
        ]
    )

    (row,) = hazard_ratios(frame, AS_OF, SETTINGS).to_dict("records")

    assert (row["customer_count"], row["control_count"]) == (2, 2)
    assert (row["left_count"], row["control_left_count"]) == (1, 1)
    # Day 10: 1 · 1/3; day 20: 1 · 1/2.
    assert row["hazard_ratio"] == pytest.approx((1 / 3) / (1 / 2))


def test_the_order_of_the_rows_changes_nothing_and_no_row_is_no_error():
    rng = np.random.default_rng(5)
    rows = [
        (1, EXPOSED if k % 3 == 0 else CONTROL, f"i{k // 3}", f"c{k}", "2026-01-01", None,
         f"2026-0{rng.integers(1, 6)}-15")
        for k in range(90)
    ]  # fmt: skip
    frame = people(rows)

    found = hazard_ratios(frame, AS_OF, SETTINGS)

    pd.testing.assert_frame_equal(
        found, hazard_ratios(frame.sample(frac=1, random_state=1), AS_OF, SETTINGS)
    )
    assert list(hazard_ratios(frame.iloc[:0], AS_OF, SETTINGS).columns) == list(HAZARD_COLUMNS)
