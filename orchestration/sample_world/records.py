"""The record that the simulation keeps while it runs: rows in batches of arrays, and journeys."""

from collections.abc import Mapping

import numpy as np

Batch = tuple[int, Mapping[str, object]]


class Rows:
    """Rows of one kind, added in batches; their numbers count from 0 in order of arrival."""

    def __init__(self) -> None:
        self._batches: list[Batch] = []
        self.count = 0

    def add(self, where: np.ndarray | None = None, **columns: object) -> np.ndarray:
        """Add rows, of the selected positions only if `where` is given; their numbers."""
        if where is not None:
            columns = {
                name: value[where] if isinstance(value, np.ndarray) else value
                for name, value in columns.items()
            }
        rows = max(len(value) for value in columns.values() if isinstance(value, np.ndarray))
        numbers = np.arange(self.count, self.count + rows)
        if rows:
            self._batches.append((rows, columns))
            self.count += rows
        return numbers

    def column(self, name: str, default: object) -> np.ndarray:
        """One column of all rows, in the type of its default; text if that is None."""
        dtype = object if default is None else np.asarray(default).dtype
        values = np.full(self.count, default, dtype=dtype)
        start = 0
        for rows, columns in self._batches:
            if name in columns:
                values[start : start + rows] = columns[name]
            start += rows
        return values


class Moments(Rows):
    """The acts of customers and company, one row each."""

    def log(self, kind: str, where: np.ndarray | None = None, **columns: object) -> None:
        """Add moments of one kind; `person` and `at` are arrays."""
        self.add(where, kind=kind, **columns)


class Journeys:
    """The aim of each customer, and how it ended.

    A journey that nobody closes was given up: its end is its last moment.
    """

    def __init__(self) -> None:
        self._opened = Rows()
        self._closed = Rows()

    def open(
        self,
        slug: str | np.ndarray,
        person: np.ndarray,
        order: np.ndarray | int = -1,
        started_at: np.ndarray | float = np.nan,
    ) -> np.ndarray:
        """Begin journeys, at their first own moment unless said otherwise; their numbers."""
        return self._opened.add(
            journey_slug=slug, person=person, order=order, started_at=started_at
        )

    def close(
        self, journey: np.ndarray, outcome: str, at: np.ndarray, where: np.ndarray | None = None
    ) -> None:
        """End journeys as reached or failed."""
        self._closed.add(where, journey=journey, outcome=outcome, at=at)

    def columns(self) -> dict[str, np.ndarray]:
        """Slug, person, order, outcome and time of the end of every journey, by number."""
        outcome = np.full(self._opened.count, "abandoned", dtype=object)
        ended_at = np.full(self._opened.count, np.nan)
        closed = self._closed.column("journey", -1)
        outcome[closed] = self._closed.column("outcome", None)
        ended_at[closed] = self._closed.column("at", np.nan)
        return {
            "journey_slug": self._opened.column("journey_slug", None),
            "person": self._opened.column("person", -1),
            "order": self._opened.column("order", -1),
            "started_at": self._opened.column("started_at", np.nan),
            "outcome": outcome,
            "ended_at": ended_at,
        }
