"""How far a source was fetched: a cursor moves when the archive has what was fetched up to it.

A fetch writes down what it is about to deliver before it puts the file into landing. From then on
the file is in landing, in a claim, or in the archive's manifest, in this order; if it is nowhere, a
kill or a person kept it from arriving, and it is fetched again.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from orchestration.fetching.origins.origin import Cursor
from orchestration.landing.archive import Archive
from orchestration.landing.inbox import claimed_files
from orchestration.paths import claimed_dir, fetched_dir, landing_dir
from orchestration.warehouse.state_files import read_state, write_state


class AlreadyFetchingError(Exception):
    """Another process is fetching this source."""


@dataclass(frozen=True)
class Pending:
    """A file that was delivered, and the cursor that it moves once it is archived."""

    file_name: str
    content_hash: str
    cursor: Cursor


@dataclass
class Cursors:
    """The cursors of one source, and the deliveries that are not settled, by the key of each."""

    source_name: str
    reached: dict[str, Cursor] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)

    @classmethod
    def of(cls, source_name: str) -> "Cursors":
        """As the last fetch left them; nothing was ever fetched if their file can't be read."""
        state: dict[str, Any] = read_state(_path(source_name)) or {}
        pending = {key: Pending(**known) for key, known in state.get("pending", {}).items()}
        return cls(source_name, state.get("reached", {}), pending)

    def keep(self) -> None:
        """Write them down."""
        state = {
            "reached": self.reached,
            "pending": {key: asdict(pending) for key, pending in self.pending.items()},
        }
        write_state(_path(self.source_name), state)

    def settle(self) -> None:
        """Move the cursors of what is archived, and forget what is nowhere."""
        if not self.pending:
            return
        # In the order in which a file moves on: it is found wherever it is on its way meanwhile.
        under_way = _names_in_landing(self.source_name) | _names_in_claims(self.source_name)
        archived = {
            (delivery.file_name, delivery.content_hash)
            for delivery in Archive().deliveries()
            if delivery.source_name == self.source_name
        }
        for key, pending in list(self.pending.items()):
            if (pending.file_name, pending.content_hash) in archived:
                self.reached[key] = pending.cursor
                del self.pending[key]
            elif pending.file_name not in under_way:
                del self.pending[key]
        self.keep()


@contextmanager
def fetching_alone(source_name: str) -> Iterator[None]:
    """Be the only process that fetches this source; the lock goes with the process."""
    fetched_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    path = fetched_dir() / f"{source_name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyFetchingError(f"{source_name} is being fetched already") from None
        yield
    finally:
        os.close(descriptor)


def _path(source_name: str) -> Path:
    return fetched_dir() / f"{source_name}.json"


def _names_in_landing(source_name: str) -> set[str]:
    return _names((landing_dir() / source_name).glob("*"))


def _names_in_claims(source_name: str) -> set[str]:
    return _names(path for _, path, _ in claimed_files(claimed_dir() / source_name))


def _names(paths: Iterable[Path]) -> set[str]:
    return {path.name for path in paths}
