"""Hostile and damaged files of every format, made from a seed: good ones, spoilt in many ways.

Nothing is expected of a single one but that it has an outcome; what is lost of it is counted.
"""

import gzip
import json
import random
from collections.abc import Callable, Iterator

import pyarrow as pa

from tests.orchestration.landing.hostile_files import TABLES, parquet, workbook

CONTRACT = (
    """
sources:
  - name: made
    schema: raw_made
    tables:
      - name: csv
        config: {meta: {landing_format: csv, landing_file: "csv_*", landing_key: [id]}}
        columns: [{name: id, data_type: varchar}, {name: text, data_type: varchar}]
      - name: wide
        config:
          meta:
            landing_format: csv
            landing_file: "wide_*"
            landing_encoding: utf-16
            landing_delimiter: ";"
            landing_key: [id]
        columns: [{name: id, data_type: varchar}, {name: text, data_type: varchar}]
      - name: latin
        config:
          meta:
            landing_format: csv
            landing_file: "latin_*"
            landing_encoding: cp1252
            landing_delimiter: "\\t"
            landing_key: [id]
        columns: [{name: id, data_type: varchar}, {name: text, data_type: varchar}]
      - name: document
        config: {meta: {landing_format: json, landing_file: "document_*", landing_key: [id]}}
"""
    + TABLES
)
# Tables whose lines are those of the text, in this encoding: anybody can count them.
LINE_ENCODINGS = {"csv": "utf-8", "wide": "utf-16", "latin": "cp1252", "lines": "utf-8"}
_ROWS = 40
_WORDS = (
    "plain",
    "ä ö ü",
    '"quoted", with commas',
    "two\nlines",
    "=1+1",
    "'; drop table x; --",
    "",
)


def records(dice: random.Random) -> list[dict[str, object]]:
    """Rows with what is hard to write in some format."""
    return [{"id": number, "text": dice.choice(_WORDS)} for number in range(1, _ROWS + 1)]


def _csv(delimiter: str, encoding: str, line_end: str = "\n") -> Callable[[list[dict]], bytes]:
    def write(rows: list[dict]) -> bytes:
        lines = [delimiter.join(("id", "text"))]
        for row in rows:
            text = str(row["text"])
            if any(sign in text for sign in (delimiter, '"', "\n")):
                text = '"' + text.replace('"', '""') + '"'
            lines.append(f"{row['id']}{delimiter}{text}")
        return "".join(f"{line}{line_end}" for line in lines).encode(encoding)

    return write


def _grid(rows: list[dict]) -> bytes:
    return parquet(
        id=pa.array([row["id"] for row in rows]), text=pa.array([row["text"] for row in rows])
    )


# Format by format, and each way in which JSON comes.
FORMATS: dict[str, tuple[str, Callable[[list[dict]], bytes]]] = {
    "csv": ("csv", _csv(",", "utf-8")),
    "csv with CRLF and a mark": ("csv", _csv(",", "utf-8-sig", "\r\n")),
    "csv zipped": ("csv", lambda rows: gzip.compress(_csv(",", "utf-8")(rows), mtime=0)),
    "csv in UTF-16": ("wide", _csv(";", "utf-16")),
    "csv in cp1252": ("latin", _csv("\t", "cp1252", "\r\n")),
    "JSON lines": ("lines", lambda rows: "".join(json.dumps(row) + "\n" for row in rows).encode()),
    "JSON array": ("document", lambda rows: json.dumps(rows).encode()),
    "JSON pretty": ("document", lambda rows: json.dumps(rows, indent=2).encode()),
    "JSON in sequence": ("document", lambda rows: " ".join(map(json.dumps, rows)).encode()),
    "JSON wrapped": ("wrapped", lambda rows: json.dumps({"n": 1, "records": rows}).encode()),
    "Parquet": ("grid", _grid),
    "Excel": (
        "sheet",
        lambda rows: workbook([["id", "text"], *([row["id"], row["text"]] for row in rows)]),
    ),
}


def _flipped(data: bytes, dice: random.Random, count: int) -> bytes:
    changed = bytearray(data)
    for place in dice.sample(range(len(changed)), min(count, len(changed))):
        changed[place] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _inserted(data: bytes, dice: random.Random, piece: bytes) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + piece + data[place:]


def _without(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randrange(1, 60) :]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "none": lambda data, dice: data,
    "cut early": lambda data, dice: data[: len(data) // 4],
    "cut anywhere": lambda data, dice: data[: dice.randrange(1, len(data))],
    "without its last byte": lambda data, dice: data[:-1],
    "without its first byte": lambda data, dice: data[1:],
    "one bit": lambda data, dice: _flipped(data, dice, 1),
    "many bits": lambda data, dice: _flipped(data, dice, 30),
    "a piece missing": _without,
    "a quote more": lambda data, dice: _inserted(data, dice, b'"'),
    "zeros within": lambda data, dice: _inserted(data, dice, bytes(50)),
    "noise within": lambda data, dice: _inserted(data, dice, dice.randbytes(50)),
    "noise after": lambda data, dice: data + dice.randbytes(500),
    "zeros after": lambda data, dice: data + bytes(5_000),
    "twice": lambda data, dice: data + data,
    "backwards": lambda data, dice: data[::-1],
    "zipped and cut": lambda data, dice: gzip.compress(data)[:-5],
    "of another format": lambda data, dice: dice.choice(_OTHERS),
}
_OTHERS = (
    b"%PDF-1.7\n%\xe2\xe3",
    b"\x89PNG\r\n\x1a\n" + bytes(40),
    b"<html><body>500</body></html>",
)


def made_files(seed: str) -> Iterator[tuple[str, str, bytes, int | None]]:
    """What each is, its table, its content, and how many rows it has if nothing was done to it."""
    for kind, (table, write) in FORMATS.items():
        for damage, spoil in DAMAGES.items():
            dice = random.Random(f"{seed} {kind} {damage}")  # noqa: S311
            good = write(records(dice))
            yield f"{kind}, {damage}", table, spoil(good, dice), _ROWS if damage == "none" else None
