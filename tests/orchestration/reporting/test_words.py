from datetime import date

import pytest

from orchestration.reporting import words


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.7453, "share", "74.5\u202f%"),
        (0.0067, "share", "0.67\u202f%"),
        (0.0, "share", "0.0\u202f%"),
        (1.0, "share", "100.0\u202f%"),
        (-3.25, "points", "\u22123.2"),
        (1234.5, "reporting currency", "1,234.50\u00a0EUR"),
        (45, "seconds", "45\u00a0s"),
        (90, "seconds", "1.5\u00a0min"),
        (7_200, "seconds", "2.0\u00a0h"),
        (603_617, "seconds", "7.0\u00a0days"),
        (4.1, "stars", "4.10"),
        (None, "share", "–"),
    ],
)
def test_a_figure_is_said_in_its_unit(value, unit, said):
    assert words.measure(value, unit, "EUR") == said


def test_an_interval_without_a_bound_is_not_known():
    assert words.between(None, 0.5, "share", "EUR") == "–"
    assert words.between(0.25, 0.5, "share", "EUR") == "25.0\u202f% to 50.0\u202f%"


def test_no_unknown_verdict_praises():
    assert words.verdict("on_target") == ("on target", "good")
    assert words.verdict("a_new_one") == ("a new one", "quiet")


def test_days_and_months_are_written_one_way():
    assert words.day(date(2026, 3, 5)) == "5 Mar 2026"
    assert words.month(date(2026, 3, 1)) == "Mar 2026"
    assert words.day(None) == "–"


def test_numbers_agree_with_their_noun():
    assert words.plural(1, "journey") == "1 journey"
    assert words.plural(1_200, "journey") == "1,200 journeys"
