"""Matching what is new, against matching everything."""

import random

import duckdb
import pytest

from orchestration.identity import match_updates
from orchestration.identity.match_models import write_version
from orchestration.identity.match_updates import matched_records
from orchestration.identity.training import train
from tests.orchestration.identity.test_matching import misspelled, person, records_of

THRESHOLD = 0.5


@pytest.fixture(scope="module")
def rows():
    random_source = random.Random(11)  # noqa: S311
    rows = {}
    for number in range(120):
        one = person(random_source)
        rows[f"{number:03} a"] = one
        rows[f"{number:03} b"] = misspelled(random_source, one)
    return rows


@pytest.fixture(scope="module")
def version(rows, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(tmp_path_factory.mktemp("data")))
        return write_version(train(records_of(rows)))


@pytest.fixture
def matched(version):
    """Match these rows, after those of the run before if there was one."""
    with duckdb.connect() as connection:

        def run(rows, before=None, threshold=THRESHOLD):
            connection.register("records", records_of(rows))
            if before is not None:
                connection.register("before", before)
            outcome = matched_records(
                connection.sql("from records order by profile_key"),
                version,
                threshold,
                None if before is None else connection.sql("from before order by profile_key"),
            )
            is_table = hasattr(outcome, "to_pylist")
            return outcome if is_table else outcome.to_arrow_table()

        yield run


def pair_count(matched_table):
    return sum(len(matches) for matches in matched_table["matches"].to_pylist())


def test_slices_give_what_one_run_gives(rows, matched):
    keys = sorted(rows)
    random.Random(3).shuffle(keys)  # noqa: S311

    before = None
    for end in (150, 200, 201, len(keys)):
        before = matched({key: rows[key] for key in keys[:end]}, before)

    assert before.to_pylist() == matched(rows).to_pylist()
    assert pair_count(before) >= 100


def test_a_record_that_changed_loses_and_finds_its_matches(rows, matched):
    before = matched(rows)
    edited = rows | {"000 a": rows["001 a"], "002 b": person(random.Random(1))}  # noqa: S311

    after = matched(edited, before)

    assert after.to_pylist() == matched(edited).to_pylist()
    assert after.to_pylist() != before.to_pylist()


def test_a_record_that_is_gone_takes_its_matches_along(rows, matched):
    fewer = {key: row for key, row in rows.items() if key != "004 b"}

    after = matched(fewer, matched(rows))

    assert after.to_pylist() == matched(fewer).to_pylist()


def test_with_nothing_new_nothing_is_scored(rows, matched, monkeypatch):
    before = matched(rows)
    monkeypatch.delattr(match_updates, "match")

    assert matched(rows, before).to_pylist() == before.to_pylist()


def test_another_threshold_matches_everything_anew(rows, matched, monkeypatch):
    before = matched(rows)
    match_all = match_updates.match
    given = []
    monkeypatch.setattr(match_updates, "match", lambda *all: given.append(all) or match_all(*all))

    after = matched(rows, before, threshold=0.9)

    ((records, _, threshold),) = given
    assert (records.num_rows, threshold) == (len(rows), 0.9)
    assert set(after["match_fingerprint"].to_pylist()).isdisjoint(
        before["match_fingerprint"].to_pylist()
    )


def test_what_an_earlier_release_left_is_matched_anew(rows, matched):
    older = matched(rows).drop_columns("unreliable_kinds")

    assert matched(rows, older).to_pylist() == matched(rows).to_pylist()
