"""An analyst's own copies of both databases, as the last finished run left them.

A plain `dbt build` works in them: it needs no lock and touches nothing published. Callers hold
`warehouse_lock` while the copies are made. What a copy without personal data leaves out is in
`publishing.impersonal`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from orchestration.paths import (
    PROJECT_DIR,
    data_dir,
    dbt_dir,
    dbt_project_dir,
    dev_dir,
    public_build_path,
    published_path,
    warehouse_path,
)
from orchestration.warehouse.connections import SETTINGS

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
# What `--state` compares with: the project as the last run built it.
_STATE = "state"


class NothingBuiltError(Exception):
    """There is no warehouse to copy yet."""


class ParseError(Exception):
    """The project, as it lies there, is not what dbt reads."""


def copy_for_development() -> list[Path]:
    """Replace both copies; an open session of the analyst keeps its old files."""
    assert_something_is_built()
    dev_dir().mkdir(parents=True, exist_ok=True)
    dev_dir().chmod(_PRIVATE_FOLDER)
    copies = []
    for original in (warehouse_path(), public_build_path()):
        # A file copied before its checkpoint lacks committed rows.
        with duckdb.connect(str(original), config=SETTINGS) as connection:
            connection.execute("checkpoint")
        copy = dev_dir() / original.name
        new = copy.with_suffix(".new")
        shutil.copyfile(original, new)
        new.chmod(_PRIVATE_FILE)
        # The log of the file that goes would be replayed into the one that comes.
        copy.with_name(copy.name + ".wal").unlink(missing_ok=True)
        new.replace(copy)
        copies.append(copy)
    _copy_manifest(dev_dir() / _STATE)
    return copies


def assert_something_is_built() -> None:
    """Raise unless both databases are there."""
    if not all(path.exists() for path in (warehouse_path(), public_build_path())):
        raise NothingBuiltError("nothing is built yet: `throughline run` does it")


def assert_something_is_published() -> None:
    """Raise unless readers have a version."""
    if not published_path().exists():
        raise NothingBuiltError("nothing is published yet: `throughline run` does it")


def parse_for_development() -> None:
    """Let dbt remember the project where its next command, typed in `dbt_project/`, looks.

    Its memory holds for one environment, so this is a process with just what `environment` says.
    """
    parsed = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--quiet", "--no-use-colors", "parse"],
        cwd=dbt_project_dir(),
        env=_inherited() | environment(data_dir()),
        capture_output=True,
        text=True,
        check=False,
    )
    if parsed.returncode:
        raise ParseError(f"dbt cannot parse the project:\n{parsed.stdout.strip()}")


def environment(data: Path) -> dict[str, str]:
    """What an analyst's shell has to say: nothing, where the data folder is the usual one."""
    return {} if data == PROJECT_DIR / "data" else {"THROUGHLINE_DATA": str(data)}


def what_to_type(data: Path) -> str:
    """How an analyst goes on from here."""
    exports = [f"export {name}={value}" for name, value in environment(data).items()]
    state = data / "dev" / _STATE
    if state.is_relative_to(PROJECT_DIR) and dbt_project_dir().parent == PROJECT_DIR:
        state = Path("..") / state.relative_to(PROJECT_DIR)
    commands = [
        f"cd {dbt_project_dir()}",
        *exports,
        "# A model and what reads it; look at it; then whatever you have changed.",
        "dbt build --select journey_paths+",
        "dbt show --select journey_paths --limit 20",
        f"dbt build --select state:modified+ --state {state}",
    ]
    return "\n".join(
        [
            "Now, with the environment active (`source .venv/bin/activate`):",
            *(f"    {command}" for command in commands),
            "Everything goes into these copies; what is published stays as it is.",
        ]
    )


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "THROUGHLINE_DATA"}


def _copy_manifest(folder: Path) -> None:
    manifest = dbt_dir() / "manifest.json"
    if manifest.exists():
        folder.mkdir(exist_ok=True, mode=_PRIVATE_FOLDER)
        shutil.copyfile(manifest, folder / manifest.name)
