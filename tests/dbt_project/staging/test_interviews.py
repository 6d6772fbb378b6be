import json

import numpy as np
import pytest

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.sources import interviews


@pytest.fixture
def talkers(world):
    """Four customers over a year: three whom the CRM knows, and one with an address only."""
    return world(
        days=360,
        persons={
            "person": [0, 1, 2, 3],
            "given_name": ["Ann", "Bo", "Cy", "Di"],
            "surname": ["Lee", "Ray", "Fox", "Orr"],
            "email": ["ann@mail.example", "bo@mail.example", "cy@mail.example", "di@mail.example"],
            "language": ["en", "pl", "zh", "de"],
            "first_at": np.full(4, np.datetime64("2025-06-01", "ms")),
            "is_in_crm": [True, True, True, False],
        },
    )


def documents(folder):
    """Every exported document, in order of its file."""
    exported = []
    for path in sorted((folder / "landing" / "interviews").glob("*.json")):
        exported += json.loads(path.read_text())["interviews"]
    return exported


def test_every_interview_lands_with_its_participants_and_turns(stage, talkers, tmp_path):
    query = stage("interviews", interviews.write, talkers)
    # What landed has left its folder.
    interviews.write(talkers, Delivery(tmp_path / "again"))
    last = {document["id"]: document for document in documents(tmp_path / "again")}
    turns = sum(len(document["transcript"]) for document in last.values())

    assert query("select count(*), sum(len(_issues)) from staging.stg_interviews__interviews") == [
        (len(last), 0)
    ]
    assert query(
        "select participant_role, count(*), sum(len(_issues)) "
        "from staging.stg_interviews__participants group by all order by all"
    ) == [("customer", len(last), 0), ("interviewer", len(last), 0)]
    assert query("select count(*), sum(len(_issues)) from staging.stg_interviews__turns") == [
        (turns, 0)
    ]
    assert {status for (status,) in query(
        "select distinct interview_status from staging.stg_interviews__interviews"
    )} == {"held", "no_show", "cancelled"}  # fmt: skip


def test_a_few_customers_a_month_are_asked_on_working_days(talkers, tmp_path):
    interviews.write(talkers, Delivery(tmp_path, end=talkers.end))

    dates = np.array(sorted({document["scheduled_at"][:10] for document in documents(tmp_path)}),
                     dtype="datetime64[D]")  # fmt: skip
    assert 3 * 12 <= len(dates) <= 9 * 12
    assert np.is_busday(dates).all()


def test_documents_have_the_oddities_of_a_research_tool(talkers, tmp_path):
    interviews.write(talkers, Delivery(tmp_path, end=talkers.end))
    exported = documents(tmp_path)
    turns = [turn for document in exported for turn in document["transcript"]]
    customers = [document["participants"][1] for document in exported]

    ids = [document["id"] for document in exported]
    assert len(set(ids)) < len(ids), "a corrected document comes again"
    assert any(turn["speaker"] is None for turn in turns)
    assert any(
        after["start"] < before["end"]
        for document in exported
        for before, after in zip(document["transcript"], document["transcript"][1:], strict=False)
    )
    assert any(
        document["status"] == "completed" and not document["transcript"] for document in exported
    )
    assert any(customer["email"] is None and customer["crm_id"] is None for customer in customers)
    assert any(customer["email"] and customer["crm_id"] for customer in customers)
    assert any(
        customer["name"] in turn["text"]
        for document, customer in zip(exported, customers, strict=True)
        for turn in document["transcript"]
    ), "people say their names"
    assert not any(
        document["transcript"] for document in exported if document["status"] != "completed"
    )


def test_an_odd_document_is_staged_and_listed(talkers, stage, tmp_path):
    interviews.write(talkers, Delivery(tmp_path, end=talkers.end))
    folder = tmp_path / "landing" / "interviews"
    whole = len(documents(tmp_path))

    def with_damage(world, out):
        (folder / "interviews_2027-01-01.json").write_text(
            json.dumps(
                {
                    "interviews": [
                        {"id": "odd-1", "status": "archived", "transcript": "none"},
                        {
                            "id": "odd-2",
                            "status": "completed",
                            "started_at": "yesterday",
                            "participants": [{"role": "participant"}, {"id": "p2", "role": "host"}],
                            "transcript": [
                                {"speaker": "p9", "start": 9, "end": 3, "text": "a" * 500_000},
                                {"speaker": "p2", "start": 2, "end": 3e40, "text": "hm"},
                            ],
                        },
                    ]
                }
            )
        )

    query = stage("interviews", with_damage, talkers)

    assert query("select count(*) from raw_interviews.interviews") == [(whole + 2,)]
    assert query(
        "select interview_id, interview_status, _issues from staging.stg_interviews__interviews "
        "where interview_id like 'odd%' order by all"
    ) == [
        ("odd-1", None, ["interview_status: archived"]),
        ("odd-2", "held", ["started_at: yesterday"]),
    ]
    assert query(
        "select turn_number, length(body), speaker_id, _issues from staging.stg_interviews__turns "
        "where interview_id like 'odd%' order by all"
    ) == [(1, 500_000, "p9", []), (2, 2, "p2", ["ends_at_second: 3e+40"])]
