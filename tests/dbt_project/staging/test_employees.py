import openpyxl

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.sources import employees


def test_the_pulse_of_every_week_and_team_lands(stage, world):
    query = stage("employees", employees.write, world(days=60))

    weeks = query(
        "select min(week_start_date)::varchar, max(week_start_date)::varchar,"
        " count(distinct week_start_date), count(*), count(distinct team_key), sum(len(_issues))"
        " from staging.stg_employees__pulse_weeks"
    )
    # The week of the last Monday is not over.
    assert weeks == [("2026-01-05", "2026-02-16", 7, 77, 11, 0)]
    (counts,) = query(
        "select count(distinct answer), min(answer_count) >= 0, "
        "count(distinct question) from staging.stg_employees__pulse_counts"
    )
    assert counts == (5, True, 2)


def test_merged_cells_name_questions_and_weeks(world, tmp_path):
    employees.write(world(days=20), Delivery(tmp_path))

    path = min((tmp_path / "landing" / "employees").glob("*.xlsx"))
    sheet = openpyxl.load_workbook(path)["Pulse"]
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A1:A2", "D1:H1", "I1:M1", "A3:A13"} <= merged
    assert sheet["D1"].value == "How did the week go?"
    assert sheet["A3"].value == "2026-W02"


def test_the_same_pulse_is_the_same_bytes(world, tmp_path):
    for name in ("one", "other"):
        employees.write(world(days=20), Delivery(tmp_path / name))

    (one, other) = (sorted((tmp_path / name).rglob("*.xlsx")) for name in ("one", "other"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
    assert one


def test_another_chunk_of_customers_has_no_pulse_of_its_own(world, tmp_path):
    chunk = world(days=20)
    chunk.chunk = 1

    employees.write(chunk, Delivery(tmp_path, chunk=1, chunk_count=2))

    assert not list(tmp_path.rglob("*.xlsx"))
