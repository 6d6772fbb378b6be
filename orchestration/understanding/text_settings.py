"""Settings of the text models, their tasks, and the columns that say what a model is worth."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

SENTIMENT, REASON = "sentiment", "reason"
SENTIMENTS = ("negative", "neutral", "positive")
# All channels, all languages; and channels in which nothing is labelled.
ALL, OTHER = "all", "other"

COUNTS = (
    *("learnt_text_count", "held_out_text_count", "class_count"),
    *("confident_text_count", "confident_right_count"),
)
QUALITY_COLUMNS = {
    **dict.fromkeys(["task", "channel_slug", "language"], "string"),
    **dict.fromkeys(COUNTS[:3], "int64"),
    **dict.fromkeys(
        [
            *("majority_macro_f1", "macro_f1", "macro_f1_ci_low", "balanced_accuracy"),
            *("balanced_accuracy_ci_low", "balanced_accuracy_ci_high"),
            *("negative_auc", "negative_auc_ci_low", "calibration_error", "threshold"),
        ],
        "float64",
    ),
    **dict.fromkeys(COUNTS[3:], "int64"),
    "is_used": "bool",
    "unused_reason": "string",
}


@dataclass(frozen=True)
class TextSettings:
    """The seed `text_settings`."""

    min_labels: int
    min_labels_per_channel: int
    min_labels_per_class: int
    min_tags_per_reason: int
    target_accuracy: float
    min_balanced_accuracy: float
    max_calibration_error: float
    max_characters: int
    max_training_texts: int

    @classmethod
    def of(cls, settings: Mapping[str, float]) -> "TextSettings":
        """From the value of each setting."""
        return cls(
            min_labels=int(settings["min_labels"]),
            min_labels_per_channel=int(settings["min_labels_per_channel"]),
            min_labels_per_class=int(settings["min_labels_per_class"]),
            min_tags_per_reason=int(settings["min_tags_per_reason"]),
            target_accuracy=settings["target_accuracy"],
            min_balanced_accuracy=settings["min_balanced_accuracy"],
            max_calibration_error=settings["max_calibration_error"],
            max_characters=int(settings["max_characters"]),
            max_training_texts=int(settings["max_training_texts"]),
        )


def quality_frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """With its types also where it has no row."""
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS)).astype(QUALITY_COLUMNS)
