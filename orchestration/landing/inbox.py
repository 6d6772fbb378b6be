"""The inbox: the finished files of one source's landing folder.

Only names and times are looked at here. Nothing is opened, copied or judged.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_DONE_ENDING = ".done"
UNFINISHED_ENDINGS = (".part", ".tmp", _DONE_ENDING)
_QUIET_SECONDS = "2"


@dataclass(frozen=True)
class Arrival:
    """A finished file in the landing folder."""

    path: Path

    @property
    def file_name(self) -> str:
        """Its name as text that any database can hold."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")

    def remove(self) -> None:
        """Take it out of the landing folder, with its mark of completeness."""
        self.path.unlink(missing_ok=True)
        _done_mark(self.path).unlink(missing_ok=True)


class Inbox:
    """One source's landing folder: which of its files are finished.

    A file is finished if `<name>.done` lies beside it, or if it has not changed for the quiet
    period: `THROUGHLINE_QUIET_SECONDS`, 2 by default.
    """

    def __init__(self, folder: Path, quiet_seconds: float | None = None) -> None:
        self._folder = folder
        if quiet_seconds is None:
            quiet_seconds = float(os.environ.get("THROUGHLINE_QUIET_SECONDS", _QUIET_SECONDS))
        self._quiet_seconds = quiet_seconds
        self.waiting_files = 0

    def arrivals(
        self, is_wanted: Callable[[str], bool], file_date: Callable[[str], date | None]
    ) -> Iterator[Arrival]:
        """Wanted files in the order of their days; young ones last, after a pause.

        A file that still changes after the pause is counted in `waiting_files` and left.
        """
        files = self._files(is_wanted)
        files.sort(key=lambda path: (file_date(path.name) or date.min, path.name))
        young = []
        for path in files:
            if self._is_finished(path):
                yield Arrival(path)
            else:
                young.append(path)
        if young:
            time.sleep(self._quiet_seconds)
        for path in young:
            if self._is_finished(path):
                yield Arrival(path)
            else:
                self.waiting_files += 1

    def _files(self, is_wanted: Callable[[str], bool]) -> list[Path]:
        if not self._folder.is_dir():
            return []
        with os.scandir(self._folder) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if not entry.name.startswith(".")
                and not entry.name.endswith(UNFINISHED_ENDINGS)
                and not entry.is_dir(follow_symlinks=False)
                and is_wanted(entry.name)
            ]

    def _is_finished(self, path: Path) -> bool:
        if _done_mark(path).exists():
            return True
        try:
            modified_at = path.lstat().st_mtime
        except FileNotFoundError:
            return False
        return time.time() - modified_at >= self._quiet_seconds


def _done_mark(path: Path) -> Path:
    return path.with_name(f"{path.name}{_DONE_ENDING}")
