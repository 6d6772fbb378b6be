"""The place of backups: a folder, or an address that fsspec knows (`s3://bucket/folder`).

Each content lies there once, named by its hash, however many backups hold it; a backup is a list
of names and hashes, written last. So a backup that is cut short is none, and costs no earlier one
anything.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import fsspec

from orchestration.warehouse.state_files import hash_of

FORMAT = 1
_CHUNK_BYTES = 1 << 20


class BackupError(Exception):
    """A backup cannot be made or brought back; says why, and what to do."""


@dataclass(frozen=True)
class Entry:
    """One file of a backup: its place, and the content by which it is kept."""

    path: str
    content_hash: str
    size: int


@dataclass(frozen=True)
class Backup:
    """What one backup holds. `version` is that of the code that made it; `settings` are the run's.

    `made_at` is its name: a moment, UTC.
    """

    made_at: str
    version: str
    settings: dict[str, str]
    entries: list[Entry]
    format: int = FORMAT


class Store:
    """Contents and lists of one place."""

    def __init__(self, address: str) -> None:
        # A plain path is a folder of this machine, also with a colon in it.
        address = address if "://" in address else Path(address).resolve().as_uri()
        options = {"skip_instance_cache": True, "use_listings_cache": False}
        self._files, self._root = fsspec.core.url_to_fs(address, **options)
        self._is_local = "file" in self._files.protocol
        self.root = Path(self._root) if self._is_local else None

    def sizes(self) -> dict[str, int]:
        """The contents that are there, by hash."""
        try:
            found = self._files.find(f"{self._root}/objects", detail=True)
        except FileNotFoundError:
            return {}
        return {name.rsplit("/", 1)[-1]: int(entry["size"]) for name, entry in found.items()}

    def put(self, path: Path, content_hash: str) -> None:
        """Keep the content of a file, whole or not at all."""
        self._place(path, f"objects/{content_hash[:2]}/{content_hash}")

    def put_list(self, backup: Backup, scratch: Path) -> None:
        """Make a backup of contents that are there."""
        scratch.write_text(json.dumps(asdict(backup)), encoding="utf-8")
        self._place(scratch, f"backups/{backup.made_at}.json")

    def get(self, entry: Entry, path: Path) -> None:
        """Bring a content back; raises BackupError if it is not what was kept."""
        try:
            self._files.get_file(self._object(entry.content_hash), str(path))
        except FileNotFoundError:
            raise BackupError(f"the backup lacks the content of {entry.path!a}") from None
        if hash_of(path) != entry.content_hash:
            raise BackupError(f"the content of {entry.path!a} was damaged in the backup")

    def names(self) -> list[str]:
        """The backups that are there, the oldest first."""
        try:
            found = self._files.ls(f"{self._root}/backups", detail=False)
        except FileNotFoundError:
            return []
        names = (name.rsplit("/", 1)[-1] for name in found)
        return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))

    def backup(self, made_at: str | None) -> Backup:
        """The backup of that name, or the last one."""
        names = self.names()
        if not names:
            raise BackupError("there is no backup")
        if made_at is not None and made_at not in names:
            raise BackupError(f"there is no backup {made_at}: there are {', '.join(names)}")
        text = self._files.cat_file(f"{self._root}/backups/{made_at or names[-1]}.json")
        try:
            known: dict[str, Any] = json.loads(text)
            if known["format"] != FORMAT:
                raise BackupError(f"it has format {known['format']}; this version reads {FORMAT}")
            known["entries"] = [Entry(**entry) for entry in known["entries"]]
            return Backup(**known)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError(f"the list of {made_at or names[-1]} was damaged") from error

    def _object(self, content_hash: str) -> str:
        return f"{self._root}/objects/{content_hash[:2]}/{content_hash}"

    def _place(self, path: Path, name: str) -> None:
        target = f"{self._root}/{name}"
        if not self._is_local:
            # A store shows an object when all of it is there.
            self._files.put_file(str(path), target)
            return
        place = Path(target)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = place.with_name(f".{place.name}.{os.getpid()}.new")
        with path.open("rb") as source, new.open("wb") as copy:
            while chunk := source.read(_CHUNK_BYTES):
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        new.replace(place)


def files_below(folder: Path, skipped: Path | None = None) -> Iterator[Path]:
    """Every regular file below a folder, without hidden ones, links and what lies in `skipped`."""
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and here / name != skipped
        )
        for name in sorted(names):
            path = here / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path
