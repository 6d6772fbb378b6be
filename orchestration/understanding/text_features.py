"""Texts as counts of hashed runs of one to four characters: no words, no list of languages.

A hash can't be read back, so no name stands in a model. Runs of characters need no spaces: Chinese
is read like any other language.
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from scipy import sparse

BUCKET_COUNT = 2**18
_LONGEST_RUN = 4
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"\d")
# Odd constants of 64 bits mix all bits (splitmix64).
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIXER = np.uint64(0xBF58476D1CE4E5B9)
# Texts of this many characters at a time bound the memory.
_BATCH_CHARACTERS = 1_000_000


def normal_form(text: str, max_characters: int) -> str:
    """The text as the model reads it: small letters, single spaces, every digit a nought.

    Wide and composed forms of a letter are one; what is beyond `max_characters` is not read.
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * max_characters]).casefold()
    return _DIGITS.sub("0", _SPACES.sub(" ", plain).strip())[:max_characters]


def features(texts: Sequence[str]) -> sparse.csr_array:
    """One row per text of normal form: 1 + ln(count) of each run of characters, by its hash.

    A row depends on its own text alone.
    """
    parts, batch, size = [], [], 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= _BATCH_CHARACTERS:
            parts.append(_features(batch))
            batch, size = [], 0
    parts.append(_features(batch))
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def _features(texts: Sequence[str]) -> sparse.csr_array:
    # A space before and behind: the beginning of a word is one also where it begins the text.
    padded = [f" {text} " if text else "" for text in texts]
    codes = np.frombuffer(
        "".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    ).astype(np.uint64)
    rows = np.repeat(np.arange(len(padded)), [len(text) for text in padded])
    cells = []
    hashes = np.zeros(len(codes), dtype=np.uint64)
    for length in range(1, min(_LONGEST_RUN, len(codes)) + 1):
        ends = codes[length - 1 :]
        hashes = hashes[: len(ends)] * _MULTIPLIER + ends + np.uint64(1)
        mixed = (hashes ^ (hashes >> np.uint64(31))) * _MIXER
        buckets = (mixed >> np.uint64(40)) % np.uint64(BUCKET_COUNT)
        is_whole = rows[: len(ends)] == rows[length - 1 :]
        cells.append(
            rows[: len(ends)][is_whole] * BUCKET_COUNT + buckets[is_whole].astype(np.int64)
        )
    shown = np.concatenate([np.empty(0, dtype=np.int64), *cells])
    # Stable is the quick one here: the runs of each length come in order of their texts.
    shown.sort(kind="stable")
    firsts = np.flatnonzero(np.diff(shown, prepend=-1))
    filled, counts = shown[firsts], np.diff(firsts, append=len(shown))
    starts = np.searchsorted(filled, np.arange(len(padded) + 1) * BUCKET_COUNT)
    return sparse.csr_array(
        (1 + np.log(counts), filled % BUCKET_COUNT, starts), shape=(len(padded), BUCKET_COUNT)
    )
