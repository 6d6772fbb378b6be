import csv

import pytest

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.sources import training


def test_the_training_of_every_week_and_team_lands(stage, world):
    query = stage("employees", training.write, world(days=60))

    assert query(
        "select min(week_start_date)::varchar, max(week_start_date)::varchar, "
        "count(distinct week_start_date), count(distinct team_key), sum(len(_issues)) "
        "from staging.stg_employees__training_weeks"
    ) == [("2026-01-05", "2026-02-16", 7, 11, 0)]
    # Who has finished a course stays among those who have.
    assert query(
        "select count(*) from (select completed_count < lag(completed_count) over ("
        "partition by team_key, course_name order by week_start_date) as is_less "
        "from staging.stg_employees__training_weeks where course_name != 'Welcome days') "
        "where is_less"
    ) == [(0,)]


def test_only_numbers_of_teams_are_told(world, tmp_path):
    training.write(world(days=60), Delivery(tmp_path))

    paths = sorted((tmp_path / "landing" / "employees").glob("training_*.csv"))
    rows = [row for path in paths for row in csv.DictReader(path.open())]
    assert {tuple(row) for row in rows} == {("Week", "Team", "Course", "Assigned", "Completed")}
    assert all(int(row["Completed"]) <= int(row["Assigned"]) for row in rows)
    small = {row["Course"] for row in rows if int(row["Assigned"]) < 5}
    assert small == {"Welcome days"}


def test_another_chunk_of_customers_has_no_training_of_its_own(world, tmp_path):
    chunk = world(days=20)
    chunk.chunk = 1

    training.write(chunk, Delivery(tmp_path, chunk=1, chunk_count=2))

    assert not list(tmp_path.rglob("training_*"))


@pytest.mark.parametrize("days", [90, 200])
def test_some_weeks_are_corrected_later(world, tmp_path, days):
    training.write(world(days=days), Delivery(tmp_path))

    corrected = list(tmp_path.rglob("training_*_corrected.csv"))
    assert len(corrected) < days / 7 / 4
    assert corrected or days < 100
