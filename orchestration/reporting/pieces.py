"""Pieces that several sections show alike: a measure with its interval, an effect, counted bars."""

from collections.abc import Sequence

from orchestration.reporting import charts, words
from orchestration.reporting.blocks import Cell, Column, Figure, Record, Table

MEASURE_COLUMNS = (
    Column("Value", is_number=True),
    Column("Target", is_number=True),
    Column("95 % interval and target"),
    Column("Verdict"),
    Column("n", is_number=True),
)


def shown(measure: Record) -> float | None:
    """A value of too few units is no figure to look at."""
    value: float | None = measure["value"] if measure["is_min_n"] else None
    return value


def measure_cells(measure: Record, name: str, currency: str) -> list[Cell]:
    """The cells of `MEASURE_COLUMNS`, from a row of the scorecard."""
    value, unit = shown(measure), measure["unit"]
    low, high = (measure["ci_low"], measure["ci_high"]) if value is not None else (None, None)
    verdict, tone = words.verdict(measure["status"])
    interval = words.between(low, high, unit, currency)
    chart = charts.interval(value, low, high, measure["target"], f"{name}: {interval}")
    return [
        Cell(words.measure(value, unit, currency)),
        Cell(words.measure(measure["target"], unit, currency)),
        Cell(interval, chart=chart),
        Cell(verdict, tone, is_pill=True),
        Cell(words.count(measure["denominator"])),
    ]


def figure_cell(measure: Record | None, currency: str) -> Cell:
    """The figure alone, in the tone of its verdict; – of too few, or where it does not apply."""
    value = None if measure is None else shown(measure)
    if measure is None or value is None:
        return Cell(words.NOT_KNOWN, "quiet")
    tone = words.verdict(measure["status"])[1]
    text = words.measure(value, measure["unit"], currency)
    return Cell(text, tone if tone in ("good", "bad") else "")


def effect_cell(
    bounds: tuple[float | None, float | None, float | None], widest: float, name: str, places: int
) -> Cell:
    """Value, low and high of an effect as a chart, on its table's axis, with a mark at zero."""
    value, low, high = bounds
    interval = f"{words.decimal(low, places)} to {words.decimal(high, places)}"
    return Cell(interval, chart=charts.effect(value, low, high, widest, f"{name}: {interval}"))


def counted_bars(
    title: str,
    columns: Sequence[Column],
    counts: Sequence[tuple[str, int, str]],
    tone: str = "bar",
    note: str = "",
) -> Figure:
    """Bars of counts, each with its label and a detail, and the same as a table."""
    bars = [
        (label, number, f"{words.count(number)} ({detail})" if detail else words.count(number))
        for label, number, detail in counts
    ]
    rows = [
        [Cell(label), Cell(words.count(number)), *([Cell(detail)] if detail else [])]
        for label, number, detail in counts
    ]
    table = Table(title, columns, rows, is_folded=True)
    return Figure(title, charts.bars(bars, title, tone), table, note)
