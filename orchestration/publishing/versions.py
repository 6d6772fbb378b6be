"""Published versions: numbered folders, and one link that says which is current.

    published/versions/<n>/cx.duckdb, parquet/, metrics/, version.json
    published/current -> versions/<n>          the only thing that is ever switched
    published/cx.duckdb -> current/cx.duckdb   what readers open
    published/parquet -> current/parquet
    published/metrics -> current/metrics       where `mf` runs

Only folders and links belong here; what goes into a version is in `publish`.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from orchestration.paths import published_dir

KEPT_VERSIONS = 3


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


def describe(version: int) -> dict[str, Any]:
    """The note that `publish` left about a version."""
    return json.loads((version_dir(version) / "version.json").read_text())


def version_dir(version: int) -> Path:
    """The folder of a finished version."""
    return _versions_dir() / str(version)


def start_version() -> tuple[int, Path]:
    """A new number, and an empty folder that no reader looks into."""
    _versions_dir().mkdir(parents=True, exist_ok=True)
    for left_over in _versions_dir().glob("*.tmp"):
        shutil.rmtree(left_over)
    version = max(version_numbers(), default=0) + 1
    folder = _versions_dir() / f"{version}.tmp"
    folder.mkdir()
    return version, folder


def finish_version(version: int, folder: Path) -> None:
    """Make the folder a version that outlives a power cut, and the current one."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)
    folder.rename(version_dir(version))
    sync(_versions_dir())
    switch_to(version)
    _remove_old_versions()


def switch_to(version: int) -> None:
    """Let readers see this version from their next open; nobody's open file changes."""
    _link("current", Path("versions") / str(version))
    _link("cx.duckdb", Path("current") / "cx.duckdb")
    _link("parquet", Path("current") / "parquet")
    _link("metrics", Path("current") / "metrics")
    sync(published_dir())


def roll_back(version: int | None = None) -> int:
    """Go to a version, or to the one before the current; returns where readers are now."""
    current = current_version()
    earlier = [number for number in version_numbers() if current and number < current]
    chosen = version if version is not None else max(earlier, default=None)
    if chosen not in version_numbers():
        raise NoVersionError(f"no such version; there are {version_numbers()}, current {current}")
    switch_to(chosen)
    return chosen


def sync(path: Path) -> None:
    """Wait until the disk has this file or folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _link(name: str, target: Path) -> None:
    link = published_dir() / name
    if link.is_symlink() and link.readlink() == target:
        return
    new = published_dir() / f".{name}.new"
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def _remove_old_versions() -> None:
    # A reader that has an old file open keeps reading it: only its name goes.
    for number in version_numbers()[:-KEPT_VERSIONS]:
        if number != current_version():
            shutil.rmtree(version_dir(number))


def _versions_dir() -> Path:
    return published_dir() / "versions"
