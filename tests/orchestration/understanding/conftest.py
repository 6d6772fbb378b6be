"""Labelled texts made of words, with whatever a test plants in them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orchestration.understanding.text_settings import TextSettings

COMPLAINTS = Path(__file__).parent / "complaints.csv"
_WORDS = {
    "en": ("late broken rude awful", "fine okay average plain", "great quick kind perfect"),
    "zh": ("糟糕 失望 很差 坏了", "一般 还行 普通 可以", "很好 满意 完美 喜欢"),
}
_FILL = {
    "en": [
        "the",
        "order",
        "box",
        "shop",
        "came",
        "week",
        "agent",
        "phone",
        "app",
        "store",
        "again",
        "with",
        "about",
    ],
    "zh": ["订单", "包裹", "客服", "商店", "应用", "昨天", "电话"],
}
LABELS = ("negative", "neutral", "positive")


@pytest.fixture(scope="session")
def settings():
    return TextSettings(
        min_labels=200,
        min_labels_per_channel=100,
        min_labels_per_class=30,
        min_tags_per_reason=50,
        target_accuracy=0.85,
        min_balanced_accuracy=0.6,
        max_calibration_error=0.07,
        max_characters=1000,
        max_training_texts=20_000,
    )


def planted_texts(count, language="en", channel="survey", seed=0, wrong=0.1):
    """Texts whose words tell their label, but for a share that contradicts it."""
    rng = np.random.default_rng([seed, len(language), count])
    bands = rng.integers(0, 3, count)
    rows = []
    for number, band in enumerate(bands):
        said = rng.integers(0, 3) if rng.random() < wrong else band
        words = [
            *rng.choice(_FILL[language], 6),
            *rng.choice(_WORDS[language][said].split(), 2),
        ]
        rng.shuffle(words)
        rows.append(
            {
                "text_key": f"{channel}-{language}-{number:05d}",
                "customer_key": f"{language}-{number // 2}",
                "channel_slug": channel,
                "language": language,
                "body": " ".join(words),
                "label": LABELS[band],
                "contact_reason_slug": None,
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def planted():
    """A maker of texts."""
    return planted_texts


@pytest.fixture(scope="session")
def two_languages():
    return pd.concat([planted_texts(450), planted_texts(450, "zh", seed=1)], ignore_index=True)


@pytest.fixture(scope="session")
def complaints():
    """Consumers' complaints to a public authority (CFPB, public domain), with their product."""
    rows = pd.read_csv(COMPLAINTS, dtype=str)
    return pd.DataFrame(
        {
            "text_key": rows["complaint_id"],
            "customer_key": None,
            "channel_slug": "ticket",
            "language": "en",
            "body": rows["body"],
            "label": rows["reason"],
            "contact_reason_slug": rows["reason"],
        }
    )
