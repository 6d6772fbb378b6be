import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestration.statistics.emergence import EMERGENCE_COLUMNS, adjusted, emerging, tail

SETTINGS = {"term_minimum_customers": 5, "term_baseline_weeks": 8, "term_false_share": 0.05}
WEEKS = pd.date_range("2026-01-05", periods=12, freq="7D")


def counts(rows):
    columns = ["week_start_date", "stratum", "term_kind", "term", "customer_count"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(week_customer_count=frame["customer_count"])


def quiet(rng, terms, writers=400, dispersion=1.0):
    """Weeks in which nothing happens: each term has its own share of those who write."""
    rates = rng.gamma(0.6, 0.02, terms)
    rows = []
    for week in WEEKS:
        rows.append((week, "en", "any", "", writers))
        drawn = (
            rng.poisson(rates * writers * rng.gamma(1 / 0.05, 0.05))
            if dispersion > 1
            else (rng.poisson(rates * writers))
        )
        rows += [(week, "en", "word", f"w{n}", int(k)) for n, k in enumerate(drawn) if k]
    return rows


def test_the_tail_is_that_of_the_negative_binomial():
    chance = tail(np.array([7.0]), np.array([2.0]), np.array([3.0]))

    size = 2.0**2 / (3.0 - 2.0)
    assert chance[0] == pytest.approx(stats.nbinom.sf(6, size, size / (size + 2.0)))


def test_false_ones_are_bounded_over_all_terms_in_play():
    # By hand: 0.001 * 10 / 1, then 0.004 * 10 / 2, and the one in between takes the lesser.
    assert adjusted(np.array([0.004, 0.001, 0.9]), 10).tolist() == pytest.approx([0.02, 0.01, 1.0])


@pytest.mark.parametrize("dispersion", [1.0, 3.0], ids=["chance", "weeks that swing together"])
def test_where_nothing_happens_hardly_a_word_emerges(dispersion):
    rng = np.random.default_rng(11)

    found = sum(
        len(emerging(counts(quiet(rng, 800, dispersion=dispersion)), SETTINGS)) for _ in range(10)
    )

    # Ten worlds of four weeks that can be judged.
    assert found <= 4


def test_a_new_word_of_ten_customers_emerges_in_its_week_alone():
    rows = [*quiet(np.random.default_rng(5), 300), (WEEKS[10], "en", "word", "e42", 10)]

    found = emerging(counts(rows), SETTINGS)

    assert found[["week_start_date", "term"]].values.tolist() == [[WEEKS[10], "e42"]]
    assert found["customer_count_before"].item() == 0
    assert found["writing_customer_count"].item() == 400
    assert 0 < found["expected_count"].item() < 0.1


def test_a_wave_of_one_language_raises_no_word_of_it():
    rows = []
    for number, week in enumerate(WEEKS):
        spanish = 40 if number < 10 else 400
        rows += [(week, "en", "any", "", 400), (week, "es", "any", "", spanish)]
        rows += [(week, "en", "word", "the", 300), (week, "es", "word", "que", spanish * 3 // 4)]

    assert emerging(counts(rows), SETTINGS).empty


def test_the_first_weeks_of_a_company_ring_nothing():
    rows = [*quiet(np.random.default_rng(5), 300), (WEEKS[4], "en", "word", "e42", 50)]

    assert emerging(counts(rows), SETTINGS).empty


def test_fewer_customers_than_may_be_shown_are_not():
    rows = [*quiet(np.random.default_rng(5), 300), (WEEKS[10], "en", "word", "e42", 4)]

    assert emerging(counts(rows), SETTINGS).empty


def test_neither_the_order_of_rows_nor_their_absence_matters():
    rows = [*quiet(np.random.default_rng(5), 300), (WEEKS[10], "en", "word", "e42", 10)]
    shuffled = counts(rows).sample(frac=1, random_state=3)

    pd.testing.assert_frame_equal(emerging(shuffled, SETTINGS), emerging(counts(rows), SETTINGS))
    empty = emerging(counts([]), SETTINGS)
    assert empty.empty
    assert list(empty) == list(EMERGENCE_COLUMNS)
    lone = emerging(counts([(WEEKS[0], "en", "word", "a", 9)]), SETTINGS)
    assert lone.empty
