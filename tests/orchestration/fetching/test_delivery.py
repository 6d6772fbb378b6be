"""Kills and collisions between an origin and the archive: nothing is lost, nothing counts twice."""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.fetching.names import may_be_delivered
from orchestration.landing.archive import Archive

NAME = "receipts_2026-01-02.csv"
FIRST, CORRECTED = "receipt_no,total\n1,5\n2,6\n", "receipt_no,total\n1,50\n"

# From the first byte that is fetched to the line in the manifest.
STEPS = {
    "written": ("before", "orchestration.fetching.delivery._hash_on_disk"),
    "hashed": ("after", "orchestration.fetching.delivery._hash_on_disk"),
    "kept": ("after", "orchestration.fetching.cursors.Cursors.keep"),
    "delivered": ("before", "orchestration.fetching.delivery.sync"),
    "claimed": ("before", "orchestration.landing.archive.Archive.store"),
    "archived": ("after", "orchestration.landing.archive.Archive.store"),
    "committed": ("after", "orchestration.landing.desk.Desk._commit"),
    "recorded": ("after", "orchestration.landing.archive.Archive.record"),
}


class Killed(BaseException):
    """Stands for a kill: nothing may catch it to tidy up."""


@pytest.fixture
def killed_at(monkeypatch):
    @contextmanager
    def killed(step):
        moment, target = STEPS[step]
        owner, _, name = target.rpartition(".")
        really = _resolved(owner, name)

        def wrapper(*arguments, **named):
            if moment == "after":
                really(*arguments, **named)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(target, wrapper)
            with pytest.raises(Killed):
                yield

    return killed


def _resolved(owner, name):
    try:
        return getattr(__import__(owner, fromlist=[name]), name)
    except ModuleNotFoundError:
        module, _, attribute = owner.rpartition(".")
        return getattr(_resolved(module, attribute), name)


@pytest.fixture
def exports(company, tmp_path):
    """A folder of somebody else's, which is fetched."""
    folder = tmp_path / "exports"
    folder.mkdir()
    company.declare(f"origin: {{kind: object_store, url: 'file://{folder}'}}")
    return folder


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_between_origin_and_archive_loses_nothing_and_doubles_nothing(
    company, exports, killed_at, step
):
    (exports / NAME).write_text(FIRST)

    with killed_at(step):
        company.fetch()
        company.land()
    company.fetch()
    company.land()
    again = company.fetch()

    assert company.receipts() == [("1", "5"), ("2", "6")]
    assert company.deliveries() == [(NAME, "loaded")]
    assert (again.delivered, again.waiting, again.problems) == ([], [], [])
    assert list(company.reached()) == [NAME]
    assert list(company.landing.iterdir()) == []


def test_the_cursor_moves_when_the_archive_has_the_file(company, exports):
    (exports / NAME).write_text(FIRST)

    assert company.fetch().delivered == [NAME]
    assert company.fetch().waiting == [NAME]
    assert company.reached() == {}
    company.land()
    assert company.fetch().delivered == []
    assert list(company.reached()) == [NAME]


def test_a_correction_at_the_origin_supersedes_and_waits_for_what_lies_in_landing(company, exports):
    (exports / NAME).write_text(FIRST)
    company.fetch()
    (exports / NAME).write_text(CORRECTED)

    assert company.fetch().waiting == [NAME]
    company.land()
    assert company.receipts() == [("1", "5"), ("2", "6")]
    company.fetch()
    company.land()

    assert company.receipts() == [("1", "50")]
    assert company.deliveries() == [(NAME, "loaded"), (NAME, "superseding")]


def test_a_file_that_somebody_removed_from_landing_is_fetched_again(company, exports):
    (exports / NAME).write_text(FIRST)
    company.fetch()
    for path in company.landing.iterdir():
        path.unlink()

    assert company.fetch().delivered == [NAME]


def test_a_lost_cursor_costs_a_duplicate_and_no_row(company, exports):
    (exports / NAME).write_text(FIRST)
    company.fetch()
    company.land()
    (company.data / "fetched" / "pos.json").write_text("{")

    company.fetch()
    company.land()

    assert company.receipts() == [("1", "5"), ("2", "6")]
    assert company.deliveries() == [(NAME, "loaded"), (NAME, "duplicate")]


def test_a_quarantined_file_is_not_fetched_for_ever(company, exports):
    (exports / NAME).write_text("wrong\n")
    company.fetch()
    company.land()

    assert company.fetch().delivered == []
    assert company.deliveries() == [(NAME, "quarantined")]


def test_what_is_fetched_is_private_and_takes_no_name_that_is_there(company, exports):
    (exports / NAME).write_text(FIRST)
    company.landing.mkdir(parents=True)
    (company.landing / NAME).write_text(CORRECTED)

    assert company.fetch().waiting == [NAME]
    assert (company.landing / NAME).read_text() == CORRECTED
    (company.landing / NAME).unlink()
    company.fetch()

    assert (company.landing / NAME).stat().st_mode & 0o077 == 0
    state = company.data / "fetched" / "pos.json"
    assert state.stat().st_mode & 0o077 == 0
    assert json.loads(state.read_text())["pending"][NAME]["file_name"] == NAME


def test_days_come_in_order_and_what_no_table_expects_stays_there(company, exports):
    for name in ("receipts_2026-01-03.csv", "receipts_2026-01-02.csv", "notes.txt"):
        (exports / name).write_text(FIRST.replace("5", name[18:19]))
    (exports / "receipts_2026-01-04.csv").mkdir()

    assert company.fetch().delivered == ["receipts_2026-01-02.csv", "receipts_2026-01-03.csv"]


def test_a_file_that_cannot_be_read_keeps_no_other(company, exports, monkeypatch):
    (exports / NAME).write_text(FIRST)
    (exports / "receipts_2026-01-03.csv").write_text(FIRST)
    from fsspec.implementations.local import LocalFileSystem

    really = LocalFileSystem.get_file

    def get_file(self, path, *arguments, **named):
        if path.endswith(NAME):
            raise OSError(5, "Input/output error")
        return really(self, path, *arguments, **named)

    monkeypatch.setattr(LocalFileSystem, "get_file", get_file)

    fetched = company.fetch()

    assert fetched.delivered == ["receipts_2026-01-03.csv"]
    assert fetched.problems == [f"'{NAME}': Input/output error"]


def test_a_file_that_changes_while_it_is_read_is_left(company, exports, monkeypatch):
    from fsspec.implementations.local import LocalFileSystem

    (exports / NAME).write_text(FIRST)
    really = LocalFileSystem.get_file

    def get_file(self, path, *arguments, **named):
        really(self, path, *arguments, **named)
        Path(path).write_text(FIRST + "3,7\n")

    with monkeypatch.context() as patch:
        patch.setattr(LocalFileSystem, "get_file", get_file)
        assert company.fetch().waiting == [NAME]
    company.fetch()
    company.land()

    assert len(company.receipts()) == 3


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "a/b", "a\0b", "a.part", "a.tmp", "a.done", "x" * 251]
)
def test_a_name_that_is_no_file_of_landing_is_never_used(name):
    assert not may_be_delivered(name)


def test_landing_s_own_rule_is_kept(company, exports):
    """The archive alone tells what has arrived: fetching opens no database."""
    (exports / NAME).write_text(FIRST)
    company.fetch()
    company.land()
    (company.data / "warehouse.duckdb").unlink()

    company.fetch()

    assert [one.file_name for one in Archive().deliveries()] == [NAME]
    assert list(company.reached()) == [NAME]
