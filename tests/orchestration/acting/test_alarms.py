"""Alarms: their formula by hand, worlds where nothing happens, and worlds where something does."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

from orchestration.acting.alarms import ALARM_COLUMNS, alarms

FIRST = pd.Timestamp("2025-01-06")
TOPICS, AREAS = 10, 12
WEEKDAYS = np.array([1.2, 1.1, 1.05, 1.0, 1.0, 0.85, 0.8])
RULE = {
    "rule_slug": "reasons",
    "count_of": "contact_reason",
    "direction": "rise",
    "window_days": "1 7",
    "false_share": 0.05,
    "minimum_customers": 5,
    "minimum_baseline_days": 42,
}


def inputs(counts, exposure=None, holidays=(), **rule):
    """A matrix of series by days, each person counted on one day, as the frames of the model."""
    rules = pd.DataFrame([RULE | rule])
    series_count, length = counts.shape
    dates = pd.date_range(FIRST, periods=length)
    exposure = np.ones(length) if exposure is None else exposure
    count_frames, day_frames = [], []
    for window in (int(width) for width in rules.at[0, "window_days"].split()):
        series, day = np.nonzero(windowed(counts, window))
        count_frames.append(
            pd.DataFrame(
                {
                    "rule_slug": "reasons",
                    "topic": [f"topic {place // AREAS}" for place in series],
                    "area_member": [f"area {place % AREAS:02d}" for place in series],
                    "day_date": dates[day],
                    "window_days": window,
                    "customer_count": windowed(counts, window)[series, day],
                }
            )
        )
        for topic in range((series_count - 1) // AREAS + 1):
            day_frames.append(
                pd.DataFrame(
                    {
                        "rule_slug": "reasons",
                        "topic": f"topic {topic}",
                        "day_date": dates,
                        "window_days": window,
                        "exposure": windowed(exposure[None, :], window)[0],
                        "is_holiday": dates.isin(pd.to_datetime(list(holidays))),
                    }
                ).iloc[window - 1 :]
            )
    return pd.concat(count_frames), pd.concat(day_frames), rules


def windowed(counts, window):
    padded = np.cumsum(np.pad(counts, ((0, 0), (window, 0))), axis=1)
    return padded[:, window:] - padded[:, :-window]


def null_world(seed, dispersion, days=365):
    """Series of 0.05 to 40 customers a day, half of them below 1.2, with a shape of the week."""
    rng = np.random.default_rng(seed)
    means = np.exp(rng.normal(np.log(1.2), 1.4, TOPICS * AREAS)).clip(0.05, 40)
    expected = means[:, None] * WEEKDAYS[np.arange(days) % 7]
    if dispersion == 1:
        return rng, means, rng.poisson(expected)
    return (
        rng,
        means,
        rng.negative_binomial(expected / (dispersion - 1), 1 / dispersion),
    )


def episode_count(found):
    key = ["topic", "area_member", "direction"]
    days = found.drop_duplicates([*key, "day_date"]).sort_values([*key, "day_date"])
    gaps = days.groupby(key)["day_date"].diff().dt.days
    return int((gaps.isna() | (gaps > 7)).sum())


@pytest.mark.parametrize("direction", ["rise", "both"])
@pytest.mark.parametrize("dispersion", [1, 1.6])
def test_a_year_of_nothing_has_at_most_fifteen_episodes(dispersion, direction):
    for seed in range(3):
        _, _, counts = null_world(seed, dispersion)
        assert episode_count(alarms(*inputs(counts, direction=direction))) <= 15


def found_after(more, below, seeds):
    """Of incidents of ten days in such small series: days until each is found, NaN if never."""
    days = []
    for seed in seeds:
        rng, means, counts = null_world(seed, 1.6, days=160)
        picked = rng.choice(np.flatnonzero(means <= below), 8, replace=False)
        begins = dict(zip(picked, rng.integers(115, 145, 8), strict=True))
        for series, begin in begins.items():
            counts[series, begin : begin + 10] += rng.poisson(more, 10)
        found = alarms(*inputs(counts))
        for series, begin in begins.items():
            own = found[
                (found.topic == f"topic {series // AREAS}")
                & (found.area_member == f"area {series % AREAS:02d}")
            ]
            after = (own.day_date - FIRST).dt.days - begin
            days.append(after[after.between(0, 9)].min())
    return pd.Series(days)


def test_a_burst_is_found_the_next_morning():
    days = found_after(8, below=5, seeds=range(4))

    assert days.notna().mean() >= 0.95
    assert days.median() <= 2


def test_what_spreads_slowly_is_found_within_a_week():
    days = found_after(3, below=1, seeds=range(10, 14))

    assert (days <= 7).mean() >= 0.8


def test_the_formula_by_hand():
    """Eight Mondays of 4, 2, 3, 5, 3, 4, 2, 1 customers, nobody on other days, then 14."""
    mondays = [4, 2, 3, 5, 3, 4, 2, 1]
    counts = np.zeros((1, 57), dtype=int)
    counts[0, 0:56:7] = mondays
    counts[0, 56] = 14

    (alarm,) = alarms(*inputs(counts, window_days="1")).itertuples()

    mean = 24.5 / 8
    # 12 of squares over 24 * 7/8 is less than chance alone: dispersion 1.
    variance = mean * (1 + 1 / 8)
    assert alarm.day_date == FIRST + pd.Timedelta(days=56)
    assert (alarm.customer_count, alarm.dispersion, alarm.tested_count) == (14, 1, 1)
    assert alarm.expected_count == pytest.approx(mean)
    size = mean**2 / (variance - mean)
    assert alarm.p_value == pytest.approx(nbinom.sf(13, size, mean / variance), rel=1e-9)
    assert alarm.q_value == alarm.p_value


def test_dispersion_is_pooled_over_the_areas_of_a_topic():
    counts = np.zeros((2, 57), dtype=int)
    counts[0, 0:56:7] = [9, 1, 9, 1, 9, 1, 9, 1]
    counts[1, 0:56:7] = 5
    counts[1, 56] = 40

    (alarm,) = alarms(*inputs(counts, window_days="1")).itertuples()

    # 128 of squares of the one, none of the other, over 2 * 40 * 7/8.
    assert alarm.dispersion == pytest.approx(128 / 70)


def test_seven_days_are_held_against_the_eight_weeks_before():
    counts = np.zeros((1, 63), dtype=int)
    counts[0, 2:56:7] = 4
    counts[0, 56:63] = 3

    found = alarms(*inputs(counts))

    last = found[found.window_days == 7].iloc[-1]
    assert last.day_date == FIRST + pd.Timedelta(days=62)
    assert (last.customer_count, last.expected_count) == (21, pytest.approx(32.5 / 8))
    assert not (found.window_days == 1).any()


def test_nothing_alarms_before_42_days_are_known():
    counts = np.ones((1, 60), dtype=int)
    for day, is_found in ((41, False), (42, True)):
        with_burst = counts.copy()
        with_burst[0, day] = 30
        found = alarms(*inputs(with_burst, window_days="1"))
        assert bool(len(found)) is is_found


def test_fewer_than_five_customers_never_alarm():
    counts = np.zeros((1, 100), dtype=int)
    counts[0, 0] = 1
    counts[0, 90] = 4

    assert alarms(*inputs(counts, window_days="1")).empty
    counts[0, 90] = 5
    assert len(alarms(*inputs(counts, window_days="1"))) == 1


def test_alarmed_days_leave_the_baseline():
    counts = np.full((1, 120), 2)
    counts[0, 70] = 40
    counts[0, 77] = 30

    found = alarms(*inputs(counts, window_days="1"))

    assert [(alarm.day_date - FIRST).days for alarm in found.itertuples()] == [70, 77]
    assert found.expected_count[1] == pytest.approx(14.5 / 7)


def test_what_lasts_is_how_things_are_by_now():
    counts = np.full((1, 300), 2)
    counts[0, 100:] = 12

    found = alarms(*inputs(counts))

    assert found.day_date.max() < FIRST + pd.Timedelta(days=175)


def test_a_holiday_is_no_baseline():
    counts = np.full((1, 120), 3)
    counts[0, 70] = 0
    counts[0, 77] = 30
    holiday = FIRST + pd.Timedelta(days=70)

    (alarm,) = alarms(*inputs(counts, holidays=[holiday], window_days="1")).itertuples()

    assert alarm.expected_count == pytest.approx(21.5 / 7)


def test_a_fall_alarms_where_five_or_more_are_expected():
    counts = np.full((2, 120), 12)
    counts[1] = 4
    counts[:, 100] = 0

    found = alarms(*inputs(counts, direction="fall", window_days="1"))

    (alarm,) = found.itertuples()
    assert (alarm.area_member, alarm.customer_count, alarm.direction) == ("area 00", 0, "fall")
    assert alarm.p_value == pytest.approx(
        nbinom.cdf(0, 96.5**2 / 64 / (96.5 / 64), 8 / 9), rel=1e-9
    )


def test_what_grows_with_the_active_customers_is_no_alarm():
    rng = np.random.default_rng(3)
    active = np.linspace(200, 2000, 200).round()
    counts = rng.poisson(0.02 * active, (1, 200))

    by_customer = alarms(*inputs(counts, exposure=active))
    assert len(by_customer) < len(alarms(*inputs(counts))) / 10


def test_a_day_on_which_nobody_could_be_counted_says_nothing():
    exposure = np.ones(120)
    exposure[60:74] = 0
    counts = np.full((1, 120), 12) * exposure.astype(int)

    assert alarms(*inputs(counts, exposure=exposure, direction="both", window_days="1")).empty


def test_an_error_never_seen_before_needs_two_customers_in_three_days():
    rule = {"count_of": "new_error", "window_days": "3", "minimum_customers": 2}
    counts = np.zeros((2, 160), dtype=int)
    counts[0, 20] = 1
    counts[0, [100, 102, 110]] = 1
    counts[1, [100, 103, 110]] = 1

    found = alarms(*inputs(counts, **rule))

    assert [(a.area_member, (a.day_date - FIRST).days) for a in found.itertuples()] == [
        ("area 00", 102)
    ]
    assert found.customer_count.tolist() == [2]
    assert found[["expected_count", "p_value", "q_value", "tested_count"]].isna().all(axis=None)


def test_an_error_of_some_weeks_ago_is_not_new():
    rule = {"count_of": "new_error", "window_days": "3", "minimum_customers": 2}
    counts = np.zeros((1, 160), dtype=int)
    counts[0, [60, 100, 101]] = 1

    assert alarms(*inputs(counts, **rule)).empty


def test_days_judged_at_once_are_the_days_judged_one_by_one():
    _, _, counts = null_world(5, 1.6, days=140)
    counts[7, 100:110] += 6
    counts[80, 120] += 30
    whole = alarms(*inputs(counts, direction="both"))

    for length in (103, 121, 130):
        part = alarms(*inputs(counts[:, :length], direction="both"))
        until = whole[whole.day_date < FIRST + pd.Timedelta(days=length)]
        pd.testing.assert_frame_equal(part, until.reset_index(drop=True))


def test_the_order_of_rows_does_not_matter():
    _, _, counts = null_world(6, 1.6, days=120)
    counts[3, 100] += 40
    count_rows, day_rows, rules = inputs(counts)

    pd.testing.assert_frame_equal(
        alarms(count_rows, day_rows, rules),
        alarms(count_rows.sample(frac=1, random_state=1), day_rows[::-1], rules),
    )


def test_without_customers_nothing_alarms():
    counts, days, rules = inputs(np.ones((1, 60), dtype=int))

    for none in (alarms(counts[:0], days, rules), alarms(counts, days[:0], rules)):
        assert none.empty
        assert none.dtypes.astype(str).to_dict() == ALARM_COLUMNS
