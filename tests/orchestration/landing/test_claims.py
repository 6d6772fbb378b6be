"""Senders and kills at every step of landing: nothing is lost, nothing counts twice."""

import errno
import os
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import replay, restore_manifest
from orchestration.landing.accounting import check_accounting
from orchestration.landing.inbox import OtherFileSystemError

NAME = "receipts_2026-01-02.csv"
HEADER = "receipt_no,Loyalty Card,amount\n"
FIRST, CORRECTED = HEADER + "1,C1,5\n2,C2,6\n", HEADER + "1,C1,50\n"
MORE = "3,C3,7\n"

# What landing does with a file, in order: the moment before or after a function of it.
STEPS = {
    "found": ("before", "inbox.Inbox._new_claim"),
    "claimed": ("before", "archive.Archive.store"),
    "copied": ("before", "archive.Archive.path"),
    "stored": ("after", "archive.Archive.store"),
    "read": ("after", "desk.Desk._read_content"),
    "before the transaction": ("before", "archive.Archive.sync"),
    "within the transaction": ("before", "ledger.append"),
    "committed": ("after", "desk.Desk._commit"),
    "recorded": ("after", "archive.Archive.record"),
    "compared": ("before", "inbox.Arrival.remove"),
    "removed": ("after", "inbox.Arrival.remove"),
}
ALL_STEPS = pytest.mark.parametrize("step", STEPS)
SIZES = pytest.mark.parametrize("size", ["small", "large"])


class Killed(BaseException):
    """Stands for a kill: nothing may catch it to tidy up."""


def kill():
    raise Killed


@pytest.fixture
def at(monkeypatch):
    """Do something once, when landing reaches a step."""

    @contextmanager
    def hooked(step, action):
        moment, name = STEPS[step]
        target = f"orchestration.landing.{name}"
        module, _, attribute = target.rpartition(".")
        really = _resolved(module, attribute)
        waiting = [action]

        def wrapper(*arguments, **named):
            if moment == "before" and waiting:
                waiting.pop()()
            result = really(*arguments, **named)
            if moment == "after" and waiting:
                waiting.pop()()
            return result

        with monkeypatch.context() as patch:
            patch.setattr(target, wrapper)
            yield
        assert not waiting, f"landing never came to the step {step!r}"

    return hooked


def _resolved(module, attribute):
    owner, _, name = module.rpartition(".")
    try:
        return getattr(__import__(module, fromlist=[attribute]), attribute)
    except ModuleNotFoundError:
        return getattr(_resolved(owner, name), attribute)


@pytest.fixture
def till(pos, monkeypatch, request):
    """Till receipts; as large files where a test says so."""
    if "size" in request.fixturenames and request.getfixturevalue("size") == "large":
        monkeypatch.setattr("orchestration.landing.desk._BULK_BYTES", 0)
    return pos()


def receipts(place):
    return place.query("select receipt_no, amount from raw_pos.receipts order by all")


def assert_settled(place):
    """Nothing lies about, and the ledger, the manifest and a rebuild agree on what arrived."""
    assert not list(place.folder.iterdir())
    assert not list(place.claims.rglob("*.csv*"))
    assert check_accounting(place.connection) == []
    columns = "file_name, content_hash, received_at"
    deliveries = f"select {columns} from ledger.deliveries order by delivery_id"
    recorded = [
        (one.file_name, one.content_hash, one.received_at) for one in place.archive.deliveries()
    ]
    assert recorded == place.query(deliveries)
    with duckdb.connect() as fresh:
        replay(fresh, [place.source], archive=place.archive)
        rows = "select * exclude (_load_id) from raw_pos.receipts order by all"
        assert fresh.execute(rows).fetchall() == place.query(rows)
        assert fresh.execute(deliveries).fetchall() == recorded


@SIZES
@ALL_STEPS
def test_a_correction_that_is_renamed_into_place_is_never_lost(till, at, tmp_path, step, size):
    till.deliver(NAME, FIRST)

    def correct():
        (tmp_path / "correction").write_text(CORRECTED)
        (tmp_path / "correction").replace(till.folder / NAME)

    with at(step, correct):
        till.land()
    till.land()

    assert receipts(till) == [("1", "50")]
    # The first version that was replaced before it was taken never arrived.
    assert till.statuses() == (["loaded"] if step == "found" else ["loaded", "superseding"])
    assert_settled(till)


@SIZES
@pytest.mark.parametrize("step", [step for step in STEPS if step != "removed"])
def test_a_file_that_its_sender_goes_on_writing_is_never_lost(till, at, monkeypatch, step, size):
    # Where the system can't tell that a file is still open for writing.
    monkeypatch.setattr("orchestration.landing.archive._has_writer", lambda descriptor: False)
    with till.deliver(NAME, FIRST).open("a") as sender:

        def write_on():
            sender.write(MORE)
            sender.flush()

        with at(step, write_on):
            till.land()
    till.land()

    assert receipts(till) == [("1", "5"), ("2", "6"), ("3", "7")]
    assert set(till.statuses()) <= {"loaded", "superseding"}
    assert_settled(till)


def test_a_file_that_is_open_for_writing_is_not_read(till):
    with till.deliver(NAME, FIRST).open("a") as sender:
        summary = till.land()

        assert (till.statuses(), summary.waiting_files) == ([], 1)
        sender.write(MORE)
    till.land()

    assert till.statuses() == ["loaded"]
    assert len(receipts(till)) == 3
    assert_settled(till)


@SIZES
@ALL_STEPS
def test_a_killed_run_is_completed_by_the_next_and_counts_once(till, at, step, size):
    till.deliver(NAME, FIRST)

    with at(step, kill), pytest.raises(Killed):
        till.land()
    till.land()

    assert till.statuses() == ["loaded"]
    assert len(receipts(till)) == 2
    assert_settled(till)


@ALL_STEPS
def test_a_file_that_arrives_after_a_kill_is_one_of_its_own(till, at, step):
    till.deliver(NAME, FIRST)
    with at(step, kill), pytest.raises(Killed):
        till.land()
    till.deliver(NAME, CORRECTED)

    till.land()

    assert receipts(till) == [("1", "50")]
    assert till.statuses() == (["loaded"] if step == "found" else ["loaded", "superseding"])
    assert_settled(till)


@pytest.mark.parametrize("step", ["committed", "recorded", "compared"])
@pytest.mark.parametrize(("name", "status"), [(NAME, "quarantined"), ("notes.csv", "unknown_file")])
def test_a_refused_file_counts_once_too(till, at, step, name, status):
    till.deliver(name, "wrong\n")

    with at(step, kill), pytest.raises(Killed):
        till.land()
    till.land()

    assert till.statuses() == [status]
    assert len(list(till.archive.quarantine_folder.iterdir())) == 1
    assert_settled(till)


@pytest.mark.parametrize("method", ["rename", "rmdir"])
def test_a_kill_beside_the_claim_s_folder_leaves_none_behind(till, monkeypatch, method):
    till.deliver(NAME, FIRST)
    till.deliver(NAME + ".done", "")

    with monkeypatch.context() as patch:
        patch.setattr(Path, method, lambda *arguments: kill())
        with pytest.raises(Killed):
            till.land()
    till.land()

    assert till.statuses() == ["loaded"]
    assert list(till.claims.rglob("*")) == [till.claims / "pos"]


def test_the_mark_of_a_new_file_is_not_taken_for_the_old_one_s(till, at):
    till.deliver(NAME, FIRST)
    till.deliver(NAME + ".done", "")

    def deliver_anew():
        till.deliver(NAME, CORRECTED)
        till.deliver(NAME + ".done", "")

    with at("stored", deliver_anew):
        till.land()

    assert {path.name for path in till.folder.iterdir()} == {NAME, NAME + ".done"}
    till.land()
    assert till.statuses() == ["loaded", "superseding"]
    assert_settled(till)


def test_two_claims_of_one_moment_are_two(till, monkeypatch):
    class StandingClock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 4, 12, tzinfo=tz)

    monkeypatch.setattr("orchestration.landing.inbox.datetime", StandingClock)
    till.deliver(NAME, FIRST)
    till.deliver("receipts_2026-01-03.csv", CORRECTED)

    till.land()

    assert till.statuses() == ["loaded", "loaded"]
    assert till.query("select count(distinct received_at) from ledger.deliveries") == [(2,)]


def test_a_landing_folder_on_another_file_system_is_an_error_that_says_so(till, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    till.deliver(NAME, FIRST)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(OtherFileSystemError, match="one file system"):
            till.land()

    assert [path.name for path in till.folder.iterdir()] == [NAME]
    assert till.left_over() == []


def test_a_file_that_may_not_be_read_waits_and_stops_no_other(till, monkeypatch):
    till.deliver(NAME, FIRST)
    till.deliver("receipts_2026-01-03.csv", CORRECTED)
    really_open = os.open

    def refuse(path, *arguments, **named):
        if str(path).endswith(NAME):
            raise PermissionError(errno.EACCES, "Permission denied")
        return really_open(path, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        summary = till.land()

    assert (till.statuses(), summary.waiting_files) == (["loaded"], 1)
    till.land()
    assert till.statuses() == ["loaded", "loaded"]
    assert_settled(till)


@ALL_STEPS
def test_what_landing_holds_is_for_its_owner_only_at_every_step(till, at, step):
    seen = []

    def look():
        for path in till.archive.folder.parent.rglob("*"):
            inside = path.relative_to(till.archive.folder.parent).parts[0]
            if inside in ("claimed", "archive", "quarantine"):
                is_hidden = inside == "claimed" and not path.is_dir()
                allowed = 0o777 if is_hidden else 0o700
                seen.append((inside, path.stat().st_mode & 0o777 & ~allowed))

    till.deliver(NAME, FIRST)
    till.deliver("receipts_2026-01-03.csv", "wrong\n")
    previous = os.umask(0)
    try:
        with at(step, look):
            till.land()
    finally:
        os.umask(previous)

    assert {mode for _, mode in seen} <= {0}
    assert "archive" in {inside for inside, _ in seen}


class TestManifest:
    @pytest.fixture
    def landed(self, till):
        """A first version, its correction, the old version again, and another day."""
        for name, content in (
            (NAME, FIRST),
            (NAME, CORRECTED),
            (NAME, FIRST),
            ("receipts_2026-01-03.csv", HEADER + MORE),
        ):
            till.deliver(name, content)
            till.land()
        return till

    def manifest(self, place):
        return place.archive.folder / "deliveries.jsonl"

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(b'{"source_name": "po', id="cut"),
            pytest.param(b"\0" * 300, id="zeros"),
            pytest.param(b"\xff\xfe", id="no text"),
            pytest.param(b"[]", id="no object"),
            pytest.param(b'{"received_at": 3}', id="no time"),
            pytest.param(b'{"received_at": "2026-01-01"}', id="missing words"),
            pytest.param(b'{"received_at": "2026-01-01", "else": 1}', id="another word"),
        ],
    )
    def test_a_damaged_line_hides_no_other(self, landed, damage):
        whole = self.manifest(landed).read_bytes()
        lines = whole.splitlines(keepends=True)
        before = list(landed.archive.deliveries())
        self.manifest(landed).write_bytes(b"".join([*lines[:2], damage + b"\n", *lines[2:]]))

        assert list(landed.archive.deliveries()) == before

    @pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.9])
    def test_what_it_lost_comes_back_from_the_ledger_in_order(self, landed, share):
        whole = self.manifest(landed).read_bytes()
        self.manifest(landed).write_bytes(whole[: int(share * len(whole))])

        assert restore_manifest(landed.connection, archive=landed.archive) > 0

        assert self.manifest(landed).read_bytes() == whole
        assert self.manifest(landed).stat().st_mode & 0o777 == 0o600
        assert_settled(landed)

    def test_what_only_it_knows_stays(self, landed):
        first, *others = self.manifest(landed).read_bytes().splitlines(keepends=True)
        landed.connection.execute("delete from ledger.deliveries where delivery_id = 2")
        self.manifest(landed).write_bytes(first + others[0])

        restore_manifest(landed.connection, archive=landed.archive)

        assert self.manifest(landed).read_bytes() == first + b"".join(others)

    def test_a_whole_one_is_left_as_it_is(self, landed):
        before = self.manifest(landed).stat()

        assert restore_manifest(landed.connection, archive=landed.archive) == 0

        assert self.manifest(landed).stat().st_ino == before.st_ino
