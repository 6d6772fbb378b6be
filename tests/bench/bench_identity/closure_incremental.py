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


def add_new_links(path: Path) -> None:
    """The next load arrives."""
    with graphs.connect(path) as connection:
        connection.execute("insert into links select * from new_links").fetchall()


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Build, run again, add, run again; and all at once from nothing."""
    size = max(arguments.identifiers)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "grown.duckdb"
        in_own_process(graphs.write_links, path, size)
        in_own_process(graphs.resolve, path)
        unchanged = in_own_process(graphs.resolve, path)
        in_own_process(add_new_links, path)
        whole = shutil.copyfile(path, Path(scratch) / "whole.duckdb")
        incremental = in_own_process(graphs.resolve, path)
        full = in_own_process(graphs.resolve, whole, "--full-refresh")
    return {
        "identifiers": size,
        "full": full,
        "incremental": incremental,
        "nothing_new": unchanged,
        "full_over_incremental": round(full["cpu_seconds"] / incremental["cpu_seconds"], 1),
        "same_result": full["checksum"] == incremental["checksum"],
    }
