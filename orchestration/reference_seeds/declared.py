"""The declarations in the YAML of a seed, as questions to its file, answered with a line.

Columns and types; its data tests, which run again in every build, on the loaded table; and, in
`config.meta`, which cells are `required` and the least and most of a number (`ranges`). Rules that
no YAML can state have a module of their own.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orchestration.reference_seeds.table import Problem, Row, Seed

_REFERENCE = re.compile(r"ref\('(\w+)'\)")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Everything in which a seed is not what its YAML says."""
    for seed in seeds.values():
        yield from seed.problems
        if seed.header and seed.properties:
            yield from _column_problems(seed)
            yield from _type_problems(seed)
            yield from _meta_problems(seed)
            yield from _test_problems(seed, seeds)


def _column_problems(seed: Seed) -> Iterator[Problem]:
    declared = _column_types(seed).keys()
    for column in sorted(declared - set(seed.header)):
        yield Problem(seed.path, 1, f"no column {column}")
    for column in sorted(set(seed.header) - declared):
        yield Problem(seed.path, 1, f"unknown column {column}")


def _type_problems(seed: Seed) -> Iterator[Problem]:
    for column, data_type in _column_types(seed).items():
        kind = data_type.lower().split("(")[0]
        parse = _PARSERS.get(kind)
        if parse is None:
            continue
        for row in seed.rows:
            value = row[column]
            if value is not None and not _is_parsed(parse, value):
                yield row.problem(f"{column} {value!r} is no {kind}")


def _column_types(seed: Seed) -> Mapping[str, str]:
    return seed.properties.get("config", {}).get("column_types", {})


def _boolean(value: str) -> bool:
    return {"true": True, "false": False}[value.lower()]


def _finite(value: str) -> float:
    if not math.isfinite(number := float(value)):
        raise ValueError(value)
    return number


_PARSERS: dict[str, Callable[[str], Any]] = {
    "boolean": _boolean,
    "integer": int,
    "bigint": int,
    "double": _finite,
    "decimal": lambda value: _finite(str(Decimal(value))),
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


def _is_parsed(parse: Callable[[str], Any], value: str) -> bool:
    try:
        parse(value)
    except (ValueError, KeyError, ArithmeticError):
        return False
    return True


def _meta_problems(seed: Seed) -> Iterator[Problem]:
    meta = seed.properties.get("config", {}).get("meta", {})
    for column in meta.get("required", []):
        yield from _missing(seed, column)
    for column, bounds in meta.get("ranges", {}).items():
        yield from _out_of_range(seed, column, *bounds)


def _missing(seed: Seed, column: str) -> Iterator[Problem]:
    yield from (row.problem(f"no {column}") for row in seed.rows if row[column] is None)


def _out_of_range(
    seed: Seed, column: str, least: float, most: float = math.inf
) -> Iterator[Problem]:
    for row in seed.rows:
        value = row[column]
        if value is None or not _is_parsed(_finite, value):
            continue
        if float(value) < least:
            yield row.problem(f"{column} {value} is below {least:g}")
        elif float(value) > most:
            yield row.problem(f"{column} {value} is above {most:g}")


def _test_problems(seed: Seed, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    for column in seed.properties.get("columns", []):
        for kind, arguments in _tests(column):
            if check := _COLUMN_CHECKS.get(kind):
                yield from check(seed, column["name"], arguments, seeds)
    for kind, arguments in _tests(seed.properties):
        if kind == "unique_together":
            yield from _repeated(seed, arguments["columns"])


def _tests(properties: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
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
                yield row.problem(f"the same {', '.join(columns)} as line {first.line}")


def _accepted(
    seed: Seed, column: str, arguments: Mapping[str, Any], _seeds: Any
) -> Iterator[Problem]:
    accepted = {str(value) for value in arguments["values"]}
    for row in seed.rows:
        if row[column] is not None and row[column] not in accepted:
            yield row.problem(f"{column} {row[column]!r} is none of {', '.join(sorted(accepted))}")


def _referring(
    seed: Seed, column: str, arguments: Mapping[str, Any], seeds: Mapping[str, Seed]
) -> Iterator[Problem]:
    reference = _REFERENCE.search(arguments["to"])
    other = seeds.get(reference.group(1)) if reference else None
    if other is None:
        return
    known = other.values(arguments["field"])
    for row in seed.rows:
        if row[column] is not None and row[column] not in known:
            yield row.problem(f"{column} {row[column]!r} is not in {other.path.name}")


_COLUMN_CHECKS: dict[str, Callable[..., Iterator[Problem]]] = {
    "not_null": lambda seed, column, _arguments, _seeds: _missing(seed, column),
    "unique": _unique,
    "accepted_values": _accepted,
    "relationships": _referring,
}
