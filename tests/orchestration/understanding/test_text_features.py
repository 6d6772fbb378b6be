import numpy as np
import pytest

from orchestration.understanding.text_features import BUCKET_COUNT, features, normal_form


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("  Not\n\tGOOD ", "not good", id="letters and spaces"),
        pytest.param("Order 4711", "order 0000", id="digits"),
        pytest.param("ＯＫ ﬁne", "ok fine", id="wide and joined letters"),
        pytest.param("非常失望。", "非常失望。", id="chinese"),
        pytest.param("", "", id="nothing"),
        pytest.param("\ud83d", "\ud83d", id="half an emoji"),
    ],
)
def test_a_text_is_read_in_its_normal_form(written, read):
    assert normal_form(written, 100) == read


def test_only_the_beginning_of_a_long_text_is_read():
    assert normal_form("ab " * 10_000, 7) == "ab ab a"


def test_every_run_of_up_to_four_characters_is_counted():
    (row,) = features(["abab"]).toarray()

    # " abab ": 3 single characters, pairs " a", ab, ba, "b ", four threes, three fours.
    runs = ["_", "a", "b", "_a", "ab", "ba", "b_", "_ab", "aba", "bab", "ab_"]
    fours = ["_aba", "abab", "bab_"]
    assert np.count_nonzero(row) == len(runs) + len(fours)
    # " ", a, b and ab stand there twice.
    assert sorted(row[row > 0])[-4:] == pytest.approx([1 + np.log(2)] * 4)


def test_a_row_depends_on_its_own_text_alone():
    texts = ["good", "", "😡😡", "非常失望", "g", "ab " * 300]

    together = features(texts)

    assert together.shape == (len(texts), BUCKET_COUNT)
    for row, text in enumerate(texts):
        alone = features([text])
        assert (together[[row]] != alone).nnz == 0


def test_batches_change_nothing(monkeypatch):
    texts = [f"text number {n}" for n in range(50)] + [""]
    whole = features(texts)

    monkeypatch.setattr("orchestration.understanding.text_features._BATCH_CHARACTERS", 40)

    assert (features(texts) != whole).nnz == 0


def test_no_texts_have_no_rows():
    assert features([]).shape == (0, BUCKET_COUNT)
