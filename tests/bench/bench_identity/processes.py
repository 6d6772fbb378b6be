"""Measuring: work in a process of its own, so that its CPU and memory are nobody else's."""

import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any


def in_own_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """What the function returns, called in a new process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=_write_to_stderr) as pool:
        return pool.submit(work, *arguments).result()


def cpu_seconds() -> float:
    """User and system time of this process so far, of all its threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def children_cpu_seconds() -> float:
    """The same of the child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def peak_megabytes() -> int:
    """Most memory that this process ever held; `ru_maxrss` would begin with its parent's."""
    status = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    return int(peak) // 1024


def _write_to_stderr() -> None:
    """DuckDB draws its progress on standard output, which is for the JSON."""
    os.dup2(2, 1)
