"""The declarations in the YAML of a seed, as questions to its file, answered with a line.

Columns and types; its data tests, which run again in every build, on the loaded table; and what
`config.meta` asks of the file before a build:

- `key`: columns that are filled and together unique.
- `required`: columns that are filled.
- `ranges`: the least and most of a number; `above_zero`: columns of numbers above 0.
- `forms`: what the text of a column is: a `time_zone`, `currency`, `country` or `clock`.
- `refers`: the `seed.column` that knows each value; `lists`: the same for each word of a cell.
- `present`: values that have to have a row; `complete`: the same, and there is no other.

`keeps_spaces` and `may_be_empty` are for `shape`.

Rules that no YAML can state have a module of their own.
"""

import difflib
import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from orchestration.reference_seeds.table import Problem, Row, Seed, also_in

_REFERENCE = re.compile(r"ref\('(\w+)'\)")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Everything in which a seed is not what its YAML says."""
    for seed in seeds.values():
        of_values = [*_type_problems(seed), *_meta_problems(seed, seeds)]
        yield from of_values
        # Values that cannot be read lie in no order.
        yield from _test_problems(seed, seeds, is_ordered=not of_values)


def not_among(
    row: Row,
    column: str,
    value: str,
    known: Collection[str],
    where: str = "",
    other_lines: Sequence[int] = (),
) -> Problem:
    """A problem of a value that a list does not hold, with what was meant if that is plain."""
    near = difflib.get_close_matches(value, sorted(known), n=1)
    words = repr(near[0]) if near else "one of its values"
    held, add = (f"is not in {where}", ", or add it there") if where else ("is unknown", "")
    if not near and not where:
        words = f"one of {', '.join(sorted(known))}"
    return row.problem(f"{column} {value!r} {held}{also_in(other_lines)}: write {words}{add}")


# Types


def _type_problems(seed: Seed) -> Iterator[Problem]:
    for column, data_type in seed.column_types.items():
        kind = data_type.lower().split("(")[0]
        if kind not in _PARSERS:
            continue
        parse, form = _PARSERS[kind]
        for row in seed.rows:
            value = row[column]
            if value is not None and not _is_parsed(parse, value):
                yield row.problem(f"{column} {value!r} is no {kind}: write {form}")


def _boolean(value: str) -> bool:
    return {"true": True, "false": False}[value.lower()]


def _finite(value: str) -> float:
    if not math.isfinite(number := float(value)):
        raise ValueError(value)
    return number


_NUMBER = "digits alone, with a point before a fraction (0.85, not 0,85 or 85%)"
_PARSERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "boolean": (_boolean, "true or false"),
    "integer": (int, "a whole number, in digits alone"),
    "bigint": (int, "a whole number, in digits alone"),
    "double": (_finite, _NUMBER),
    "decimal": (lambda value: _finite(str(Decimal(value))), _NUMBER),
    "date": (date.fromisoformat, "a day that exists as YYYY-MM-DD"),
    "timestamp": (datetime.fromisoformat, "a moment as YYYY-MM-DD HH:MM:SS"),
}


def _is_parsed(parse: Callable[[str], Any], value: str) -> bool:
    try:
        parse(value)
    except (ValueError, KeyError, ArithmeticError):
        return False
    return True


# What `config.meta` asks


def _meta_problems(seed: Seed, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    meta = seed.meta
    for column in dict.fromkeys([*meta.get("key", []), *meta.get("required", [])]):
        yield from _missing(seed, column)
    if "key" in meta:
        yield from _repeated(seed, meta["key"])
    for column, bounds in meta.get("ranges", {}).items():
        yield from _out_of_range(seed, column, *bounds)
    for column in meta.get("above_zero", []):
        yield from _not_above_zero(seed, column)
    for column, form in meta.get("forms", {}).items():
        yield from _misformed(seed, column, form)
    for column, reference in meta.get("refers", {}).items():
        yield from _unknown(seed, column, reference, seeds)
    for column, reference in meta.get("lists", {}).items():
        yield from _unknown(seed, column, reference, seeds, is_list=True)
    for column, values in meta.get("present", {}).items():
        yield from _absent(seed, column, values)
    for column, values in meta.get("complete", {}).items():
        yield from _absent(seed, column, values)
        yield from _surplus(seed, column, values)


def _missing(seed: Seed, column: str) -> Iterator[Problem]:
    for row in seed.rows:
        if row[column] is None:
            yield row.problem(f"no {column}: fill it in")


def _out_of_range(
    seed: Seed, column: str, least: float, most: float = math.inf
) -> Iterator[Problem]:
    within = f"at least {least:g}" if most == math.inf else f"{least:g} to {most:g}"
    for row, value in _numbers(seed, column):
        if float(value) < least:
            yield row.problem(f"{column} {value} is below {least:g}: write {within}")
        elif float(value) > most:
            yield row.problem(f"{column} {value} is above {most:g}: write {within}")


def _not_above_zero(seed: Seed, column: str) -> Iterator[Problem]:
    for row, value in _numbers(seed, column):
        if float(value) <= 0:
            yield row.problem(f"{column} {value} is not above 0: write a number that is")


def _numbers(seed: Seed, column: str) -> Iterator[tuple[Row, str]]:
    for row in seed.rows:
        value = row[column]
        if value is not None and _is_parsed(_finite, value):
            yield row, value


def _misformed(seed: Seed, column: str, form: str) -> Iterator[Problem]:
    for row in seed.rows:
        value = row[column]
        if value is not None and (problem := misformed(row, column, value, form)):
            yield problem


def misformed(row: Row, column: str, value: str, form: str) -> Problem | None:
    """The problem of a text that has not the form of its column, if it has one."""
    if form == "time_zone":
        if _is_time_zone(value):
            return None
        return row.problem(
            f"{column} {value!r} is no time zone: write its name, such as {_near_zone(value)}"
        )
    pattern, name, example = _FORMS[form]
    if pattern.fullmatch(value):
        return None
    return row.problem(f"{column} {value!r} is no {name}: write it like {example}")


def _is_time_zone(value: str) -> bool:
    """A zone with a place, or UTC: offsets and abbreviations such as CEST know no summer."""
    try:
        return ZoneInfo(value).key == "UTC" or "/" in value
    except (KeyError, ValueError, OSError):
        return False


def _near_zone(value: str) -> str:
    cities = {
        zone.split("/")[-1]: zone
        for zone in sorted(available_timezones())
        if "/" in zone and not zone.startswith("Etc/")
    }
    near = difflib.get_close_matches(value.split("/")[-1], cities, n=1, cutoff=0.7)
    return cities[near[0]] if near else "Europe/Warsaw"


_FORMS: dict[str, tuple[re.Pattern[str], str, str]] = {
    "currency": (re.compile(r"[A-Z]{3}"), "currency of ISO 4217", "EUR"),
    "country": (re.compile(r"[A-Z]{2}"), "country of ISO 3166", "PL"),
    "clock": (re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00"), "time of day", "08:00 (to 24:00)"),
}


def _unknown(
    seed: Seed,
    column: str,
    reference: str,
    seeds: Mapping[str, Seed],
    is_list: bool = False,
) -> Iterator[Problem]:
    referred, field = reference.split(".")
    other = seeds.get(referred)
    if other is None:
        return
    known = other.values(field)
    unknown: dict[str, list[Row]] = defaultdict(list)
    for row in seed.rows:
        cell = row[column]
        for value in [] if cell is None else cell.split() if is_list else [cell]:
            if value not in known:
                unknown[value].append(row)
    # Told once: where many rows refer to it, the mistake is more likely in the other file.
    for value, (row, *others) in unknown.items():
        lines = [other.line for other in others]
        yield not_among(row, column, value, known, other.path.name, lines)


def _absent(seed: Seed, column: str, values: Collection[str]) -> Iterator[Problem]:
    for value in sorted(set(values) - seed.values(column)):
        yield Problem(seed.path, 1, f"no row for {column} {value!r}: bring it back")


def _surplus(seed: Seed, column: str, values: Collection[str]) -> Iterator[Problem]:
    for row in seed.rows:
        if (value := row[column]) is not None and value not in values:
            yield not_among(row, column, value, values)


# Data tests


def _test_problems(seed: Seed, seeds: Mapping[str, Seed], is_ordered: bool) -> Iterator[Problem]:
    for column in seed.properties.get("columns", []):
        for kind, arguments in declared_tests(column):
            if check := _COLUMN_CHECKS.get(kind):
                yield from check(seed, column["name"], arguments, seeds)
    for kind, arguments in declared_tests(seed.properties):
        if kind == "unique_together":
            yield from _repeated(seed, arguments["columns"])
        elif kind == "no_overlap" and is_ordered:
            yield from _overlapping(seed, **arguments)


def declared_tests(properties: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Kind and arguments of each data test, whichever of dbt's ways it is written in."""
    for test in properties.get("data_tests", []):
        if isinstance(test, str):
            yield test, {}
        elif "test_name" in test:
            yield test["test_name"], test.get("arguments", {})
        else:
            ((kind, configured),) = test.items()
            yield kind, (configured or {}).get("arguments", {})


def _unique(seed: Seed, column: str, _arguments: Any, _seeds: Any) -> Iterator[Problem]:
    yield from _repeated(seed, [column])


def _repeated(seed: Seed, columns: list[str]) -> Iterator[Problem]:
    first_rows: dict[tuple[str | None, ...], Row] = {}
    for row in seed.rows:
        key = tuple(row[column] for column in columns)
        if any(value is not None for value in key):
            first = first_rows.setdefault(key, row)
            if first is not row:
                said = ", ".join(
                    f"{name} {value!r}" for name, value in zip(columns, key, strict=True) if value
                )
                yield row.problem(f"{said} as in line {first.line}: take one of them out")


def _accepted(
    seed: Seed, column: str, arguments: Mapping[str, Any], _seeds: Any
) -> Iterator[Problem]:
    accepted = {str(value) for value in arguments["values"]}
    for row in seed.rows:
        if row[column] is not None and row[column] not in accepted:
            yield row.problem(
                f"{column} {row[column]!r} is unknown: write one of {', '.join(sorted(accepted))}"
            )


def _referring(
    seed: Seed, column: str, arguments: Mapping[str, Any], seeds: Mapping[str, Seed]
) -> Iterator[Problem]:
    if reference := _REFERENCE.search(arguments["to"]):
        known_by = f"{reference.group(1)}.{arguments['field']}"
        yield from _unknown(seed, column, known_by, seeds)


def _within(
    seed: Seed, column: str, arguments: Mapping[str, Any], _seeds: Any
) -> Iterator[Problem]:
    least, most = arguments.get("at_least", -math.inf), arguments.get("at_most", math.inf)
    yield from _out_of_range(seed, column, float(least), float(most))


def _overlapping(
    seed: Seed, partition_columns: list[str], starts: str, ends: str
) -> Iterator[Problem]:
    stretches = defaultdict(list)
    for row in seed.rows:
        start, end = (_comparable(row.text(name)) for name in (starts, ends))
        if start >= end:
            yield row.problem(
                f"{ends} {row[ends]} is not after {starts} {row[starts]}: write one that is"
            )
        stretches[tuple(row[name] for name in partition_columns)].append((start, end, row))
    for partition in stretches.values():
        ordered = sorted(partition, key=lambda stretch: (stretch[0], stretch[1], stretch[2].line))
        for (_, earlier_end, earlier), (start, _, row) in pairwise(ordered):
            if start < earlier_end:
                yield row.problem(
                    f"{starts} {row[starts]} lies before {ends} {earlier[ends]} of line "
                    f"{earlier.line}: let the one begin where the other ends"
                )


def _comparable(value: str) -> tuple[float, str]:
    """Numbers by their value, times of day by their text."""
    return (float(value), "") if _is_parsed(_finite, value) else (0.0, value)


_COLUMN_CHECKS: dict[str, Callable[..., Iterator[Problem]]] = {
    "not_null": lambda seed, column, _arguments, _seeds: _missing(seed, column),
    "unique": _unique,
    "accepted_values": _accepted,
    "relationships": _referring,
    "within_range": _within,
}
