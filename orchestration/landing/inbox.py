"""The inbox: the finished files of one source's landing folder, taken out of it one by one.

A path in landing belongs to the sender, who may put another file there at any moment. So a file is
first renamed into a folder of ours, and only there is it read and removed; what appears under its
name meanwhile is a file of its own. Nothing is opened, copied or judged here.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path

from orchestration.landing.archive import FileState

DONE_ENDING = ".done"
UNFINISHED_ENDINGS = (".part", ".tmp", DONE_ENDING)
_QUIET_SECONDS = "2"
# A claim's folder is named by its moment, UTC.
_CLAIM_NAME = "%Y%m%dT%H%M%S.%f"


class OtherFileSystemError(Exception):
    """Files of a landing folder can't be taken out of it by rename."""


@dataclass(frozen=True)
class Arrival:
    """A file taken out of landing, alone in a folder that is named by the moment of it.

    `received_at` is that moment (UTC, without zone): with name and content it tells deliveries
    apart, also after a kill. `is_left_over`: an earlier run took it and did not finish.
    """

    path: Path
    received_at: datetime
    is_left_over: bool

    @property
    def file_name(self) -> str:
        """Its name as text that any database can hold."""
        return shown(self.path.name)

    def remove(self, read: FileState | None) -> None:
        """Remove the file if it is still as it was read (None: nobody reads links and devices).

        If its sender went on writing, it stays, and the next run finds a new content of that name.
        """
        if read is None or FileState.of(self.path.lstat()) == read:
            self.path.unlink()
            self.path.parent.rmdir()


@dataclass(frozen=True)
class _Found:
    """A file as one look at its folder found it; `claimed_at` if it lies in a claim already."""

    path: Path
    status: os.stat_result
    is_marked: bool = False
    claimed_at: datetime | None = None

    def is_finished(self, quiet_seconds: float) -> bool:
        """Whether its sender says so, or our own clock saw the last change long enough ago."""
        return self.is_marked or time.time() - self.status.st_ctime >= quiet_seconds

    def is_unchanged(self) -> bool:
        """Whether it stood still since that look, or has been marked as finished."""
        if _is_marked(self.path):
            return True
        try:
            status = self.path.lstat()
        except FileNotFoundError:
            return False
        same_content = FileState.of(status) == FileState.of(self.status)
        return same_content and status.st_ctime_ns == self.status.st_ctime_ns


class Inbox:
    """One source's landing folder, and the folder of its claims on the same file system.

    A file is finished if `<name>.done` lies beside it, or if it has not changed for the quiet
    period: `THROUGHLINE_QUIET_SECONDS`, 2 by default. Times that a sender can set say nothing.
    """

    def __init__(self, folder: Path, claims: Path, quiet_seconds: float | None = None) -> None:
        self._folder = folder
        self._claims = claims
        if quiet_seconds is None:
            quiet_seconds = float(os.environ.get("THROUGHLINE_QUIET_SECONDS", _QUIET_SECONDS))
        self._quiet_seconds = quiet_seconds
        self.waiting_files = 0

    def arrivals(
        self, is_wanted: Callable[[str], bool], file_date: Callable[[str], date | None]
    ) -> Iterator[Arrival]:
        """Wanted files: those of an unfinished run, then by their days; young ones last.

        A file that still changes after a pause of the quiet period is counted in `waiting_files`
        and left.
        """
        self._end_empty_claims()
        delivered = self._delivered(is_wanted)
        delivered.sort(key=lambda found: (file_date(found.path.name) or date.min, found.path.name))
        young = []
        for found in chain(self._left_over(is_wanted), delivered):
            if found.is_finished(self._quiet_seconds):
                yield from self._taken(found)
            else:
                young.append(found)
        if young:
            time.sleep(self._quiet_seconds)
        for found in young:
            if found.is_unchanged():
                yield from self._taken(found)
            else:
                self.waiting_files += 1

    def finished(self, is_wanted: Callable[[str], bool]) -> list[tuple[str, FileState]]:
        """Names of wanted files that a run would take at once; nothing is taken."""
        return [
            (found.path.name, FileState.of(found.status))
            for found in chain(self._left_over(is_wanted), self._delivered(is_wanted))
            if found.is_finished(self._quiet_seconds)
        ]

    def _delivered(self, is_wanted: Callable[[str], bool]) -> list[_Found]:
        if not self._folder.is_dir():
            return []
        with os.scandir(self._folder) as entries:
            files = {
                entry.name: entry for entry in entries if not entry.is_dir(follow_symlinks=False)
            }
        return [
            _Found(Path(entry.path), status, name + DONE_ENDING in files)
            for name, entry in files.items()
            if not name.startswith(".")
            and not name.endswith(UNFINISHED_ENDINGS)
            and is_wanted(name)
            and (status := _status(entry)) is not None
        ]

    def _left_over(self, is_wanted: Callable[[str], bool]) -> list[_Found]:
        """Files in claims, in the order in which they were taken."""
        return [
            _Found(path, status, claimed_at=claimed_at)
            for claimed_at, path, status in claimed_files(self._claims)
            if is_wanted(path.name)
        ]

    def _taken(self, found: _Found) -> Iterator[Arrival]:
        """The file in its claim; nothing if the sender took it back, or changed it just now."""
        if found.claimed_at is not None:
            yield Arrival(found.path, found.claimed_at, is_left_over=True)
            return
        received_at, claim = self._new_claim()
        claimed = claim / found.path.name
        try:
            # The mark first: beside a new file of that name it would say what nobody meant.
            if found.is_marked:
                found.path.with_name(found.path.name + DONE_ENDING).unlink(missing_ok=True)
            found.path.rename(claimed)
        except OSError as error:
            claim.rmdir()
            if error.errno == errno.EXDEV:
                raise OtherFileSystemError(
                    f"{self._folder} and {self._claims} must be on one file system: files are "
                    "taken out of landing by rename"
                ) from error
            if isinstance(error, FileNotFoundError):
                return
            raise
        if FileState.of(claimed.lstat()) == FileState.of(found.status):
            yield Arrival(claimed, received_at, is_left_over=False)
        else:
            self.waiting_files += 1

    def _end_empty_claims(self) -> None:
        """Remove the folders of claims that a killed run left without a file."""
        for claim in self._claims.iterdir() if self._claims.is_dir() else []:
            with suppress(OSError):
                claim.rmdir()

    def _new_claim(self) -> tuple[datetime, Path]:
        for folder in (self._claims.parent, self._claims):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        received_at = datetime.now(UTC).replace(tzinfo=None)
        while True:
            claim = self._claims / received_at.strftime(_CLAIM_NAME)
            try:
                claim.mkdir(mode=0o700)
            except FileExistsError:
                received_at += timedelta(microseconds=1)
            else:
                return received_at, claim


def claimed_files(claims: Path) -> list[tuple[datetime, Path, os.stat_result]]:
    """When each file in a source's claims was taken, and the file, the first first.

    A run may be working on them.
    """
    found = []
    for claim in sorted(claims.iterdir()) if claims.is_dir() else []:
        with suppress(FileNotFoundError, NotADirectoryError, ValueError):
            claimed_at = datetime.strptime(claim.name, _CLAIM_NAME)
            found += [(claimed_at, path, path.lstat()) for path in claim.iterdir()]
    return found


def shown(name: str) -> str:
    """A file's name as text that any database can hold."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def _is_marked(path: Path) -> bool:
    try:
        return path.with_name(path.name + DONE_ENDING).exists()
    except OSError:
        # With the mark's ending the name would be longer than a name may be.
        return False
