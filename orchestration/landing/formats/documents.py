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
import pyarrow.compute as pc

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.decoding import LineEncoding, utf8_text, whole_lines
from orchestration.landing.formats import cutting
from orchestration.landing.problems import KEPT_REJECT_BYTES, QuarantineError, Reject

# One object may be this long; what surrounds a wrapped array, too.
MAX_ELEMENT_BYTES = 16 << 20


def _malformed() -> QuarantineError:
    return QuarantineError("bad_json", "the document isn't JSON, or ends too early")


def read_lines(
    path: Path, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """The objects of a JSON lines file; the line is what is counted."""
    encoding = LineEncoding(contract.landing_encoding)
    check = _ElementCheck(contract, tally, connection)
    for chunk in whole_lines(path, encoding):
        first = tally.lines + 1
        try:
            texts = cutting.lines(encoding.utf8(chunk)).texts()
            numbers, rejects = np.arange(first, first + len(texts)), []
        except (UnicodeDecodeError, pa.ArrowInvalid):
            texts, numbers, rejects = _readable_lines(encoding.split(chunk), first)
        tally.lines += len(texts) + len(rejects)
        yield check.batch(texts, numbers, rejects)
    if tally.lines == tally.blank_lines:
        raise QuarantineError("empty", "the file has no line with anything in it")


def _readable_lines(
    lines: list[str | bytes], first: int
) -> tuple[pa.Array, np.ndarray, list[Reject]]:
    numbered = list(enumerate(lines, start=first))
    rejects = [
        Reject(number, 1, "nul" if b"\0" in line else "undecodable", line)
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
    check = _ElementCheck(contract, tally, connection)
    chunks = utf8_text(path, LineEncoding(contract.landing_encoding))
    for elements in _elements(chunks, contract.landing_records_path):
        if np.any(elements.starts == elements.ends):
            raise _malformed()
        try:
            texts = elements.texts()
        except pa.ArrowInvalid as error:
            raise QuarantineError("undecodable", "the file isn't UTF-8 throughout") from error
        numbers = np.arange(tally.lines + 1, tally.lines + 1 + len(elements))
        tally.lines += len(elements)
        yield check.batch(texts, numbers, [])


def _elements(chunks: Iterator[bytes], records_path: str | None) -> Iterator[cutting.Spans]:
    buffer = b""
    while not buffer.strip():
        chunk = next(chunks, b"")
        if not chunk:
            raise QuarantineError("empty", "the file has nothing in it")
        buffer += chunk
    buffer = buffer.lstrip()
    if records_path is not None:
        buffer = _after_opening_of(records_path, buffer, chunks)
        yield from _array_elements(buffer, chunks, records_path)
    elif buffer.startswith(b"["):
        yield from _array_elements(buffer[1:], chunks, None)
    elif buffer.startswith(b"{"):
        yield from _objects_in_sequence(buffer, chunks)
    else:
        raise QuarantineError("shape", "expected an object or an array of objects")


def _array_elements(
    buffer: bytes, chunks: Iterator[bytes], records_path: str | None
) -> Iterator[cutting.Spans]:
    is_first = True
    for chunk in chain([b""], chunks):
        buffer += chunk
        cut = cutting.array_elements(buffer)
        buffer = buffer[cut.rest :]
        if cut.is_end:
            is_empty_array = is_first and len(cut.elements) == 1
            has_element = cut.elements.starts < cut.elements.ends
            yield cut.elements.where(has_element) if is_empty_array else cut.elements
            _check_what_follows(buffer, chunks, records_path is not None)
            return
        if len(buffer) > MAX_ELEMENT_BYTES:
            raise QuarantineError("too_large", f"an element is over {MAX_ELEMENT_BYTES} bytes")
        is_first = is_first and not len(cut.elements)
        yield cut.elements
    raise _malformed()


def _objects_in_sequence(buffer: bytes, chunks: Iterator[bytes]) -> Iterator[cutting.Spans]:
    for chunk in chain([b""], chunks):
        buffer += chunk
        cut = cutting.objects_in_sequence(buffer)
        buffer = buffer[cut.rest :]
        if len(buffer) > MAX_ELEMENT_BYTES:
            raise QuarantineError("too_large", f"an element is over {MAX_ELEMENT_BYTES} bytes")
        yield cut.elements
    if buffer.strip():
        raise _malformed()


def _after_opening_of(key: str, buffer: bytes, chunks: Iterator[bytes]) -> bytes:
    """What follows the opening bracket of the array under this key of the outermost object."""
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


def _check_what_follows(rest: bytes, chunks: Iterator[bytes], is_wrapped: bool) -> None:
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


_CLOSER_LOOK = """
    select
        _line,
        payload,
        case
            when trim(payload, ' \t\r\n') = '' then 'blank'
            when contains(payload, chr(0)) then 'nul'
            when not coalesce(json_valid(payload), false) then 'bad_json'
            when regexp_matches(payload, '(^|[^\\\\])(\\\\\\\\)*\\\\u0000') then 'nul'
            when try(json_type(payload)) <> 'OBJECT' then 'not_an_object'
            {no_key}
        end as reason_code
    from _landing_elements
    where reason_code is not null
    order by _line
"""


def _too_large(texts: pa.Array, numbers: np.ndarray) -> list[Reject]:
    return [
        Reject(int(number), 1, "too_large", text.as_buffer()[:KEPT_REJECT_BYTES].to_pybytes())
        for number, text in zip(numbers, texts, strict=True)
    ]


class _ElementCheck:
    """Refuses texts that staging couldn't read: DuckDB's own parser decides what is JSON."""

    def __init__(
        self, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self._tally = tally
        self._connection = connection
        self._paths = [f'$."{key}"' for key in contract.landing_key]
        lacks_key = " or ".join(
            f"coalesce(trim(try(json_extract_string(payload, ${number}))), '') = ''"
            for number, _ in enumerate(self._paths, start=1)
        )
        # One parse of each text, as long as nothing is wrong with any.
        is_suspect = lacks_key or "coalesce(try(json_type(payload)), '') <> 'OBJECT'"
        self._suspects = f"select 1 from _landing_elements where {is_suspect} limit 1"
        self._closer_look = _CLOSER_LOOK.format(
            no_key=f"when {lacks_key} then 'no_key'" if lacks_key else "",
        )

    def batch(self, texts: pa.Array, numbers: np.ndarray, rejects: list[Reject]) -> Batch:
        """The good elements; the tally learns about all of them."""
        is_too_large = pc.greater(pc.binary_length(texts), MAX_ELEMENT_BYTES)
        if pc.any(is_too_large).as_py():
            rejects += _too_large(texts.filter(is_too_large), numbers[np.array(is_too_large)])
            texts, numbers = texts.filter(pc.invert(is_too_large)), numbers[~np.array(is_too_large)]
        elements = pa.table({"payload": texts, "_line": pa.array(numbers, pa.int64())})
        wrong = self._wrong(elements)
        if wrong:
            self._tally.blank_lines += sum(code == "blank" for _, _, code in wrong)
            rejects += [
                Reject(number, 1, reason_code, payload.encode()[:KEPT_REJECT_BYTES])
                for number, payload, reason_code in wrong
                if reason_code != "blank"
            ]
            is_wrong = np.isin(numbers, [number for number, _, _ in wrong])
            elements = elements.filter(pa.array(~is_wrong))
        self._tally.row_lines += len(elements)
        self._tally.loaded_rows += len(elements)
        self._tally.count_rejects(rejects)
        rejects.sort(key=lambda reject: reject.line_number)
        return Batch(elements, rejects)

    def _wrong(self, elements: pa.Table) -> list[tuple[int, str, str]]:
        if not len(elements):
            return []
        texts = elements["payload"]
        has_escaped_nul = pc.any(pc.match_substring(texts, "\\u0000")).as_py()
        self._connection.register("_landing_elements", elements)
        try:
            if not has_escaped_nul and not self._rows(self._suspects):
                return []
            return self._rows(self._closer_look)
        finally:
            self._connection.unregister("_landing_elements")

    def _rows(self, query: str) -> list[tuple]:
        return self._connection.execute(query, self._paths).fetchall()
