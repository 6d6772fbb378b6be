"""From labelled texts to a model and to what it is worth, by channel and language.

Five folds by customer: each text is judged by a model that saw neither its author nor its words,
wherever else they stand. Confidence and accuracy are those of the judged texts, never of learnt
ones. Nothing depends on the order of rows.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from orchestration.understanding.text_features import features, normal_form
from orchestration.understanding.text_fit import calibration, fitted, log_loss
from orchestration.understanding.text_model import (
    Calibration,
    TextModel,
    held_out_keys,
    weighted,
)
from orchestration.understanding.text_quality import Held, calibration_error, threshold
from orchestration.understanding.text_settings import (
    ALL,
    COUNTS,
    OTHER,
    QUALITY_COLUMNS,
    REASON,
    SENTIMENT,
    SENTIMENTS,
    TextSettings,
    quality_frame,
)

_FOLDS = 5
# How much labels count against small weights; the first two folds say which suits.
_STRENGTHS = (3.0, 10.0, 30.0)
_CHOOSING_FOLDS = (0, 1)
# A model has to beat the constant answer by this much of macro-F1, at its lower bound.
_LEAST_GAIN = 0.10
_LEAST_AUC = 0.80
_SEED = 20_260_101


@dataclass(frozen=True)
class Learnt:
    """A model, where there are labels enough, and its quality: one row per channel and language.

    The row of all channels and languages comes first.
    """

    model: TextModel | None
    quality: pd.DataFrame


def learnt(texts: pd.DataFrame, task: str, settings: TextSettings) -> Learnt:
    """What the labelled texts teach, and how well.

    `texts` has one row per labelled text: `text_key`, `customer_key` (null where unknown),
    `channel_slug`, `language`, `body`, `label`.
    """
    labelled = _drawn(texts, settings)
    classes = _classes(labelled["label"], task, settings)
    if len(labelled) < settings.min_labels or len(classes) < 2:
        rows: list[dict[str, object]] = [
            {
                **dict.fromkeys(QUALITY_COLUMNS),
                **{"task": task, "channel_slug": channel, "language": language},
                **dict.fromkeys(COUNTS, 0),
                **{"is_used": False, "unused_reason": "too_few_labels"},
                "held_out_text_count": len(of_group),
            }
            for (channel, language), of_group in _groups(labelled)
        ]
        return Learnt(None, quality_frame(rows))
    numbers = {name: number for number, name in enumerate(classes)}
    labelled["number"] = labelled["label"].map(numbers).fillna(-1).astype("int64")
    trial = _Trial(
        texts=features(labelled["body"].tolist()),
        labels=labelled["number"].to_numpy(),
        folds=labelled["fold"].to_numpy(),
        words=pd.factorize(labelled["body"])[0],
        authors=pd.factorize(labelled["author"])[0],
        class_count=len(classes),
    )
    keys = held_out_keys(labelled["text_key"], labelled["body"])
    order = np.argsort(keys, kind="stable")
    strength, odds = trial.held_out_odds()
    if task == REASON:
        elsewhere, odds_elsewhere = _judged_elsewhere(trial, labelled, strength, settings)
        labelled = pd.concat([labelled, elsewhere], ignore_index=True)
        odds = np.vstack([odds, odds_elsewhere])
    general, own, probabilities = _calibrations(odds, labelled, settings)
    columns, rarity, weights, intercepts = trial.fit(trial.labels >= 0, strength)
    judged = labelled.assign(
        said=probabilities.argmax(axis=1),
        confidence=probabilities.max(axis=1),
        negative=probabilities[:, 0],
    )
    judged["is_right"] = judged["number"] == judged["said"]
    rare = _languages_without_labels_enough(judged, task, settings)
    model = TextModel(
        classes=classes,
        languages=tuple(sorted(set(labelled["language"]) - rare)),
        columns=columns,
        rarities=rarity,
        weights=weights.astype(np.float32),
        intercepts=intercepts,
        calibration=general,
        calibrations=own,
        held_out_keys=keys[order],
        held_out_probabilities=probabilities[: len(keys)][order],
    )
    return Learnt(model, _quality(judged, task, rare, settings))


@dataclass(frozen=True)
class _Trial:
    """Labelled texts, and the folds that hold each of them out once."""

    texts: sparse.csr_array
    labels: np.ndarray
    folds: np.ndarray
    words: np.ndarray
    authors: np.ndarray
    class_count: int

    def learns(self, is_held_out: np.ndarray) -> np.ndarray:
        """What a model learns from that shall judge these: none of their authors and words."""
        is_same = np.isin(self.words, self.words[is_held_out])
        is_by_same = np.isin(self.authors, self.authors[is_held_out])
        return ~is_held_out & ~is_same & ~is_by_same & (self.labels >= 0)

    def fit(
        self, rows: np.ndarray, strength: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return fitted(self.texts[rows], self.labels[rows], self.class_count, strength)

    def odds(self, is_held_out: np.ndarray, strength: float) -> np.ndarray:
        """Odds of texts by a model that did not see them."""
        columns, rarity, weights, intercepts = self.fit(self.learns(is_held_out), strength)
        held_out = self.texts[is_held_out]
        odds: np.ndarray = weighted(held_out[:, columns], rarity) @ weights + intercepts
        return odds

    def held_out_odds(self) -> tuple[float, np.ndarray]:
        """The strength that suits, and each text's odds by the model that did not see it."""
        tried = {
            (strength, fold): self.odds(self.folds == fold, strength)
            for strength in _STRENGTHS
            for fold in _CHOOSING_FOLDS
            if (self.folds == fold).any()
        }
        strength = min(_STRENGTHS, key=lambda strength: self._loss(strength, tried))
        odds = np.zeros((len(self.labels), self.class_count))
        for fold in range(_FOLDS):
            if (self.folds == fold).any():
                known = tried.get((strength, fold))
                odds[self.folds == fold] = (
                    self.odds(self.folds == fold, strength) if known is None else known
                )
        return strength, odds

    def _loss(self, strength: float, tried: Mapping[tuple[float, int], np.ndarray]) -> float:
        """After the temperature that suits best: a strength is not chosen for its scale."""
        folds = [fold for of_strength, fold in tried if of_strength == strength]
        odds = np.vstack([tried[strength, fold] for fold in folds])
        labels = np.concatenate([self.labels[self.folds == fold] for fold in folds])
        odds, labels = odds[labels >= 0], labels[labels >= 0]
        if not len(labels):
            return 0.0
        return log_loss(calibration(odds, labels, has_biases=False).applied(odds), labels)


def _judged_elsewhere(
    trial: _Trial, labelled: pd.DataFrame, strength: float, settings: TextSettings
) -> tuple[pd.DataFrame, np.ndarray]:
    """Each channel's texts once more, by a model that learnt from the other channels alone.

    So much is the model worth in a channel where nobody tags anything.
    """
    counts = labelled["channel_slug"].value_counts()
    channels = sorted(counts.index[counts >= settings.min_labels_per_channel])
    parts, odds = [labelled.iloc[:0]], [np.empty((0, trial.class_count))]
    for channel in channels if len(channels) > 1 else []:
        is_of_channel = (labelled["channel_slug"] == channel).to_numpy()
        parts.append(labelled[is_of_channel].assign(channel_slug=OTHER))
        odds.append(trial.odds(is_of_channel, strength))
    return pd.concat(parts), np.vstack(odds)


def fold_of(key: str) -> int:
    """The fold of a customer, the same in every run."""
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()[:8], 16) % _FOLDS


def _drawn(texts: pd.DataFrame, settings: TextSettings) -> pd.DataFrame:
    """Labelled texts in the order of their keys, as the model reads them; of too many a draw."""
    is_known = texts["label"].notna() & texts["body"].notna() & texts["language"].notna()
    known = texts[is_known].reset_index(drop=True)
    keys = known["text_key"].astype(str)
    draws = keys.map(lambda key: hashlib.md5(key.encode(), usedforsecurity=False).hexdigest())
    drawn = known.loc[draws.sort_values(kind="stable").index[: settings.max_training_texts]]
    drawn = drawn.sort_values("text_key").reset_index(drop=True)
    body = [normal_form(str(text), settings.max_characters) for text in drawn["body"]]
    author = drawn["customer_key"].astype(object).where(drawn["customer_key"].notna())
    author = author.fillna(drawn["text_key"]).astype(str)
    return drawn.assign(body=body, author=author, fold=[fold_of(key) for key in author]).astype(
        {"channel_slug": str, "language": str, "label": str}
    )


def _classes(labels: pd.Series, task: str, settings: TextSettings) -> tuple[str, ...]:
    counts = labels.value_counts()
    if task == SENTIMENT:
        return tuple(name for name in SENTIMENTS if counts.get(name, 0))
    return tuple(sorted(counts.index[counts >= settings.min_tags_per_reason]))


def _groups(labelled: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """All texts together, then those of each channel and language."""
    by_group = labelled.groupby(["channel_slug", "language"], sort=True)
    return [
        ((ALL, ALL), labelled[labelled["channel_slug"] != OTHER]),
        *(((str(channel), str(language)), rows) for (channel, language), rows in by_group),
    ]


def _calibrations(
    odds: np.ndarray, held: pd.DataFrame, settings: TextSettings
) -> tuple[Calibration, dict[tuple[str, str], Calibration], np.ndarray]:
    """The general calibration, those of single groups, and calibrated held-out probabilities.

    A group with enough labels has one of its own if that suits what it was not learnt from better.
    A fold's probabilities never know their own labels.
    """
    own: dict[tuple[str, str], Calibration] = {}
    (_, everything), *groups = _groups(held)
    general, of_everything = _suited(odds, held, everything.index, has_biases=False)
    probabilities = general.applied(odds)
    probabilities[everything.index] = of_everything
    for group, rows in groups:
        if len(rows) < settings.min_labels_per_channel:
            continue
        suited, of_rows = _suited(odds, held, rows.index, has_biases=True)
        is_known = (rows["number"] >= 0).to_numpy()
        labels = rows["number"].to_numpy()[is_known]
        if log_loss(of_rows[is_known], labels) < log_loss(
            probabilities[rows.index][is_known], labels
        ):
            own[group] = suited
            probabilities[rows.index] = of_rows
    return general, own, probabilities


def _suited(
    odds: np.ndarray, held: pd.DataFrame, rows: pd.Index, has_biases: bool
) -> tuple[Calibration, np.ndarray]:
    """The calibration of some rows, and the probabilities of each fold by that of the others."""
    labels, folds = held["number"].to_numpy()[rows], held["fold"].to_numpy()[rows]
    of_rows, is_known = odds[rows], labels >= 0
    probabilities = np.zeros_like(of_rows)
    for fold in np.unique(folds):
        others = is_known & (folds != fold)
        suited = calibration(of_rows[others], labels[others], has_biases)
        probabilities[folds == fold] = suited.applied(of_rows[folds == fold])
    return calibration(of_rows[is_known], labels[is_known], has_biases), probabilities


def _quality(
    judged: pd.DataFrame, task: str, rare: set[str], settings: TextSettings
) -> pd.DataFrame:
    rows = []
    for (channel, language), of_group in _groups(judged):
        row = _figures(task, channel, language, of_group, settings)
        is_learnt = (judged["number"] >= 0) & (judged["channel_slug"] != OTHER)
        row["learnt_text_count"] = int(is_learnt.sum())
        row["unused_reason"] = _unused_reason(row, language in rare, settings)
        rows.append(row)
    # All together is no group that decides anything: it says whether any is used.
    is_used = any(row["unused_reason"] is None for row in rows[1:])
    rows[0]["unused_reason"] = None if is_used else "used_nowhere"
    return quality_frame([{**row, "is_used": row["unused_reason"] is None} for row in rows])


def _languages_without_labels_enough(
    judged: pd.DataFrame, task: str, settings: TextSettings
) -> set[str]:
    """In which the model says nothing: of sentiment, where one of the classes is too rare."""
    if task == SENTIMENT:
        counts = judged.groupby(["language", "label"]).size()
        rare = counts[counts < settings.min_labels_per_class]
        return {str(language) for language, _ in rare.index}
    tagged = judged.loc[judged["channel_slug"] != OTHER, "language"].value_counts()
    return set(tagged.index[tagged < settings.min_labels_per_channel].astype(str))


def _figures(
    task: str, channel: str, language: str, of_group: pd.DataFrame, settings: TextSettings
) -> dict[str, object]:
    confidence = of_group["confidence"].to_numpy(dtype=float)
    is_right = of_group["is_right"].to_numpy(dtype=bool)
    folds = of_group["fold"].to_numpy()
    # The level that a fold is held to comes from the other four.
    is_confident = np.zeros(len(of_group), dtype=bool)
    for fold in np.unique(folds):
        others = folds != fold
        level = threshold(confidence[others], is_right[others], settings.target_accuracy)
        if level is not None:
            is_confident |= (folds == fold) & (confidence >= level)
    held = Held(
        label=of_group["number"].to_numpy(),
        said=of_group["said"].to_numpy(),
        customer=of_group["author"].to_numpy(dtype=str),
        negative=of_group["negative"].to_numpy(dtype=float) if task == SENTIMENT else None,
    )
    return {
        "task": task,
        "channel_slug": channel,
        "language": language,
        "held_out_text_count": len(of_group),
        "class_count": int((np.unique(held.label) >= 0).sum()),
        **held.figures(_SEED, f"{task}|{channel}|{language}"),
        "calibration_error": calibration_error(confidence, is_right),
        "threshold": threshold(confidence, is_right, settings.target_accuracy),
        "confident_text_count": int(is_confident.sum()),
        "confident_right_count": int((is_confident & is_right).sum()),
    }


def _unused_reason(
    row: Mapping[str, Any], has_rare_class: bool, settings: TextSettings
) -> str | None:
    """Why nothing that the model says of this channel and language is taken, if so."""
    if row["held_out_text_count"] < settings.min_labels_per_channel:
        return "too_few_labels_in_channel"
    if has_rare_class or row["macro_f1_ci_low"] is None:
        return "too_few_labels_of_a_class"
    if row["macro_f1_ci_low"] <= row["majority_macro_f1"] + _LEAST_GAIN:
        return "no_better_than_one_answer"
    if row["task"] == SENTIMENT and not (
        row["balanced_accuracy_ci_low"] >= settings.min_balanced_accuracy
        or (row["negative_auc_ci_low"] or 0.0) >= _LEAST_AUC
    ):
        return "not_accurate_enough"
    if row["task"] == SENTIMENT and row["calibration_error"] > settings.max_calibration_error:
        return "not_calibrated"
    if row["threshold"] is None or not row["confident_text_count"]:
        return "never_sure_enough"
    return None
