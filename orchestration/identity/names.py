"""Full names as people write them, cut into given name and surname. Folding is the warehouse's."""

import re

_TITLES = {
    *("mr", "mrs", "ms", "miss", "mx", "sir", "dame", "lord", "lady", "rev", "hon"),
    *("dr", "prof", "herr", "frau", "pan", "pani", "monsieur", "madame", "signor", "señor"),
}
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"}
# They begin a surname of several words.
_PARTICLES = {
    *("van", "von", "de", "der", "den", "del", "della", "di", "da", "do", "dos", "du"),
    *("la", "le", "el", "al", "bin", "ibn", "ter", "ten", "zu", "zur", "st", "mac"),
}


def split_full_name(full_name: str) -> tuple[str | None, str | None]:
    """Given name and surname; of a single word nobody knows which it is, so it is the surname."""
    surname, _, given = (_words(part) for part in full_name.partition(","))
    if given and surname:
        return " ".join(given), " ".join(surname)
    words = _words(full_name)
    if len(words) < 2:
        return None, words[0] if words else None
    first = len(words) - 1
    while first > 1 and _plain(words[first - 1]) in _PARTICLES:
        first -= 1
    return " ".join(words[:first]), " ".join(words[first:])


def _words(name: str) -> list[str]:
    """The words that are a name's own."""
    words = [word for word in re.split(r"[\s,]+", name) if _plain(word)]
    return [word for word in words if _plain(word) not in _TITLES | _SUFFIXES]


def _plain(word: str) -> str:
    return word.strip(".'\"()-").casefold()
