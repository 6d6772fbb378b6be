"""One seed as its file has it: rows with their lines, and what its YAML declares.

Only reading belongs here; a file that cannot be read as a table is a problem, not an exception.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from orchestration.paths import PROJECT_DIR


@dataclass(frozen=True, order=True)
class Problem:
    """A fault in one line of a seed."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        """Name the file as the repository does."""
        inside = self.path.is_relative_to(PROJECT_DIR)
        path = self.path.relative_to(PROJECT_DIR) if inside else self.path
        return f"{path}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """One row of a seed; an empty cell is None, as in the warehouse."""

    path: Path
    line: int
    cells: Mapping[str, str | None]

    def __getitem__(self, column: str) -> str | None:
        """The cell, or None where the file has no such column."""
        return self.cells.get(column)

    def text(self, column: str) -> str:
        """The cell as text, also where it is empty."""
        return self.cells.get(column) or ""

    def problem(self, reason: str) -> Problem:
        """A problem of this line."""
        return Problem(self.path, self.line, reason)


@dataclass(frozen=True)
class Seed:
    """A file, and the properties that its YAML gives it ({} for one that no YAML knows)."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    properties: Mapping[str, Any]
    problems: tuple[Problem, ...] = field(default=())

    def values(self, column: str) -> set[str]:
        """Every value of a column."""
        return {value for row in self.rows if (value := row[column]) is not None}


def read_seeds(directory: Path) -> dict[str, Seed]:
    """Every seed below the folder, by its name."""
    declared = {
        properties["name"]: properties
        for path in sorted(directory.rglob("*.yml"))
        for properties in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("seeds", [])
    }
    return {
        path.stem: _read_seed(path, declared.get(path.stem, {}))
        for path in sorted(directory.rglob("*.csv"))
    }


def _read_seed(path: Path, properties: Mapping[str, Any]) -> Seed:
    try:
        lines = list(_lines(path))
    except (UnicodeDecodeError, csv.Error) as error:
        unreadable = Problem(path, 1, f"not a CSV file in UTF-8: {error}")
        return Seed(path, (), (), properties, (unreadable,))
    if not lines:
        return Seed(path, (), (), properties, (Problem(path, 1, "no header"),))
    header = tuple(lines[0][1])
    rows, problems = [], []
    for line, cells in lines[1:]:
        if len(cells) == len(header):
            values = dict(zip(header, (cell or None for cell in cells), strict=True))
            rows.append(Row(path, line, values))
        else:
            problems.append(
                Problem(path, line, f"{len(cells)} cells under {len(header)} column names")
            )
    return Seed(path, header, tuple(rows), properties, tuple(problems))


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not empty, with the number of the line that it begins in."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        begins = 1
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
