"""An analyst adds a journey: rows in the seeds, and no SQL."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest

from orchestration.paths import DBT_PROJECT_DIR, REFERENCE_DIR
from orchestration.reference_seeds import check_seeds

NEW_ROWS = {
    "journey_types.csv": (
        "feedback,Give feedback,Tell how it was,customer,Voice of customer,Marketing,"
        "10,10,30,72,loyal,8"
    ),
    "journey_events.csv": (
        "feedback,start,survey_invited,false,outcome_slug,!=,bounced,invite,1\n"
        "feedback,reach,survey_answered,false,outcome_slug,=,completed,answer,2\n"
        "feedback,fail,email_unsubscribed,false,,,,leave,3"
    ),
}


@pytest.fixture(scope="module")
def analysts_copy(company, tmp_path_factory):
    """A copy of the project and its seeds, with a journey more, built on a copy of the data."""
    folder = tmp_path_factory.mktemp("analyst")
    shutil.copytree(
        DBT_PROJECT_DIR, folder / "dbt_project", ignore=shutil.ignore_patterns("target", "logs")
    )
    seeds = shutil.copytree(REFERENCE_DIR, folder / "seeds" / "reference")
    data = folder / "data"
    company.copy_databases(data)
    for name, rows in NEW_ROWS.items():
        with (seeds / "journeys" / name).open("a") as seed:
            seed.write(rows + "\n")
    check_seeds(seeds)
    built = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "build"),
            *("--select", "journey_types", "journey_events"),
            *("int_journeys__candidates+1", "int_journeys__steps", "int_journeys__step_facts+1"),
            *("fct_journeys", "journey_variants"),
            *("--exclude", "resource_type:test", "resource_type:unit_test"),
            *("--profiles-dir", str(folder / "dbt_project"), "--target", "warehouse"),
        ],
        cwd=folder / "dbt_project",
        env={
            **os.environ,
            "THROUGHLINE_DATA": str(data),
            "PYTHONPATH": str(DBT_PROJECT_DIR.parent),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-2000:]
    with duckdb.connect(str(data / "build" / "cx.duckdb"), read_only=True) as cx:
        yield cx


def test_a_journey_added_to_the_seeds_is_found(company, analysts_copy):
    outcomes = dict(
        analysts_copy.execute(
            "select outcome_slug, count(*) from marts.fct_journeys "
            "where journey_slug = 'feedback' group by outcome_slug"
        ).fetchall()
    )

    assert outcomes["reached"] > 50
    assert outcomes["abandoned"] > 50
    assert company.published(
        "select count(*) as journeys from marts.fct_journeys where journey_slug = 'feedback'"
    ).journeys.tolist() == [0]


def test_it_changes_no_other_journey(company, analysts_copy):
    query = (
        "select md5(string_agg(journey_key || outcome_slug || coalesce(repeat_of_journey_key, ''), "
        "'' order by journey_key)) as fingerprint "
        "from marts.fct_journeys where journey_slug != 'feedback'"
    )

    (theirs,) = analysts_copy.execute(query).fetchall()[0]

    assert company.published(query).fingerprint.tolist() == [theirs]


def test_its_variants_start_where_it_starts(analysts_copy):
    ((variant, journeys),) = analysts_copy.execute(
        "select variant, journey_count from marts.journey_variants "
        "where journey_slug = 'feedback' and variant_rank = 1"
    ).fetchall()

    assert variant.startswith("survey_invited")
    assert journeys > 50
