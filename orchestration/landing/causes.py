"""Why a file could not be read: the likely mistake behind the rows that were refused.

In words for whoever sent the file or wrote its contract; never a value from inside it.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from orchestration.landing.contract import TableContract

# Encodings of more than one byte first: text in them is seldom valid by chance.
_ENCODINGS = ("shift_jis", "gb18030", "cp1251", "cp1252")
# One stray row is a mistake of its own, not the file's encoding.
_ROWS_OF_AN_ENCODING = 2


def encoding_of_all(rows: Sequence[bytes]) -> str | None:
    """The one encoding in which rows that are no UTF-8 are words; None if there is no such."""
    if len(rows) < _ROWS_OF_AN_ENCODING:
        return None
    return next((name for name in _ENCODINGS if _are_words(rows, name)), None)


def _are_words(rows: Sequence[bytes], encoding: str) -> bool:
    try:
        text = "".join(row.decode(encoding) for row in rows)
    except UnicodeDecodeError:
        return False
    foreign = [letter for letter in text if not letter.isascii()]
    likely = sum(_is_likely(letter, encoding) for letter in foreign)
    if encoding == "cp1251":
        # Cyrillic words are foreign throughout; of Western ones, single letters are.
        adjacent = sum(not a.isascii() and not b.isascii() for a, b in pairwise(text))
        likely = min(likely, 2 * adjacent)
    return likely >= 0.8 * len(foreign)


def _is_likely(letter: str, encoding: str) -> bool:
    if encoding == "shift_jis" and "\uff61" <= letter <= "\uff9f":
        # Half-width: what bytes of another encoding give.
        return False
    return unicodedata.category(letter)[0] in "LPS" and unicodedata.category(letter) != "Cc"


def likely_cause(
    contract: TableContract, reasons: Counter[str], excess_fields: Counter[int]
) -> str:
    """Why every row was refused, by the most frequent reason."""
    ((reason_code, _),) = reasons.most_common(1)
    match reason_code:
        case "field_count":
            return _wrong_width(excess_fields)
        case "no_key" if contract.is_tabular:
            return f"the key ({_key(contract)}) is empty in each"
        case "no_key":
            return (
                f"none has the key ({_key(contract)}); perhaps the records stand in a list inside "
                "another object: declare where, as landing_records_path"
            )
        case "not_an_object" if contract.landing_format == "jsonl":
            return "a line holds no object; perhaps it is one document: declare landing_format json"
        case "bad_json" if contract.landing_format == "jsonl":
            return "the lines are no JSON; perhaps it is one document: declare landing_format json"
        case "broken_quote":
            return "quotes are not closed or not doubled in each"
        case "undecodable":
            return f"none is {contract.landing_encoding} text"
    return f"each for the same reason or a similar one ({reason_code})"


def _wrong_width(excess_fields: Counter[int]) -> str:
    if len(excess_fields) != 1:
        return "they have other numbers of fields than the header"
    (excess,) = excess_fields
    fields = "1 field" if abs(excess) == 1 else f"{abs(excess)} fields"
    more = "more" if excess > 0 else "less"
    return (
        f"each has {fields} {more} than the header; perhaps a column has no name, or the delimiter "
        "stands unquoted in a value"
    )


def _key(contract: TableContract) -> str:
    return ", ".join(contract.landing_key)
