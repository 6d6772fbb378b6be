"""What every origin gives: extracts, each of which becomes one file in landing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

# Where an extract's cursor stands: anything that JSON can hold; None where it never was fetched.
Cursor = Any


class NothingNewError(Exception):
    """The origin has nothing for this extract; there is no file."""


class UnstableError(Exception):
    """What was read changed meanwhile: the next fetch takes it."""


class OriginError(Exception):
    """An origin can't be asked, or answers what nobody can use. In words that hold no value."""


@dataclass(frozen=True)
class Extract:
    """One file that an origin can give.

    `write` makes the file and returns where the cursor of `key` stands once it is archived. Raises
    NothingNewError or UnstableError.
    """

    key: str
    file_name: str
    write: Callable[[Path], Cursor]


class Origin(Protocol):
    """A place that is asked for what it has beyond the cursors."""

    def extracts(self, cursors: Mapping[str, Cursor]) -> Iterator[Extract]:
        """What may be new there, in the order in which it should land."""
        ...
