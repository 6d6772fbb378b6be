import numpy as np
import pytest

from orchestration.understanding import text_fit
from orchestration.understanding.text_features import features
from orchestration.understanding.text_fit import NotConvergedError, calibration, fitted
from orchestration.understanding.text_model import weighted


def said(texts, labels, class_count):
    columns, rarity, weights, intercepts = fitted(features(texts), labels, class_count, 10.0)
    odds = weighted(features(texts)[:, columns], rarity) @ weights + intercepts
    return odds.argmax(axis=1)


@pytest.fixture
def skewed():
    """One text in ten is of the rare class, and says so."""
    rng = np.random.default_rng(0)
    labels = (np.arange(600) % 10 == 0).astype(np.int64)
    fill = ["parcel", "shop", "order", "phone", "agent", "week"]
    texts = [" ".join([*rng.choice(fill, 12), "awful" if label else "great"]) for label in labels]
    return texts, labels


def test_a_rare_class_is_learnt(skewed):
    texts, labels = skewed

    assert (said(texts, labels, 2) == labels).mean() > 0.99


def test_a_loose_tolerance_would_say_the_commonest_class_of_all(skewed, monkeypatch):
    """Seen while this was designed: five runs had an accuracy of 0.9, and no rare class."""
    texts, labels = skewed
    monkeypatch.setattr(text_fit, "_TOLERANCE", 0.1)

    assert set(said(texts, labels, 2)) == {0}


def test_a_fit_that_stops_early_is_no_model(skewed, monkeypatch):
    texts, labels = skewed
    monkeypatch.setattr(text_fit, "_MOST_STEPS", 2)

    with pytest.raises(NotConvergedError):
        fitted(features(texts), labels, 2, 10.0)


def test_a_class_without_a_text_is_never_said(skewed):
    texts, labels = skewed

    assert (said(texts, labels * 2, 3) == labels * 2).mean() > 0.99


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        pytest.param(["a b", "a c", "a d"], [1, 1, 1], id="one class"),
        pytest.param(["a", "1", "é"], [0, 1, 2], id="no run of characters is shown twice"),
        pytest.param(["", "", ""], [0, 1, 2], id="no words"),
    ],
)
def test_nothing_to_learn_stops_nothing(texts, labels):
    _columns, _rarity, weights, intercepts = fitted(features(texts), np.array(labels), 3, 1.0)

    assert np.isfinite(weights).all()
    assert np.isfinite(intercepts).all()


def test_odds_that_are_too_sure_are_toned_down():
    rng = np.random.default_rng(1)
    odds = rng.normal(size=(3000, 3))
    true = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(3, p=row) for row in true])

    suited = calibration(odds * 2.5, labels, has_biases=False)

    assert suited.temperature == pytest.approx(2.5, rel=0.1)


def test_a_class_that_is_commoner_here_is_lifted():
    rng = np.random.default_rng(2)
    odds = rng.normal(size=(3000, 2))
    true = np.exp(odds + np.array([0.0, 1.0])) / np.exp(odds + np.array([0.0, 1.0])).sum(
        axis=1, keepdims=True
    )
    labels = np.array([rng.choice(2, p=row) for row in true])

    suited = calibration(odds, labels, has_biases=True)

    assert suited.biases[1] - suited.biases[0] == pytest.approx(1.0, abs=0.15)
