"""What the models say of each text. A score depends on its text and the model version alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from orchestration.understanding.languages import with_languages
from orchestration.understanding.text_features import features, normal_form
from orchestration.understanding.text_model import held_out_keys
from orchestration.understanding.text_models import TextModels
from orchestration.understanding.text_settings import OTHER, REASON, SENTIMENT

_BATCH = 20_000
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("text_key", "text_hash", "model_version", "language")),
        *((name, pa.float64()) for name in ("p_negative", "p_positive")),
        ("label", pa.string()),
        ("confidence", pa.float64()),
        ("is_confident", pa.bool_()),
        ("reason_slug", pa.string()),
        ("reason_confidence", pa.float64()),
        ("is_reason_confident", pa.bool_()),
    ]
)
# A text whose words, channel or language changed is another text.
_HASHED = """
    text_key, channel_slug, language, body,
    md5(concat_ws(chr(31), channel_slug, coalesce(language, ''), body)) as text_hash
"""


def text_scores(
    texts: duckdb.DuckDBPyRelation,
    models: TextModels,
    max_characters: int,
    before: duckdb.DuckDBPyRelation | None = None,
) -> pa.Table:
    """One row per text: what was kept of the run before, and what is scored now.

    A score of another version, and of a text that is gone or changed, is not kept.

    Args:
        texts: `text_key`, `channel_slug`, `language`, `body`.
        models: The version.
        max_characters: How much of a text is read.
        before: What this returned to the run before, if there was one.
    """
    hashed = texts.project(_HASHED).set_alias("texts")
    kept = _SCHEMA.empty_table()
    if before is not None and before.columns == _SCHEMA.names:
        of_version = before.filter(f"model_version = '{models.version}'").set_alias("before")
        still = of_version.join(
            hashed, "before.text_key = texts.text_key and before.text_hash = texts.text_hash"
        )
        names = ", ".join(f"before.{name}" for name in _SCHEMA.names)
        kept = still.project(names).to_arrow_table().cast(_SCHEMA)
        new = hashed.join(
            of_version,
            "before.text_key = texts.text_key and before.text_hash = texts.text_hash",
            how="anti",
        )
    else:
        new = hashed
    tables = [kept]
    reader = new.order("text_key").to_arrow_reader(_BATCH)
    for batch in reader:
        tables.append(scored(batch.to_pandas(), models, max_characters))
    return pa.concat_tables(tables).sort_by("text_key")


def scored(texts: pd.DataFrame, models: TextModels, max_characters: int) -> pa.Table:
    """Scores of texts: `text_key`, `text_hash`, `channel_slug`, `language`, `body`."""
    told = with_languages(texts, models.languages)
    bodies = [normal_form(str(body), max_characters) for body in told["body"]]
    words = features(bodies)
    keys = held_out_keys(told["text_key"].astype(str), bodies)
    channels = told["channel_slug"].astype(str).to_numpy()
    languages = told["language"].astype(object)
    languages = languages.where(languages.notna(), "").astype(str).to_numpy()
    sentiment = _said(words, keys, channels, languages, models, SENTIMENT)
    reason = _said(words, keys, channels, languages, models, REASON)
    columns = {
        "text_key": told["text_key"].astype(object),
        "text_hash": told["text_hash"].astype(object),
        "model_version": np.full(len(told), models.version, dtype=object),
        "language": told["language"].astype(object).where(told["language"].notna(), None),
        "p_negative": sentiment.of_class("negative"),
        "p_positive": sentiment.of_class("positive"),
        "label": sentiment.label,
        "confidence": sentiment.confidence,
        "is_confident": sentiment.is_confident,
        "reason_slug": reason.label,
        "reason_confidence": reason.confidence,
        "is_reason_confident": reason.is_confident,
    }
    return pa.table(
        {
            name: pa.array(columns[name], type=_SCHEMA.field(name).type, from_pandas=True)
            for name in _SCHEMA.names
        }
    )


@dataclass(frozen=True)
class _Said:
    """What one model says of each text; null where it says nothing."""

    classes: tuple[str, ...]
    probabilities: np.ndarray
    label: np.ndarray
    confidence: np.ndarray
    is_confident: np.ndarray

    def of_class(self, name: str) -> np.ndarray:
        """The probability of a class; 0 where nobody ever gave it."""
        if name in self.classes:
            found: np.ndarray = self.probabilities[:, self.classes.index(name)]
            return found
        return np.where(np.isnan(self.confidence), np.nan, 0.0)


def _said(
    words: sparse.csr_array,
    keys: np.ndarray,
    channels: np.ndarray,
    languages: np.ndarray,
    models: TextModels,
    task: str,
) -> _Said:
    count = len(channels)
    model = models.models.get(task)
    nothing = np.full(count, np.nan)
    if model is None or not count:
        none = np.full(count, None, dtype=object)
        return _Said((), np.empty((count, 0)), none, nothing, np.zeros(count, dtype=bool))
    thresholds = _thresholds(models.quality, task)
    # A channel without labels of its own is judged as such channels were.
    groups = [
        (channel if (channel, language) in thresholds else OTHER, language)
        for channel, language in zip(channels, languages, strict=True)
    ]
    probabilities = model.probabilities(
        words, [channel for channel, _ in groups], languages.tolist(), keys
    )
    is_known = np.isin(languages, model.languages)
    probabilities[~is_known] = np.nan
    confidence = probabilities.max(axis=1)
    label = np.array(model.classes, dtype=object)[np.argmax(np.nan_to_num(probabilities), axis=1)]
    label[~is_known] = None
    level = np.array([thresholds.get(group) or np.inf for group in groups])
    return _Said(model.classes, probabilities, label, confidence, confidence >= level)


def _thresholds(quality: pd.DataFrame, task: str) -> Mapping[tuple[str, str], float | None]:
    """The confidence from which an answer is taken, by channel and language; null: never."""
    of_task = quality[quality["task"] == task]
    return {
        (str(row.channel_slug), str(row.language)): float(row.threshold) if row.is_used else None
        for row in of_task.itertuples()
    }
