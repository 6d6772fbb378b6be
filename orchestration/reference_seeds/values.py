"""What the ranges of delivered values need to hold: bounds of one type, the lower one first."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from orchestration.reference_seeds.table import Problem, Seed


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Every range that no value could lie in, or that SQL could not read."""
    for row in seeds["value_ranges"].rows:
        bounds = [_bound(row.text(name)) for name in ("minimum", "maximum")]
        if None in bounds or type(bounds[0]) is not type(bounds[1]):
            yield row.problem("minimum and maximum have to be two numbers or two days")
        elif not bounds[0] < bounds[1]:  # type: ignore[operator]
            yield row.problem("minimum has to lie below maximum")


def _bound(text: str) -> Decimal | date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
