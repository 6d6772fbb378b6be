"""Deliveries as they came: copied, hashed, kept by the hash of their content.

A delivery's own name is data: it is listed in `deliveries.jsonl`, never used as a path here. The
archive alone is enough to rebuild the warehouse. What is inside a file doesn't belong here.
"""

import fcntl
import hashlib
import json
import os
import signal
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from orchestration.paths import archive_dir, quarantine_dir
from orchestration.warehouse.private_files import append_lines
from orchestration.warehouse.state_files import sync

_CHUNK_BYTES = 1 << 20
# One wait for the whole disk is shorter than one for each of many files.
_FILES_SYNCED_ONE_BY_ONE = 8
_MANIFEST = "deliveries.jsonl"


class NotReadyError(Exception):
    """The file is still being written, or may not be read: it is left for a later run."""


class NotARegularFileError(Exception):
    """A link, a folder, a pipe: nothing that may be followed or read."""


@dataclass(frozen=True)
class FileState:
    """Which file it is, and how far it was written: different as soon as anybody writes on."""

    device: int
    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileState":
        """The state that a look at the file found."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class StoredFile:
    """A delivery's content, safe under a name of hexadecimal digits only.

    `read` is the delivered file as it was copied; None for a file that is read from the archive.
    """

    path: Path
    content_hash: str
    size: int
    read: FileState | None = None


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
        """Copy a delivered file into the archive; the delivered one stays where it is.

        Raises NotReadyError or NotARegularFileError.
        """
        temporary = self.folder / f".incoming.{os.getpid()}"
        with suppress(FileNotFoundError):
            temporary.unlink()
        try:
            content_hash, read = _copy_hashed(delivered, temporary)
            kept = self.path(content_hash)
            if kept.exists():
                temporary.unlink()
            else:
                kept.parent.mkdir(exist_ok=True, mode=0o700)
                temporary.rename(kept)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return StoredFile(kept, content_hash, read.size, read)

    @contextmanager
    def scratch_file(self) -> Iterator[Path]:
        """A private path for a moment's use, removed afterwards; also by `prepare` after a kill."""
        path = self.folder / f".incoming.{os.getpid()}.text"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

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
        _append(self.folder / _MANIFEST, deliveries)

    def deliveries(self) -> Iterator[ArchivedDelivery]:
        """Every recorded delivery once, in the order of arrival."""
        path = self.folder / _MANIFEST
        if not path.exists():
            return
        seen = set()
        with path.open("rb") as manifest:
            for line in manifest:
                delivery = _delivery(line)
                # A run that was killed before it emptied its claim records a delivery again.
                if delivery is not None and delivery not in seen:
                    seen.add(delivery)
                    yield delivery

    def restore_manifest(self, known: Sequence[ArchivedDelivery]) -> int:
        """Write the manifest anew if it lacks deliveries that a ledger knows; returns how many."""
        recorded = list(self.deliveries())
        missing = len(set(known) - set(recorded))
        if missing:
            unknown = set(recorded) - set(known)
            deliveries = [*known, *(one for one in recorded if one in unknown)]
            if unknown:
                deliveries.sort(key=lambda delivery: delivery.received_at)
            self.replace_manifest(deliveries)
        return missing

    def replace_manifest(self, deliveries: Iterable[ArchivedDelivery]) -> None:
        """Have the manifest list just these, by one rename."""
        temporary = self.folder / f"{_MANIFEST}.new"
        temporary.unlink(missing_ok=True)
        _append(temporary, deliveries)
        if temporary.exists():
            temporary.replace(self.folder / _MANIFEST)
            sync(self.folder)


def _append(path: Path, deliveries: Iterable[ArchivedDelivery]) -> None:
    """Add lines to a manifest, on the disk when this returns."""
    lines = "".join(f"{json.dumps(asdict(one), default=str)}\n" for one in deliveries)
    if lines:
        append_lines(path, lines)


def _delivery(line: bytes) -> ArchivedDelivery | None:
    """What a line of the manifest says; None if it is damaged or was never finished."""
    try:
        entry = json.loads(line)
        received_at = datetime.fromisoformat(entry.pop("received_at"))
        return ArchivedDelivery(**entry, received_at=received_at)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _copy_hashed(delivered: Path, temporary: Path) -> tuple[str, FileState]:
    try:
        source = os.open(delivered, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if delivered.is_symlink():
            raise NotARegularFileError(f"{delivered.name!r} is a link") from error
        if isinstance(error, PermissionError):
            raise NotReadyError(f"{delivered.name!r} may not be read") from error
        raise
    with os.fdopen(source, "rb", buffering=0) as reader:
        before = os.fstat(reader.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise NotARegularFileError(f"{delivered.name!r} is not a regular file")
        if _has_writer(reader.fileno()):
            raise NotReadyError(f"{delivered.name!r} is open for writing")
        digest = hashlib.sha256()
        size = 0
        target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(target, "wb", buffering=0) as writer:
            while chunk := reader.read(_CHUNK_BYTES):
                digest.update(chunk)
                writer.write(chunk)
                size += len(chunk)
        after = FileState.of(os.fstat(reader.fileno()))
    if FileState.of(before) != after or size != after.size:
        raise NotReadyError(f"{delivered.name!r} changed while it was copied")
    return digest.hexdigest(), after


def _has_writer(descriptor: int) -> bool:
    """Whether some process has the file open for writing, as far as the system tells.

    Linux gives no read lease on such a file. Elsewhere, and for another user's file, the quiet
    period has to do. The lease ends at once; were it broken before, its signal would be ignored.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
