"""The twenty queries of a dashboard on the published file of the generated company."""

import threading
import time
from pathlib import Path

import duckdb
import numpy as np

from tests.bench.bench_queries import QUERIES, asked, parameters_of

_TURNS = 5
_USERS = 10


def query_times(path: Path) -> dict[str, dict[str, float]]:
    """Milliseconds: each query on a connection of its own, and as ten users ask at once."""
    with duckdb.connect(str(path), read_only=True) as cx:
        parameters = parameters_of(cx)

    def connected(name: str) -> float:
        start = time.perf_counter()
        with duckdb.connect(str(path), read_only=True) as cx:
            asked(cx, name, parameters)
        return (time.perf_counter() - start) * 1000

    alone = {name: [connected(name) for _ in range(_TURNS)] for name in QUERIES}
    at_once: list[float] = []

    def user(number: int) -> None:
        # Each begins at another query.
        names = [*QUERIES][number:] + [*QUERIES][:number]
        at_once.extend(connected(name) for name in names)

    users = [threading.Thread(target=user, args=(number,)) for number in range(_USERS)]
    for thread in users:
        thread.start()
    for thread in users:
        thread.join()
    everything = np.concatenate([*map(np.array, alone.values())])
    medians = {name: round(float(np.median(times)), 1) for name, times in alone.items()}
    return {
        "one user": _summary(everything),
        "ten users at once": _summary(np.array(at_once)),
        "medians": dict(sorted(medians.items(), key=lambda item: -item[1])),
    }


def _summary(milliseconds: np.ndarray) -> dict[str, float]:
    return {
        "p50_ms": round(float(np.percentile(milliseconds, 50)), 1),
        "p95_ms": round(float(np.percentile(milliseconds, 95)), 1),
        "slowest_ms": round(float(milliseconds.max()), 1),
    }
