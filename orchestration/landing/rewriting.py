"""A delivered file written anew without some of its rows, in its own format.

What stays, stays as it was delivered: the bytes of its lines, the text of its elements. The same
file without the same rows is always the same bytes, so that it is known when it comes again.
"""

import codecs
import csv
import gzip
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.contract import TableContract
from orchestration.landing.decoding import GZIP_MAGIC, LineEncoding, utf8_text, whole_lines
from orchestration.landing.formats import cutting
from orchestration.landing.formats.delimited import MAX_FIELD_BYTES
from orchestration.landing.formats.documents import after_opening_of
from orchestration.landing.suppressed_rows import ERASED, Found
from orchestration.warehouse.private_files import replace_private

_ROWS_AT_ONCE = 50_000


def rewrite(path: Path, contract: TableContract, found: Found, target: Path) -> int:
    """Write the file to `target` without what was found; returns how many lines went.

    A line is what the reader of its format counts. Words are made blank in the rows that stay.
    """
    match contract.landing_format:
        case "csv" | "jsonl":
            return _rewrite_lines(path, contract, found, target)
        case "json":
            return _rewrite_document(path, contract, found, target)
        case "parquet":
            return _rewrite_parquet(path, found, target)
        case "xlsx":
            return _rewrite_sheet(path, contract, found, target)


def _rewrite_lines(path: Path, contract: TableContract, found: Found, target: Path) -> int:
    csv.field_size_limit(MAX_FIELD_BYTES)
    encoding = LineEncoding(contract.landing_encoding)
    numbered = _numbered(path, encoding)
    erased = 0
    with _writer(path, encoding, target) as write:
        for number, line in numbered:
            record = [line]
            if number in found.rejects:
                record += [next(numbered)[1] for _ in range(1, found.rejects[number])]
                erased += len(record)
            elif number in found.rows or number in found.words:
                if contract.landing_format == "csv" and isinstance(line, str):
                    _complete(record, numbered, contract.landing_delimiter)
                if number in found.rows:
                    erased += len(record)
                else:
                    write(_blanked(record, found.words[number]))
            else:
                write(record)
    return erased


def _numbered(path: Path, encoding: LineEncoding) -> Iterator[tuple[int, str | bytes]]:
    number = 0
    for chunk in whole_lines(path, encoding):
        for line in encoding.split(chunk):
            number += 1
            yield number, line


def _complete(
    record: list[str | bytes], numbered: Iterator[tuple[int, str | bytes]], delimiter: str
) -> None:
    """Add the further lines of a record that is known to be whole."""

    def lines() -> Iterator[str]:
        yield str(record[0])
        for _, line in numbered:
            record.append(line)
            yield str(line)

    next(csv.reader(lines(), delimiter=delimiter, strict=True))


def _blanked(lines: Iterable[str | bytes], words: Iterable[str]) -> list[str | bytes]:
    return [line if isinstance(line, bytes) else blanked(line, words) for line in lines]


def blanked(text: str, words: Iterable[str]) -> str:
    """The text with these words made blank; the longest first, for one may hold another."""
    for word in sorted(words, key=lambda word: (-len(word), word)):
        text = text.replace(word, ERASED)
    return text


@contextmanager
def _writer(path: Path, encoding: LineEncoding, target: Path) -> Iterator[Any]:
    """Writes lines in the encoding of the file, zipped if it is."""
    encoder = codecs.getincrementalencoder(encoding.declared)() if encoding.is_wide else None

    with _binary(path, target) as file:

        def write(lines: Iterable[str | bytes]) -> None:
            for line in lines:
                if encoder is not None:
                    file.write(encoder.encode(line if isinstance(line, str) else line.decode()))
                else:
                    file.write(encoding.encoded(line))

        yield write


@contextmanager
def _binary(path: Path, target: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP_MAGIC
    with os.fdopen(replace_private(target), "wb") as file:
        if not is_gzip:
            yield file
            return
        # Without a name and a time the same text is the same bytes.
        with gzip.GzipFile("", "wb", 6, file, 0) as zipped:
            yield zipped  # type: ignore[misc]


def _rewrite_document(path: Path, contract: TableContract, found: Found, target: Path) -> int:
    encoding = LineEncoding(contract.landing_encoding)
    text = b"".join(utf8_text(path, encoding))
    before, elements, after, joiner = _parts(text, contract.landing_records_path)
    kept = []
    for number, element in enumerate(elements, start=1):
        if number in found.words:
            kept.append(blanked(element.decode(), found.words[number]).encode())
        elif number not in found.rows and number not in found.rejects:
            kept.append(element)
    whole = before + joiner.join(kept) + after
    with _binary(path, target) as file:
        is_utf8 = encoding.declared in ("utf-8", "utf-8-sig")
        file.write(whole if is_utf8 else whole.decode().encode(encoding.declared))
    return len(elements) - len(kept)


def _parts(text: bytes, records_path: str | None) -> tuple[bytes, list[bytes], bytes, bytes]:
    """What stands before the elements, the elements, what follows, and what joins them."""
    if records_path is None and text.lstrip().startswith(b"{"):
        cut = cutting.objects_in_sequence(text)
        return b"", _elements(cut), text[cut.rest :], b"\n"
    if records_path is None:
        inside = text.lstrip()[1:]
    else:
        inside = after_opening_of(records_path, text.lstrip(), iter(()))
    before = text[: len(text) - len(inside)]
    cut = cutting.array_elements(inside)
    elements = _elements(cut)
    if elements == [b""]:
        elements = []
    return before, elements, inside[cut.rest - 1 :], b",\n"


def _elements(cut: cutting.Cut) -> list[bytes]:
    spans = cut.elements
    return [spans.buffer[start:end] for start, end in zip(spans.starts, spans.ends, strict=True)]


def _rewrite_parquet(path: Path, found: Found, target: Path) -> int:
    gone = {*found.rows, *found.rejects}
    file = pq.ParquetFile(path)
    first, erased = 1, 0
    target.touch(0o600)
    with pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writer:
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            numbers = range(first, first + len(batch))
            first += len(batch)
            # Words within lists and structs can't be made blank: the row goes.
            rows = _blanked_rows(pa.Table.from_batches([batch]), numbers, found.words)
            is_kept = pa.array([number not in gone for number in numbers])
            kept = rows.filter(is_kept)
            erased += len(rows) - len(kept)
            if len(kept):
                writer.write_table(kept)
    return erased


def _blanked_rows(rows: pa.Table, numbers: range, words: Mapping[int, set[str]]) -> pa.Table:
    if not words.keys() & set(numbers):
        return rows
    for index, field in enumerate(rows.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            texts = [
                text if text is None else blanked(text, words.get(number, ()))
                for number, text in zip(numbers, rows.column(index).to_pylist(), strict=True)
            ]
            rows = rows.set_column(index, field, pa.array(texts, field.type))
    return rows


def _rewrite_sheet(path: Path, contract: TableContract, found: Found, target: Path) -> int:
    import openpyxl

    with path.open("rb") as file:
        workbook = openpyxl.load_workbook(file, data_only=True)
    name = contract.landing_sheet
    sheet = workbook[name] if name else workbook.worksheets[0]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
        value = sheet.cell(merged.min_row, merged.min_col).value
        for row in sheet.iter_rows(merged.min_row, merged.max_row, merged.min_col, merged.max_col):
            for cell in row:
                cell.value = value
    for number, words in found.words.items():
        for cell in sheet[number]:
            if isinstance(cell.value, str):
                cell.value = blanked(cell.value, words)
    gone = sorted({*found.rows, *found.rejects}, reverse=True)
    for number in gone:
        sheet.delete_rows(number)
    workbook.save(target)
    target.chmod(0o600)
    _without_times(target)
    return len(gone)


def _without_times(path: Path) -> None:
    """A workbook says when it was saved, in its parts and for each of them: the same each time."""
    import zipfile

    with zipfile.ZipFile(path) as workbook:
        parts = {name: workbook.read(name) for name in workbook.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as workbook:
        for name, content in parts.items():
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[0-9:.]+Z?", b"2000-01-01T00:00:00Z", content)
            workbook.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
