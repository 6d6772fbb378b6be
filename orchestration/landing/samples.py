"""What sample files of a source look like: format, encoding, columns, kinds of values, keys.

The files are read as landing would read them, in the reading process. Names and values are data:
nothing of them is run, and none of them becomes a path. Guesses are for a person to review.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice
from pathlib import Path
from typing import Any

from orchestration.landing.accounting import Tally
from orchestration.landing.causes import encoding_of_all
from orchestration.landing.contract import Format, TableContract
from orchestration.landing.decoding import expanded
from orchestration.landing.problems import QuarantineError
from orchestration.landing.reader import shared_reader

MOST_ROWS = 20_000
_DELIMITERS = ",;\t|"
_LINES_LOOKED_AT = 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNDATED = re.compile(r"\d{6,}|\d{1,2}[-.]\d{1,2}[-.]\d{4}")
# What dbt would run in a name.
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")
_TRUE_OR_FALSE = {"true", "false", "yes", "no", "t", "f", "y", "n"}
_KINDS = (
    ("whole", re.compile(r"\d{1,9}")),
    ("number", re.compile(r"[+-]?\d+(\.\d+)?")),
    ("comma_number", re.compile(r"[+-]?\d+(,\d+)?")),
    (
        "zoned_time",
        re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})"),
    ),
    ("time", re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")),
    ("day_first_time", re.compile(r"\d{2}\.\d{2}\.\d{4} \d{2}:\d{2}:\d{2}")),
    ("date", _DATE),
)
# By the words of a name; the first that fits.
_PERSONAL_WORDS = (
    ("email", {"email", "mail"}),
    ("phone", {"phone", "mobile", "telephone", "tel", "cell"}),
    ("birth_date", {"birth", "birthday", "birthdate", "dob"}),
    ("ip", {"ip"}),
    ("card", {"card", "iban"}),
    ("address", {"address", "street", "zip", "postcode", "postal"}),
    ("handle", {"handle", "username", "nickname"}),
    ("account", {"customer", "client", "user", "account", "buyer", "login", "member"}),
    ("device", {"device", "cookie"}),
    ("free_text", {"comment", "comments", "text", "message", "note", "notes", "body"}),
    ("name", {"name", "surname", "firstname", "lastname", "forename"}),
)
_ID_WORDS = {"id", "number", "no", "nr", "code", "key"}
# So many words in a value on average are somebody's.
_WORDS_OF_A_TEXT = 2.5
# A name of these is not a person's.
_THINGS = {"product", "item", "store", "shop", "article", "category", "file", "campaign", "team"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+\d[\d ()/-]{6,}")


class SampleError(ValueError):
    """A sample that no contract can be made from: the file, and what to do."""


@dataclass(frozen=True)
class Column:
    """A column of the vendor's, and what its values seem to be."""

    name: str
    # whole, number, comma_number, zoned_time, time, day_first_time, date, boolean or text.
    kind: str
    is_filled: bool
    personal_data: str | None


@dataclass(frozen=True)
class Sample:
    """A table as its sample files show it."""

    table_name: str
    file_names: tuple[str, ...]
    file_pattern: str
    landing_format: Format
    encoding: str
    delimiter: str
    records_path: str | None
    columns: tuple[Column, ...]
    # Columns that together are never empty and never twice the same.
    key: tuple[str, ...]
    row_count: int
    doubts: tuple[str, ...] = field(default=())

    @property
    def has_date(self) -> bool:
        """Whether the file's name tells its day."""
        return "{date}" in self.file_pattern


def sampled(paths: Sequence[Path]) -> list[Sample]:
    """The tables of the files, by the names of the files without their days.

    Raises SampleError.
    """
    by_pattern: dict[str, list[Path]] = {}
    for path in paths:
        if not path.is_file():
            raise SampleError(f"{path} is no file")
        by_pattern.setdefault(_file_pattern(path.name), []).append(path)
    samples = [_sample(pattern, files) for pattern, files in sorted(by_pattern.items())]
    names = [sample.table_name for sample in samples]
    for name in names:
        if names.count(name) > 1:
            raise SampleError(f"two kinds of files would be the table {name}: rename one of them")
    return samples


def plain(name: str) -> str:
    """A name as SQL of ours has it: small letters, digits and _, beginning with a letter."""
    with_breaks = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    words = re.sub(r"[^a-z0-9]+", "_", with_breaks.lower()).strip("_")[:60]
    return words if words[:1].isalpha() else f"column_{words}".rstrip("_")


def _file_pattern(name: str) -> str:
    """The name with its day as {date}; a day in another form, or a number, as *."""
    if len(dates := _DATE.findall(name)) == 1:
        return name.replace(dates[0], "{date}")
    return _UNDATED.sub("*", _DATE.sub("*", name))


def _table_name(pattern: str) -> str:
    stem = re.sub(r"(\.(csv|txt|tsv|jsonl|ndjson|json|parquet|xlsx|gz))+$", "", pattern, flags=re.I)
    return plain(re.sub(r"\{date\}|\*", "", stem)) or "records"


def _sample(pattern: str, paths: list[Path]) -> Sample:
    landing_format, encoding, delimiter, records_path, doubts = _form(paths[0])
    contract = TableContract(
        source_name="sample",
        table_name="sample",
        landing_format=landing_format,
        landing_file="*",
        landing_encoding=encoding,
        landing_delimiter=delimiter,
        landing_records_path=records_path,
    )
    rows: list[dict[str, Any]] = []
    for path in paths:
        rows += islice(_records(path, contract), MOST_ROWS - len(rows))
    if not rows:
        raise SampleError(f"{paths[0]} holds no row that can be read as {landing_format}")
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        if _TEMPLATE.search(name) or "\n" in name or "\r" in name or not name.strip():
            raise SampleError(
                f"{paths[0]}: a column is named {name!r}, which dbt would not take as a name: "
                "rename it in the export"
            )
    columns = tuple(_column(name, [row.get(name) for row in rows]) for name in names)
    key = _key(columns, rows)
    if not key:
        doubts.append(
            "no column or pair of columns is always filled and never repeated: "
            "landing_key is left out, and a line may be loaded twice"
        )
    if "{date}" not in pattern:
        doubts.append("the name has no day as YYYY-MM-DD: as_of is then the day of landing")
    return Sample(
        _table_name(pattern),
        tuple(path.name for path in paths),
        pattern,
        landing_format,
        encoding,
        delimiter,
        records_path,
        columns,
        key,
        len(rows),
        tuple(doubts),
    )


def _form(path: Path) -> tuple[Format, str, str, str | None, list[str]]:
    """Format, encoding, delimiter and path of the records; what of it is in doubt."""
    try:
        head = next(iter(expanded(path)))
    except (QuarantineError, StopIteration) as error:
        raise SampleError(f"{path}: {error}") from error
    if head.startswith(b"PAR1"):
        return "parquet", "utf-8", ",", None, []
    if head.startswith(b"PK\x03\x04"):
        return "xlsx", "utf-8", ",", None, []
    encoding, doubts = _encoding(head)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    if text.lstrip().startswith("["):
        return "json", encoding, ",", None, doubts
    if text.lstrip().startswith("{"):
        try:
            first = json.loads(text.lstrip().splitlines()[0])
        except ValueError:
            first = None
        if isinstance(first, dict) and not any(_is_records(value) for value in first.values()):
            return "jsonl", encoding, ",", None, doubts
        return "json", encoding, ",", _records_path(path, text), doubts
    lines = [line for line in text.splitlines()[:_LINES_LOOKED_AT] if line.strip()]
    header = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=lambda sign: (header.count(sign), -_DELIMITERS.index(sign)))
    return "csv", encoding, delimiter, None, doubts


def _encoding(head: bytes) -> tuple[str, list[str]]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    lines = head.splitlines()
    # The last line may be cut amid a letter.
    whole = lines[:-1] if len(lines) > 1 else lines
    foreign = [line for line in whole if not _is_utf8(line)]
    if not foreign:
        return "utf-8", []
    letters = b"".join(foreign)
    # Letters of the West stand alone among ASCII; those of other scripts follow one another.
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", letters))
    is_western = alone > 0.8 * len(re.findall(rb"[\x80-\xff]", letters))
    guessed = "cp1252" if is_western else encoding_of_all(foreign * 2) or "cp1252"
    return guessed, [f"it is no UTF-8; {guessed} fits: look at its foreign letters"]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _records_path(path: Path, text: str) -> str | None:
    """The key of the list of records in a document that wraps it."""
    try:
        document = json.loads(text)
    except ValueError:
        match = re.match(r'\s*\{\s*"([A-Za-z0-9_]+)"\s*:\s*\[', text)
        return match[1] if match else None
    found = [key for key, value in document.items() if _is_records(value)]
    if len(found) != 1:
        raise SampleError(f"{path} is one JSON object without a list of records: no row in it")
    return found[0]


def _records(path: Path, contract: TableContract) -> Iterator[dict[str, Any]]:
    """Rows as the vendor names their columns. No column is known yet: all are extra."""
    column = "_extra" if contract.is_tabular else "payload"
    try:
        for batch in shared_reader().read(path, contract, Tally()):
            for text in batch.rows.column(column).to_pylist():
                record = json.loads(text) if text else None
                if isinstance(record, dict):
                    yield record
    except QuarantineError as problem:
        raise SampleError(
            f"{path} cannot be read as {contract.landing_format}: {problem}"
        ) from None


def _column(name: str, values: list[Any]) -> Column:
    texts = [text for value in values if (text := _text(value))]
    return Column(name, _kind(texts), len(texts) == len(values), _personal_data(name, texts))


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value).strip()


def _kind(texts: list[str]) -> str:
    if not texts:
        return "text"
    if all(text.lower() in _TRUE_OR_FALSE for text in texts):
        return "boolean"
    # A number that begins with 0 is a number of something: a phone, a post code, an id.
    if any(re.match(r"0\d", text) for text in texts) and not any(
        "-" in text[4:5] for text in texts
    ):
        return "day_first_time" if all(_KINDS[5][1].fullmatch(text) for text in texts) else "text"
    return next(
        (kind for kind, form in _KINDS if all(form.fullmatch(text) for text in texts)), "text"
    )


def _personal_data(name: str, texts: list[str]) -> str | None:
    if texts and sum(bool(_EMAIL.fullmatch(text)) for text in texts) * 2 > len(texts):
        return "email"
    if texts and sum(bool(_PHONE.fullmatch(text)) for text in texts) * 2 > len(texts):
        return "phone"
    words = set(plain(name).split("_"))
    for tag, signs in _PERSONAL_WORDS:
        if words & signs and not (tag == "name" and words & _THINGS):
            return tag
    if sum(len(text.split()) for text in texts) > _WORDS_OF_A_TEXT * len(texts):
        return "free_text"
    return None


def _key(columns: Sequence[Column], rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The first column, or pair, that is always filled and never the same; ids before others."""
    fits = [
        column
        for column in columns
        # A contract takes no quote and no backslash in a key.
        if column.is_filled
        and column.kind in ("whole", "number", "text")
        and not set(column.name) & set("'\"\\")
    ]
    by_name = sorted(fits, key=lambda column: not _is_like_an_id(column, columns))
    for size in (1, 2):
        for some in combinations(by_name[:12], size):
            names = tuple(column.name for column in some)
            if len({tuple(_text(row.get(name)) for name in names) for row in rows}) == len(rows):
                return names
    return ()


def _is_like_an_id(column: Column, columns: Sequence[Column]) -> bool:
    return column is columns[0] or bool(_ID_WORDS & set(plain(column.name).split("_")))
