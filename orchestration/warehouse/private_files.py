"""Whatever a process of ours writes is for its own user: deliveries hold personal data.

Write-ahead logs, spilled rows and artifacts are made by libraries that ask nobody for a mode, so
the mask of the whole process says it. Publishing sets the modes of what is for everybody.
"""

import os
from pathlib import Path

_MASK = 0o077
# Others pass through it to `published/`, and see no name.
_DATA_FOLDER = 0o711


def keep_files_private() -> None:
    """From now on, this process and those that it starts make files of mode 0600."""
    os.umask(_MASK)


def make_data_folder(folder: Path) -> None:
    """A data folder, through which everybody reaches what is published; one that is there stays."""
    if folder.exists():
        return
    previous_mask = os.umask(0o022)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    finally:
        os.umask(previous_mask)
    folder.chmod(_DATA_FOLDER)


def create_private(path: Path) -> int:
    """A new file of mode 0600, open for writing; the caller closes the descriptor.

    Raises FileExistsError.
    """
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def replace_private(path: Path) -> int:
    """A file of mode 0600, empty whatever it was, open for writing; the caller closes it."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def append_lines(path: Path, lines: str) -> None:
    """Add whole lines to a file of mode 0600, on the disk when this returns.

    A line that a kill has cut must not swallow the next one: it stays a line of its own.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        size = file.tell()
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            file.write(b"\n")
        file.write(lines.encode())
        file.flush()
        os.fsync(descriptor)
