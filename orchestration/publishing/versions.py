"""Published versions: numbered folders, and one link that says which is current.

    published/versions/<n>/cx.duckdb, parquet/, metrics/, report/, docs/, version.json
    published/current -> versions/<n>          the only thing that is ever switched
    published/cx.duckdb -> current/cx.duckdb   what readers open
    published/parquet -> current/parquet
    published/metrics -> current/metrics       where `mf` runs
    published/report -> current/report         the page that people open
    published/docs -> current/docs             what every table and column means
    published/rollback.json                    the older version that somebody chose, if any

Readers see the newest version, unless somebody rolled back from just that one. So a publish that
was killed between its rename and its link is finished by `show_what_was_decided`. Only folders and
links belong here; what goes into a version is in `publish`.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.paths import published_dir
from orchestration.warehouse.operating import kept_versions
from orchestration.warehouse.state_files import read_state, sync, write_state

_READABLE_BY_ALL = 0o644
_FOLDER_READABLE_BY_ALL = 0o755
_PRIVATE_FOLDER = 0o700


class NoVersionError(Exception):
    """There is no published version to go to."""


def version_numbers() -> list[int]:
    """Every finished version, oldest first."""
    folders = _versions_dir().iterdir() if _versions_dir().exists() else ()
    return sorted(int(folder.name) for folder in folders if folder.name.isdigit())


def current_version() -> int | None:
    """The version that readers see."""
    link = published_dir() / "current"
    return int(link.readlink().name) if link.is_symlink() else None


def describe(version: int) -> dict[str, Any] | None:
    """The note that `publish` left about a version; None if it can't be read."""
    return read_state(version_dir(version) / "version.json")


def version_dir(version: int) -> Path:
    """The folder of a finished version."""
    return _versions_dir() / str(version)


@contextmanager
def new_version() -> Iterator[tuple[int, Path]]:
    """A new number, and an empty folder that nobody else can look into.

    What the block puts there becomes the current version at its end; if the block fails, nothing
    of it stays.
    """
    for folder in (published_dir(), _versions_dir()):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_FOLDER_READABLE_BY_ALL)
    for left_over in _versions_dir().glob("*.tmp"):
        shutil.rmtree(left_over)
    version = max(version_numbers(), default=0) + 1
    folder = _versions_dir() / f"{version}.tmp"
    folder.mkdir(mode=_PRIVATE_FOLDER)
    try:
        yield version, folder
        _let_everybody_read(folder)
        for path in [*folder.rglob("*"), folder]:
            sync(path)
        folder.rename(version_dir(version))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sync(_versions_dir())
    _switch_to(version)
    _remove_old_versions()


def show_what_was_decided() -> int | None:
    """Let readers see what they should, whatever was killed before; returns that version."""
    numbers = version_numbers()
    if not numbers:
        return None
    rollback = read_state(_rollback_path()) or {}
    chosen = numbers[-1]
    if rollback.get("instead_of") == numbers[-1] and rollback.get("version") in numbers:
        chosen = rollback["version"]
    if current_version() != chosen:
        _switch_to(chosen)
    return chosen


def roll_back(version: int | None = None) -> int:
    """Go to a version, or to the one before the current; returns where readers are now."""
    current, numbers = current_version(), version_numbers()
    earlier = [number for number in numbers if current and number < current]
    chosen = version if version is not None else max(earlier, default=None)
    if chosen not in numbers:
        raise NoVersionError(f"no such version; there are {numbers}, current {current}")
    write_state(_rollback_path(), {"version": chosen, "instead_of": numbers[-1]})
    _switch_to(chosen)
    return chosen


def go_to_newest() -> int:
    """Take a rollback back; returns where readers are now."""
    numbers = version_numbers()
    if not numbers:
        raise NoVersionError("nothing is published yet")
    return roll_back(numbers[-1])


def _switch_to(version: int) -> None:
    """Let readers see this version from their next open; nobody's open file changes."""
    version_dir(version).chmod(_FOLDER_READABLE_BY_ALL)
    _link("current", Path("versions") / str(version))
    for name in ("cx.duckdb", "parquet", "metrics", "report", "docs"):
        _link(name, Path("current") / name)
    sync(published_dir())


def _link(name: str, target: Path) -> None:
    link = published_dir() / name
    if link.is_symlink() and link.readlink() == target:
        return
    new = published_dir() / f".{name}.new"
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


@contextmanager
def replaced_part(version: int, name: str) -> Iterator[Path]:
    """An empty folder that becomes a folder of a version, in the place of the one it had.

    For what says the same of it in other words: its figures never change.
    """
    new = version_dir(version) / f".{name}.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=_PRIVATE_FOLDER)
    try:
        yield new
        _let_everybody_read(new)
        new.chmod(_FOLDER_READABLE_BY_ALL)
        shutil.rmtree(version_dir(version) / name, ignore_errors=True)
        new.rename(version_dir(version) / name)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    if version == current_version():
        _link(name, Path("current") / name)


def _let_everybody_read(folder: Path) -> None:
    # Nobody reaches what is in it before the folder itself is opened, with the link.
    for path in folder.rglob("*"):
        path.chmod(_FOLDER_READABLE_BY_ALL if path.is_dir() else _READABLE_BY_ALL)


def _remove_old_versions() -> None:
    # A reader that has an old file open keeps reading it: only its name goes.
    for number in version_numbers()[: -kept_versions()]:
        if number != current_version():
            shutil.rmtree(version_dir(number))


def remove_others() -> int:
    """Remove every version but the one that readers see; returns how many."""
    others = [number for number in version_numbers() if number != current_version()]
    for number in others:
        shutil.rmtree(version_dir(number))
    return len(others)


def _rollback_path() -> Path:
    return published_dir() / "rollback.json"


def _versions_dir() -> Path:
    return published_dir() / "versions"
