"""What becomes of a delivery as a whole: its name, its content, its time, and kills in between."""

import itertools
import os
import time

import duckdb
import pytest

from orchestration.landing import ensure_tables, land, replay
from orchestration.landing.accounting import check_accounting
from orchestration.landing.archive import Archive

HEADER = "receipt_no,Loyalty Card,amount\n"
FIRST, CORRECTED = HEADER + "1,C1,5\n2,C2,6\n", HEADER + "1,C1,50\n"


def receipts(place):
    return place.query(
        "select receipt_no, amount from raw_pos.receipts order by receipt_no, amount"
    )


def test_the_same_file_again_is_no_second_load(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", FIRST)
    place.land()
    place.deliver("receipts_2026-01-02.csv", FIRST)

    place.land()

    assert place.statuses() == ["loaded", "duplicate"]
    assert place.query("select load_id from ledger.deliveries") == [(1,), (1,)]
    assert len(receipts(place)) == 2


def test_a_renamed_file_is_no_second_load(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", FIRST)
    place.deliver("receipts_2026-01-03_copy.csv", FIRST)

    place.land()

    assert place.statuses() == ["loaded", "duplicate"]
    assert len(receipts(place)) == 2


def test_a_corrected_file_replaces_the_earlier_one_with_its_rejects(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", FIRST + "ragged\n")
    place.land()
    place.deliver("receipts_2026-01-02.csv", CORRECTED)

    place.land()

    assert place.statuses() == ["loaded", "superseding"]
    assert receipts(place) == [("1", "50")]
    assert place.rejects() == []
    assert place.query("select load_id, superseded_by from ledger.loads order by load_id") == [
        (1, 2),
        (2, None),
    ]


@pytest.mark.parametrize("name", ["receipts_2026-01-02.csv", "receipts_2026-01-02_old.csv"])
def test_the_old_version_after_its_correction_is_ignored(pos, name):
    place = pos()
    for content in (FIRST, CORRECTED):
        place.deliver("receipts_2026-01-02.csv", content)
        place.land()
    place.deliver(name, FIRST)

    place.land()

    assert place.statuses() == ["loaded", "superseding", "duplicate_of_superseded"]
    assert receipts(place) == [("1", "50")]


OTHER = HEADER + "7,C7,7\n"
JANUARY_2, JANUARY_3 = "receipts_2026-01-02.csv", "receipts_2026-01-03.csv"


def deliver_each(place, *files):
    for name, content in files:
        place.deliver(name, content)
        place.land()
        assert check_accounting(place.connection) == []


def dated_receipts(place):
    return place.query(
        "select receipt_no, cast(_file_date as varchar) from raw_pos.receipts order by all"
    )


def test_a_correction_to_the_content_of_another_file_takes_the_old_rows_away(pos):
    place = pos()

    deliver_each(place, (JANUARY_2, OTHER), (JANUARY_3, FIRST), (JANUARY_3, OTHER))

    assert place.statuses() == ["loaded", "loaded", "superseding"]
    assert dated_receipts(place) == [("7", "2026-01-02")]


def test_content_of_two_names_stays_while_one_of_them_stands_for_it(pos):
    place = pos()

    deliver_each(
        place,
        *((JANUARY_2, OTHER), (JANUARY_3, FIRST), (JANUARY_3, OTHER), (JANUARY_2, CORRECTED)),
    )

    assert dated_receipts(place) == [("1", "2026-01-02"), ("7", "2026-01-03")]
    deliver_each(place, (JANUARY_3, FIRST.replace("5", "55")))
    assert dated_receipts(place) == [
        ("1", "2026-01-02"),
        ("1", "2026-01-03"),
        ("2", "2026-01-03"),
    ]


@pytest.mark.parametrize("at_once", [True, False])
def test_two_files_sent_under_each_other_s_name_can_be_set_right(pos, at_once):
    place = pos()
    deliver_each(place, (JANUARY_2, OTHER), (JANUARY_3, FIRST))

    place.deliver(JANUARY_2, FIRST)
    if not at_once:
        place.land()
    deliver_each(place, (JANUARY_3, OTHER))

    assert dated_receipts(place) == [("1", "2026-01-02"), ("2", "2026-01-02"), ("7", "2026-01-03")]
    deliver_each(place, (JANUARY_2, OTHER), (JANUARY_3, FIRST))
    assert place.statuses()[-2:] == ["duplicate", "duplicate"]
    assert len(dated_receipts(place)) == 3


def test_the_archive_replays_exchanged_contents(pos, tmp_path):
    place = pos()
    deliver_each(
        place,
        *((JANUARY_2, OTHER), (JANUARY_3, FIRST), (JANUARY_2, FIRST), (JANUARY_3, OTHER)),
    )
    fresh = duckdb.connect(str(tmp_path / "fresh.duckdb"))

    replay(fresh, [place.source], archive=place.archive)

    rows = "select * exclude (_loaded_at) from raw_pos.receipts order by all"
    assert fresh.execute(rows).fetchall() == place.query(rows)
    assert check_accounting(fresh) == []


def test_the_order_of_arrival_does_not_matter(pos):
    place = pos()
    days = {f"receipts_2026-01-0{day}.csv": HEADER + f"{day},C1,{day}\n" for day in (1, 2, 3)}
    results = []

    for order in itertools.permutations(days):
        ensure_tables(place.connection, [place.source])
        for name in order:
            place.deliver(name, days[name])
            place.land()
        results.append(
            place.query(
                "select * exclude (_load_id, _loaded_at) from raw_pos.receipts order by all"
            )
        )
        place.connection.execute("drop schema raw_pos cascade; drop schema ledger cascade")

    assert len(results[0]) == 3
    assert all(result == results[0] for result in results)


def test_files_waiting_together_are_loaded_in_the_order_of_their_days(pos):
    place = pos()
    for day in ("2026-01-03", "2026-01-01", "2026-01-02"):
        place.deliver(f"receipts_{day}.csv", HEADER + f"{day},C1,5\n")

    place.land()

    assert place.query("select _load_id, receipt_no from raw_pos.receipts order by _load_id") == [
        (1, "2026-01-01"),
        (2, "2026-01-02"),
        (3, "2026-01-03"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "receipts_2026-01-02[1].csv",
        "receipts_2026-01-02*.csv",
        "receipts_2026-01-02?.csv",
        "receipts_2026-01-02'); drop table x; --.csv",
        'receipts_2026-01-02".csv',
        "receipts_2026-01-02\n.csv",
        "receipts_2026-01-02{{ var }}.csv",
        "receipts_2026-01-02" + "x" * 200 + ".csv",
        "receipts_2026-01-02 ёжик.csv",
    ],
)
def test_a_file_name_is_data(pos, name, monkeypatch):
    monkeypatch.setattr("orchestration.landing.desk._BULK_BYTES", 0)
    place = pos()
    place.deliver(name, HEADER + "1,named,5\n")
    place.deliver("receipts_2026-01-021.csv", HEADER + "2,other,6\n")

    place.land()

    assert place.query(
        'select file_name, "Loyalty Card" from raw_pos.receipts '
        "join ledger.loads on load_id = _load_id order by receipt_no"
    ) == [(name, "named"), ("receipts_2026-01-021.csv", "other")]


def test_a_data_folder_with_glob_signs_is_only_a_folder(place, tmp_path, pos, monkeypatch):
    monkeypatch.setattr("orchestration.landing.desk._BULK_BYTES", 0)
    place = pos()
    place.archive = Archive(tmp_path / "a[r]chive*", tmp_path / "quarantine")
    place.deliver("receipts_2026-01-02.csv", FIRST)

    place.land()

    assert len(receipts(place)) == 2


def test_a_name_that_is_not_utf8_is_shown_escaped(pos):
    place = pos()
    path = os.fsencode(place.folder) + b"/receipts_2026-01-02_\xff.csv"
    with open(path, "w") as file:  # noqa: PTH123
        file.write(FIRST)

    place.land()

    assert place.query("select file_name from ledger.loads") == [("receipts_2026-01-02_\\xff.csv",)]


def test_a_link_is_refused_and_not_followed(pos, tmp_path):
    place = pos()
    secret = tmp_path / "secret.csv"
    secret.write_text(FIRST)
    (place.folder / "receipts_2026-01-02.csv").symlink_to(secret)

    place.land()

    assert place.quarantine_reason()[0] == "not_a_file"
    assert receipts(place) == []
    assert secret.exists()
    assert not list(place.folder.iterdir())


def test_a_folder_is_left_alone(pos):
    place = pos()
    (place.folder / "receipts_2026-01-02.csv").mkdir()

    place.land()

    assert place.statuses() == []


def test_a_file_that_no_table_expects_is_quarantined(pos):
    place = pos()
    place.deliver("invoices_2026-01-02.csv", FIRST)

    place.land()

    assert place.query("select table_name, status from ledger.deliveries") == [
        (None, "unknown_file")
    ]
    assert len(list(place.archive.quarantine_folder.iterdir())) == 1
    assert not list(place.folder.iterdir())


def test_a_day_that_is_not_in_the_calendar_quarantines_the_file(pos):
    place = pos()
    place.deliver("receipts_2026-02-30.csv", FIRST)

    place.land()

    assert place.quarantine_reason()[0] == "file_date"


@pytest.mark.parametrize("name", [".receipts_2026-01-02.csv", "receipts_2026-01-02.csv.part"])
def test_a_file_under_an_unfinished_name_is_left_alone(pos, name):
    place = pos()
    place.deliver(name, FIRST)

    place.land()

    assert place.statuses() == []
    assert len(list(place.folder.iterdir())) == 1


class TestQuietPeriod:
    @pytest.fixture
    def land_quietly(self, pos):
        place = pos()

        def land_with(seconds):
            (table,) = place.source.tables
            return place, land(
                place.connection,
                table,
                place.folder,
                archive=place.archive,
                claims=place.claims,
                quiet_seconds=seconds,
            )

        place.deliver("receipts_2026-01-02.csv", FIRST)
        return land_with

    def test_a_young_file_is_waited_for(self, land_quietly):
        started = time.monotonic()

        place, _ = land_quietly(0.2)

        assert place.statuses() == ["loaded"]
        assert time.monotonic() - started >= 0.2

    def test_a_file_that_goes_on_changing_waits_for_the_next_run(
        self, land_quietly, pos, monkeypatch
    ):
        def write_on(seconds):
            with (pos().folder / "receipts_2026-01-02.csv").open("a") as file:
                file.write("3,C3,7\n")

        monkeypatch.setattr(time, "sleep", write_on)

        place, summary = land_quietly(60)

        assert place.statuses() == []
        assert summary.waiting_files == 1

    @pytest.mark.parametrize("clock", [10**9, -(10**9)], ids=["ahead", "behind"])
    def test_the_sender_s_clock_says_nothing(self, land_quietly, pos, clock):
        sent_at = time.time() + clock
        os.utime(pos().folder / "receipts_2026-01-02.csv", (sent_at, sent_at))
        started = time.monotonic()

        place, _ = land_quietly(0.2)

        assert place.statuses() == ["loaded"]
        assert time.monotonic() - started >= 0.2

    def test_a_clock_of_ours_that_was_set_back_delays_nothing(self, land_quietly, monkeypatch):
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now - 7 * 86_400)

        place, _ = land_quietly(0.01)

        assert place.statuses() == ["loaded"]

    def test_a_mark_of_completeness_ends_the_waiting(self, land_quietly, pos):
        place = pos()
        place.deliver("receipts_2026-01-02.csv.done", "")

        place, summary = land_quietly(60)

        assert place.statuses() == ["loaded"]
        assert summary.waiting_files == 0
        assert not list(place.folder.iterdir())


def rebuilt(place, path):
    with duckdb.connect(path) as connection:
        replay(connection, [place.source], archive=place.archive)
        assert check_accounting(connection) == []
        return connection.execute("from raw_pos.receipts order by all").fetchall()


def test_the_archive_alone_rebuilds_the_raw_tables(pos, tmp_path):
    place = pos()
    for name, content in (
        ("receipts_2026-01-02.csv", FIRST + "ragged\n"),
        ("receipts_2026-01-03.csv", HEADER + "3,C3,7\n"),
        ("receipts_2026-01-02.csv", CORRECTED),
        ("receipts_2026-01-02.csv", FIRST + "ragged\n"),
        ("receipts_2026-01-04.csv", "wrong\n"),
        ("unknown.csv", "x"),
    ):
        place.deliver(name, content)
        place.land()

    again = rebuilt(place, tmp_path / "rebuilt.duckdb")

    assert again == place.query("from raw_pos.receipts order by all")
    assert len(again) == 2
    with duckdb.connect(tmp_path / "rebuilt.duckdb") as connection:
        columns = "delivery_id, file_name, content_hash, received_at, status, load_id, reason_code"
        ledger = f"select {columns} from ledger.deliveries order by delivery_id"
        assert connection.execute(ledger).fetchall() == place.query(ledger)


def test_an_unfinished_last_line_of_the_manifest_harms_nothing(pos, tmp_path):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", FIRST)
    place.land()
    with (place.archive.folder / "deliveries.jsonl").open("a") as manifest:
        manifest.write('{"source_name": "po')
    place.deliver("receipts_2026-01-03.csv", HEADER + "3,C3,7\n")
    place.land()

    assert len(rebuilt(place, tmp_path / "rebuilt.duckdb")) == 3


def test_a_rebuild_wants_an_empty_warehouse(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", FIRST)
    place.land()

    with pytest.raises(ValueError, match="empty"):
        replay(place.connection, [place.source], archive=place.archive)


def test_what_is_kept_is_for_its_owner_only(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", FIRST)
    place.deliver("receipts_2026-01-03.csv", "wrong\n")

    place.land()

    kept = [path for path in place.archive.folder.rglob("*") if path.is_file()]
    assert len(kept) == 3
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_table_gains_the_columns_that_its_contract_gains(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", FIRST)
    place.land()
    contract = place.contracts / "pos" / "_pos__sources.yml"
    place.declare("pos", contract.read_text() + "          - {name: tip, data_type: varchar}\n")
    place.deliver("receipts_2026-01-03.csv", HEADER.strip() + ",tip\n3,C3,7,1\n")

    place.land()

    assert place.query("select tip from raw_pos.receipts order by receipt_no") == [
        (None,),
        (None,),
        ("1",),
    ]
