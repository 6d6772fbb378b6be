"""Deliveries as they came: copied, hashed, kept by the hash of their content.

A delivery's own name is data: it is listed in `deliveries.jsonl`, never used as a path here. The
archive alone is enough to rebuild the warehouse. What is inside a file doesn't belong here.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from orchestration.paths import archive_dir, quarantine_dir

_CHUNK_BYTES = 1 << 20
# One wait for the whole disk is shorter than one for each of many files.
_FILES_SYNCED_ONE_BY_ONE = 8
_MANIFEST = "deliveries.jsonl"


class StillBeingWrittenError(Exception):
    """The file changed while it was copied."""


class NotARegularFileError(Exception):
    """A link, a folder, a pipe: nothing that may be followed or read."""


@dataclass(frozen=True)
class StoredFile:
    """A delivery's content, safe under a name of hexadecimal digits only."""

    path: Path
    content_hash: str
    size: int


@dataclass(frozen=True)
class ArchivedDelivery:
    """One line of the manifest: what the archive knows of a delivery without any database."""

    source_name: str
    file_name: str
    content_hash: str
    received_at: datetime


@dataclass(frozen=True)
class Archive:
    """The two folders of kept files."""

    folder: Path = field(default_factory=archive_dir)
    quarantine_folder: Path = field(default_factory=quarantine_dir)

    def prepare(self) -> None:
        """Make the folders and remove copies that a killed run left unfinished."""
        for folder in (self.folder, self.quarantine_folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in self.folder.glob(".incoming.*"):
            leftover.unlink(missing_ok=True)

    def store(self, delivered: Path) -> StoredFile:
        """Copy a delivered file into the archive; the delivered one stays where it is."""
        temporary = self.folder / f".incoming.{os.getpid()}"
        with suppress(FileNotFoundError):
            temporary.unlink()
        try:
            content_hash, size = _copy_hashed(delivered, temporary)
            kept = self.path(content_hash)
            if kept.exists():
                temporary.unlink()
            else:
                kept.parent.mkdir(exist_ok=True, mode=0o700)
                temporary.rename(kept)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return StoredFile(kept, content_hash, size)

    def sync(self, stored: Sequence[StoredFile]) -> None:
        """Have stored files on the disk before the delivered ones may go."""
        if len(stored) > _FILES_SYNCED_ONE_BY_ONE:
            os.sync()
            return
        for file in stored:
            with file.path.open("rb") as content:
                os.fsync(content.fileno())

    def path(self, content_hash: str) -> Path:
        """Where content of this hash is, or would be, archived."""
        return self.folder / content_hash[:2] / content_hash

    def quarantine(self, stored: StoredFile) -> None:
        """Show a refused file in the quarantine folder too; the archive keeps it for a rebuild."""
        shown = self.quarantine_folder / stored.content_hash
        if not shown.exists():
            shown.hardlink_to(stored.path)

    def record(self, deliveries: Iterable[ArchivedDelivery]) -> None:
        """Add to the manifest deliveries whose ledger rows are committed."""
        lines = [json.dumps(asdict(delivery), default=str) for delivery in deliveries]
        if not lines:
            return
        path = self.folder / _MANIFEST
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as manifest:
            # A line that a killed run left unfinished must not swallow the next one.
            if manifest.tell() and not _ends_with_line_break(path):
                manifest.write(b"\n")
            manifest.write("".join(f"{line}\n" for line in lines).encode())
            manifest.flush()
            os.fsync(manifest.fileno())

    def deliveries(self) -> Iterator[ArchivedDelivery]:
        """Every recorded delivery, in the order of arrival."""
        path = self.folder / _MANIFEST
        if not path.exists():
            return
        with path.open(encoding="utf-8") as manifest:
            for line in manifest:
                try:
                    entry = json.loads(line)
                except json.JSONDecodeError:
                    # Unfinished when its run was killed: the delivery is recorded again further on.
                    continue
                entry["received_at"] = datetime.fromisoformat(entry["received_at"])
                yield ArchivedDelivery(**entry)


def _copy_hashed(delivered: Path, temporary: Path) -> tuple[str, int]:
    try:
        source = os.open(delivered, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if delivered.is_symlink():
            raise NotARegularFileError(f"{delivered.name!r} is a link") from error
        raise
    with os.fdopen(source, "rb", buffering=0) as reader:
        before = os.fstat(reader.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise NotARegularFileError(f"{delivered.name!r} is not a regular file")
        digest = hashlib.sha256()
        size = 0
        target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(target, "wb", buffering=0) as writer:
            while chunk := reader.read(_CHUNK_BYTES):
                digest.update(chunk)
                writer.write(chunk)
                size += len(chunk)
        after = os.fstat(reader.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or (
        size != after.st_size
    ):
        raise StillBeingWrittenError(delivered.name)
    return digest.hexdigest(), size


def _ends_with_line_break(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
