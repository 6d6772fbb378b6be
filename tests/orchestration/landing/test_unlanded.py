"""What lies in landing and is not landed is listed, with its reason and for how long."""

from datetime import datetime, timedelta

import pytest

from orchestration.landing import record_unlanded, set_run_settings

MONDAY = datetime(2026, 1, 5, 3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place(pos, tmp_path):
    """The source `pos`, whose folder lies in a landing folder."""
    place = pos()
    place.folder = tmp_path / "landing" / "pos"
    place.folder.mkdir()
    return place


@pytest.fixture
def look(place, tmp_path):
    """What is overdue at a moment, and the reason of each entry in the ledger."""

    def looked(now=MONDAY):
        overdue = record_unlanded(
            place.connection,
            [place.source],
            landing=tmp_path / "landing",
            claims=place.claims,
            now=now,
        )
        rows = place.query("select source_name, entry_name, reason_code from ledger.unlanded_files")
        return overdue, sorted(rows)

    return looked


def test_an_empty_landing_folder_is_well(look):
    assert look() == ([], [])


@pytest.mark.parametrize(
    ("path", "row"),
    [
        pytest.param("poss/a.csv", ("poss", "", "unknown_source"), id="unknown folder"),
        pytest.param("a.csv", ("", "a.csv", "outside"), id="outside the folders"),
        pytest.param("pos/2026/a.csv", ("pos", "2026", "subfolder"), id="subfolder"),
    ],
)
def test_what_has_no_place_there_is_said_at_once(look, tmp_path, path, row):
    file = tmp_path / "landing" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("x")

    (said,), rows = look()

    assert rows == [row]
    assert "is not landed" in said


@pytest.mark.parametrize(
    ("name", "reason_code"),
    [
        pytest.param(".hidden.csv", "hidden", id="hidden"),
        pytest.param("receipts_2026-01-02.csv.part", "unfinished", id="part"),
        pytest.param("receipts_2026-01-02.csv.done", "lone_mark", id="mark without a file"),
        pytest.param("receipts_2026-01-02.csv", "waiting", id="still being written"),
    ],
)
def test_what_may_yet_be_finished_is_said_after_a_day(place, look, name, reason_code):
    place.deliver(name, "x")

    assert look() == ([], [("pos", name, reason_code)])
    assert look(MONDAY + DAY - HOUR)[0] == []
    assert len(look(MONDAY + DAY)[0]) == 1


def test_a_day_is_counted_from_our_own_first_look(place, look):
    place.deliver(".hidden.csv", "x")
    look()
    (place.folder / ".hidden.csv").unlink()
    assert look(MONDAY + DAY) == ([], [])
    place.deliver(".hidden.csv", "x")

    assert look(MONDAY + DAY)[0] == []
    assert place.query("select first_seen_at, last_seen_at from ledger.unlanded_files") == [
        (MONDAY + DAY, MONDAY + DAY)
    ]


def test_a_claim_that_stays_is_said_too(place, look):
    with place.deliver("receipts_2026-01-02.csv", "x").open("a"):
        assert place.land().waiting_files == 1

        (row,) = look()[1]

    assert (row[0], row[2]) == ("pos", "waiting")
    assert row[1].startswith("receipts_2026-01-02.csv of 20")
    assert len(look(MONDAY + DAY)[0]) == 1


def test_a_source_that_is_switched_off_waits_without_a_warning(place, look):
    set_run_settings(place.connection, [("sources", "web")])
    place.deliver("receipts_2026-01-02.csv", "x")
    look()

    overdue, rows = look(MONDAY + 9 * DAY)

    assert overdue == []
    assert rows == [("pos", "receipts_2026-01-02.csv", "switched_off")]


def test_a_mark_beside_its_file_and_an_empty_folder_are_nothing(place, look):
    place.deliver("receipts_2026-01-02.csv", "x")
    place.deliver("receipts_2026-01-02.csv.done", "")
    (place.folder / "empty").mkdir()
    (place.folder.parent / "unknown").mkdir()

    assert look()[1] == [("pos", "receipts_2026-01-02.csv", "waiting")]


def test_a_strange_name_is_data(place, look):
    place.deliver(".\n'; drop table ledger.loads; --\udcff", "x")

    look()
    (said,), ((_, name, _),) = look(MONDAY + DAY)

    assert name == ".\n'; drop table ledger.loads; --\\xff"
    assert "\n" not in said
