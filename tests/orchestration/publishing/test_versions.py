import itertools
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pytest

from orchestration.paths import published_path
from orchestration.publishing import versions
from orchestration.publishing.inputs import is_published
from orchestration.warehouse import build_state


@pytest.fixture
def published(customers, publish_marts):
    """Publish versions with 1, 2 … rows."""

    def publish_versions(count):
        for rows in range(1, count + 1):
            customers(rows, inputs=f"inputs {rows}")
            publish_marts("dim_customers")

    return publish_versions


@pytest.fixture
def killed_before_the_link(monkeypatch):
    """A block in which a process dies as soon as it wants to switch readers over."""

    @contextmanager
    def killed():
        def die(version):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(versions, "_switch_to", die)
            yield

    return killed


class Killed(BaseException):
    """The process is gone."""


def dying_before(step, patched):
    """Die before the step-th change of a name; the list is empty if there are fewer."""
    died, changes = [], itertools.count()

    def watched(change):
        def change_or_die(*arguments, **options):
            if died or next(changes) == step:
                # A dead process cleans up nothing either.
                died.append(change)
                raise Killed
            return change(*arguments, **options)

        return change_or_die

    for name in ("rename", "replace", "symlink_to", "unlink", "mkdir"):
        patched.setattr(Path, name, watched(getattr(Path, name)))
    patched.setattr(shutil, "rmtree", watched(shutil.rmtree))
    return died


def published_rows():
    with duckdb.connect(str(published_path().resolve()), read_only=True) as connection:
        return connection.execute("select count(*) from marts.dim_customers").fetchall()[0][0]


def test_rolling_back_goes_to_the_version_before(published):
    published(3)

    assert versions.roll_back() == 2

    assert published_rows() == 2


def test_rolling_back_goes_to_the_version_asked_for(published):
    published(3)

    assert versions.roll_back(1) == 1

    assert published_rows() == 1


def test_there_is_nothing_before_the_first_version(published):
    published(1)

    with pytest.raises(versions.NoVersionError, match=r"there are \[1\]"):
        versions.roll_back()


def test_a_version_after_a_rollback_gets_a_new_number(published, customers, publish_marts):
    published(3)
    versions.roll_back()
    customers(9)

    publish_marts("dim_customers")

    assert versions.current_version() == 4
    assert published_rows() == 9


def test_nothing_new_does_not_undo_a_rollback(published):
    published(3)

    versions.roll_back()

    assert is_published("inputs 3")


@pytest.mark.parametrize(
    "inputs",
    [pytest.param("inputs 2", id="an older build"), pytest.param("other", id="new inputs")],
)
def test_other_inputs_are_something_new(published, inputs):
    published(3)

    assert not is_published(inputs)


def test_a_version_that_was_killed_before_its_link_is_shown(
    published, customers, publish_marts, killed_before_the_link
):
    published(2)
    customers(9)
    with killed_before_the_link(), pytest.raises(KeyboardInterrupt):
        publish_marts("dim_customers")
    seen = published_rows()

    assert versions.show_what_was_decided() == 3

    assert (seen, published_rows()) == (2, 9)


def test_a_rollback_that_was_killed_before_its_link_is_finished(published, killed_before_the_link):
    published(3)
    with killed_before_the_link(), pytest.raises(KeyboardInterrupt):
        versions.roll_back(1)

    assert versions.show_what_was_decided() == 1

    assert published_rows() == 1


def test_killed_at_any_step_readers_have_one_whole_version(
    published, customers, publish_marts, monkeypatch
):
    """Before every rename, link and removal in turn; the next run ends in the new version."""
    published(1)
    seen = []
    for step in range(100):
        rows = 10 + step
        customers(rows)
        with monkeypatch.context() as patched:
            died = dying_before(step, patched)
            with suppress(Killed):
                publish_marts("dim_customers")
        seen.append(published_rows())
        versions.show_what_was_decided()
        assert seen[-1] in (1 if step == 0 else rows - 1, rows)
        publish_marts("dim_customers")
        assert published_rows() == rows
        assert not list((published_path().parent / "versions").glob("*.tmp"))
        if not died:
            break

    assert 5 < step < 99
    assert set(seen) & set(range(10, 10 + step)), "some kills came after the switch"


def test_a_rollback_is_a_decision_about_one_version(published, customers, publish_marts):
    published(3)
    versions.roll_back()
    assert versions.show_what_was_decided() == 2
    customers(9)
    publish_marts("dim_customers")

    assert versions.show_what_was_decided() == 4


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 7, "instead_of": 3}', "\0"])
def test_a_cut_record_of_a_rollback_is_none(published, data_folder, content):
    published(3)
    versions.roll_back()
    (data_folder / "published" / "rollback.json").write_text(content)

    assert versions.show_what_was_decided() == 3


@pytest.mark.parametrize("file", ["build/audited.json", "published/versions/3/version.json"])
@pytest.mark.parametrize("content", ["", '{"inputs": "inp', "\0\0\0"])
def test_a_cut_state_file_is_something_new(published, data_folder, file, content):
    published(3)
    (data_folder / file).write_text(content)

    assert not is_published("inputs 3")


def test_a_build_under_way_is_something_new(published):
    published(3)

    build_state.forget_build()

    assert not is_published("inputs 3")
