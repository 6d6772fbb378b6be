"""Runs dbt inside this process, with its artifacts in the data folder.

In this process, because a dbt child outlives a killed parent and goes on writing without the lock.
Only starting dbt belongs here; what its results mean is the business of the callers.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.results import NodeStatus
from dbt.artifacts.schemas.run import RunExecutionResult, RunResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from orchestration.paths import data_dir, dbt_dir, dbt_project_dir, reference_dir
from orchestration.warehouse.state_files import read_state

# The target of the private database and of the build; no other writes there.
WAREHOUSE = "warehouse"

_FAILED: set[str] = {NodeStatus.Error, NodeStatus.Fail, NodeStatus.RuntimeErr}
# Folders that dbt itself writes below the project folder.
_WRITTEN_BY_DBT = ("target", "logs")
# What definitions and publishing read of a parsed project.
_PARSED = ("manifest.json", "semantic_manifest.json")


class UnparsableProjectError(RuntimeError):
    """A model, macro or YAML file is not what dbt reads; the message says which and where."""


def run_dbt(
    *arguments: str,
    on_event: Callable[[Any], None] | None = None,
    project: Manifest | None = None,
    profiles: Path | None = None,
    artifacts: Path | None = None,
    target: str = WAREHOUSE,
) -> dbtRunnerResult:
    """Run one dbt command quietly.

    Args:
        arguments: The command and its options.
        on_event: Sees every event as it happens.
        project: What `parsed_project` returned; without it dbt parses the project itself.
        profiles: The folder of the `profiles.yml` that says which database is meant, if not the
            warehouse.
        artifacts: Where dbt leaves manifest, results and log, if not where the daily run does.
        target: The target of the profile. The profile's own default is an analyst's.
    """
    artifacts = artifacts or dbt_dir()
    options = [
        # SQL and values stay out of the log.
        *("--quiet", "--no-use-colors", "--log-level-file", "info"),
        *("--project-dir", str(dbt_project_dir())),
        *("--profiles-dir", str(profiles or dbt_project_dir())),
        *("--target", target),
        *("--target-path", str(artifacts)),
        *("--log-path", str(artifacts)),
    ]
    # A relative path in the profile would be looked for in the working directory.
    os.environ["THROUGHLINE_DATA"] = str(data_dir())
    runner = dbtRunner(project, callbacks=[on_event] if on_event else [])
    try:
        return runner.invoke([*arguments, *options])
    finally:
        # The adapter keeps both files open and locked for the next command of this process.
        DuckDBConnectionManager.close_all_connections()


def failures(outcome: dbtRunnerResult) -> list[str]:
    """A sentence per failed node, or why dbt could not begin; empty after a success."""
    if outcome.exception:
        return [str(outcome.exception)]
    return [
        f"{result.node.name}: {result.message}"
        for result in node_results(outcome)
        if result.status in _FAILED
    ]


def node_results(outcome: dbtRunnerResult) -> list[RunResult]:
    """The result of each node of a command that runs nodes; empty for any other command."""
    if not isinstance(outcome.result, RunExecutionResult):
        return []
    return [result for result in outcome.result.results if isinstance(result, RunResult)]


def manifest_path() -> Path:
    """The manifest of the current code, parsed again first if any file of it is newer.

    If dbt can't parse the code, it is that of the code before: landing needs no model, and the
    build says what is wrong with it.
    """
    manifest = dbt_dir() / "manifest.json"
    with _parsing():
        # dbt writes them in place: a kill may have cut them.
        is_whole = all(read_state(dbt_dir() / name) is not None for name in _PARSED)
        if not is_whole or manifest.stat().st_mtime < _last_change():
            try:
                _parse()
            except UnparsableProjectError:
                if not is_whole:
                    raise
    return manifest


def parsed_project() -> Manifest:
    """The project as dbt knows it, for commands on another database than the warehouse."""
    with _parsing():
        return _parse()


def _parse() -> Manifest:
    outcome = run_dbt("parse")
    if not isinstance(outcome.result, Manifest):
        raise UnparsableProjectError(f"dbt cannot parse the project: {outcome.exception}")
    return outcome.result


@contextmanager
def _parsing() -> Iterator[None]:
    """One process at a time: webserver, daemon and a run may all find the manifest stale."""
    dbt_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (dbt_dir() / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def project_files() -> dict[str, Path]:
    """Every file that decides what dbt builds, by its name within project or seeds, in order."""
    written = {dbt_project_dir() / name for name in _WRITTEN_BY_DBT}
    return {
        str(path.relative_to(root.parent)): path
        for root in (dbt_project_dir(), reference_dir())
        for path in sorted(root.rglob("*"))
        if path.is_file() and not written.intersection(path.parents)
    }


def _last_change() -> float:
    files = project_files().values()
    # A folder's own time tells of a file that was removed; dbt itself writes in the topmost.
    folders = {path.parent for path in files} - {dbt_project_dir()}
    return max(path.stat().st_mtime for path in [*files, *folders])
