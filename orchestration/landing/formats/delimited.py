"""Rows of a CSV file, read with care: slower than DuckDB's reader, and nothing is lost.

A record that can't be read is refused on its own, and reading goes on at the next line that starts
a whole record: an unclosed quote costs its own row, not the rest of the file.
"""

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.decoding import LineEncoding, has_foreign_letters, whole_lines
from orchestration.landing.formats.header import Header
from orchestration.landing.problems import KEPT_REJECT_BYTES, QuarantineError, Reject

MAX_RECORD_LINES = 1000
MAX_FIELD_BYTES = 16 << 20
# How far the end of a broken record is looked for before it is taken to be one line.
_RESUME_WITHIN_LINES = 100

if TYPE_CHECKING:
    from _csv import Reader

# Python's own words for what is wrong with a record, as far as they tell cases apart.
_OPEN_QUOTE = "unexpected end of data"
_STRAY_RETURN = "new-line character seen in unquoted field"
_TOO_LARGE = "field larger than field limit"
_BAD_QUOTE = "delimiter expected after a quote"
_WRONG_WIDTH = "wrong number of fields"
_REASON_CODES = {
    _OPEN_QUOTE: "broken_quote",
    _BAD_QUOTE: "broken_quote",
    _STRAY_RETURN: "stray_line_break",
    _TOO_LARGE: "too_large",
    _WRONG_WIDTH: "field_count",
}


def read(path: Path, contract: TableContract, tally: Tally) -> Iterator[Batch]:
    """The file's rows in batches, with their line numbers."""
    csv.field_size_limit(MAX_FIELD_BYTES)
    encoding = LineEncoding(contract.landing_encoding)
    chunks = whole_lines(path, encoding)
    waiting: list[str | bytes] = []
    header: Header | None = None
    for chunk in chain(chunks, [b""]):
        is_last = not chunk
        decoded = encoding.split(chunk)
        if not tally.has_read_letters:
            tally.has_read_letters = has_foreign_letters(decoded)
        lines = waiting + decoded
        start = 0
        if header is None:
            header, start = _read_header(lines, contract, encoding)
            tally.lines += start
            tally.header_lines += start
        records = _Records(lines[start:], contract, encoding, header, tally)
        rows = records.take(is_last)
        waiting = records.remaining
        yield Batch(header.table(rows, records.line_numbers), records.rejects)


def _read_header(
    lines: list[str | bytes], contract: TableContract, encoding: LineEncoding
) -> tuple[Header, int]:
    if not any(line.strip() for line in lines):
        raise QuarantineError("empty", "the file has no line with anything in it")
    if isinstance(lines[0], bytes):
        raise QuarantineError("undecodable", f"the header isn't {encoding.declared} text")
    reader = csv.reader(_as_texts(lines), delimiter=contract.landing_delimiter, strict=True)
    try:
        names = next(reader)
        further_rows = [next(reader) for _ in range(1, contract.landing_header_rows)]
    except csv.Error as error:
        raise QuarantineError("header", "the header can't be read as CSV") from error
    except StopIteration:
        raise QuarantineError(
            "header", f"the file has fewer than {contract.landing_header_rows} header rows"
        ) from None
    return Header.of(names, contract, further_rows), reader.line_num


def _as_texts(lines: Iterable[str | bytes]) -> Iterable[str]:
    """Lines for `csv`, which ends with an error of its own at one that could not be decoded."""
    return cast("Iterable[str]", lines)


class _Records:
    """One pass over a run of lines; what it can't decide yet is left for the next."""

    def __init__(
        self,
        lines: list[str | bytes],
        contract: TableContract,
        encoding: LineEncoding,
        header: Header,
        tally: Tally,
    ) -> None:
        self._lines = lines
        self._delimiter = contract.landing_delimiter
        self._encoding = encoding
        self._width = len(header.names)
        self._keys = header.positions(contract.landing_key)
        self._tally = tally
        self._first_line_number = tally.lines + 1
        self.rejects: list[Reject] = []
        self.line_numbers: list[int] = []
        self.remaining: list[str | bytes] = []

    def take(self, is_last: bool) -> list[list[str]]:
        """Every whole record; the tally learns what each line was."""
        rows: list[list[str]] = []
        position = 0
        while position < len(self._lines):
            position = self._take_until_a_problem(position, rows)
            if position == len(self._lines) or (not is_last and self._may_go_on(position)):
                break
            position = self._refuse_broken(position, is_last)
        self.remaining = self._lines[position:]
        rows = self._with_key(rows)
        self._tally.lines += position
        self._tally.loaded_rows += len(rows)
        self._tally.count_rejects(self.rejects)
        return rows

    def _reader(self, position: int) -> "Reader":
        lines = islice(self._lines, position, None) if position else self._lines
        return csv.reader(_as_texts(lines), delimiter=self._delimiter, strict=True)

    def _take_until_a_problem(self, position: int, rows: list[list[str]]) -> int:
        reader = self._reader(position)
        reached = position
        width, first = self._width, self._first_line_number
        blank = taken = 0
        # An error ends the loop: `reached` is then the start of the record that has it.
        with suppress(csv.Error):
            for fields in reader:
                end = position + reader.line_num
                if len(fields) == width and end - reached <= MAX_RECORD_LINES:
                    rows.append(fields)
                    self.line_numbers.append(first + reached)
                    taken += end - reached
                elif not fields:
                    blank += end - reached
                else:
                    break
                reached = end
        self._tally.row_lines += taken
        self._tally.blank_lines += blank
        return reached

    def _with_key(self, rows: list[list[str]]) -> list[list[str]]:
        keyless = {
            index
            for key in self._keys
            for index, fields in enumerate(rows)
            if not fields[key] or fields[key].isspace()
        }
        if not keyless:
            return rows
        for index in sorted(keyless):
            start = self.line_numbers[index] - self._first_line_number
            reader = self._reader(start)
            next(reader)
            self._refuse(start, start + reader.line_num, "no_key")
            self._tally.row_lines -= reader.line_num
        self.line_numbers = [
            number for index, number in enumerate(self.line_numbers) if index not in keyless
        ]
        return [fields for index, fields in enumerate(rows) if index not in keyless]

    def _may_go_on(self, start: int) -> bool:
        """Whether the record could still be completed by lines that aren't here yet."""
        if len(self._lines) - start > MAX_RECORD_LINES or isinstance(self._lines[start], bytes):
            return False
        return self._problem(start) == _OPEN_QUOTE

    def _refuse_broken(self, start: int, is_last: bool) -> int:
        line = self._lines[start]
        if isinstance(line, bytes):
            return self._refuse(start, start + 1, "nul" if b"\0" in line else "undecodable")
        problem = self._problem(start)
        end = start + 1
        if problem == _WRONG_WIDTH:
            self._tally.excess_fields[len(next(self._reader(start))) - self._width] += 1
        if problem != _STRAY_RETURN and self._opens_quote(line):
            end = self._next_whole_record(start, is_last)
        return self._refuse(start, end, _REASON_CODES[problem])

    def _refuse(self, start: int, end: int, reason_code: str) -> int:
        delivered = map(self._encoding.encoded, self._lines[start:end])
        self.rejects.append(
            Reject(
                line_number=self._first_line_number + start,
                line_count=end - start,
                reason_code=reason_code,
                raw_text=b"".join(delivered)[:KEPT_REJECT_BYTES],
            )
        )
        return end

    def _problem(self, start: int) -> str:
        reader = self._reader(start)
        try:
            fields = next(reader)
        except csv.Error as error:
            known = (_OPEN_QUOTE, _STRAY_RETURN, _TOO_LARGE)
            return next((problem for problem in known if problem in str(error)), _BAD_QUOTE)
        return _BAD_QUOTE if len(fields) == self._width else _WRONG_WIDTH

    def _opens_quote(self, line: str) -> bool:
        try:
            next(csv.reader([line], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            return _OPEN_QUOTE in str(error)
        return False

    def _next_whole_record(self, start: int, is_last: bool) -> int:
        """Where a broken record ends: before the next line that starts a whole one."""
        last = min(start + 1 + _RESUME_WITHIN_LINES, len(self._lines))
        for position in range(start + 1, last):
            with suppress(csv.Error):
                if len(next(self._reader(position))) == self._width:
                    return position
        return last if is_last and last == len(self._lines) else start + 1
