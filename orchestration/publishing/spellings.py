"""How people write addresses, telephone numbers, cards, accounts and person numbers.

Nothing here shows a value: a text has kinds of personal data, or none. Digits that stand alone are
order numbers more often than anything else, and one in ten of those has a right check digit: they
are told apart, so that a column is judged by how many of its digits pass.
"""

import html
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import phonenumbers

EMAIL = "an e-mail address"
PHONE = "a phone number"
CARD = "a payment card"
ACCOUNT = "a bank account"
PERSON_NUMBER = "a person number"

# The formats of these are looked for in every company; its own countries come to them.
USUAL_COUNTRIES = frozenset({"DE", "FR", "GB", "PL", "US"})

# What a text must have to be read at all (RE2, which the engine speaks): signs of an address, or
# nine digits in a row. Keys and UUIDs have neither an address nor a number in them.
WORTH_READING = r"@|%(?:25)*40|\\u0040|\\x00|&#|&commat|[^\x00-\x7F]|[0-9](?:[ ./()-]{0,3}[0-9]){8}"
KEYS = r"[0-9a-f]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

_EMAIL = re.compile(
    r"""(?:[^\s@<>()\[\],;:"'/\\|=]+|"[^"@]{1,64}")@(?![0-9]x\.)"""
    r"(?:[\w-]{1,63}\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{2,})",
    re.IGNORECASE,
)
# Days, times and networks are written with digits and points too.
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d{1,2})"
_NO_NUMBERS = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}\S*)?|\d{1,2}:\d{2}(?::\d{2})?"
    r"|(?<![\d.])(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|{_OCTET}(?:\.{_OCTET}){{3}})(?![-/.]?\d)"
)
_STANDS_ALONE = r"(?<![\w.,+/-])"
_ENDS = r"(?!\w|[.,/-]\d)"
_INTERNATIONAL = re.compile(r"\+[ (]{0,2}[1-9]\d{0,2}[ ./()-]{0,3}\d(?:[ ./()-]{0,3}\d){6,12}")
_ZERO_ZERO = re.compile(
    _STANDS_ALONE + r"\(?00[ ./()-]{0,2}[1-9]\d{0,2}(?:[ ./()-]{0,3}\d){7,12}" + _ENDS
)
_NATIONAL = re.compile(_STANDS_ALONE + r"\(?\d{2,5}\)?(?:[ ./-]{1,3}\d{2,8}){1,5}" + _ENDS)
_DIGITS = re.compile(_STANDS_ALONE + r"\d{9,26}" + _ENDS)
_GROUPED_CARD = re.compile(
    _STANDS_ALONE
    + r"(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})"
    + _ENDS
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?"
    r"(?![A-Za-z0-9])"
)
_GROUPED_ACCOUNT = re.compile(_STANDS_ALONE + r"\d{2}(?:[ -]\d{4}){6}" + _ENDS)
# The length of an account number by country: a key of hexadecimal digits has another.
_IBAN_LENGTHS = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22},
    **{"BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28},
    **{"EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23},
    **{"GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27},
    **{"JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27},
    **{"MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PT": 25},
    **{"QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24},
    **{"TR": 26, "UA": 29, "VA": 22, "XK": 20},
}
_CARD_ISSUERS = re.compile(
    r"4(?:\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|(?:6011|65\d\d|64[4-9]\d|35\d\d)\d{12}|62\d{14,17}"
)
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)


@dataclass(frozen=True)
class Reading:
    """What a text holds: for sure, by its bare digits, and the digits of what may be a phone."""

    certain: frozenset[str]
    doubtful: frozenset[str]
    has_bare_digits: bool
    phone_digits: frozenset[str]


def read(text: str, countries: Collection[str] = USUAL_COUNTRIES) -> Reading:
    """Every kind of personal data in a text, however it is written."""
    plain = plain_text(text)
    certain = {EMAIL} if _EMAIL.search(plain) else set()
    numbers = _NO_NUMBERS.sub(" ; ", plain)
    phones = [
        *(match.group() for match in _INTERNATIONAL.finditer(numbers)),
        *(match.group() for match in _ZERO_ZERO.finditer(numbers)),
    ]
    groups = [match.group() for match in _NATIONAL.finditer(numbers)]
    if (
        _INTERNATIONAL.search(numbers)
        or any(not number.isdigit() and _is_abroad(number) for number in phones)
        or any(_is_national(number, countries) for number in groups)
    ):
        certain.add(PHONE)
    if any(_is_card(_digits(match.group())) for match in _GROUPED_CARD.finditer(plain)):
        certain.add(CARD)
    if any(_is_iban(match) for match in _accounts(plain)):
        certain.add(ACCOUNT)
    bare = [match.group() for match in _DIGITS.finditer(numbers)]
    return Reading(
        certain=frozenset(certain),
        doubtful=frozenset(kind for digits in bare for kind in _kinds_of_digits(digits)),
        has_bare_digits=bool(bare),
        phone_digits=frozenset(
            _digits(number) for number in (*phones, *groups) if not number.isdigit()
        ),
    )


def plain_text(text: str) -> str:
    """A text in the letters, digits, spaces and dashes of ASCII where it has others for them."""
    text = text.replace("\\x00", "").replace("\\u0040", "@")
    for _ in range(2):
        text = unquote(text)
    text = unicodedata.normalize("NFKC", html.unescape(text))
    if text.isascii():
        return text
    return "".join(_plain_characters(text))


def _plain_characters(text: str) -> Iterator[str]:
    for character in text:
        category = unicodedata.category(character)
        if category == "Nd":
            yield str(unicodedata.digit(character))
        elif category == "Zs":
            yield " "
        elif category == "Pd" or character == "\N{MINUS SIGN}":
            yield "-"
        elif category != "Cf":
            yield character


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d", text))


def _is_valid_phone(number: str, country: str | None) -> bool:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


def _is_abroad(number: str) -> bool:
    return _is_valid_phone("+" + _digits(number)[2:], None)


def _is_national(number: str, countries: Collection[str]) -> bool:
    """Whether a country writes its numbers so: a trunk zero, or three groups without one."""
    digits, groups = _digits(number), re.findall(r"\d+", number)
    if not 9 <= len(digits) <= 12:
        return False
    starts_with_zero = digits.startswith("0")
    if starts_with_zero:
        is_written_so = len(groups[0]) >= 3 or len(groups) >= 3
    else:
        is_written_so = (
            len(groups) >= 3 and max(len(group) for group in groups) <= 4
        ) or number.startswith("(")
    return is_written_so and any(
        _is_valid_phone(digits, country)
        for country in countries
        if (phonenumbers.ndd_prefix_for_region(country, True) == "0") == starts_with_zero
    )


def _kinds_of_digits(digits: str) -> Iterator[str]:
    if _is_card(digits):
        yield CARD
    if _is_pesel(digits):
        yield PERSON_NUMBER
    if len(digits) == 26 and _is_iban("PL" + digits):
        yield ACCOUNT
    if digits.startswith("00") and _is_abroad(digits):
        yield PHONE


def _is_card(digits: str) -> bool:
    if not _CARD_ISSUERS.fullmatch(digits) or len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_pesel(digits: str) -> bool:
    if len(digits) != len(_PESEL_WEIGHTS):
        return False
    month, day = int(digits[2:4]) % 20, int(digits[4:6])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    products = zip(_PESEL_WEIGHTS, digits, strict=True)
    return sum(weight * int(digit) for weight, digit in products) % 10 == 0


def _accounts(text: str) -> Iterator[str]:
    for match in _IBAN.finditer(text):
        yield re.sub(r"[ -]", "", match.group()).upper()
    for match in _GROUPED_ACCOUNT.finditer(text):
        yield "PL" + _digits(match.group())


def _is_iban(account: str) -> bool:
    """Whether an account number begins here: words may follow it after a space."""
    length = _IBAN_LENGTHS.get(account[:2])
    if length is None or len(account) < length:
        return False
    moved = account[4:length] + account[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
