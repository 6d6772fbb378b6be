"""JSON lines, and the elements of a JSON document: each kept as its own text, verbatim.

An element's text is never parsed into values and written again: that would round long ids.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.decoding import LineEncoding, whole_lines
from orchestration.landing.problems import QuarantineError, Reject


def read_lines(
    path: Path, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """The objects of a JSON lines file; the line is what is counted."""
    encoding = LineEncoding(contract.landing_encoding)
    for chunk in whole_lines(path, encoding):
        texts, numbers, rejects = [], [], []
        for number, line in enumerate(encoding.split(chunk), start=tally.lines + 1):
            tally.lines += 1
            if isinstance(line, bytes):
                code = "nul" if b"\0" in line else "undecodable"
                rejects.append(Reject(number, 1, code, line))
            elif line.isspace():
                tally.blank_lines += 1
            else:
                texts.append(line.strip())
                numbers.append(number)
        elements = _elements(pa.array(texts, pa.string()), np.array(numbers, dtype=np.int64))
        yield _checked(connection, elements, contract, tally, rejects)
    if tally.lines == tally.blank_lines:
        raise QuarantineError("empty", "the file has no line with anything in it")


def read_document(
    path: Path, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """The elements of a JSON array, of an array inside an object, or a single object."""
    encoding = LineEncoding(contract.landing_encoding)
    lines = [encoding.split(chunk) for chunk in whole_lines(path, encoding)]
    if any(isinstance(line, bytes) for chunk in lines for line in chunk):
        raise QuarantineError("undecodable", f"the file isn't {encoding.declared} text throughout")
    text = "".join(line for chunk in lines for line in chunk)
    if not text.strip():
        raise QuarantineError("empty", "the file has nothing in it")
    texts = _element_texts(text, contract.landing_records_path)
    tally.lines += len(texts)
    numbers = np.arange(1, len(texts) + 1)
    elements = _elements(pa.array(texts, pa.string()), numbers)
    yield _checked(connection, elements, contract, tally, [])


def _elements(texts: pa.Array, numbers: np.ndarray) -> pa.Table:
    return pa.table({"payload": texts, "_line": pa.array(numbers)})


_WRONG_ELEMENTS = """
    select _line, payload, reason_code
    from (
        select
            _line,
            payload,
            case
                when not coalesce(json_valid(payload), false) then 'bad_json'
                when try(json_type(payload)) <> 'OBJECT' then 'not_an_object'
                {no_key}
            end as reason_code
        from _landing_elements
    )
    where reason_code is not null
    order by _line
"""


def _checked(
    connection: duckdb.DuckDBPyConnection,
    elements: pa.Table,
    contract: TableContract,
    tally: Tally,
    rejects: list[Reject],
) -> Batch:
    """Refuse elements that DuckDB couldn't read later: its own parser decides what is JSON."""
    paths = [f'$."{key}"' for key in contract.landing_key]
    no_key = "".join(
        "when nullif(trim(try(json_extract_string(payload, ?))), '') is null then 'no_key' "
        for _ in paths
    )
    connection.register("_landing_elements", elements)
    wrong = connection.execute(_WRONG_ELEMENTS.format(no_key=no_key), paths).fetchall()
    connection.unregister("_landing_elements")
    if wrong:
        rejects += [Reject(line, 1, code, payload.encode()) for line, payload, code in wrong]
        rejects.sort(key=lambda reject: reject.line_number)
        is_wrong = np.isin(elements["_line"].to_numpy(), [line for line, _, _ in wrong])
        elements = elements.filter(pa.array(~is_wrong))
    tally.row_lines += len(elements)
    tally.loaded_rows += len(elements)
    tally.count_rejects(rejects)
    return Batch(elements, rejects)


def _element_texts(text: str, records_path: str | None) -> list[str]:
    decoder = json.JSONDecoder()
    position = _skip_space(text, 0)
    try:
        if text[position] == "{" and records_path is None:
            _, end = decoder.raw_decode(text, position)
            _expect_end(text, end)
            return [text[position:end]]
        if records_path is not None:
            position = _find_array(text, position, records_path, decoder)
        if text[position] != "[":
            raise QuarantineError("shape", "expected an array of objects")
        texts = []
        position = _skip_space(text, position + 1)
        while text[position] != "]":
            _, end = decoder.raw_decode(text, position)
            texts.append(text[position:end])
            position = _skip_space(text, end)
            if text[position] == ",":
                position = _skip_space(text, position + 1)
            elif text[position] != "]":
                raise QuarantineError("bad_json", f"element {len(texts)} isn't followed by a comma")
    except (json.JSONDecodeError, IndexError, RecursionError) as error:
        raise QuarantineError("bad_json", "the document isn't JSON, or ends too early") from error
    return texts


def _find_array(text: str, position: int, records_path: str, decoder: json.JSONDecoder) -> int:
    if text[position] != "{":
        raise QuarantineError("shape", f"expected an object with the key {records_path}")
    position = _skip_space(text, position + 1)
    while text[position] == '"':
        key, position = decoder.raw_decode(text, position)
        position = _skip_space(text, _skip_space(text, position) + 1)
        if key == records_path:
            return position
        _, position = decoder.raw_decode(text, position)
        position = _skip_space(text, position)
        if text[position] == ",":
            position = _skip_space(text, position + 1)
    raise QuarantineError("shape", f"the object has no key {records_path}")


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _expect_end(text: str, position: int) -> None:
    if _skip_space(text, position) != len(text):
        raise QuarantineError("bad_json", "something follows the end of the document")
