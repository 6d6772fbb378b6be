"""One model of texts: a multinomial logistic regression over hashed runs of characters.

Reading belongs here, and the form of what was learnt. `text_fit` learns, `text_evaluation` judges.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

# Probabilities are told to this many places: sums in another order end in the same number.
_PLACES = 6


@dataclass(frozen=True)
class Calibration:
    """How what a model gives is corrected, so that it is right as often as it is sure.

    By a temperature of its odds, one bias per class, and noise: the share of texts whose label
    follows from no word, as when a person who praises gives the lowest score.
    """

    temperature: float
    noise: float
    biases: tuple[float, ...]

    def applied(self, odds: np.ndarray) -> np.ndarray:
        """Probabilities from log odds: one row per text, one column per class."""
        corrected = odds / self.temperature + np.array(self.biases)
        powers = np.exp(corrected - corrected.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        return (1 - self.noise) * shares + self.noise / odds.shape[1]


@dataclass(frozen=True)
class TextModel:
    """What was learnt: the weight of each bucket that texts showed, for each class.

    Of a text that taught, it keeps what a model said that had not seen it (by `held_out_key`,
    sorted): what was learnt by heart agrees with its label and shows no contradiction.

    `calibrations` are those of channels and languages that have enough labels of their own;
    `calibration` serves all other texts. It knows nothing of a language that is not listed.
    """

    classes: tuple[str, ...]
    languages: tuple[str, ...]
    columns: np.ndarray
    rarities: np.ndarray
    weights: np.ndarray
    intercepts: np.ndarray
    calibration: Calibration
    calibrations: Mapping[tuple[str, str], Calibration]
    held_out_keys: np.ndarray
    held_out_probabilities: np.ndarray

    def odds(self, texts: sparse.csr_array) -> np.ndarray:
        """Log odds of each class, by row of `features`."""
        return (
            weighted(texts[:, self.columns], self.rarities) @ self.weights.astype(np.float64)
            + self.intercepts
        )

    def probabilities(
        self,
        texts: sparse.csr_array,
        channels: Sequence[str],
        languages: Sequence[str],
        keys: np.ndarray,
    ) -> np.ndarray:
        """Probability of each class, by row of `features`; it depends on no other row."""
        probabilities = calibrated(
            self.odds(texts), channels, languages, self.calibration, self.calibrations
        )
        if len(self.held_out_keys):
            places = np.searchsorted(self.held_out_keys, keys) % len(self.held_out_keys)
            is_held_out = self.held_out_keys[places] == keys
            probabilities[is_held_out] = self.held_out_probabilities[places[is_held_out]]
        return probabilities


def held_out_keys(text_keys: Iterable[str], texts: Iterable[str]) -> np.ndarray:
    """What a text that taught is known by: its key and its normal form."""
    return np.array(
        [
            hashlib.sha256(f"{key}\0{text}".encode()).hexdigest()[:24]
            for key, text in zip(text_keys, texts, strict=True)
        ],
        dtype="U24",
    )


def calibrated(
    odds: np.ndarray,
    channels: Sequence[str],
    languages: Sequence[str],
    calibration: Calibration,
    calibrations: Mapping[tuple[str, str], Calibration],
) -> np.ndarray:
    """Probabilities, by the calibration of each text's channel and language where it has one."""
    probabilities = calibration.applied(odds)
    groups = np.array([f"{c}\0{lang}" for c, lang in zip(channels, languages, strict=True)])
    for (channel, language), own in calibrations.items():
        of_group = groups == f"{channel}\0{language}"
        if of_group.any():
            probabilities[of_group] = own.applied(odds[of_group])
    return np.round(probabilities, _PLACES)


def rarities(texts: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """The buckets that at least two texts show, and how rare each is (inverse frequency)."""
    shown_by = np.bincount(texts.indices, minlength=texts.shape[1])
    columns = np.flatnonzero(shown_by >= 2)
    rarity = np.log((1 + texts.shape[0]) / (1 + shown_by[columns])) + 1
    return columns, rarity


def weighted(texts: sparse.csr_array, rarity: np.ndarray) -> sparse.csr_array:
    """Counts times rarity, each row of length one: a long text counts no more than a short one."""
    scaled = texts.copy()
    scaled.data = scaled.data * rarity[scaled.indices]
    squares = np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel()
    lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
    scaled.data = scaled.data / np.repeat(lengths, np.diff(scaled.indptr))
    return scaled
