"""What phrases need to be found: a language, words and nothing but words, one reason each.

Rules for drivers are in `drivers`.

Each check reads seeds of which `declared` has found nothing to say.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from orchestration.reference_seeds import drivers
from orchestration.reference_seeds.table import Problem, Row, Seed

_LANGUAGE = re.compile(r"[a-z]{2}")
# A letter or two begin too many words; a Chinese word has two.
_FEWEST_LETTERS = 4
_FEWEST_IDEOGRAPHS = 2
_IDEOGRAPHS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
# They mean something in a pattern and nothing in a phrase.
_SIGNS_OF_PATTERNS = re.compile(r"[%_*^$|\\\[\]{}()?+]")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Every phrase that would find nothing, nearly everything, or two reasons; and of drivers."""
    yield from drivers.problems(seeds)
    first_rows: dict[tuple[str, str], Row] = {}
    for row in seeds["reason_phrases"].rows:
        phrase, language = row.text("phrase"), row.text("language")
        if not _LANGUAGE.fullmatch(language):
            yield row.problem(f"language {language!r} is no code of two small letters, such as en")
        if sign := _SIGNS_OF_PATTERNS.search(phrase):
            yield row.problem(
                f"phrase {phrase!r} has a {sign.group()!r}: write words, a phrase is no pattern"
            )
            continue
        folded = folded_phrase(phrase)
        letters = len(folded.replace(" ", ""))
        has_ideographs = _IDEOGRAPHS.search(folded) is not None
        fewest = _FEWEST_IDEOGRAPHS if has_ideographs else _FEWEST_LETTERS
        if letters < fewest:
            yield row.problem(f"phrase {phrase!r} is too short: write {fewest} letters or more")
        first = first_rows.setdefault((language, folded), row)
        if first is not row:
            yield row.problem(
                f"phrase {phrase!r} is read like that in line {first.line}: take one of them out"
            )


def folded_phrase(phrase: str) -> str:
    """A phrase without case, accents and punctuation, one space between words."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", phrase.casefold())
        if not unicodedata.combining(character)
    )
    return " ".join(re.findall(r"[^\W_]+", bare))
