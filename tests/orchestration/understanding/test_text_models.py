import shutil
from datetime import datetime, timedelta

import duckdb
import pandas as pd
import pytest

from orchestration.understanding import text_models
from orchestration.understanding import text_scores as text_scores_module
from orchestration.understanding.text_models import current_version, learnt_version, version_for
from orchestration.understanding.text_scores import text_scores

AS_OF = datetime(2026, 6, 1)


@pytest.fixture(scope="module")
def labelled(planted):
    return planted(420)


def version(folder, texts, settings, as_of=AS_OF):
    return version_for(texts, lambda: texts, settings, as_of, folder)


@pytest.fixture(scope="module")
def kept(labelled, settings, tmp_path_factory):
    """A version, and the folder that keeps it."""
    folder = tmp_path_factory.mktemp("models")
    return version(folder, labelled, settings), folder


def test_what_is_kept_is_what_was_learnt(kept, labelled, settings):
    learnt, folder = kept

    read = current_version(folder)

    assert (read.version, read.learnt_at) == (learnt.version, AS_OF)
    pd.testing.assert_frame_equal(read.quality, learnt.quality)
    assert scores(read, labelled) == scores(learnt, labelled)


def test_a_version_is_for_its_own_user_and_holds_no_word(kept, labelled):
    _, folder = kept
    files = sorted(path for path in folder.rglob("*") if path.is_file())

    assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * len(files)
    assert [path.name for path in files] == ["about.json", "sentiment.npz"]
    content = b"".join(path.read_bytes() for path in files)
    words = {word for body in labelled["body"] for word in body.split() if len(word) > 4}
    # numpy says in which order an array lies.
    words -= {"order"}
    assert [word for word in words if word.encode() in content] == []
    assert not [key for key in labelled["customer_key"] if f'"{key}"'.encode() in content]


@pytest.fixture
def folder(kept, tmp_path):
    """A copy of what is kept, which a test may change."""
    return shutil.copytree(kept[1], tmp_path / "models")


def never():
    raise AssertionError("nothing is to be learnt")


def test_a_version_serves_until_it_is_time(kept, folder, labelled, planted, settings):
    some_more = planted(480)

    again = version_for(some_more, never, settings, AS_OF + timedelta(days=29), folder)

    assert again.version == kept[0].version


@pytest.mark.parametrize(
    ("count", "days", "change"),
    [
        pytest.param(504, 0, {}, id="a fifth more labels"),
        pytest.param(440, 30, {}, id="a month"),
        pytest.param(440, 0, {"target_accuracy": 0.9}, id="another setting"),
        pytest.param(419, 0, {}, id="a text that taught is gone"),
    ],
)
def test_it_is_learnt_anew_when_it_is_time(count, days, change, kept, folder, planted, settings):
    changed = type(settings)(**{**settings.__dict__, **change})

    new = version(folder, planted(600).iloc[:count], changed, AS_OF + timedelta(days=days))

    assert new.version != kept[0].version
    assert [path.name for path in folder.iterdir()] == [new.version]


def test_what_an_erased_person_wrote_is_unlearnt(kept, folder, labelled, settings):
    left = labelled[labelled["customer_key"] != "en-7"]

    new = version(folder, left, settings)

    assert new.version != kept[0].version
    assert "survey-en-00014" not in (folder / new.version / "about.json").read_text()
    assert len(new.models["sentiment"].held_out_keys) == len(labelled) - 2


def test_the_same_labels_are_the_same_version(kept, labelled, settings):
    mixed = labelled.sample(frac=1, random_state=2)

    again, _ = learnt_version(mixed, settings, AS_OF)

    assert again.version == kept[0].version


def test_a_company_without_labels_is_asked_again_with_each_new_one(tmp_path, planted, settings):
    cold = version(tmp_path, planted(150), settings)
    warm = version(tmp_path, planted(600).iloc[:201], settings)

    assert cold.models == {"sentiment": None, "reason": None}
    assert warm.models["sentiment"] is not None


def test_what_another_release_kept_is_not_read(kept, folder, labelled, settings, monkeypatch):
    monkeypatch.setattr(text_models, "_CODE_VERSION", 99)

    assert current_version(folder) is None
    assert version(folder, labelled, settings).version != kept[0].version


@pytest.mark.parametrize("name", ["sentiment.npz", "about.json"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b'{"version": '])
def test_a_damaged_version_is_learnt_anew(name, content, kept, folder, labelled, settings):
    (folder / kept[0].version / name).write_bytes(content)

    new = version(folder, labelled, settings)

    assert new.version == kept[0].version
    assert current_version(folder).models["sentiment"] is not None


# Scores


def relation(connection, texts):
    columns = ["text_key", "channel_slug", "language", "body"]
    connection.register("given", texts[columns].astype(object))
    return connection.sql(
        "select text_key, channel_slug, language::varchar as language, body from given"
    )


def scores(models, texts, before=None):
    with duckdb.connect() as connection:
        if before is not None:
            before = connection.from_arrow(before)
        return text_scores(relation(connection, texts), models, 1000, before)


@pytest.fixture(scope="module")
def unseen(planted):
    texts = planted(60, channel="survey", seed=9)
    return texts.assign(text_key="new-" + texts["text_key"])


def test_what_is_scored_in_parts_is_what_is_scored_at_once(kept, labelled, unseen):
    models, _ = kept
    texts = pd.concat([labelled, unseen])

    first = scores(models, texts.iloc[::2])
    in_parts = scores(models, texts, first)

    assert in_parts.num_rows == len(texts)
    assert in_parts == scores(models, texts.sample(frac=1, random_state=1))


def test_only_new_and_changed_texts_are_scored(kept, unseen, monkeypatch):
    models, _ = kept
    first = scores(models, unseen)
    scored, asked = text_scores_module.scored, []
    monkeypatch.setattr(
        text_scores_module,
        "scored",
        lambda texts, *rest: asked.extend(texts["text_key"]) or scored(texts, *rest),
    )
    changed = unseen.copy()
    changed.loc[changed.index[3], "body"] = "awful and rude"

    again = scores(models, changed, first)

    assert asked == [changed.iloc[3]["text_key"]]
    assert again == scores(models, changed)


def test_what_is_gone_has_no_score(kept, unseen):
    models, _ = kept
    left = unseen.iloc[5:]

    assert scores(models, left, scores(models, unseen)) == scores(models, left)


def test_another_version_scores_all_anew(kept, planted, unseen, settings):
    other, _ = learnt_version(planted(500, seed=4), settings, AS_OF)
    before = scores(kept[0], unseen)

    after = scores(other, unseen, before)

    assert set(after["model_version"].to_pylist()) == {other.version}
    assert after == scores(other, unseen)


def test_a_text_that_taught_bears_what_was_said_without_it(kept, labelled):
    """By heart a model agrees with every label; one in ten of these contradicts its words."""
    said = scores(kept[0], labelled).to_pandas().merge(labelled, on="text_key")

    assert 0.88 < (said["label_x"] == said["label_y"]).mean() < 0.97


def test_where_there_is_no_proof_there_is_no_answer(kept, unseen):
    """A language that taught nothing has no score; a channel that taught nothing, no answer."""
    texts = unseen.assign(
        language=["de" if n % 2 else "en" for n in range(60)],
        channel_slug=["chat" if n % 4 < 2 else "survey" for n in range(60)],
    )

    said = scores(kept[0], texts).to_pandas().merge(texts, on="text_key", suffixes=("", "_told"))

    assert said.loc[said["language"] == "de", ["p_negative", "label"]].isna().all(axis=None)
    assert said.loc[said["language"] == "en", "p_negative"].notna().all()
    assert not said.loc[said["channel_slug"] == "chat", "is_confident"].any()
    own = (said["channel_slug"] == "survey") & (said["language"] == "en")
    assert said.loc[own, "is_confident"].mean() > 0.8


@pytest.mark.parametrize("body", ["", " ", "😡", "?" * 30_000, "\x00"])
def test_an_odd_text_is_scored(kept, unseen, body):
    (row,) = scores(kept[0], unseen.iloc[:1].assign(body=body)).to_pylist()

    assert 0 <= row["p_negative"] <= 1


def test_no_texts_have_no_scores(kept, unseen):
    assert scores(kept[0], unseen.iloc[:0]).num_rows == 0


def test_without_a_model_nothing_is_said(planted, unseen, settings):
    cold, _ = learnt_version(planted(50), settings, AS_OF)

    said = scores(cold, unseen).to_pandas()

    assert said[["p_negative", "label", "confidence", "reason_slug"]].isna().all(axis=None)
    assert not said["is_confident"].any()
