"""A large CSV file read by DuckDB, as long as nothing about it is unusual.

DuckDB's reader is fast, but its list of rejects is no full account: an unclosed quote can swallow
thousands of lines without a word. So it only reads files whose every line turns out to be one row;
any other file is for `delimited`, which takes care of each line.
"""

import csv
import glob
import os
import re
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import duckdb

from orchestration.landing.accounting import Tally
from orchestration.landing.contract import TableContract, quote_identifier
from orchestration.landing.decoding import GZIP_MAGIC, LineEncoding, whole_lines
from orchestration.landing.formats.header import Header
from orchestration.landing.problems import QuarantineError
from orchestration.landing.raw_tables import Origin
from orchestration.warehouse.private_files import replace_private

_MAX_LINE_BYTES = 16 << 20


class NotPlainError(Exception):
    """The file needs the careful reader; what was written is to be rolled back."""


@dataclass(frozen=True)
class PlainText:
    """A file that DuckDB may read: UTF-8, one kind of line break, no blank line."""

    path: Path
    header: Header
    lines: int
    delimiters: int
    has_empty_last_fields: bool


def survey(stored: Path, contract: TableContract, text: Path) -> PlainText:
    """Count the lines and see that they are plain; unzipped or transcoded, write them to `text`.

    Raises NotPlainError or QuarantineError.
    """
    encoding = LineEncoding(contract.landing_encoding)
    with stored.open("rb") as file:
        is_gzip = file.read(2) == GZIP_MAGIC
    seen = _Survey(encoding, contract.landing_delimiter)
    texts = map(seen.see, whole_lines(stored, encoding))
    first = next(texts)
    header, header_text = _header(first, contract)
    seen.delimiters -= header_text.count(contract.landing_delimiter)
    if encoding.declared in ("utf-8", "utf-8-sig") and not is_gzip:
        for _ in texts:
            pass
        return seen.plain_text(stored, header)
    with os.fdopen(replace_private(text), "wb") as file:
        file.writelines(chain([first], texts))
    return seen.plain_text(text, header)


def load(
    connection: duckdb.DuckDBPyConnection,
    text: PlainText,
    contract: TableContract,
    tally: Tally,
    origin: Origin,
) -> None:
    """Insert the file's rows within the caller's transaction, and count them.

    Raises NotPlainError if any line isn't exactly one acceptable row; then nothing is counted.
    """
    header_lines = contract.landing_header_rows
    try:
        ((inserted,),) = connection.execute(
            _insert_statement(text.header, contract),
            [
                header_lines,
                origin.load_id,
                origin.file_date,
                origin.loaded_at,
                glob.escape(str(text.path)),
            ],
        ).fetchall()
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise NotPlainError from error
    if inserted != text.lines - header_lines:
        raise NotPlainError
    # DuckDB lets a row have one empty field too many.
    if text.has_empty_last_fields:
        between_fields = inserted * (len(text.header.names) - 1)
        within_values = text.delimiters - between_fields
        if within_values and within_values != _delimiters_within_values(
            connection, contract, origin.load_id
        ):
            raise NotPlainError
    tally.lines += text.lines
    tally.header_lines += header_lines
    tally.row_lines += inserted
    tally.loaded_rows += inserted


def _insert_statement(header: Header, contract: TableContract) -> str:
    # Columns are read by place, so that no name from the file is ever part of a statement.
    places = {name: f"column_{number}" for number, name in enumerate(header.names)}
    types = ", ".join(f"'{place}': 'varchar'" for place in places.values())
    columns = [name for name in contract.column_names if name in places]
    targets = ", ".join(map(quote_identifier, columns))
    has_key = "".join(f" and trim({places[key]}) <> ''" for key in contract.landing_key)
    return f"""
        insert into {contract.relation} ({targets}, _line, _load_id, _file_date, _loaded_at)
        select
            {", ".join(places[name] for name in columns)},
            row_number() over () + ?,
            ?,
            ?,
            ?
        from read_csv(
            ?,
            columns = {{{types}}},
            delim = '{contract.landing_delimiter.replace("'", "''")}',
            quote = '"',
            escape = '"',
            header = false,
            skip = {contract.landing_header_rows},
            auto_detect = false,
            strict_mode = true,
            null_padding = false,
            compression = 'none',
            hive_partitioning = false,
            max_line_size = {_MAX_LINE_BYTES}
        )
        where true{has_key}
    """


def _delimiters_within_values(
    connection: duckdb.DuckDBPyConnection, contract: TableContract, load_id: int
) -> int:
    counts = " + ".join(
        f"coalesce(length({name}) - length(replace({name}, $delimiter, '')), 0)"
        for name in map(quote_identifier, contract.column_names)
    )
    ((found,),) = connection.execute(
        f"select coalesce(sum({counts}), 0) from {contract.relation} where _load_id = $load_id",
        {"delimiter": contract.landing_delimiter, "load_id": load_id},
    ).fetchall()
    return int(found)


class _Survey:
    """Sees every byte once."""

    def __init__(self, encoding: LineEncoding, delimiter: str) -> None:
        self._encoding = encoding
        self._delimiter = delimiter.encode()
        sign = re.escape(self._delimiter)
        # DuckDB drops spaces around a quoted field, where CSV has none.
        self._loose_quote = re.compile(rb'(?:^|[\n]|%b) +"|" +(?:[\r\n]|$|%b)' % (sign, sign))
        self._line_break: bytes | None = None
        self.lines = 0
        self.delimiters = 0
        self._has_empty_last_fields = False

    def see(self, chunk: bytes) -> bytes:
        """The chunk in UTF-8; NotPlainError for anything that could surprise a fast reader."""
        if self._line_break is None:
            self._line_break = b"\r\n" if b"\r\n" in chunk else b"\n"
        breaks = chunk.count(b"\n")
        returns = breaks if self._line_break == b"\r\n" else 0
        if (
            b"\0" in chunk
            or chunk.count(b"\r") != returns
            or chunk.count(self._line_break) != breaks
            or chunk.startswith(self._line_break)
            or self._line_break * 2 in chunk
        ):
            raise NotPlainError
        text = self._utf8(chunk)
        if (b' "' in text or b'" ' in text) and self._loose_quote.search(text):
            raise NotPlainError
        self.lines += breaks + (not chunk.endswith(b"\n"))
        self.delimiters += text.count(self._delimiter)
        self._has_empty_last_fields = self._has_empty_last_fields or (
            text.endswith(self._delimiter)
            or self._delimiter + self._line_break in text
            or self._delimiter + b'""' + self._line_break in text
        )
        return text

    def plain_text(self, path: Path, header: Header) -> PlainText:
        """The result of the survey, once every byte has been seen."""
        return PlainText(path, header, self.lines, self.delimiters, self._has_empty_last_fields)

    def _utf8(self, chunk: bytes) -> bytes:
        if chunk.isascii():
            return chunk
        try:
            text = self._encoding.decode(chunk)
        except UnicodeDecodeError as error:
            raise NotPlainError from error
        return text.encode() if self._encoding.of_lines != "utf-8" else chunk


def _header(text: bytes, contract: TableContract) -> tuple[Header, str]:
    first_lines = text.split(b"\n", contract.landing_header_rows)[: contract.landing_header_rows]
    lines = [line.decode() for line in first_lines]
    reader = csv.reader(lines, delimiter=contract.landing_delimiter, strict=True)
    try:
        names, *further_rows = list(reader)
        header = Header.of(names, contract, further_rows)
    except (csv.Error, ValueError, QuarantineError) as error:
        # The careful reader finds the same, and says what is wrong.
        raise NotPlainError from error
    if header.added or 1 + len(further_rows) != contract.landing_header_rows:
        raise NotPlainError
    return header, "".join(lines)
