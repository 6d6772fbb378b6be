"""One seed as its file has it: rows with their lines, and what its YAML declares.

What is wrong with the file as a whole is found by `shape`; a seed with such a problem has no rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    """A file, and the properties that its YAML gives it."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    properties: Mapping[str, Any]
    problems: tuple[Problem, ...] = field(default=())

    @property
    def column_types(self) -> Mapping[str, str]:
        """The type of each column that the YAML declares."""
        return self.properties.get("config", {}).get("column_types", {})

    @property
    def meta(self) -> Mapping[str, Any]:
        """What the YAML asks of the file before a build."""
        return self.properties.get("config", {}).get("meta", {})

    def values(self, column: str) -> set[str]:
        """Every value of a column."""
        return {value for row in self.rows if (value := row[column]) is not None}


def also_in(lines: Sequence[int]) -> str:
    """The other lines of the same cause."""
    others = list(dict.fromkeys(lines))
    if not others:
        return ""
    shown = ", ".join(map(str, others[:5])) + (", …" if len(others) > 5 else "")
    return f" (also in line {shown})"
