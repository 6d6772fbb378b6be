"""Which rows of a file name somebody on the suppression list.

A row is theirs if a column whose contract tags it as a name of people (an address, a number, an
account, a device, a card, a handle), or lists it under `landing_person`, names them. A row of
somebody else whose text mentions their address or number stays, with that word made blank.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from orchestration.landing.accounting import Batch
from orchestration.landing.contract import TableContract
from orchestration.landing.suppression import Suppression

ERASED = "[erased]"
# A value of a column with such a tag names people in that space.
SPACES = {tag: tag for tag in ("email", "phone", "account", "device", "handle", "card")}
SPACES["loyalty_card"] = "card"
_EMAIL = re.compile(
    r"[^\s<>()\[\]{}\"',;:|=/\\]+@[^\s<>()\[\]{}\"',;:|=/\\]+\.[^\s<>()\[\]{}\"',;:|=/\\.]+"
)
_PHONE = re.compile(r"\+?\d[\d\s().\u00a0/-]{5,}\d")
_WORD = re.compile(r"[^\s<>()\[\]{}\"',;|=]{5,}")
_SEPARATORS = re.compile(r"[;,\s]+")


def document_space(kind: str) -> str:
    """The space of the ids of things that belong to a person, such as orders."""
    return f"document {kind}"


@dataclass
class Found:
    """What of a file is somebody's: rows by line, words to be made blank, ids of their things."""

    rows: set[int] = field(default_factory=set)
    # Line of a refused row, and how many lines it is.
    rejects: dict[int, int] = field(default_factory=dict)
    words: dict[int, set[str]] = field(default_factory=dict)
    documents: set[tuple[str, str]] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether the file has anything of theirs."""
        return bool(self.rows or self.rejects or self.words)


@dataclass(frozen=True)
class RowReader:
    """Reads rows of one table for what they name."""

    table: TableContract
    suppression: Suppression

    @cached_property
    def _spaces(self) -> Mapping[str, tuple[str, ...]]:
        """The spaces in which a column's values name people or things of theirs."""
        spaces: dict[str, list[str]] = {}
        for column in self.table.columns:
            if column.personal_data in SPACES:
                spaces.setdefault(column.name, []).append(SPACES[column.personal_data])
        for name, space in self.table.landing_person.items():
            spaces.setdefault(name, []).append(space)
        return {name: tuple(dict.fromkeys(found)) for name, found in spaces.items()}

    @cached_property
    def _texts(self) -> frozenset[str]:
        """Columns in which somebody may have written anything."""
        return frozenset(
            {column.name for column in self.table.columns if column.personal_data == "free_text"}
            | {"_extra"}
        )

    @cached_property
    def _all_spaces(self) -> frozenset[str]:
        return frozenset(space for spaces in self._spaces.values() for space in spaces)

    def look(self, batch: Batch, found: Found) -> None:
        """Add what a batch has of theirs."""
        for row in batch.rows.to_pylist():
            is_theirs, words, documents = self.judged(row)
            if is_theirs:
                found.rows.add(row["_line"])
                found.documents |= documents
            elif words:
                found.words[row["_line"]] = words
        for reject in batch.rejects:
            if words_of_theirs(reject.raw_text, self.suppression, self._all_spaces):
                found.rejects[reject.line_number] = reject.line_count

    def judged(self, row: Mapping[str, Any]) -> tuple[bool, set[str], set[tuple[str, str]]]:
        """Whether a raw row is theirs, else what it mentions of them; ids of the things in it."""
        values = self._values(row)
        words: set[str] = set()
        is_theirs = self._is_theirs(values, words)
        return is_theirs, words, set(self._documents(values)) if is_theirs else set()

    def _is_theirs(self, values: Mapping[str, Any], words: set[str]) -> bool:
        """Whether a row is theirs; else `words` are what it mentions of them."""
        for name, value in values.items():
            spaces, is_text = self._spaces.get(name, ()), name in self._texts
            for leaf in leaves(value):
                if any(self._names(space, leaf) for space in spaces):
                    return True
                if "@" in leaf or is_text:
                    mentioned = set(mentions(leaf, self.suppression, with_phones=is_text))
                    if leaf.strip() in mentioned:
                        return True
                    words |= mentioned
        return False

    def _names(self, space: str, leaf: str) -> bool:
        if self.suppression.has(space, leaf):
            return True
        # A list in one cell.
        parts = _SEPARATORS.split(leaf) if ";" in leaf or "," in leaf else ()
        return any(self.suppression.has(space, part) for part in parts)

    def _values(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.table.is_tabular:
            extra = row.get("_extra")
            return {**row, "_extra": _parsed(extra) if extra else None, "_line": None}
        payload = _parsed(row["payload"])
        return payload if isinstance(payload, dict) else {"_extra": payload}

    def _documents(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, kind in self.table.landing_document.items():
            for leaf in leaves(values.get(name)):
                yield document_space(kind), leaf


def leaves(value: Any) -> Iterator[str]:
    """Every text and number within a value of JSON, as text; in order."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
        elif one is not None and not isinstance(one, bool):
            yield str(one)


def mentions(text: str, suppression: Suppression, *, with_phones: bool) -> Iterator[str]:
    """The addresses, and numbers, of people on the list within a text, as they are written."""
    if "@" in text:
        for word in _EMAIL.findall(text):
            if suppression.has("email", word):
                yield word
    if with_phones:
        for number in _PHONE.findall(text):
            if suppression.has("phone", number):
                yield number


def words_of_theirs(
    content: bytes, suppression: Suppression, spaces: Iterable[str] = frozenset(SPACES.values())
) -> bool:
    """Whether anything in bytes that no contract could read names somebody on the list."""
    text = content.decode("utf-8", "replace").replace("\0", "")
    if any(mentions(text, suppression, with_phones=True)):
        return True
    spaces = tuple(spaces)
    return any(suppression.has(space, word) for word in _WORD.findall(text) for space in spaces)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
