"""Numbers, times and verdicts in words, as a reader of the report expects them."""

from datetime import date, datetime

NOT_KNOWN = "–"

# Verdict of the scorecard: what is said, and its tone.
VERDICTS = {
    "on_target": ("on target", "good"),
    "off_target": ("off target", "bad"),
    "cannot_tell": ("too close to call", "unsure"),
    "too_few": ("too few to tell", "quiet"),
    "no_target": ("no target", "quiet"),
    "incomplete": ("period not covered", "quiet"),
    "no_source": ("no source", "quiet"),
}

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def count(value: float | None) -> str:
    """A whole number with its thousands apart."""
    return NOT_KNOWN if value is None else _signed(f"{value:,.0f}")


def decimal(value: float | None, places: int = 2) -> str:
    """A number with so many decimal places."""
    return NOT_KNOWN if value is None else _signed(f"{value:,.{places}f}")


def share(value: float | None, places: int = 1) -> str:
    """A share, 0 to 1, in per cent."""
    return NOT_KNOWN if value is None else _signed(f"{value:.{places}%}".replace("%", "\u202f%"))


def seconds(value: float | None) -> str:
    """A stretch of time in the unit that suits its length."""
    if value is None:
        return NOT_KNOWN
    if abs(value) < _MINUTE:
        return f"{value:.0f}\u00a0s"
    if abs(value) < _HOUR:
        return f"{value / _MINUTE:.1f}\u00a0min"
    if abs(value) < 2 * _DAY:
        return f"{value / _HOUR:.1f}\u00a0h"
    return f"{value / _DAY:.1f}\u00a0days"


def measure(value: float | None, unit: str, currency: str) -> str:
    """A figure of a KPI in its unit."""
    if value is None:
        return NOT_KNOWN
    if unit == "share":
        return share(value, 2 if 0 < abs(value) < 0.01 else 1)
    if unit == "seconds":
        return seconds(value)
    if unit == "reporting currency":
        return _signed(f"{value:,.2f}\u00a0{currency}")
    if unit == "points":
        return decimal(value, 1)
    return decimal(value, 2)


def between(low: float | None, high: float | None, unit: str, currency: str) -> str:
    """An interval in words."""
    if low is None or high is None:
        return NOT_KNOWN
    return f"{measure(low, unit, currency)} to {measure(high, unit, currency)}"


def verdict(status: str | None) -> tuple[str, str]:
    """A verdict in words, and its tone; a new one is said as it stands, and praises nothing."""
    return VERDICTS.get(status or "", (spoken(status), "quiet"))


def spoken(slug: str | None) -> str:
    """A slug as words."""
    return NOT_KNOWN if not slug else slug.replace("_", " ")


def day(value: date | datetime | None) -> str:
    """A day, written the same way everywhere."""
    return NOT_KNOWN if value is None else f"{value:%-d %b %Y}"


def month(value: date) -> str:
    """A month in short."""
    return f"{value:%b %Y}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _signed(figure: str) -> str:
    """A figure with the sign that is as wide as a digit."""
    return figure.replace("-", "\u2212")
