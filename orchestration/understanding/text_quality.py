"""What a model of texts is worth, on customers and words that it never saw.

Plain arithmetic on what was held out; `text_learning` holds it out.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.statistics.resampling import CONFIDENCE, cell_generator

# One-sided, 90 %: a level of confidence is taken only where chance alone rarely makes it.
_QUANTILE = 1.2815515655446004
_REPLICATES = 400
_LEAST_BIN = 50
_MOST_BINS = 10


def lower_bound(successes: np.ndarray, trials: np.ndarray) -> np.ndarray:
    """Wilson's lower bound of a share, one-sided at 90 %."""
    share = successes / trials
    square = _QUANTILE**2 / trials
    centre = share + square / 2
    spread = _QUANTILE * np.sqrt(share * (1 - share) / trials + square / (4 * trials))
    return (centre - spread) / (1 + square)


def threshold(confidence: np.ndarray, is_right: np.ndarray, target: float) -> float | None:
    """The least confidence from which on the answers are right often enough, if there is one.

    It is the one that answers most texts: the lower bound of their accuracy reaches the target.
    """
    if not len(confidence):
        return None
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    counts = np.arange(1, len(order) + 1)
    reaches = lower_bound(np.cumsum(is_right[order]), counts) >= target
    # Equal confidences are answered together or not at all.
    is_last = np.append(sorted_confidence[1:] != sorted_confidence[:-1], True)
    found = np.flatnonzero(reaches & is_last)
    return float(sorted_confidence[found[-1]]) if len(found) else None


def calibration_error(confidence: np.ndarray, is_right: np.ndarray) -> float | None:
    """Mean distance of confidence and accuracy (ECE), in bins of equally many texts.

    Ten bins, or fewer, so that each has 50 texts: smaller ones measure chance.
    """
    if not len(confidence):
        return None
    order = np.argsort(confidence, kind="stable")
    bins = np.array_split(order, max(1, min(_MOST_BINS, len(order) // _LEAST_BIN)))
    distances = [abs(confidence[bin_].mean() - is_right[bin_].mean()) * len(bin_) for bin_ in bins]
    return float(sum(distances) / len(order))


@dataclass(frozen=True)
class Held:
    """Texts of one channel and language, as judged by models that saw neither author nor words.

    `label` is the number of the true class, -1 for one that is never predicted; `said` that of the
    class given.
    """

    label: np.ndarray
    said: np.ndarray
    customer: np.ndarray
    negative: np.ndarray | None

    def figures(self, seed: int, name: str) -> dict[str, float | None]:
        """Macro-F1, balanced accuracy and the AUC of negative, with intervals by customer.

        Null where there is but one class.
        """
        classes = np.unique(self.label[self.label >= 0])
        empty = dict.fromkeys(
            [
                *("majority_macro_f1", "macro_f1", "macro_f1_ci_low", "balanced_accuracy"),
                *("balanced_accuracy_ci_low", "balanced_accuracy_ci_high"),
                *("negative_auc", "negative_auc_ci_low"),
            ]
        )
        if len(classes) < 2:
            return dict(empty)
        customers, of_customer = np.unique(self.customer, return_inverse=True)
        generator = cell_generator((name,), seed)
        draws = generator.multinomial(
            len(customers), np.full(len(customers), 1 / len(customers)), size=_REPLICATES
        )
        # The first row is what was found; the others are how it might have come out.
        draws = np.vstack([np.ones(len(customers)), draws])
        f1, recall = _of_confusion(self._confusions(classes, of_customer, draws))
        shares = np.bincount(self.label[self.label >= 0])[classes] / len(self.label)
        figures: dict[str, float | None] = dict(empty)
        figures["majority_macro_f1"] = float(2 * shares.max() / (1 + shares.max()) / len(classes))
        figures["macro_f1"] = float(f1[0])
        figures["macro_f1_ci_low"] = float(np.quantile(f1[1:], CONFIDENCE[0]))
        figures["balanced_accuracy"] = float(recall[0])
        figures["balanced_accuracy_ci_low"] = float(np.quantile(recall[1:], CONFIDENCE[0]))
        figures["balanced_accuracy_ci_high"] = float(np.quantile(recall[1:], CONFIDENCE[1]))
        is_negative = self.label == 0
        if self.negative is not None and is_negative.any() and not is_negative.all():
            auc = _auc(self.negative, is_negative, draws[:, of_customer])
            figures["negative_auc"] = float(auc[0])
            figures["negative_auc_ci_low"] = float(np.quantile(auc[1:], CONFIDENCE[0]))
        return figures

    def _confusions(
        self, classes: np.ndarray, of_customer: np.ndarray, draws: np.ndarray
    ) -> np.ndarray:
        """Replicate × true class × class said; the last class is all that is not held."""
        count = len(classes)
        number = np.full(max(self.label.max(), self.said.max()) + 2, count)
        number[classes] = np.arange(count)
        cell = number[self.label] * (count + 1) + number[self.said]
        by_customer = np.zeros((draws.shape[1], (count + 1) ** 2))
        np.add.at(by_customer, (of_customer, cell), 1)
        return (draws @ by_customer).reshape(len(draws), count + 1, count + 1)


def _of_confusion(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Macro-F1 and mean recall over the classes that a replicate holds."""
    hits = np.diagonal(confusion, axis1=1, axis2=2)[:, :-1]
    true = confusion.sum(axis=2)[:, :-1]
    said = confusion.sum(axis=1)[:, :-1]
    is_held = true > 0
    held_count = np.maximum(is_held.sum(axis=1), 1)
    recall = np.where(is_held, hits / np.maximum(true, 1), 0)
    f1 = np.where(is_held, 2 * hits / np.maximum(true + said, 1), 0)
    return f1.sum(axis=1) / held_count, recall.sum(axis=1) / held_count


def _auc(score: np.ndarray, is_positive: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Chance that a positive scores higher than another, per row of weights; ties count half."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
    positive = np.add.reduceat(weights[:, order] * is_positive[order], starts, axis=1)
    other = np.add.reduceat(weights[:, order] * ~is_positive[order], starts, axis=1)
    below = np.cumsum(other, axis=1) - other / 2
    pairs = positive.sum(axis=1) * other.sum(axis=1)
    won = (positive * below).sum(axis=1)
    return np.where(pairs > 0, won / np.where(pairs > 0, pairs, 1), 0.5)
