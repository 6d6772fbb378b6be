import pyarrow as pa
import pytest

from orchestration.identity import model_choice
from orchestration.identity.match_models import (
    NoModelError,
    inputs_fingerprint,
    write_version,
)
from orchestration.identity.model_choice import train_version, version_for


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))


@pytest.fixture
def trained(monkeypatch):
    """Stand in for the training: what it was given counts."""
    given = []

    def train(records):
        given.append(records)
        return model(records.num_rows)

    monkeypatch.setattr(model_choice, "train", train)
    return given


def model(record_count):
    return {"record_count": record_count}


def records(count):
    return lambda: pa.table({"profile_key": [str(number) for number in range(count)]})


def test_the_first_run_trains_and_later_ones_use_it(trained):
    first = version_for(10, records(10))
    later = version_for(30, records(30))

    assert (first.number, later.number, len(trained)) == (1, 1, 1)


def test_a_model_that_is_outgrown_is_trained_again(trained):
    version_for(10, records(10))

    assert version_for(41, records(41)).number == 2


def test_a_model_that_somebody_trained_is_used_until_somebody_trains_another(trained):
    """A run once replaced it as soon as four times as many profiles were there."""
    write_version(model(10))

    assert version_for(41, records(41)).number == 1
    assert not trained


def test_a_named_version_is_used_whatever_its_age(trained):
    write_version(model(10))
    write_version(model(1000))

    assert version_for(1000, records(1000), pinned=1).number == 1
    with pytest.raises(NoModelError, match="no version 3"):
        version_for(1000, records(1000), pinned=3)
    assert not trained


def test_what_a_run_trains_by_itself_is_no_input_of_the_next(trained):
    nothing = inputs_fingerprint()
    version_for(10, records(10))
    after_a_run = inputs_fingerprint()
    write_version(model(10))

    assert after_a_run == nothing != inputs_fingerprint()


def test_without_profiles_there_is_nothing_to_learn():
    with pytest.raises(NoModelError, match="throughline run"):
        train_version()
