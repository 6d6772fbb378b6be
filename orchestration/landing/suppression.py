"""The suppression list: whose rows are left out, known by keyed hashes alone.

A line per value by which a person or a thing of theirs (an order, a ticket) can be named. The list
does not say whom it names, and knows them again when a file brings them back. Its key is its own:
a rotation of the customer keys leaves it as it is. How a row names people is in `suppressed_rows`.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestration.paths import privacy_dir
from orchestration.warehouse.private_files import append_lines, create_private
from orchestration.warehouse.state_files import sync

_KEY, _LIST = "key", "suppression.jsonl"
_REMEMBERED = 1_000_000
_NOT_DIGITS = re.compile(r"\D+")


def normal(space: str, value: str) -> str:
    """A value as the list knows it: of an address its small letters, of a number its digits.

    `space` says what kind of name the value is: `email`, `phone`, `handle`, the name of a source.
    """
    value = value.strip()
    if space == "email":
        return value.lower()
    if space == "phone":
        return _NOT_DIGITS.sub("", value).removeprefix("00")
    if space == "handle":
        return value.lower().removeprefix("@")
    if space == "device":
        return value.lower()
    return value


@dataclass
class Suppression:
    """The list in memory. `folder` is where it is kept; None for one that is never kept."""

    folder: Path | None
    key: bytes
    hashes: set[str] = field(default_factory=set)
    _seen: dict[tuple[str, str], bool] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path | None = None) -> "Suppression":
        """The list of this data folder; an empty one has no file, and no key yet."""
        folder = folder or privacy_dir()
        key_path = folder / _KEY
        if not key_path.exists():
            return cls(folder, b"")
        hashes = set()
        if (folder / _LIST).exists():
            with (folder / _LIST).open("rb") as lines:
                for line in lines:
                    # A kill may have cut the last one: who was being added is added again.
                    try:
                        hashes.add(json.loads(line)["hash"])
                    except (ValueError, KeyError, TypeError):
                        continue
        return cls(folder, key_path.read_bytes(), hashes)

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]]) -> "Suppression":
        """A list for the moment, to find the rows of somebody by."""
        suppression = cls(None, secrets.token_bytes(32))
        suppression.add(values)
        return suppression

    def __bool__(self) -> bool:
        """Whether anybody is on it."""
        return bool(self.hashes)

    @property
    def fingerprint(self) -> str:
        """Another one as soon as anybody is added."""
        return hashlib.sha256("".join(sorted(self.hashes)).encode()).hexdigest()

    def hashed(self, text: str) -> str:
        """The keyed hash of a text: HMAC-SHA256 in hexadecimal digits."""
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), "sha256").hex()

    def has(self, space: str, value: str) -> bool:
        """Whether a value names somebody on the list."""
        if not self.hashes or not value:
            return False
        known = self._seen.get((space, value))
        if known is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            known = self.hashed(f"{space}:{normal(space, value)}") in self.hashes
            self._seen[space, value] = known
        return known

    def add(self, values: Iterable[tuple[str, str]]) -> int:
        """Put values on the list, on the disk when this returns; how many are new."""
        if not self.key:
            self._make_key()
        new = {self.hashed(f"{space}:{normal(space, value)}") for space, value in values if value}
        new -= self.hashes
        if new and self.folder is not None:
            at = datetime.now(UTC).date().isoformat()
            append_lines(
                self.folder / _LIST,
                "".join(json.dumps({"hash": one, "since": at}) + "\n" for one in sorted(new)),
            )
        self.hashes |= new
        self._seen.clear()
        return len(new)

    def _make_key(self) -> None:
        self.key = secrets.token_bytes(32)
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self.folder / f".{_KEY}.new"
        new.unlink(missing_ok=True)
        with os.fdopen(create_private(new), "wb") as file:
            file.write(self.key)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / _KEY)
        sync(self.folder)


@dataclass(frozen=True)
class Tombstone:
    """What was taken out of a file: rows left out, lines that they were, and texts made blank.

    `content_hash` is that of the file as it is now, `was` a keyed hash of the content before.
    """

    content_hash: str
    was: str
    erased_rows: int
    erased_lines: int
    redacted_rows: int


NOTHING_ERASED = Tombstone("", "", 0, 0, 0)


class Tombstones:
    """One line for each file that was rewritten, found by what it is now or was."""

    def __init__(self, suppression: Suppression) -> None:
        self._suppression = suppression
        self._path = suppression.folder / "tombstones.jsonl" if suppression.folder else None
        self._by_content: dict[str, Tombstone] = {}
        if self._path is not None and self._path.exists():
            with self._path.open("rb") as lines:
                for line in lines:
                    try:
                        one = Tombstone(**json.loads(line))
                    except (ValueError, TypeError):
                        continue
                    self._by_content[one.content_hash] = one

    def of(self, content_hash: str) -> Tombstone | None:
        """What was taken out of a file that is there now."""
        return self._by_content.get(content_hash)

    def keep(self, old_hash: str, new_hash: str, rows: int, lines: int, redacted: int) -> None:
        """Remember a rewriting; what was taken out before is added up."""
        before = self.of(old_hash)
        if before is not None:
            rows, lines = rows + before.erased_rows, lines + before.erased_lines
            redacted += before.redacted_rows
        one = Tombstone(new_hash, self._suppression.hashed(old_hash), rows, lines, redacted)
        if self.of(new_hash) == one or self._path is None:
            return
        append_lines(self._path, json.dumps(vars(one)) + "\n")
        self._by_content[new_hash] = one
