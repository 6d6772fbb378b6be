"""A generated company, landed, built and published by the commands that a person types.

Tests only read it: all of them, in all processes, share one.
"""

import fcntl
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR

SEEN_MODES = "seen_modes.json"
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Company:
    """A data folder after `throughline run`, and what is true of the company in it."""

    data: Path
    output: str

    def truth(self, table: str) -> pd.DataFrame:
        """One truth table of the generated world."""
        return pd.read_parquet(self.data / "truth" / f"{table}.parquet")

    def seen_modes(self) -> dict[str, int]:
        """What was ever allowed on each path of the data folder while the run went on."""
        return json.loads((self.data / SEEN_MODES).read_text())

    def published(self, sql: str) -> pd.DataFrame:
        """A query on the published file, as a BI tool asks it."""
        with duckdb.connect(str(self.data / "published" / "cx.duckdb"), read_only=True) as cx:
            return cx.execute(sql).df()

    def warehouse(self, sql: str) -> pd.DataFrame:
        """A query on the private warehouse."""
        with duckdb.connect(str(self.data / "warehouse.duckdb"), read_only=True) as warehouse:
            return warehouse.execute(sql).df()

    def copied(self, folder: Path) -> "Company":
        """The whole data folder again, for a test that writes into it."""
        shutil.copytree(self.data, folder, symlinks=True)
        return Company(folder, self.output)

    def copy_databases(self, folder: Path) -> None:
        """Both databases in a data folder of its own: dbt locks what it opens, and writes there."""
        for database in ("warehouse.duckdb", "build/cx.duckdb"):
            copy = folder / database
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.data / database, copy)

    def run_results(self) -> dict:
        """What dbt says of each node of the last build, by its unique id."""
        results = json.loads((self.data / "dbt" / "run_results.json").read_text())["results"]
        return {result["unique_id"]: result for result in results}

    def compiled_tables(self, *between: str) -> dict[str, tuple[str, str]]:
        """Relation and query of each table that the last build made anew in SQL, parents first.

        What is kept from run to run, computed in Python, or found by a loop is not among them.
        Between the first and the others: only what reads the one, a model or a source, and leads to
        the others.
        """
        manifest, queries = self.manifest(), self.run_results()
        nodes = manifest["nodes"]
        if between:
            first, *others = between
            starts = {
                key
                for key in manifest["child_map"]
                if key == f"model.throughline.{first}"
                or key.startswith(f"source.throughline.{first}.")
            }
            others = [f"model.throughline.{name}" for name in others]
            readers = _reached(starts, manifest["child_map"])
            wanted = readers & _reached(others, manifest["parent_map"])
            nodes = {key: node for key, node in nodes.items() if key in wanted}
        models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
        order = TopologicalSorter(
            {key: models.keys() & node["depends_on"]["nodes"] for key, node in models.items()}
        )
        return {
            models[key]["name"]: (models[key]["relation_name"], queries[key]["compiled_code"])
            for key in order.static_order()
            if models[key]["language"] == "sql"
            and models[key]["config"]["materialized"] in ("table", "kept")
        }

    def manifest(self) -> dict:
        """What dbt knows of the project."""
        return json.loads((self.data / "dbt" / "manifest.json").read_text())


def _reached(starts: Iterable[str], edges: Mapping[str, list[str]]) -> set[str]:
    """Everything that the edges lead to, the starts among it."""
    found: set[str] = set()
    frontier = set(starts)
    while frontier:
        found |= frontier
        frontier = {after for node in frontier for after in edges.get(node, [])} - found
    return found


def opened(folder: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Both databases of a data folder, as a run has them."""
    access = "read_only" if read_only else "read_write"
    connection = duckdb.connect(str(folder / "warehouse.duckdb"), read_only=read_only)
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach '{folder / 'build' / 'cx.duckdb'}' as cx ({access})")
    return connection


def refill(connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]]) -> None:
    """Build tables again, each from its query."""
    for relation, query in tables:
        connection.execute(f"truncate {relation}")
        connection.execute(f"insert into {relation} by name {query}")


def run_command(data: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run a module of the project on a data folder."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, "THROUGHLINE_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


def run_dbt(
    data: Path, *arguments: str, artifacts: Path | None = None
) -> subprocess.CompletedProcess:
    """Run a command of dbt on the databases of a data folder; what dbt writes lies in `dbt`."""
    artifacts = artifacts or data / "dbt"
    return run_command(
        data,
        *("dbt.cli.main", "--quiet", *arguments),
        *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
        *("--target-path", str(artifacts), "--log-path", str(artifacts)),
    )


@contextmanager
def watched_modes(folder: Path) -> Iterator[dict[str, int]]:
    """All bits of permission that each file and folder below `folder` had during the block."""
    modes: dict[str, int] = {}
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_SECONDS_BETWEEN_LOOKS):
            # Unlike rglob, it passes over what goes away meanwhile.
            for parent, _, files in os.walk(folder):
                for path in (Path(parent), *(Path(parent, file) for file in files)):
                    with suppress(FileNotFoundError):
                        if not path.is_symlink():
                            name = str(path.relative_to(folder))
                            modes[name] = modes.get(name, 0) | stat.S_IMODE(path.stat().st_mode)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield modes
    finally:
        ended.set()
        watcher.join()


def shared_company(folder: Path, customers: int, days: int) -> Company:
    """The company of whoever comes first; the others wait until it is there."""
    return Company(
        *built_once(folder, "company", lambda data: generate_and_run(data, customers, days).output)
    )


def built_once(folder: Path, name: str, build: Callable[[Path], str]) -> tuple[Path, str]:
    """A data folder and what its build said: whoever comes first builds, the others wait."""
    data, told = folder / name, folder / f"{name}.txt"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            shutil.rmtree(data, ignore_errors=True)
            told.write_text(build(data))
    return data, told.read_text()


def generate_and_run(data: Path, customers: int, days: int) -> Company:
    """Generate a world of this size, then land, build and publish it."""
    generated = run_command(
        data,
        "orchestration.sample_world",
        *("--customers", str(customers), "--days", str(days), "--seed", "1", "--out", str(data)),
    )
    assert generated.returncode == 0, generated.stderr

    with watched_modes(data) as modes:
        ran = run_command(data, "orchestration.commands.throughline", "run")

    (data / SEEN_MODES).write_text(json.dumps(modes))
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return Company(data, ran.stdout)
