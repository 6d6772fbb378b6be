"""Charts as SVG: small, without a script, coloured by classes, so that light, dark and print suit.

Every chart has a name that is read aloud; what it shows stands in a table beside it.
"""

from collections.abc import Sequence

from markupsafe import Markup, escape

_WIDTH, _HEIGHT, _MARGIN = 150, 18, 5
_SPARK_WIDTH, _SPARK_HEIGHT = 90, 22
_BAR_WIDTH, _BAR_ROW, _LABEL_WIDTH = 760, 24, 290
_STRIP_WIDTH, _STRIP_ROW, _STRIP_LABEL = 640, 18, 120


def interval(
    value: float | None,
    low: float | None,
    high: float | None,
    target: float | None,
    name: str,
    domain: tuple[float, float] | None = None,
) -> Markup | None:
    """A value within its interval, and a mark at its target; None if there is no value."""
    if value is None:
        return None
    known = [number for number in (value, low, high, target) if number is not None]
    start, end = domain or (min(known), max(known))
    room = (end - start) * 0.08 or abs(start) * 0.1 or 1.0

    def place(number: float) -> float:
        portion = (number - start + room) / (end - start + 2 * room)
        return round(_MARGIN + min(max(portion, 0.0), 1.0) * (_WIDTH - 2 * _MARGIN), 1)

    middle = _HEIGHT // 2
    parts = [f'<path class="axis" d="M{_MARGIN} {middle}H{_WIDTH - _MARGIN}"/>']
    if low is not None and high is not None:
        parts.append(f'<path class="range" d="M{place(low)} {middle}H{place(high)}"/>')
    if target is not None:
        parts.append(f'<path class="target" d="M{place(target)} 2V{_HEIGHT - 2}"/>')
    parts.append(f'<circle class="dot" cx="{place(value)}" cy="{middle}" r="3.2"/>')
    return _svg(_WIDTH, _HEIGHT, name, parts)


def effect(
    value: float | None, low: float | None, high: float | None, widest: float, name: str
) -> Markup | None:
    """An effect within its interval, on one axis for all of a table, with a mark at zero."""
    return interval(value, low, high, 0.0, name, (-widest, widest))


def sparkline(values: Sequence[float], name: str) -> Markup | None:
    """The way of a figure over its periods; None if there are fewer than two."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    step = (_SPARK_WIDTH - 8) / (len(values) - 1)
    points = [
        (
            round(4 + index * step, 1),
            round(
                _SPARK_HEIGHT - 4 - (number - low) / ((high - low) or 1) * (_SPARK_HEIGHT - 8), 1
            ),
        )
        for index, number in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    parts = [
        f'<polyline class="line" points="{line}"/>',
        f'<circle class="dot" cx="{x}" cy="{y}" r="2.4"/>',
    ]
    return _svg(_SPARK_WIDTH, _SPARK_HEIGHT, name, parts)


def bars(items: Sequence[tuple[str, float, str]], name: str, tone: str = "bar") -> Markup:
    """Horizontal bars from zero: label, number, and the number in words."""
    most = max((number for _, number, _ in items), default=0) or 1
    room = _BAR_WIDTH - _LABEL_WIDTH - 150
    parts = []
    for row, (label, number, words) in enumerate(items):
        top = row * _BAR_ROW
        width = round(max(number / most * room, 1), 1)
        parts += [
            f'<text class="label end" x="{_LABEL_WIDTH - 8}" y="{top + 16}">{escape(label)}</text>',
            f'<rect class="{tone}" x="{_LABEL_WIDTH}" y="{top + 3}" '
            f'width="{width}" height="{_BAR_ROW - 6}" rx="2"/>',
            f'<text class="label" x="{_LABEL_WIDTH + width + 6}" y="{top + 16}">'
            f"{escape(words)}</text>",
        ]
    return _svg(_BAR_WIDTH, max(len(items), 1) * _BAR_ROW, name, parts)


def strips(
    rows: Sequence[tuple[str, Sequence[tuple[int, int, str]]]],
    days: int,
    ends: tuple[str, str],
    name: str,
) -> Markup:
    """Stretches of days in rows: label, and first day, number of days and tone of each stretch."""
    room = _STRIP_WIDTH - _STRIP_LABEL
    parts = []
    for row, (label, stretches) in enumerate(rows):
        top = row * _STRIP_ROW
        parts.append(
            f'<text class="label end" x="{_STRIP_LABEL - 8}" y="{top + 13}">{escape(label)}</text>'
        )
        for first, length, tone in stretches:
            x = round(_STRIP_LABEL + first / days * room, 1)
            width = round(max(length / days * room, 1.5), 1)
            parts.append(
                f'<rect class="{tone}" x="{x}" y="{top + 3}" '
                f'width="{width}" height="{_STRIP_ROW - 6}"/>'
            )
    bottom = len(rows) * _STRIP_ROW
    parts += [
        f'<text class="label" x="{_STRIP_LABEL}" y="{bottom + 13}">{escape(ends[0])}</text>',
        f'<text class="label end" x="{_STRIP_WIDTH}" y="{bottom + 13}">{escape(ends[1])}</text>',
    ]
    return _svg(_STRIP_WIDTH, bottom + _STRIP_ROW, name, parts)


def _svg(width: int, height: int, name: str, parts: Sequence[str]) -> Markup:
    # Numbers, classes of ours, and texts that are escaped already.
    return Markup(  # noqa: S704
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(name)}">{"".join(parts)}</svg>'
    )
