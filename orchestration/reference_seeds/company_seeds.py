"""The seeds of a company folder in the place of the product's, row by row of their key.

A file in `seeds/own/` is the whole list of the company: no row of the product's counts beside it.
Any other file below `seeds/` changes the product's: a row replaces the one of the same key, and one
that no row has is added. Such a file needs only its key and the columns that it changes; what it
leaves out stays as the product has it. Rows keep file and line of where they were written.
"""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.reference_seeds.declared import declared_tests
from orchestration.reference_seeds.shape import read_seed, read_seeds
from orchestration.reference_seeds.table import Problem, Row, Seed

SEEDS = "seeds"
OWN = "own"


def joined_seeds(product: Path, company: Path | None) -> dict[str, Seed]:
    """Every seed of the product's folder, as the company folder has it; and the company's others.

    A file that is no table makes its seed one with problems and without rows.
    """
    seeds = read_seeds(product)
    if company is None or not (company / SEEDS).is_dir():
        return seeds
    # Those that the product does not have are described beside them, as the product's are.
    described = read_seeds(company / SEEDS)
    files: dict[str, Path] = {}
    joined = dict(seeds)
    for path in sorted((company / SEEDS).rglob("*.csv")):
        name = path.stem
        if name in files:
            reason = f"{files[name]} has rows of {name}, too: keep one of the two files"
            joined[name] = replace(joined[name], rows=(), problems=(Problem(path, 1, reason),))
            continue
        files[name] = path
        joined[name] = _joined(seeds[name], path) if name in seeds else described[name]
        if name not in seeds and not described[name].properties:
            near = difflib.get_close_matches(name, seeds, n=1)
            meant = f", but {near[0]}: rename the file" if near else ""
            reason = f"the product has no seed {name}{meant}, or describe it in a YAML file here"
            joined[name] = replace(described[name], problems=(Problem(path, 1, reason),))
    for name, seed in described.items():
        # A YAML file that cannot be read, or that describes what is not there.
        if name not in files and seed.problems:
            joined[name] = seed
    return joined


def is_own(path: Path) -> bool:
    """Whether a seed of a company folder is the whole list."""
    return path.parent.name == OWN


def key_of(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns by which a row is known; none for a seed whose rows are only ever added."""
    if key := properties.get("config", {}).get("meta", {}).get("key"):
        return tuple(key)
    for kind, arguments in declared_tests(properties):
        if kind == "unique_together":
            return tuple(arguments["columns"])
    for column in properties.get("columns", []):
        if any(kind == "unique" for kind, _ in declared_tests(column)):
            return (column["name"],)
    return ()


def as_csv(seed: Seed) -> str:
    """The file that dbt loads."""
    return csv_text(
        [seed.header, *([row.text(column) for column in seed.header] for row in seed.rows)]
    )


def csv_text(lines: Iterable[Sequence[str]]) -> str:
    """Rows as a seed has them, whatever their cells hold."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _joined(product: Seed, path: Path) -> Seed:
    key = key_of(product.properties)
    changes = read_seed(path, product.properties, needed=key)
    if changes.problems or product.problems:
        return changes if changes.problems else product
    rows = () if is_own(path) else product.rows
    header = product.header
    if is_own(path) and not changes.rows and not product.meta.get("may_be_empty"):
        nothing = Problem(path, 1, "only a header: write a row, or take the file out")
        return replace(changes, problems=(nothing,))
    return Seed(path, header, tuple(_rows(rows, changes, header, key)), product.properties)


def _rows(
    product: tuple[Row, ...], changes: Seed, header: tuple[str, ...], key: tuple[str, ...]
) -> Iterator[Row]:
    """The product's rows in their order, those of a changed key as changed; then the new ones."""
    own = set(changes.header)
    changed: dict[tuple[str | None, ...], list[Row]] = {}
    for row in changes.rows:
        changed.setdefault(_value(row, key), []).append(row)
    known = {_value(row, key) for row in product} if key else set()
    for row in product:
        # Two rows of one key are a mistake that is told of both.
        yield from (
            _filled(change, row, header, own)
            for change in (changed.get(_value(row, key), []) if key else [])
        )
        if not key or _value(row, key) not in changed:
            yield row
    for row in changes.rows:
        if not key or _value(row, key) not in known:
            yield _filled(row, None, header, own)


def _filled(change: Row, before: Row | None, header: tuple[str, ...], own: set[str]) -> Row:
    cells = {
        column: change[column] if column in own or before is None else before[column]
        for column in header
    }
    return Row(change.path, change.line, cells)


def _value(row: Row, key: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(row[column] for column in key)
