"""Numbers that a unit bounds: windows and thresholds, whichever seed they are in.

Which settings there are, the YAML of their seed says (`complete`).
"""

from collections.abc import Iterator, Mapping

from orchestration.reference_seeds.table import Problem, Row, Seed

SEEDS = ("coverage_settings", "journey_settings", "kpi_windows", "text_settings", "value_settings")
# A window of nothing finds nothing, and no unit bounds how long it may be.
_DURATIONS = ("seconds", "hours", "days")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Every setting with a unit that its name denies, or a value that its unit can't have."""
    for name in seeds.keys() & set(SEEDS):
        for row in seeds[name].rows:
            if problem := _unit_problem(row) or _value_problem(row):
                yield problem


def _unit_problem(row: Row) -> Problem | None:
    """A duration and a share are read by their unit, and their setting is named after it."""
    setting, unit = row.text("setting"), row.text("unit")
    of_name = setting.rsplit("_", 1)[-1]
    if of_name in (*_DURATIONS, "share"):
        return (
            None if unit == of_name else row.problem(f"unit {unit!r} of {setting}: write {of_name}")
        )
    if unit in _DURATIONS:
        return row.problem(
            f"unit {unit!r} of {setting}, which is no duration: write what it counts"
        )
    return None


def _value_problem(row: Row) -> Problem | None:
    setting, unit, text = (row.text(name) for name in ("setting", "unit", "setting_value"))
    value = float(text)
    if unit in _DURATIONS:
        what, fits = f"{unit} above 0", value > 0
    elif unit == "share":
        what, fits = "a share between 0 and 1 (0.85 for 85 %)", 0 < value < 1
    elif unit == "score":
        what, fits = "a score from -1 to 1", -1 <= value <= 1
    else:
        what, fits = f"a whole number of {unit} above 0", value > 0 and value.is_integer()
    # A spreadsheet's thousand: it would be read as one.
    if fits and text.endswith(".000"):
        what, fits = f"{value:g}, or {value * 1000:g} if thousands were meant", False
    return None if fits else row.problem(f"setting_value {text} of {setting}: write {what}")
