"""What a person who runs the warehouse counts on, shown on the generated company."""

import shutil

import pytest

from tests.company import run_command


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
