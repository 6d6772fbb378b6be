"""The language of a text, where its source tells none."""

import re
from collections.abc import Collection, Sequence

import pandas as pd

# Below it the words could be of two languages: "ok", a name, a number.
_LEAST_PROBABILITY = 0.8
_REGION = re.compile(r"[-_].*")


def plain_language(told: str | None) -> str | None:
    """The language alone, in small letters: `pl` of `PL` or `pl-PL`."""
    return _REGION.sub("", told.strip()).lower() or None if told else None


def detected(texts: Sequence[str], languages: Collection[str]) -> list[str | None]:
    """The language of each text among those that the company meets; null where it is not plain.

    Fewer than two languages leave nothing to tell apart.
    """
    # It loads in half a second, which only a text without a language is worth.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = sorted(set(languages) & set(identifier.labels))
    if len(known) < 2:
        return [None] * len(texts)
    identifier.set_languages(known)
    found = [identifier.classify(text) for text in texts]
    return [
        str(language) if probability >= _LEAST_PROBABILITY else None
        for language, probability in found
    ]


def with_languages(texts: pd.DataFrame, languages: Collection[str]) -> pd.DataFrame:
    """The same texts, each with its plain `language`: as told, else as its `body` shows."""
    told = texts["language"].astype(object)
    told = told.map(plain_language, na_action="ignore")
    is_untold = told.isna()
    if is_untold.any():
        bodies = texts.loc[is_untold, "body"].astype(str).tolist()
        told[is_untold] = detected(bodies, languages)
    return texts.assign(language=told)
