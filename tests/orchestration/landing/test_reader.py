"""The reading process: bounded, replaced when it ends, and no concern of the next file."""

import itertools
import math
import os
import signal

import duckdb
import pyarrow as pa
import pytest

from orchestration.landing import reader as reading
from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.problems import QuarantineError
from orchestration.landing.reader import Limits, Reader, ReaderError, settings

HEADER = "receipt_no,Loyalty Card,amount\n"
GOOD = HEADER + "1,C1,5\n"
NAMES = [f"receipts_2026-01-0{day}.csv" for day in (2, 3, 4)]


@pytest.fixture
def reader(monkeypatch):
    """A reading process of the test's own."""
    reader = Reader()
    monkeypatch.setattr("orchestration.landing.desk.shared_reader", lambda: reader)
    yield reader
    reader.close()


def receipts(place):
    return place.query("select receipt_no from raw_pos.receipts order by all")


def statuses(place):
    return place.query("select status, reason_code from ledger.deliveries order by delivery_id")


def test_one_child_reads_all_files_of_a_run(pos, reader):
    place = pos()
    place.deliver(NAMES[0], GOOD)
    place.land()
    first = reader.process_id
    place.deliver(NAMES[1], HEADER + "2,C2,5\n")

    place.land()

    assert first is not None
    assert reader.process_id == first


def test_without_a_file_no_child_is_started(pos, reader):
    pos().land()

    assert reader.process_id is None


@pytest.fixture
def end_child_amid(monkeypatch, reader):
    """End the child with a signal while it reads the file of this name."""

    def arrange(number, sign, times=math.inf):
        really_ask = Reader._ask
        asked = itertools.count(1)

        def ask(self, request):
            is_meant = request.path.read_bytes() == HEADER.encode() + b"%d,C1,5\n" % number
            if not is_meant or next(asked) > times:
                return really_ask(self, request)
            if self.process_id is None:
                self._channel = self._start()
            # It stands still until the signal has come: it can't be faster with its answer.
            os.kill(self.process_id, signal.SIGSTOP)
            channel = really_ask(self, request)
            os.kill(self.process_id, sign)
            os.kill(self.process_id, signal.SIGCONT)
            return channel

        monkeypatch.setattr(Reader, "_ask", ask)

    return arrange


@pytest.mark.parametrize(
    ("sign", "reason_code", "words"),
    [
        pytest.param(signal.SIGABRT, "unreadable", "SIGABRT", id="abort in native code"),
        pytest.param(signal.SIGKILL, "unreadable", "SIGKILL", id="out of the machine's memory"),
        pytest.param(signal.SIGXCPU, "too_slow", "processor time", id="out of time"),
    ],
)
def test_a_child_that_ends_costs_only_the_file_that_it_read(
    pos, end_child_amid, sign, reason_code, words
):
    place = pos()
    for number, name in enumerate(NAMES, start=1):
        place.deliver(name, HEADER + f"{number},C1,5\n")
    end_child_amid(2, sign)

    place.land()

    assert statuses(place) == [("loaded", None), ("quarantined", reason_code), ("loaded", None)]
    assert words in place.quarantine_reason()[1]
    assert receipts(place) == [("1",), ("3",)]


def test_a_file_amid_which_the_child_is_killed_once_is_loaded(pos, end_child_amid):
    """The system may have been short of memory for another's sake."""
    place = pos()
    for number, name in enumerate(NAMES, start=1):
        place.deliver(name, HEADER + f"{number},C1,5\n")
    end_child_amid(2, signal.SIGKILL, times=1)

    place.land()

    assert statuses(place) == [("loaded", None)] * 3
    assert receipts(place) == [("1",), ("2",), ("3",)]


def test_a_child_that_ends_between_two_files_is_nobody_s_fault(pos, reader):
    place = pos()
    place.deliver(NAMES[0], GOOD)
    place.land()
    os.kill(reader.process_id, signal.SIGKILL)
    os.waitid(os.P_PID, reader.process_id, os.WEXITED | os.WNOWAIT)
    place.deliver(NAMES[1], HEADER + "2,C2,5\n")

    place.land()

    assert statuses(place) == [("loaded", None)] * 2


def test_a_child_that_cannot_start_is_no_file_s_fault(pos, reader, monkeypatch):
    place = pos()
    place.deliver(NAMES[0], GOOD)
    with monkeypatch.context() as patch:
        patch.setattr(reading.sys, "executable", "/bin/false")
        with pytest.raises(ReaderError):
            place.land()
    assert statuses(place) == []

    place.land()

    assert statuses(place) == [("loaded", None)]


@pytest.mark.parametrize(
    "statement",
    [
        "from read_csv('{}')",
        "from '{}'",
        "copy (select 1) to '{}.out'",
        "attach '{}.db'",
        "load '{}'",
    ],
)
def test_the_child_s_database_opens_no_file(tmp_path, statement):
    (tmp_path / "other.csv").write_text("a\n1\n")

    with duckdb.connect(config=settings(Limits())) as connection:
        assert connection.execute("select current_setting('threads')").fetchall()
        with pytest.raises(duckdb.PermissionException):
            connection.execute(statement.format(tmp_path / "other.csv"))


def test_processor_time_is_bounded(pos, monkeypatch):
    # A large CSV file would only be surveyed by it.
    monkeypatch.setattr("orchestration.landing.desk._BULK_BYTES", 1 << 40)
    hasty = Reader(Limits(cpu_seconds=0, cpu_seconds_per_megabyte=0))
    monkeypatch.setattr("orchestration.landing.desk.shared_reader", lambda: hasty)
    place = pos()
    place.deliver(NAMES[0], HEADER + "".join(f"{n},C1,\n" for n in range(2_000_000)))

    place.land()

    assert statuses(place) == [("quarantined", "too_slow")]
    assert receipts(place) == []
    hasty.close()


def test_memory_is_bounded(web, monkeypatch):
    small = Reader(Limits(memory_bytes=400 << 20))
    monkeypatch.setattr("orchestration.landing.desk.shared_reader", lambda: small)
    place = web()
    place.deliver("events_1.jsonl", b'{"id": 1, "x": "' + b"y" * (200 << 20) + b'"}\n')
    place.deliver("events_2.jsonl", b'{"id": 2}\n')

    place.land()

    (refused, loaded) = statuses(place)
    assert refused[0] == "quarantined"
    assert refused[1] in ("too_large", "unreadable")
    assert loaded == ("loaded", None)
    small.close()


def test_a_child_that_holds_much_memory_reads_no_other_file(pos, tmp_path):
    (table,) = pos().source.tables
    file = tmp_path / "file"
    file.write_text(GOOD)
    small = Reader(Limits(memory_bytes=450 << 20))

    (batch,) = (batch for batch in small.read(file, table, Tally()) if len(batch.rows))

    assert batch.rows["receipt_no"].to_pylist() == ["1"]
    # With its code alone it held more than half of that.
    assert small.process_id is None


def test_a_file_that_is_given_up_in_the_middle_leaves_the_next_one_whole(web, reader):
    place = web()
    (table,) = place.source.tables
    long, short = place.folder / "long", place.folder / "short"
    long.write_text("".join(f'{{"id": {n}, "x": "{"y" * 100}"}}\n' for n in range(100_000)))
    short.write_text('{"id": "short"}\n')
    next(reader.read(long, table, Tally()))

    (batch,) = reader.read(short, table, tally := Tally())

    assert batch.rows["payload"].to_pylist() == ['{"id": "short"}']
    assert (tally.lines, tally.loaded_rows) == (1, 1)


def refused_text(number):
    """A batch that only the database finds out about: text that is no UTF-8."""
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
    )
    nothing = pa.nulls(1, pa.string())
    columns = {"receipt_no": broken, "Loyalty Card": nothing, "amount": nothing, "note": nothing}
    return pa.table(columns | {"_extra": nothing, "_line": pa.array([2])})


class TestARefusedBatch:
    """The database refuses a value of one file among many that are committed together."""

    @pytest.fixture
    def refuse(self, monkeypatch):
        """Let the parser pass on such a value of files with this content, and of no other."""

        def arrange(text):
            class CarelessReader(Reader):
                def read(self, path, contract, tally):
                    if path.read_text() != text:
                        yield from super().read(path, contract, tally)
                        return
                    yield Batch(refused_text(2))
                    tally.lines, tally.header_lines, tally.row_lines = 2, 1, 1
                    tally.loaded_rows = 1

            reader = CarelessReader()
            monkeypatch.setattr("orchestration.landing.desk.shared_reader", lambda: reader)

        return arrange

    def test_is_committed_file_by_file(self, pos, refuse):
        place = pos()
        for number, name in enumerate(NAMES, start=1):
            place.deliver(name, HEADER + f"{number},C1,5\n")
        refuse(HEADER + "2,C1,5\n")

        summary = place.land()

        assert statuses(place) == [
            ("loaded", None),
            ("quarantined", "unreadable"),
            ("loaded", None),
        ]
        assert "InvalidInputException" in place.quarantine_reason()[1]
        assert place.query("select load_id from ledger.loads order by load_id") == [(1,), (2,)]
        assert receipts(place) == [("1",), ("3",)]
        assert summary.deliveries == {"loaded": 2, "quarantined": 1}
        assert len(list(place.archive.deliveries())) == 3

    def test_is_decided_anew_where_the_refused_file_would_have_been_corrected(self, pos, refuse):
        place = pos()
        place.deliver(NAMES[0], HEADER + "2,C1,5\n")
        place.deliver(NAMES[0].replace(".csv", "_copy.csv"), HEADER + "2,C1,5\n")
        place.deliver(NAMES[1], GOOD)
        refuse(HEADER + "2,C1,5\n")

        place.land()

        assert statuses(place) == [("quarantined", "unreadable")] * 2 + [("loaded", None)]

    def test_before_a_large_file_does_not_shift_its_load(self, pos, refuse, monkeypatch):
        monkeypatch.setattr("orchestration.landing.desk._BULK_BYTES", 1000)
        place = pos()
        place.deliver(NAMES[0], HEADER + "2,C1,5\n")
        place.deliver(NAMES[1], HEADER + "".join(f"{n},C1,5\n" for n in range(1000)))
        refuse(HEADER + "2,C1,5\n")

        place.land()

        assert statuses(place) == [("quarantined", "unreadable"), ("loaded", None)]
        assert place.query("select distinct _load_id from raw_pos.receipts") == [(1,)]

    def test_of_one_large_file_is_refused_alone(self, pos, refuse, monkeypatch):
        monkeypatch.setattr("orchestration.landing.desk._BYTES_AT_ONCE", 1)
        place = pos()
        place.deliver(NAMES[0], HEADER + "2,C1,5\n")
        place.deliver(NAMES[1], GOOD)
        refuse(HEADER + "2,C1,5\n")

        place.land()

        assert statuses(place) == [("quarantined", "unreadable"), ("loaded", None)]

    def test_for_want_of_room_is_no_file_s_fault(self, pos, reader, monkeypatch):
        def no_room(*_):
            raise duckdb.IOException("No space left on device")

        place = pos()
        place.deliver(NAMES[0], GOOD)
        with monkeypatch.context() as patch:
            patch.setattr("orchestration.landing.raw_tables.insert", no_room)
            with pytest.raises(duckdb.IOException):
                place.land()
        assert statuses(place) == []

        place.land()

        assert statuses(place) == [("loaded", None)]


def test_problems_pass_from_process_to_process(reader, pos):
    place = pos()
    (table,) = place.source.tables
    wrong = place.folder / "wrong"
    wrong.write_text("else\n1\n")

    with pytest.raises(QuarantineError, match="missing columns") as caught:
        list(reader.read(wrong, table, Tally()))

    assert caught.value.reason_code == "header"
