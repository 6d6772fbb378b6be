"""One per cent of new links on a resolved graph: what a run costs beside a full one."""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.bench_identity import graphs
from tests.bench.bench_identity.processes import in_own_process


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """The size is `closure`'s."""


def add_links(path: Path, table: str) -> None:
    """The next load arrives."""
    with graphs.connect(path) as connection:
        connection.execute(f"insert into links select * from {table}").fetchall()


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Build, run again, add, run again; and all at once from nothing."""
    size = max(arguments.identifiers)
    with tempfile.TemporaryDirectory() as scratch:
        built = Path(scratch) / "built.duckdb"
        in_own_process(graphs.write_links, built, size)
        in_own_process(graphs.resolve, built)
        figures = {"identifiers": size, "nothing_new": in_own_process(graphs.resolve, built)}
        for table in ("next_links", "random_links"):
            path = shutil.copyfile(built, Path(scratch) / "grown.duckdb")
            in_own_process(add_links, path, table)
            incremental = in_own_process(graphs.resolve, path)
            full = in_own_process(graphs.resolve, path, "--full-refresh")
            path.unlink()
            figures[table] = {
                "incremental": incremental,
                "full": full,
                "full_over_incremental": round(full["cpu_seconds"] / incremental["cpu_seconds"], 1),
                "same_result": full["checksum"] == incremental["checksum"],
            }
    return figures
