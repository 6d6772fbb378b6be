import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from orchestration.understanding.text_quality import Held, calibration_error, threshold


def held(count=600, seed=0):
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, count)
    said = np.where(rng.random(count) < 0.7, label, rng.integers(0, 3, count))
    negative = np.round(0.5 * (label == 0) + rng.random(count), 2)
    return Held(label, said, np.array([f"c{n // 3}" for n in range(count)]), negative)


def test_figures_are_those_of_another_library():
    sample = held()

    figures = sample.figures(1, "name")

    assert figures["macro_f1"] == pytest.approx(
        f1_score(sample.label, sample.said, average="macro")
    )
    assert figures["balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(sample.label, sample.said)
    )
    assert figures["negative_auc"] == pytest.approx(
        roc_auc_score(sample.label == 0, sample.negative)
    )
    commonest = np.bincount(sample.label).argmax()
    assert figures["majority_macro_f1"] == pytest.approx(
        f1_score(sample.label, np.full(600, commonest), average="macro", zero_division=0)
    )


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Balanced accuracy is 0.8 (0.7 and a third of the rest); each interval has 95 %."""
    found = [held(300, seed).figures(seed, "x") for seed in range(60)]

    held_count = sum(
        row["balanced_accuracy_ci_low"] <= 0.8 <= row["balanced_accuracy_ci_high"] for row in found
    )
    assert held_count >= 52


def test_the_order_of_texts_changes_no_figure():
    sample = held()
    order = np.random.default_rng(5).permutation(600)

    mixed = Held(
        sample.label[order], sample.said[order], sample.customer[order], sample.negative[order]
    )

    assert mixed.figures(1, "n") == pytest.approx(sample.figures(1, "n"))


def test_a_class_that_is_never_predicted_counts_as_missed():
    sample = Held(np.array([0, 1, -1, -1]), np.array([0, 1, 0, 1]), np.arange(4), None)

    figures = sample.figures(1, "n")

    assert figures["balanced_accuracy"] == 1
    # Two of the texts that were called 0 or 1 are of no class that there is.
    assert figures["macro_f1"] == pytest.approx(2 / 3)


def test_one_class_alone_has_no_figures():
    sample = Held(np.zeros(5, dtype=int), np.zeros(5, dtype=int), np.arange(5), np.zeros(5))

    assert set(sample.figures(1, "n").values()) == {None}


def test_the_threshold_answers_as_much_as_it_may():
    confidence = np.linspace(0, 1, 1001)
    is_right = np.random.default_rng(3).random(1001) < confidence

    level = threshold(confidence, is_right, 0.85)

    answered = confidence >= level
    assert is_right[answered].mean() >= 0.85
    # Confidence is true here: 0.7 and above is right in 0.85 of all cases.
    assert level == pytest.approx(0.74, abs=0.05)


@pytest.mark.parametrize(
    ("confidence", "is_right"),
    [
        pytest.param([], [], id="nothing was held out"),
        pytest.param([0.9, 0.8], [True, True], id="two texts prove nothing"),
        pytest.param([0.9] * 200, [True, False] * 100, id="equal confidence, half of it right"),
    ],
)
def test_without_proof_there_is_no_threshold(confidence, is_right):
    assert threshold(np.array(confidence), np.array(is_right, dtype=bool), 0.85) is None


def test_confidence_that_is_true_has_no_calibration_error():
    rng = np.random.default_rng(4)
    confidence = rng.uniform(0.4, 1, 20_000)

    assert calibration_error(confidence, rng.random(20_000) < confidence) < 0.01
    assert calibration_error(confidence, rng.random(20_000) < confidence - 0.2) == pytest.approx(
        0.2, abs=0.01
    )
