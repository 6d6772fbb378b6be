"""A data folder that the version before made builds with this one, and keeps what it knew."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.paths import PROJECT_DIR

# The last version, or where there is none yet, a commit of some time ago.
VERSION_BEFORE = "994f7a157fd47ef8b80f50e298e3ca2bc8792d48"
CUSTOMERS, DAYS = "1200", "90"


def run_in(code: Path, data: Path, *words: str) -> str:
    """A command of the code in one folder, on the data in another."""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", *words],
        cwd=code,
        env=os.environ | {"THROUGHLINE_DATA": str(data), "PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return ran.stdout


@pytest.fixture(scope="module")
def code_before(tmp_path_factory):
    """The project as it was."""
    git = shutil.which("git")
    if git is None or not (PROJECT_DIR / ".git").exists():
        pytest.skip("this is no repository")
    archive = tmp_path_factory.mktemp("before")
    packed = subprocess.run(  # noqa: S603
        [git, "-C", PROJECT_DIR, "archive", VERSION_BEFORE], capture_output=True, check=False
    )
    if packed.returncode:
        pytest.skip(f"the repository does not reach back to {VERSION_BEFORE}")
    subprocess.run(  # noqa: S603
        ["tar", "-x", "-C", archive],  # noqa: S607
        input=packed.stdout,
        check=True,
    )
    return archive


def published(data, query):
    with duckdb.connect(str(data / "published" / "cx.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_a_data_folder_of_the_version_before_builds_with_this_one(code_before, tmp_path):
    data = tmp_path / "data"
    world = ("--customers", CUSTOMERS, "--days", DAYS, "--seed", "1", "--out", str(data))
    run_in(code_before, data, "orchestration.sample_world", *world)
    run_in(code_before, data, "orchestration.commands.throughline", "run")
    keys = "select customer_key from marts.dim_customers order by all"
    before = published(data, keys)

    run_in(PROJECT_DIR, data, "orchestration.commands.throughline", "run")

    assert (data / "published" / "versions" / "2").is_dir()
    # Who was known is known by the same key, or redirected.
    known = "select customer_key from marts.dim_customers union all "
    known += "select customer_key from marts.customer_key_redirects"
    assert {key for (key,) in before} - {key for (key,) in published(data, known)} == set()
    lost = "select sum(abs(difference)) from marts.data_reconciliation"
    assert published(data, lost) == [(0,)]
