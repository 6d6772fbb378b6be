"""JSON lines, and the elements of a JSON document: each kept as its own text, verbatim.

An element's text is never parsed into values and written again: that would round long ids.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.decoding import (
    LineEncoding,
    has_foreign_letters,
    utf8_text,
    whole_lines,
)
from orchestration.landing.formats import cutting
from orchestration.landing.formats.element_check import MAX_ELEMENT_BYTES, ElementCheck
from orchestration.landing.problems import KEPT_REJECT_BYTES, QuarantineError, Reject

# In less text than this, finding the elements for certain costs nothing.
_GUESSED_FROM_BYTES = 1 << 20


def _malformed() -> QuarantineError:
    return QuarantineError("bad_json", "the document isn't JSON, or ends too early")


def read_lines(
    path: Path, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """The objects of a JSON lines file; the line is what is counted."""
    encoding = LineEncoding(contract.landing_encoding)
    check = ElementCheck(contract, tally, connection)
    for chunk in whole_lines(path, encoding):
        first = tally.lines + 1
        try:
            texts = cutting.lines(encoding.utf8(chunk)).texts()
            numbers = np.arange(first, first + len(texts))
            rejects: list[Reject] = []
            tally.has_read_letters = tally.has_read_letters or not chunk.isascii()
        except (UnicodeDecodeError, pa.ArrowInvalid):
            decoded = encoding.split(chunk)
            tally.has_read_letters = tally.has_read_letters or has_foreign_letters(decoded)
            texts, numbers, rejects = _readable_lines(decoded, first)
        tally.lines += len(texts) + len(rejects)
        yield check.batch(texts, numbers, rejects)
    if tally.lines == tally.blank_lines:
        raise QuarantineError("empty", "the file has no line with anything in it")


def _readable_lines(
    lines: list[str | bytes], first: int
) -> tuple[pa.Array, np.ndarray, list[Reject]]:
    numbered = list(enumerate(lines, start=first))
    rejects = [
        Reject(number, 1, "nul" if b"\0" in line else "undecodable", line[:KEPT_REJECT_BYTES])
        for number, line in numbered
        if isinstance(line, bytes)
    ]
    readable = [(number, line) for number, line in numbered if isinstance(line, str)]
    texts = pa.array([line.rstrip("\r\n") for _, line in readable], pa.string())
    return texts, np.array([number for number, _ in readable], dtype=np.int64), rejects


def read_document(
    path: Path, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """The elements of a JSON array, of an array inside an object, or objects in sequence."""
    check = ElementCheck(contract, tally, connection)
    chunks = utf8_text(path, LineEncoding(contract.landing_encoding))
    for texts, is_checked in _elements(chunks, contract.landing_records_path, check):
        numbers = np.arange(tally.lines + 1, tally.lines + 1 + len(texts))
        tally.lines += len(texts)
        yield check.batch(texts, numbers, [], is_checked=is_checked)


def _elements(
    chunks: Iterator[bytes], records_path: str | None, check: ElementCheck
) -> Iterator[tuple[pa.Array, bool]]:
    """The elements' texts, and whether they are known to be good."""
    buffer = b""
    while not buffer.strip():
        chunk = next(chunks, b"")
        if not chunk:
            raise QuarantineError("empty", "the file has nothing in it")
        buffer += chunk
    buffer = buffer.lstrip()
    if records_path is not None:
        buffer = after_opening_of(records_path, buffer, chunks)
        yield from _array_elements(buffer, chunks, check, is_wrapped=True)
    elif buffer.startswith(b"["):
        yield from _array_elements(buffer[1:], chunks, check, is_wrapped=False)
    elif buffer.startswith(b"{"):
        yield from _objects_in_sequence(buffer, chunks)
    else:
        raise QuarantineError("shape", "expected an object or an array of objects")


def _array_elements(
    buffer: bytes, chunks: Iterator[bytes], check: ElementCheck, *, is_wrapped: bool
) -> Iterator[tuple[pa.Array, bool]]:
    separator = cutting.likely_separator(buffer)
    is_first = True
    # At both ends, without a new chunk, nothing is guessed: only a certain cut finds the end.
    for chunk in chain([b""], chunks, [b""]):
        buffer += chunk
        if separator is not None and len(chunk) >= _GUESSED_FROM_BYTES:
            guess = cutting.elements_between(buffer, separator)
            texts = _texts(guess.elements)
            if len(texts) and check.is_passed_by_all(texts):
                buffer, is_first = buffer[guess.rest :], False
                yield texts, True
                continue
            separator = None
        cut = cutting.array_elements(buffer)
        buffer = buffer[cut.rest :]
        if cut.is_end:
            is_empty_array = is_first and len(cut.elements) == 1
            if not is_empty_array or cut.elements.starts[0] < cut.elements.ends[0]:
                yield _texts(cut.elements), False
            _check_what_follows(buffer, chunks, is_wrapped=is_wrapped)
            return
        if len(buffer) > MAX_ELEMENT_BYTES:
            raise QuarantineError("too_large", f"an element is over {MAX_ELEMENT_BYTES} bytes")
        is_first = is_first and not len(cut.elements)
        yield _texts(cut.elements), False
    raise _malformed()


def _objects_in_sequence(buffer: bytes, chunks: Iterator[bytes]) -> Iterator[tuple[pa.Array, bool]]:
    for chunk in chain([b""], chunks):
        buffer += chunk
        cut = cutting.objects_in_sequence(buffer)
        buffer = buffer[cut.rest :]
        if len(buffer) > MAX_ELEMENT_BYTES:
            raise QuarantineError("too_large", f"an element is over {MAX_ELEMENT_BYTES} bytes")
        yield _texts(cut.elements), False
    if buffer.strip():
        raise _malformed()


def _texts(elements: cutting.Spans) -> pa.Array:
    if np.any(elements.starts == elements.ends):
        raise _malformed()
    try:
        return elements.texts()
    except pa.ArrowInvalid as error:
        raise QuarantineError("undecodable", "the file isn't UTF-8 throughout") from error


def after_opening_of(key: str, buffer: bytes, chunks: Iterator[bytes]) -> bytes:
    """The text after the opening bracket of the array under this key of the outermost object."""
    while True:
        try:
            text = buffer.decode()
            position = _position_of_value(text, key)
            if text[position] == "[":
                return buffer[len(text[: position + 1].encode()) :]
            raise QuarantineError("shape", f"expected an array under the key {key}")
        except (json.JSONDecodeError, IndexError, UnicodeDecodeError) as error:
            # Perhaps the beginning is longer than what has been read of it.
            chunk = next(chunks, b"")
            if not chunk or len(buffer) > MAX_ELEMENT_BYTES:
                raise _malformed() from error
            buffer += chunk


def _position_of_value(text: str, key: str) -> int:
    decoder = json.JSONDecoder()
    if text[0] != "{":
        raise QuarantineError("shape", f"expected an object with the key {key}")
    position = _skip_space(text, 1)
    while text[position] != "}":
        found, position = decoder.raw_decode(text, position)
        position = _skip_space(text, position)
        if text[position] != ":":
            raise _malformed()
        position = _skip_space(text, position + 1)
        if found == key:
            return position
        _, position = decoder.raw_decode(text, position)
        position = _skip_space(text, position)
        if text[position] == ",":
            position = _skip_space(text, position + 1)
    raise QuarantineError("shape", f"the object has no key {key}")


def _skip_space(text: str, position: int) -> int:
    while text[position] in " \t\r\n":
        position += 1
    return position


def _check_what_follows(rest: bytes, chunks: Iterator[bytes], *, is_wrapped: bool) -> None:
    """The document must be whole: the same text with an empty array in its place must be JSON."""
    for chunk in chunks:
        rest += chunk
        if len(rest) > MAX_ELEMENT_BYTES:
            raise _malformed()
    text = b'{"records": []' + rest if is_wrapped else b"[]" + rest
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed() from error
