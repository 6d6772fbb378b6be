"""Measure one company: `python -m tests.bench.bench_company SCALE`, or `make bench SCALE=1M`."""

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.paths import PROJECT_DIR
from tests.bench.bench_company.deliveries import Deliveries, generated, scale
from tests.bench.bench_company.floor import floor
from tests.bench.bench_company.peers import duckdb_peer, pandas_peer
from tests.bench.bench_company.queries import query_times
from tests.bench.bench_company.sampling import Measured, measured
from tests.bench.bench_company.stages import node_seconds, stages
from tests.bench.bench_identity.processes import in_own_process

_TOLD_NODES = 25
_LEAST_CPU_SECONDS = 0.5
# The figures of a run, as the table has them.
_FIGURES = ("cpu_seconds", "wall_seconds", "peak_mb", "written_mb")


def main() -> None:
    """Deliver, run and measure; print each result as it comes, and a table at the end."""
    parser = argparse.ArgumentParser(prog="bench_company", description=__doc__)
    parser.add_argument("scale", type=scale, help="touchpoints: 100k, 1M, 4M, 10M")
    parser.add_argument("--folder", type=Path, default=PROJECT_DIR / ".cache" / "bench")
    parser.add_argument("--workers", type=int, default=2, help="processes that generate")
    parser.add_argument("--runs-only", action="store_true", help="no floor, peers and queries")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve() / str(arguments.scale)
    folder.mkdir(parents=True, exist_ok=True)
    deliveries = generated(folder, arguments.scale, arguments.workers)
    results = []
    for result in _results(deliveries, folder, arguments.runs_only):
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        results.append(result)
    sys.stdout.write("\n" + _table(results) + "\n")
    former = _another_scale(arguments.folder, arguments.scale)
    if former:
        sys.stdout.write("\n" + _growth(json.loads(former.read_text()), results) + "\n")
    (folder / "results.json").write_text(json.dumps(results))


def _results(deliveries: Deliveries, folder: Path, runs_only: bool) -> Iterator[dict[str, Any]]:
    yield {"what": "machine"} | _machine()
    landing = str(deliveries.landing)
    if not runs_only:
        yield {"what": "floor"} | in_own_process(floor, landing)
        yield {"what": "pandas"} | in_own_process(pandas_peer, landing)
        yield {"what": "DuckDB alone"} | in_own_process(duckdb_peer, landing)
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    for what, files, day in (
        ("first build", deliveries.before, None),
        ("a normal day", deliveries.normal_day, deliveries.normal_date),
        ("a campaign day", deliveries.campaign_day, deliveries.campaign_date),
        ("nothing new", (), None),
        ("everything again", (), None),
    ):
        deliveries.deliver(files, data)
        delivered = sum(file.stat().st_size for file in files)
        run = _run(data, folder, *(["--force"] if what == "everything again" else []))
        yield {
            "what": what,
            "delivered_mb": round(delivered / 1e6, 1),
            **run.whole(),
            **_brought(data, run.looks[0].at, day),
            "stages": stages(run, data),
            "nodes": node_seconds(run, data),
            "files_mb": {
                name: round((data / name).stat().st_size / 1e6, 1)
                for name in ("warehouse.duckdb", "build/cx.duckdb", "published/cx.duckdb")
            },
        }
    if not runs_only:
        yield {"what": "queries"} | query_times(data / "published" / "cx.duckdb")


def _run(data: Path, folder: Path, *options: str) -> Measured:
    environment = {**os.environ, "THROUGHLINE_DATA": str(data)}
    command = [sys.executable, "-m", "orchestration.commands.throughline", "run", *options]
    run = measured(command, environment, folder)
    if run.exit_code:
        raise SystemExit(run.output[-4000:])
    return run


def _brought(data: Path, since: float, day: date | None) -> dict[str, float]:
    """Which share of all delivered rows this run landed, and which of the customers its day."""
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as warehouse:
        ((new, rows),) = warehouse.execute(
            """
            select coalesce(sum(loaded_rows) filter (where committed_at >= make_timestamp(?)), 0),
                sum(loaded_rows)
            from ledger.loads
            """,
            [int(since * 1e6)],
        ).fetchall()
    with duckdb.connect(str(data / "published" / "cx.duckdb"), read_only=True) as cx:
        ((touchpoints, customers, touched),) = cx.execute(
            """
            select count(*), count(distinct customer_key),
                count(distinct customer_key) filter (where cast(occurred_at as date) = ?)
            from marts.fct_touchpoints
            """,
            [day],
        ).fetchall()
    return {
        "touchpoints": touchpoints,
        "new_rows_share": round(new / rows, 4),
        "customers": customers,
        "customers_of_day_share": round(touched / customers, 3),
    }


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    processor = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "code": commit,
    }


def _table(results: list[dict[str, Any]]) -> str:
    """What a person reads first: runs, their stages, and the ratios."""
    runs = {result["what"]: result for result in results if "stages" in result}
    lines = [f"{'':<28}{'CPU-s':>9}{'wall s':>9}{'peak MB':>9}{'written MB':>12}"]
    for what, run in runs.items():
        lines.append(_line(what, run))
        lines += [_line(f"  {name}", stage) for name, stage in run["stages"].items()]
    ground = next((result for result in results if result["what"] == "floor"), None)
    first, again = runs["first build"], runs["everything again"]
    if ground:
        lines += [
            _line("floor", ground),
            f"everything again ÷ floor: {again['cpu_seconds'] / ground['cpu_seconds']:.1f}",
            f"written ÷ delivered, first build: {first['written_mb'] / first['delivered_mb']:.1f}",
        ]
    for day in ("a normal day", "a campaign day"):
        lines.append(
            f"{day} ({runs[day]['new_rows_share']:.1%} of the rows, "
            f"{runs[day]['customers_of_day_share']:.0%} of the customers) ÷ everything again: "
            f"{runs[day]['cpu_seconds'] / again['cpu_seconds']:.2f}"
        )
    for result in results:
        if result["what"] == "queries":
            lines += [
                f"queries, {who}: p50 {times['p50_ms']} ms, p95 {times['p95_ms']} ms"
                for who, times in result.items()
                if who != "what" and "p95_ms" in times
            ]
    heaviest = list(again["nodes"].items())[:_TOLD_NODES]
    lines += ["", "heaviest models and tests of everything again, CPU-s"]
    lines += [f"{seconds:>9.2f}  {name}" for name, seconds in heaviest]
    return "\n".join(lines)


def _line(name: str, used: dict[str, Any]) -> str:
    words = [f"{used[figure]:,.1f}" if figure in used else "" for figure in _FIGURES]
    return f"{name:<28}{words[0]:>9}{words[1]:>9}{words[2]:>9}{words[3]:>12}"


def _another_scale(folder: Path, touchpoints: int) -> Path | None:
    """The results of the nearest smaller company that was measured in this folder."""
    smaller = [
        (int(path.parent.name), path)
        for path in folder.glob("*/results.json")
        if int(path.parent.name) < touchpoints
    ]
    return max(smaller, default=(0, None))[1]


def _growth(small: list[dict[str, Any]], large: list[dict[str, Any]]) -> str:
    """The exponents of growth from a smaller company: what grew faster than the touchpoints."""
    before, after = (
        next(result for result in results if result["what"] == "everything again")
        for results in (small, large)
    )
    ratio = math.log(after["touchpoints"] / before["touchpoints"])

    def exponent(less: float, more: float) -> float:
        return math.log(more / less) / ratio

    lines = [
        f"exponent of growth, {before['touchpoints']:,} to {after['touchpoints']:,} touchpoints",
        f"{exponent(before['cpu_seconds'], after['cpu_seconds']):>9.2f}  everything again",
        f"{exponent(_of_models(before), _of_models(after)):>9.2f}  models",
    ]
    faster = {
        name: exponent(before["nodes"][name], seconds)
        for name, seconds in after["nodes"].items()
        if seconds >= _LEAST_CPU_SECONDS and before["nodes"].get(name, 0) > 0
    }
    lines += [
        f"{value:>9.2f}  {name} ({after['nodes'][name]:.2f} CPU-s)"
        for name, value in sorted(faster.items(), key=lambda item: -item[1])
        if value > 1
    ]
    return "\n".join(lines)


def _of_models(run: dict[str, Any]) -> float:
    return run["stages"]["build: models"]["cpu_seconds"]


if __name__ == "__main__":
    main()
