"""What a person who runs the warehouse counts on, shown on the generated company."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.company import SEEN_MODES, run_command


def published_versions(company):
    return sorted(path.name for path in (company.data / "published" / "versions").iterdir())


def test_a_second_run_with_nothing_new_changes_nothing(company, tmp_path):
    copy = company.copied(tmp_path / "company")
    before = published_versions(copy)

    ran = run_command(copy.data, "orchestration.commands.throughline", "run")

    assert ran.returncode == 0, ran.stderr
    assert "Nothing new" in ran.stdout
    assert published_versions(copy) == before


def test_a_run_ends_with_the_scoreboard_and_the_published_file(company):
    assert str(company.data / "published" / "cx.duckdb") in company.output
    for section in ("Customers", "Touchpoints", "Orders", "Journeys", "Experience", "Rejected"):
        assert f"\n{section}" in company.output


def test_what_a_run_writes_is_for_its_own_user_alone_unless_it_is_published(company):
    modes = company.seen_modes()

    assert modes.pop(".") == 0o711
    assert any(name.endswith(".wal") for name in modes)
    assert any(name.startswith("published/versions/1.tmp") for name in modes)
    open_to_others = {
        name: oct(mode)
        for name, mode in modes.items()
        if mode & 0o077 and not name.startswith("published")
    }
    assert not open_to_others
    assert modes["published/versions/1.tmp"] == 0o700
    assert {modes["published"], modes["published/versions"]} == {0o755}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_of_the_machine_reads_what_is_published_and_nothing_else(company):
    with tempfile.TemporaryDirectory() as folder:
        # Tests lie in a folder that nobody else may enter.
        Path(folder).chmod(0o711)
        data = Path(folder) / "data"
        shutil.copytree(company.data, data, symlinks=True, copy_function=os.link)

        files = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
        # The test itself wrote it.
        files.remove(SEEN_MODES)
        readable = set(_readable_to_another_user(data, sorted(files | {"."})))

        assert readable == {name for name in files if name.startswith("published/")}


def _readable_to_another_user(folder: Path, names: list[str]) -> list[str]:
    """The files that `nobody` can read, and the folders that it can list: the system says so."""
    loop = 'while IFS= read -r name; do test -r "$name" && echo "$name"; done; true'
    test = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", loop],
        input="\n".join(names) + "\n",
        cwd=folder,
        user="nobody",
        group="nogroup",
        extra_groups=[],
        capture_output=True,
        text=True,
        check=True,
    )
    return test.stdout.splitlines()


def test_the_secret_of_keys_is_in_nothing_that_dbt_writes(company):
    secret = os.environ["THROUGHLINE_KEY_SECRET"].encode()

    files = [path for path in (company.data / "dbt").rglob("*") if path.is_file()]

    assert any(path.name == "int_identity__customer_keys.sql" for path in files)
    assert not [path.name for path in files if secret in path.read_bytes()]


@pytest.mark.slow
def test_the_archive_alone_gives_the_same_marts(company, tmp_path):
    copy = company.copied(tmp_path / "company")
    shutil.rmtree(copy.data / "landing")
    first = copy.data / "published" / "versions" / "1" / "parquet"

    ran = run_command(copy.data, "orchestration.commands.throughline", "rebuild")

    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    rebuilt = copy.data / "published" / "current" / "parquet"
    marts = {file.name: file.read_bytes() for file in first.iterdir()}
    assert marts
    assert {file.name: file.read_bytes() for file in rebuilt.iterdir()} == marts
