import csv

import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.sources import surveys

# The writer's own additions: second thoughts, staff, paper forms.
OURS = "response_id like 'R_0%'"


def times(start, count, step_minutes=30):
    return (
        np.datetime64(start, "ms") + np.arange(count) * np.timedelta64(step_minutes, "m")
    ).astype("datetime64[ms]")


@pytest.fixture
def surveyed(world):
    """Four hundred NPS forms, and as many support forms with two questions each."""
    count = 400
    persons = np.arange(count)
    support = np.repeat(np.arange(count, 2 * count), 2)
    answered = np.array(["complete", "complete", "partial", "unanswered", "test"], dtype=object)
    status = answered[np.arange(count) % 5]
    answered_at = pd.Series(times("2026-01-06T08:00", count)).where(status != "unanswered")
    is_scored = np.isin(status, ("complete", "partial", "test"))
    return world(
        persons={
            "person": persons,
            "given_name": np.array(["Zoë"] * count, dtype=object),
            "surname": np.array(["Łuczak"] * count, dtype=object),
            "email": np.array([f"Person{n}@x.example" for n in persons], dtype=object),
            "new_email": np.array([None] * count, dtype=object),
            "account": np.where(persons % 2 == 0, persons, -1),
            "account_at": np.full(count, np.datetime64("2025-06-01", "ms")),
            "language": np.array(["pl"] * count, dtype=object),
        },
        cases={
            "case": persons,
            "person": persons,
            "channel": np.array(["chat"] * count, dtype=object),
            "reason": np.array(["defect"] * count, dtype=object),
        },
        responses={
            "response": np.arange(3 * count),
            "person": np.concatenate([persons, np.repeat(persons, 2)]),
            "program": np.array(
                ["relational_nps"] * count + ["support_csat", "support_ces"] * count, dtype=object
            ),
            "metric": np.array(["nps"] * count + ["csat", "ces"] * count, dtype=object),
            "score": np.concatenate(
                [np.where(is_scored, persons % 11, np.nan), np.tile([4.0, 6.0], count)]
            ),
            "at": np.concatenate([answered_at, np.repeat(times("2026-01-08T08:00", count), 2)]),
            "invited_at": np.full(3 * count, np.datetime64("2026-01-05T09:00", "ms")),
            "invitation": np.concatenate([persons, support]),
            "case": np.concatenate([np.full(count, -1), np.repeat(persons, 2)]),
            "language": np.array(["pl"] * 3 * count, dtype=object),
            "text": np.array(["Szybko, miło. Adres: ul. Prosta 1"] * 3 * count, dtype=object),
            "status": np.concatenate([status, np.full(2 * count, "complete", dtype=object)]),
            "is_delivered": np.full(3 * count, True),
        },
    )


def test_responses_land_as_they_were_answered(stage, surveyed):
    query = stage("surveys", surveys.write, surveyed)

    responses = query(
        "select program_slug, is_finished, is_test, count(*) from staging.stg_surveys__responses "
        f"where {OURS} group by all order by all"
    )
    assert responses == [
        ("relational", False, False, 80),
        ("relational", True, False, 160),
        ("relational", True, True, 80),
        ("support", True, False, 400),
    ]
    (scores,) = query(
        "select sum(try_cast(answer as int)) filter (question = 'nps'),"
        " sum(try_cast(answer as int)) filter (question = 'satisfaction'),"
        " max(try_cast(answer as int)) filter (question = 'effort'),"
        " count(*) filter (question = 'renewal_likelihood' and program_slug = 'support')"
        f" from staging.stg_surveys__answers where {OURS}"
    )
    frame = surveyed.responses
    nps = frame.loc[frame["metric"] == "nps", "score"].sum()
    # Six points of ease are two of effort: 7 is the worst there.
    assert scores == (nps, 1600, 2, 0)


def test_three_header_rows_and_line_breaks_cost_no_response(stage, surveyed):
    query = stage("surveys", surveys.write, surveyed)

    (comments,) = query(
        "select count(*) filter (contains(comment_text, chr(10))), count(*) filter (comment_text "
        "like '%Prosta 1'), count(*), count(*) filter (given_name = 'Zoë'), sum(len(_issues)) "
        f"from staging.stg_surveys__responses where {OURS} and program_slug = 'support'"
    )
    assert comments[0] > 100
    assert comments[1:] == (400, 400, 400, 0)
    headers = query(
        "select count(*) from raw_surveys.responses "
        'where "ResponseId" in (\'ResponseId\', \'{"ImportId":"_recordId"}\')'
    )
    assert headers == [(0,)]


def test_a_survey_exports_the_columns_of_its_own_questions(surveyed, tmp_path):
    surveys.write(surveyed, Delivery(tmp_path))

    def headers(survey):
        path = min((tmp_path / "landing" / "surveys").glob(f"responses_{survey}_*.csv"))
        assert path.read_bytes().startswith("\ufeff".encode())
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            return next(rows), next(rows), next(rows)

    names, texts, import_ids = headers("support")
    assert {"satisfaction", "effort"} <= set(names)
    assert "nps" not in names
    assert any("\n" in text for text in texts)
    assert import_ids[0] == '{"ImportId":"startDate","timeZone":"Etc/UTC"}'
    assert {"nps", "items_5", "topics_1"} <= set(headers("relational")[0])


def test_reminders_repeat_their_invitation(stage, surveyed):
    query = stage("surveys", surveys.write, surveyed)

    messages = query(
        "select is_reminder, count(*), count(distinct (invitation_distribution_id, contact_id)),"
        " count(*) filter (invitation_distribution_id = distribution_id)"
        " from staging.stg_surveys__invitation_messages group by all order by all"
    )
    assert messages[0] == (False, 800, 800, 800)
    assert messages[1][0] is True
    assert messages[1][3] == 0
    links = query(
        "select count(*), count(distinct response_id)"
        " from staging.stg_surveys__invitation_messages where response_id is not null"
    )
    # All but the unanswered and the previews.
    assert links == [(640, 640)]


def test_the_contact_is_known_by_account_else_by_address(stage, surveyed):
    query = stage("surveys", surveys.write, surveyed)

    ids = query(
        "select distinct source_profile_id from staging.stg_surveys__invitation_messages "
        "where contact_id in ('CID_000000000002', 'CID_000000000003') order by all"
    )
    assert ids == [("A0000002",), ("person3@x.example",)]
