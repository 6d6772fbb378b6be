import re
from xml.etree import ElementTree

import pytest

from orchestration.reporting import charts

NAME = '<script>alert("x")</script>'


def places(svg, element, attribute):
    return [float(found) for found in re.findall(rf"<{element}[^>]* {attribute}=\"([\d.]+)", svg)]


def test_an_interval_shows_its_order():
    svg = charts.interval(0.5, 0.4, 0.6, 0.8, "CSAT")

    (dot,) = places(svg, "circle", "cx")
    low, high = re.search(r'class="range" d="M([\d.]+) \d+H([\d.]+)"', svg).groups()
    target = re.search(r'class="target" d="M([\d.]+) ', svg).group(1)
    assert 0 < float(low) < dot < float(high) < float(target) < 150
    assert dot == pytest.approx((float(low) + float(high)) / 2, abs=0.1)


def test_zero_is_where_it_is_for_every_effect_of_a_table():
    zeros = {
        re.search(r'class="target" d="M([\d.]+) ', svg).group(1)
        for svg in (
            charts.effect(-0.3, -0.4, -0.2, 0.5, "late"),
            charts.effect(0.1, -0.2, 0.4, 0.5, "contacts"),
        )
    }

    assert len(zeros) == 1


def test_without_a_value_there_is_nothing_to_draw():
    assert charts.interval(None, None, None, 0.8, "CSAT") is None
    assert charts.sparkline([0.4], "one month is no line") is None


@pytest.mark.parametrize(
    "svg",
    [
        charts.interval(0.5, 0.5, 0.5, 0.5, NAME),
        charts.interval(0, None, None, None, NAME),
        charts.sparkline([1, 1, 1], NAME),
        charts.bars([(NAME, 0, NAME)], NAME),
        charts.bars([], NAME),
        charts.strips([(NAME, [(0, 3, "strip good")])], 3, (NAME, NAME), NAME),
    ],
)
def test_no_name_becomes_markup_and_no_number_breaks_a_chart(svg):
    # Our own markup, and what a hostile name makes of it.
    tree = ElementTree.fromstring(svg)  # noqa: S314

    assert [element.tag for element in tree.iter() if element.tag == "script"] == []
    assert tree.attrib["aria-label"] == NAME
    numbers = [
        float(value)
        for element in tree.iter()
        for key, value in element.attrib.items()
        if key in ("x", "y", "cx", "cy", "width", "height")
    ]
    assert all(0 <= number <= 2_000 for number in numbers)


def test_bars_are_as_long_as_their_numbers():
    long, short = places(charts.bars([("a", 40, "40"), ("b", 10, "10")], "n"), "rect", "width")

    assert long == pytest.approx(4 * short, rel=0.01)
