"""The version of the text models that a warehouse uses: kept beside the private database.

A version is a folder named by the hash of all that it was learnt from. It holds weights of hashed
runs of characters, keys of the labelled texts and what the models are worth; no word of a text.
`text_learning` learns, and is imported only when something is to be learnt.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orchestration.paths import text_models_dir
from orchestration.understanding.languages import plain_language, with_languages
from orchestration.understanding.text_model import Calibration, TextModel
from orchestration.understanding.text_settings import REASON, SENTIMENT, TextSettings, quality_frame
from orchestration.warehouse.private_files import create_private
from orchestration.warehouse.state_files import read_state

# Another form of what is kept, or another way to learn, makes other versions.
_CODE_VERSION = 1
_GROWTH = 1.2
_MOST_AGE = timedelta(days=30)
_ABOUT = "about.json"
_ARRAYS = (
    *("columns", "rarities", "weights", "intercepts"),
    *("held_out_keys", "held_out_probabilities"),
)


@dataclass(frozen=True)
class TextModels:
    """One version: a model per task, null where labels are too few, and what they are worth.

    `quality` has the columns of `text_settings.QUALITY_COLUMNS`; `languages` are those that the
    company's sources tell.
    """

    version: str
    learnt_at: datetime
    languages: tuple[str, ...]
    models: Mapping[str, TextModel | None]
    quality: pd.DataFrame


def version_for(
    labels: pd.DataFrame,
    texts: Callable[[], pd.DataFrame],
    settings: TextSettings,
    as_of: datetime,
    folder: Path | None = None,
) -> TextModels:
    """The kept version, or a new one where it is time to learn anew.

    That is when there is none, when settings changed, labels grew by a fifth, 30 days passed, or a
    text that taught is gone: what an erased person wrote is unlearnt.

    Args:
        labels: Each text with a label or a tag: `text_key`, `label`, `contact_reason_slug`.
        texts: Brings the frame of `learnt_version`; called only where something is learnt.
        settings: The seed.
        as_of: The end of what was delivered.
        folder: Where versions are kept; the warehouse's own by default.
    """
    folder = folder or text_models_dir()
    about = _kept(folder)
    if about is not None and not _is_outdated(about, labels, settings, as_of):
        kept = _loaded(folder, about)
        if kept is not None:
            return kept
    new, about = learnt_version(texts(), settings, as_of)
    _keep(folder, new, about)
    return new


def current_version(folder: Path | None = None) -> TextModels | None:
    """The kept version, if there is one."""
    folder = folder or text_models_dir()
    about = _kept(folder)
    return None if about is None else _loaded(folder, about)


def learnt_version(
    texts: pd.DataFrame, settings: TextSettings, as_of: datetime
) -> tuple[TextModels, dict[str, Any]]:
    """A version learnt now, and what is kept of where it comes from.

    `texts` has one row per text with a label or a tag: `text_key`, `customer_key`, `channel_slug`,
    `language`, `body`, `label` and `contact_reason_slug`, either of them null.
    """
    from orchestration.understanding.text_learning import learnt

    languages = known_languages(texts)
    told = with_languages(texts, languages)
    learnt_tasks = {
        SENTIMENT: learnt(told, SENTIMENT, settings),
        REASON: learnt(told.assign(label=told["contact_reason_slug"]), REASON, settings),
    }
    about = {
        "fingerprint": _fingerprint(settings),
        "learnt_at": as_of.isoformat(),
        "languages": list(languages),
        "text_keys": sorted(texts["text_key"].astype(str)),
    }
    models = TextModels(
        version=_version(told, about),
        learnt_at=as_of,
        languages=languages,
        models={task: of_task.model for task, of_task in learnt_tasks.items()},
        quality=pd.concat([of.quality for of in learnt_tasks.values()], ignore_index=True),
    )
    return models, about


def quality_rows(version: TextModels) -> pd.DataFrame:
    """What a version is worth, with its name and when it was learnt: rows of a table."""
    return version.quality.assign(
        model_version=version.version,
        learnt_at=pd.Series(version.learnt_at, index=version.quality.index, dtype="datetime64[us]"),
    )


def known_languages(texts: pd.DataFrame) -> tuple[str, ...]:
    """Languages that sources tell."""
    told = texts["language"].dropna().astype(str).map(plain_language)
    return tuple(sorted(set(told.dropna())))


def _is_outdated(
    about: Mapping[str, Any], labels: pd.DataFrame, settings: TextSettings, as_of: datetime
) -> bool:
    keys = set(labels["text_key"].astype(str))
    learnt_keys = set(about["text_keys"])
    counts = {SENTIMENT: labels["label"].count(), REASON: labels["contact_reason_slug"].count()}
    # Who has no model yet does not wait for a fifth more.
    is_awaited = any(
        about["models"][task] is None and count >= settings.min_labels
        for task, count in counts.items()
    )
    return (
        about["fingerprint"] != _fingerprint(settings)
        or not learnt_keys <= keys
        or len(keys) >= _GROWTH * max(len(learnt_keys), 1)
        or (is_awaited and len(keys) > len(learnt_keys))
        or as_of - datetime.fromisoformat(about["learnt_at"]) >= _MOST_AGE
    )


def _fingerprint(settings: TextSettings) -> str:
    return hashlib.sha256(json.dumps([_CODE_VERSION, asdict(settings)]).encode()).hexdigest()


def _version(texts: pd.DataFrame, about: Mapping[str, Any]) -> str:
    """A hash of all that was learnt from."""
    digest = hashlib.sha256(f"{about['fingerprint']} {about['languages']}\n".encode())
    columns = [
        *("text_key", "customer_key", "channel_slug", "language", "body", "label"),
        "contact_reason_slug",
    ]
    rows = texts.sort_values("text_key")[columns].astype(object)
    for row in rows.where(rows.notna(), None).itertuples(index=False):
        digest.update(json.dumps([None if cell is None else str(cell) for cell in row]).encode())
    return digest.hexdigest()[:16]


# Files


def _kept(folder: Path) -> dict[str, Any] | None:
    """What the newest version says of itself; one that is cut or of another form is none."""
    found = []
    for path in folder.glob(f"*/{_ABOUT}"):
        about = read_state(path)
        if about is not None and about.get("code_version") == _CODE_VERSION:
            found.append(about)
    return max(found, key=lambda about: (about["learnt_at"], about["version"]), default=None)


def _keep(folder: Path, version: TextModels, about: Mapping[str, Any]) -> None:
    """Write a version and remove the others: they may know what was erased since."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for other in folder.iterdir():
        shutil.rmtree(other)
    # Under another name until it is whole.
    new = folder / f"{version.version}.new"
    new.mkdir(mode=0o700)
    kept_models: dict[str, Any] = {}
    for task, model in version.models.items():
        kept_models[task] = None if model is None else _described(model)
        if model is not None:
            with os.fdopen(create_private(new / f"{task}.npz"), "wb") as file:
                np.savez(file, **{name: getattr(model, name) for name in _ARRAYS})
    quality = version.quality.astype(object).where(version.quality.notna(), None)
    text = json.dumps(
        {
            **about,
            "code_version": _CODE_VERSION,
            "version": version.version,
            "models": kept_models,
            "quality": quality.to_dict("records"),
        }
    )
    with os.fdopen(create_private(new / _ABOUT), "w", encoding="utf-8") as file:
        file.write(text)
    new.rename(folder / version.version)


def _described(model: TextModel) -> dict[str, Any]:
    return {
        "classes": list(model.classes),
        "languages": list(model.languages),
        "calibration": asdict(model.calibration),
        "calibrations": [
            {"channel": channel, "language": language, **asdict(own)}
            for (channel, language), own in sorted(model.calibrations.items())
        ],
    }


def _loaded(folder: Path, about: Mapping[str, Any]) -> TextModels | None:
    """The version; null where its files are damaged, so that it is learnt anew."""
    try:
        return _read(folder, about)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _read(folder: Path, about: Mapping[str, Any]) -> TextModels:
    models: dict[str, TextModel | None] = {}
    for task, kept in about["models"].items():
        models[task] = None
        if kept is not None:
            with np.load(folder / about["version"] / f"{task}.npz", allow_pickle=False) as arrays:
                models[task] = TextModel(
                    classes=tuple(kept["classes"]),
                    languages=tuple(kept["languages"]),
                    **{name: arrays[name] for name in _ARRAYS},
                    calibration=_calibration(kept["calibration"]),
                    calibrations={
                        (own["channel"], own["language"]): _calibration(own)
                        for own in kept["calibrations"]
                    },
                )
    return TextModels(
        version=about["version"],
        learnt_at=datetime.fromisoformat(about["learnt_at"]),
        languages=tuple(about["languages"]),
        models=models,
        quality=quality_frame(about["quality"]),
    )


def _calibration(kept: Mapping[str, Any]) -> Calibration:
    return Calibration(kept["temperature"], kept["noise"], tuple(kept["biases"]))
