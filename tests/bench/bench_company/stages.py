"""Which stage, model and test of a run used what, by the times that the run itself noted."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.bench.bench_company.sampling import Measured, moment

BUILD, PUBLISH = "dbt_build", "published__cx"


def stages(run: Measured, data: Path) -> dict[str, dict[str, float]]:
    """What each stage of a run used.

    `models`, `tests` and `seeds` are what dbt does between start and end of each, SQL and its own
    work on the node; `events` is what comes after the last, until Dagster knows of them all.
    """
    steps = dict(_steps(run, data))
    first = min((start for start, _ in steps.values()), default=run.looks[-1].at)
    result = {"start": run.used(run.looks[0].at, first)}
    landing = [times for name, times in steps.items() if name not in (BUILD, PUBLISH)]
    if landing:
        result["landing"] = run.used(
            min(start for start, _ in landing), max(end for _, end in landing)
        )
    if BUILD in steps:
        start, end = steps[BUILD]
        result["build"] = run.used(start, end)
        kinds: dict[str, float] = defaultdict(float)
        last = start
        for _, kind, began, ended in nodes(data, start):
            kinds[kind] += run.cpu_at(ended) - run.cpu_at(began)
            last = max(last, ended)
        result |= {f"build: {kind}s": {"cpu_seconds": round(cpu, 2)} for kind, cpu in kinds.items()}
        if kinds:
            result["build: events"] = run.used(last, end)
    if PUBLISH in steps:
        result["publish"] = run.used(*steps[PUBLISH])
    last = max((end for _, end in steps.values()), default=run.looks[-1].at)
    result["end"] = run.used(last, run.looks[-1].at)
    return result


def node_seconds(run: Measured, data: Path) -> dict[str, float]:
    """CPU-seconds of each model, test and seed that the run built, the longest first."""
    seconds = {
        name.removeprefix(f"{kind}.throughline."): run.cpu_at(ended) - run.cpu_at(began)
        for name, kind, began, ended in nodes(data, run.looks[0].at)
    }
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def nodes(data: Path, since: float) -> Iterator[tuple[str, str, float, float]]:
    """Unique id, kind, start and end of each node that dbt ran after a moment."""
    path = data / "dbt" / "run_results.json"
    if not path.exists():
        return
    for result in json.loads(path.read_text())["results"]:
        times = [
            moment(timing[word])
            for timing in result["timing"]
            for word in ("started_at", "completed_at")
            if timing[word]
        ]
        if times and min(times) >= since:
            unique_id = result["unique_id"]
            yield unique_id, unique_id.split(".")[0], min(times), max(times)


def _steps(run: Measured, data: Path) -> Iterator[tuple[str, tuple[float, float]]]:
    """Start and end of each step of Dagster that ran in this command."""
    times: dict[str, list[float]] = defaultdict(list)
    for log in (data / ".dagster").rglob("*.db"):
        for step, at in _step_times(log):
            if at >= run.looks[0].at:
                times[step].append(at)
    for step, moments in times.items():
        yield step, (min(moments), max(moments))


def _step_times(log: Path) -> list[tuple[str, float]]:
    with closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True)) as connection:
        tables: list[Any] = connection.execute(
            "select name from sqlite_master where name = 'event_logs'"
        ).fetchall()
        if not tables:
            return []
        rows = connection.execute(
            "select step_key, timestamp from event_logs "
            "where dagster_event_type in ('STEP_START', 'STEP_SUCCESS', 'STEP_FAILURE')"
        ).fetchall()
    return [(step, moment(str(at))) for step, at in rows]
