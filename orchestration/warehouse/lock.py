"""One writer at a time: the process that writes the warehouse holds `warehouse.lock`.

The kernel releases the lock when its holder dies, however it dies. Opening the database doesn't
belong here.
"""

import fcntl
import os
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.paths import data_dir

_POLL_SECONDS = 0.2

_within_process = threading.RLock()
_depths: dict[Path, int] = {}


class WarehouseLockedError(RuntimeError):
    """Another process is writing; the message says which."""


@contextmanager
def warehouse_lock(timeout_seconds: float = 0, path: Path | None = None) -> Iterator[None]:
    """Hold the right to write the warehouse; wait for it at most `timeout_seconds`.

    A block within a block of the same thread is fine: a job holds the lock for its whole run and
    calls functions that take it too. Raises WarehouseLockedError naming the holder.
    """
    path = (path or data_dir() / "warehouse.lock").resolve()
    with _within_process:
        if _depths.get(path):
            _depths[path] += 1
            try:
                yield
            finally:
                _depths[path] -= 1
            return
        descriptor = _acquire(path, timeout_seconds)
        _depths[path] = 1
        try:
            yield
        finally:
            _depths[path] = 0
            # The file stays: removing it would let two processes lock two files of one name.
            os.ftruncate(descriptor, 0)
            os.close(descriptor)


def _acquire(path: Path, timeout_seconds: float) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = os.pread(descriptor, 4096, 0).decode(errors="replace").strip()
                os.close(descriptor)
                raise WarehouseLockedError(
                    f"The warehouse is being written by {holder or 'another process'}. "
                    "Wait until it has finished, or end it, and run this again."
                ) from None
            time.sleep(_POLL_SECONDS)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()} ({shlex.join(_command())})".encode(), 0)
    return descriptor


def _command() -> list[str]:
    """The command of this process; a request about a person without what names the person."""
    words = sys.orig_argv
    return words[: words.index("privacy") + 2] if "privacy" in words else words
