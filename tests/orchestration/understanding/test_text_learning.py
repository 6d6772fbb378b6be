import time

import numpy as np
import pandas as pd
import pytest

from orchestration.understanding.text_features import features, normal_form
from orchestration.understanding.text_learning import fold_of, learnt
from orchestration.understanding.text_settings import REASON, SENTIMENT


def row_of(quality, channel, language):
    (row,) = quality[
        (quality["channel_slug"] == channel) & (quality["language"] == language)
    ].to_dict("records")
    return row


@pytest.fixture(scope="module")
def of_two_languages(two_languages, settings):
    return learnt(two_languages, SENTIMENT, settings)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_that_tell_are_learnt_in_any_script(of_two_languages, language):
    row = row_of(of_two_languages.quality, "survey", language)

    assert row["is_used"]
    assert row["macro_f1_ci_low"] > row["majority_macro_f1"] + 0.10
    assert row["balanced_accuracy"] > 0.85
    assert row["calibration_error"] <= 0.07
    assert row["confident_right_count"] / row["confident_text_count"] >= 0.85
    assert row["confident_text_count"] > 0.7 * row["held_out_text_count"]


def test_a_model_says_what_its_words_say(of_two_languages):
    model = of_two_languages.model
    texts = ["the order was awful and rude", "very kind and perfect", "很差 失望", "很好 完美"]
    said = model.probabilities(
        features([normal_form(text, 1000) for text in texts]),
        ["survey"] * 4,
        ["en", "en", "zh", "zh"],
        np.full(4, ""),
    ).argmax(axis=1)

    assert list(said) == [0, 2, 0, 2]


def test_the_order_of_rows_changes_nothing(two_languages, settings, of_two_languages):
    mixed = two_languages.sample(frac=1, random_state=1).reset_index(drop=True)

    again = learnt(mixed, SENTIMENT, settings)

    pd.testing.assert_frame_equal(again.quality, of_two_languages.quality)
    np.testing.assert_array_equal(again.model.weights, of_two_languages.model.weights)


def test_the_same_words_never_teach_and_judge(settings):
    """Labels are drawn per wording: who had learnt the wording by heart would know them all."""
    rng = np.random.default_rng(0)
    words = ["red", "blue", "green", "tea", "rain", "milk", "soap", "door", "tree", "lamp"]
    wordings = sorted({" ".join(rng.choice(words, 6)) for _ in range(60)})
    labels = rng.integers(0, 3, len(wordings))
    texts = pd.DataFrame(
        [
            {
                "text_key": f"t{number}-{copy}",
                "customer_key": f"c{number}-{copy}",
                "channel_slug": "chat",
                "language": "en",
                "body": wording.upper() if copy % 2 else wording,
                "label": ("negative", "neutral", "positive")[label],
            }
            for number, (wording, label) in enumerate(zip(wordings, labels, strict=True))
            for copy in range(10)
        ]
    )

    row = row_of(learnt(texts, SENTIMENT, settings).quality, "chat", "en")

    # By heart it would be 1; chance is 0.33.
    assert row["balanced_accuracy"] < 0.5
    assert not row["is_used"]


def test_the_same_author_never_teaches_and_judges(settings):
    """Each customer has words of their own and one label: who knew the author would know it."""
    rng = np.random.default_rng(1)
    letters = list("abcdefghijklmnop")
    rows = []
    for customer in range(60):
        own = ["".join(rng.choice(letters, 7)) for _ in range(4)]
        label = ("negative", "neutral", "positive")[rng.integers(0, 3)]
        rows += [
            {
                "text_key": f"{customer}-{number}",
                "customer_key": f"c{customer}",
                "channel_slug": "chat",
                "language": "en",
                "body": " ".join([*rng.permutation(own), str(rng.choice(letters))]),
                "label": label,
            }
            for number in range(8)
        ]

    row = row_of(learnt(pd.DataFrame(rows), SENTIMENT, settings).quality, "chat", "en")

    assert row["balanced_accuracy"] < 0.5


def test_words_without_meaning_are_not_used(planted, settings):
    texts = planted(600, wrong=1.0)

    row = row_of(learnt(texts, SENTIMENT, settings).quality, "survey", "en")

    assert not row["is_used"]
    assert row["unused_reason"] == "not_accurate_enough"


def test_a_channel_without_labels_of_its_own_is_not_used(planted, settings):
    texts = pd.concat([planted(450), planted(60, channel="chat", seed=3)])

    found = learnt(texts, SENTIMENT, settings)

    assert row_of(found.quality, "survey", "en")["is_used"]
    chat = row_of(found.quality, "chat", "en")
    assert chat["unused_reason"] == "too_few_labels_in_channel"


def test_a_language_with_a_rare_class_is_cold(planted, settings):
    chinese = planted(300, "zh")
    chinese = chinese[(chinese["label"] != "negative") | (chinese.index < 60)]

    found = learnt(pd.concat([planted(450), chinese]), SENTIMENT, settings)

    assert found.model.languages == ("en",)
    assert row_of(found.quality, "survey", "zh")["unused_reason"] == "too_few_labels_of_a_class"


@pytest.mark.parametrize(
    ("count", "told"),
    [
        pytest.param(0, {}, id="none"),
        pytest.param(100, {}, id="too few"),
        pytest.param(400, {"label": "positive"}, id="one class"),
        pytest.param(400, {"label": None}, id="no label"),
        pytest.param(400, {"body": None}, id="no words"),
        pytest.param(400, {"language": None}, id="no language"),
    ],
)
@pytest.mark.parametrize("task", [SENTIMENT, REASON])
def test_without_labels_enough_there_is_no_model_and_it_says_why(
    count, told, task, planted, settings
):
    found = learnt(planted(400).iloc[:count].assign(**told), task, settings)

    assert found.model is None
    assert set(found.quality["unused_reason"]) == {"too_few_labels"}
    assert not found.quality["is_used"].any()
    assert found.quality.iloc[0][["channel_slug", "language"]].tolist() == ["all", "all"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("the same", id="constant"),
        pytest.param("😡", id="an emoji"),
        pytest.param("x" * 20_000, id="very long"),
    ],
)
def test_texts_that_say_nothing_stop_nothing(planted, body, settings):
    found = learnt(planted(300).assign(body=body), SENTIMENT, settings)

    assert not found.quality["is_used"].any()


def test_a_thousand_channels_stop_nothing(planted, settings):
    texts = planted(450)
    texts["channel_slug"] = [f"c{number}" for number in range(450)]

    assert len(learnt(texts, SENTIMENT, settings).quality) == 451


def test_an_unknown_customer_is_one_of_their_own(planted, settings):
    found = learnt(planted(450).assign(customer_key=None), SENTIMENT, settings)

    assert row_of(found.quality, "survey", "en")["is_used"]


def test_of_too_many_labels_a_draw_by_key_teaches(planted, settings):
    few = {**settings.__dict__, "max_training_texts": 250}

    found = learnt(planted(450), SENTIMENT, type(settings)(**few))

    assert found.quality["learnt_text_count"].iloc[0] == 250


def test_folds_are_about_equal_and_never_change():
    counts = np.bincount([fold_of(f"customer {number}") for number in range(5000)])

    assert counts.min() > 900
    assert fold_of("customer 1") == fold_of("customer 1")


def test_reasons_of_real_complaints_are_told(complaints, settings):
    """The commonest reason is half of them; those with fewer than 50 tags are never said."""
    found = learnt(complaints, REASON, settings)

    row = row_of(found.quality, "ticket", "en")
    assert "vehicle_loan" not in found.model.classes
    assert row["is_used"]
    assert row["macro_f1_ci_low"] > row["majority_macro_f1"] + 0.10
    assert row["calibration_error"] <= 0.07
    assert row["confident_right_count"] / row["confident_text_count"] >= 0.83
    assert row["confident_text_count"] >= 0.45 * row["held_out_text_count"]


def test_an_untagged_channel_is_judged_by_leaving_each_tagged_one_out(planted, settings):
    """Here a channel has words of its own for what the other calls otherwise."""
    spoken = planted(300, "zh", "phone").assign(language="en")
    texts = pd.concat([planted(300, channel="chat"), spoken])

    quality = learnt(texts, REASON, settings).quality

    other = row_of(quality, "other", "en")
    assert other["held_out_text_count"] == 600
    assert row_of(quality, "chat", "en")["is_used"]
    assert row_of(quality, "phone", "en")["is_used"]
    assert not other["is_used"]
    assert quality.iloc[0]["held_out_text_count"] == 600


def test_a_thousand_texts_are_scored_in_half_a_second(of_two_languages, complaints):
    texts = complaints["body"].head(1000).tolist()
    started = time.process_time()
    words = features([normal_form(text, 1000) for text in texts])
    of_two_languages.model.probabilities(words, ["survey"] * 1000, ["en"] * 1000, np.full(1000, ""))

    assert time.process_time() - started < 0.5
