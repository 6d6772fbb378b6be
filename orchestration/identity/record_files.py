"""Files of person records with known duplicates, as observations of the warehouse.

The command says what a column means; how its values are written is found out here.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.identity.names import split_full_name

# Attributes that may be mapped, each with its column; a full name is cut in two.
ATTRIBUTES = {
    "given_name": "given_name",
    "surname": "surname",
    "full_name": None,
    "birth_date": "birth_date",
    "email": "email",
    "phone": "phone",
    "address": "street_address",
    "city": "city",
    "postcode": "postcode",
    "region": "region",
    "country": "country_code",
    "government_id": "government_id",
}
_OTHER_TRAITS = (
    *("loyalty_card", "account_id", "device_id", "social_handle", "contact_id"),
    *("gender", "language", "segment_slug", "merged_profile_id"),
)
_MISSING = {"", "nan", "null", "none", "n/a", "#n/a", "<na>", "\\n", "nat"}
# The day comes first where a column leaves it open.
_DATE_FORMATS = (
    *("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y"),
    *("%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d/%m/%y", "%m/%d/%y"),
)
# Where the telephones of a file are from, if it does not say.
_COUNTRIES = ("US", "GB", "AU", "PL", "DE", "FR", "ES", "IT", "NL", "IN", "BR", "JP", "ZA", "SE")
_PHONES_LOOKED_AT = 200


class RecordsError(ValueError):
    """Records that cannot be evaluated, in words for the person who typed the command."""


def read_records(
    path: Path, truth: str, attributes: Sequence[tuple[str, str]]
) -> tuple[pa.Table, list[str]]:
    """The records as observations, one profile each, and the true group of each.

    Args:
        path: CSV or Parquet.
        truth: The column whose value records of one person share; without one, a record is alone.
        attributes: Pairs of attribute and column; columns of one attribute are joined by a space.
    """
    frame = _read(path)
    columns = _mapped_columns(frame, truth, attributes)
    known = [_known(value) for value in frame[truth]]
    groups = [
        f"alone {number}" if group is None else f"group {group}"
        for number, group in enumerate(known)
    ]
    return _observations(columns, len(frame)), groups


def default_country(observations: pa.Table) -> str:
    """The country in which most telephones of the records are valid."""
    phones = [phone for phone in observations["phone"].to_pylist() if phone][:_PHONES_LOOKED_AT]
    return max(_COUNTRIES, key=lambda country: sum(_is_valid(phone, country) for phone in phones))


def _is_valid(phone: str, country: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone, country))
    except phonenumbers.NumberParseException:
        return False


def _read(path: Path) -> pd.DataFrame:
    """Every value as text, as it is written."""
    if not path.is_file():
        raise RecordsError(f"there is no file {path}")
    try:
        frame = _read_parquet(path) if _is_parquet(path) else _read_csv(path)
    except (pa.ArrowInvalid, pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise RecordsError(f"{path.name} cannot be read: {error}") from error
    frame.columns = [str(column).strip() for column in frame.columns]
    if frame.empty:
        raise RecordsError(f"{path.name} holds no record")
    return frame


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _read_parquet(path: Path) -> pd.DataFrame:
    table = pq.read_table(path)
    return pd.DataFrame(
        {
            name: [_written(value) for value in table[name].to_pylist()]
            for name in table.column_names
        },
        dtype=object,
    )


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def _read_csv(path: Path) -> pd.DataFrame:
    text = _decoded(path.read_bytes())
    if not text.strip():
        raise RecordsError(f"{path.name} is empty")
    return pd.read_csv(
        io.StringIO(text),
        dtype=str,
        sep=_delimiter(text),
        skipinitialspace=True,
        keep_default_na=False,
        index_col=False,
    )


def _decoded(raw: bytes) -> str:
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _delimiter(text: str) -> str:
    """The sign that cuts the header into most columns: names rarely hold a comma, values do."""
    header = text.lstrip().splitlines()[0]
    return max(",;\t|", key=header.count)


def _mapped_columns(
    frame: pd.DataFrame, truth: str, attributes: Sequence[tuple[str, str]]
) -> dict[str, list[str | None]]:
    """Per attribute its values."""
    if not attributes:
        raise RecordsError(f"map at least one attribute to a column: {', '.join(ATTRIBUTES)}")
    for attribute, column in attributes:
        if attribute not in ATTRIBUTES:
            raise RecordsError(
                f"unknown attribute {attribute!r}: there are {', '.join(ATTRIBUTES)}"
            )
        if column == truth:
            raise RecordsError(f"{column!r} is the truth: it cannot be an attribute too")
    for column in (truth, *(column for _, column in attributes)):
        if column not in frame.columns:
            raise RecordsError(f"no column {column!r}: there are {', '.join(frame.columns)}")
    columns: dict[str, list[str | None]] = {}
    for attribute, column in attributes:
        values = [_known(value) for value in frame[column]]
        if attribute in columns:
            values = list(map(_joined, columns[attribute], values))
        columns[attribute] = values
    return columns


def _joined(left: str | None, right: str | None) -> str | None:
    return " ".join(value for value in (left, right) if value) or None


def _known(value: object) -> str | None:
    text = str(value).strip()
    return None if text.casefold() in _MISSING else text


def _observations(columns: Mapping[str, list[str | None]], count: int) -> pa.Table:
    nothing: list[str | None] = [None] * count
    traits = {
        column: columns.get(attribute, nothing)
        for attribute, column in ATTRIBUTES.items()
        if column
    }
    for column in ("postcode", "phone", "government_id", "birth_date"):
        traits[column] = [_without_decimals(value) for value in traits[column]]
    birth_dates = _dates(traits.pop("birth_date"))
    if "full_name" in columns:
        parts = [split_full_name(name) if name else (None, None) for name in columns["full_name"]]
        for place, column in enumerate(("given_name", "surname")):
            traits[column] = [
                known or part[place] for known, part in zip(traits[column], parts, strict=True)
            ]
    numbers = [str(number) for number in range(count)]
    seen_at = pa.array([datetime(2000, 1, 1)] * count, pa.timestamp("us"))
    return pa.table(
        {
            "source_name": pa.array(["records"] * count),
            # A bare 0 would be a placeholder.
            "source_profile_id": pa.array([f"record {number}" for number in numbers]),
            "profile_key": pa.array([f"records:{number:>09}" for number in numbers]),
            **{column: pa.array(values, pa.string()) for column, values in traits.items()},
            "birth_date": pa.array(birth_dates, pa.date32()),
            **{column: pa.array(nothing, pa.string()) for column in _OTHER_TRAITS},
            "first_seen_at": seen_at,
            "last_seen_at": seen_at,
            "_load_id": pa.array([1] * count, pa.int64()),
        }
    )


def _without_decimals(value: str | None) -> str | None:
    """A number that a spreadsheet made of a text: 2010.0 is 2010."""
    if value and value.endswith(".0") and value[:-2].isdigit():
        return value[:-2]
    return value


def _dates(values: Iterable[str | None]) -> list[date | None]:
    """Each by the format that most values of its column have, or else by any other."""
    texts = [value.split("T")[0].split(" 00:")[0] if value else None for value in values]
    ordered = sorted(
        _DATE_FORMATS,
        key=lambda form: sum(_date(text, form) is not None for text in texts[:1000] if text),
        reverse=True,
    )
    return [_first_date(text, ordered) if text else None for text in texts]


def _first_date(text: str, forms: Sequence[str]) -> date | None:
    return next(filter(None, (_date(text, form) for form in forms)), None)


def _date(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None
