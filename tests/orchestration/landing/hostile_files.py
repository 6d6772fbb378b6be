"""Files that once stopped landing, and files that might have: small, made anew for each test.

Each is written to a folder under the name that its table expects, between `_0` and `_9`.
"""

import gzip
import io
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

# A table of each format but CSV, which has more than one.
TABLES = """\
      - name: lines
        config: {meta: {landing_format: jsonl, landing_file: "lines_*", landing_key: [id]}}
      - name: wrapped
        config:
          meta:
            landing_format: json
            landing_file: "wrapped_*"
            landing_records_path: records
            landing_key: [id]
      - name: grid
        config: {meta: {landing_format: parquet, landing_file: "grid_*", landing_key: [id]}}
        columns: [{name: id, data_type: bigint}, {name: text, data_type: varchar}]
      - name: sheet
        config: {meta: {landing_format: xlsx, landing_file: "sheet_*", landing_key: [id]}}
        columns: [{name: id, data_type: varchar}, {name: text, data_type: varchar}]
"""
CONTRACT = (
    """
sources:
  - name: hostile
    schema: raw_hostile
    tables:
      - name: rows
        config: {meta: {landing_format: csv, landing_file: "rows_*", landing_key: [id]}}
        columns: [{name: id, data_type: varchar}, {name: text, data_type: varchar}]
"""
    + TABLES
)


def good(table: str, number: int) -> bytes:
    """A file of one row, for any of the tables."""
    match table:
        case "rows":
            return f"id,text\n{number},good\n".encode()
        case "lines":
            return f'{{"id": {number}}}\n'.encode()
        case "wrapped":
            return f'{{"records": [{{"id": {number}}}]}}'.encode()
        case "grid":
            return parquet(id=pa.array([number]), text=pa.array(["good"]))
        case _:
            return workbook([["id", "text"], [number, "good"]])


@dataclass(frozen=True)
class Hostile:
    """A file, and the reason codes that it may be refused with; None if it is loaded."""

    table: str
    write: Callable[[Path], object]
    refused_as: str | None = None
    name: str | bytes = "5"

    def deliver(self, folder: Path) -> None:
        """Put it into its source's landing folder."""
        name = os.fsencode(self.table + "_") + os.fsencode(self.name)
        self.write(folder / os.fsdecode(name))


def content(data: bytes | Callable[[], bytes]) -> Callable[[Path], object]:
    """What writes these bytes."""
    return lambda path: path.write_bytes(data() if callable(data) else data)


def named(name: str | bytes) -> Hostile:
    """A good file under a strange name."""
    return Hostile("rows", content(good("rows", 5)), None, name)


def parquet(**columns: pa.Array) -> bytes:
    """A file of these columns."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def grid(refused_as: str | None = None, **columns: pa.Array) -> Hostile:
    """A Parquet file with a good key and these columns."""
    row_count = len(next(iter(columns.values())))
    columns = {"id": pa.array(range(row_count)), "text": pa.array(["x"] * row_count)} | columns
    return Hostile("grid", content(lambda: parquet(**columns)), refused_as)


def not_utf8() -> pa.Array:
    """Text whose bytes are no UTF-8, as a careless writer of Parquet leaves it."""
    return pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    )


def workbook(rows: list[list[object]]) -> bytes:
    """An Excel file of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


ROWS = [["id", "text"], [1, "x"]]
SHEET, STYLES, BOOK = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"


def edited(
    refused_as: str | None, edits: dict[str, tuple[str, str]], without: tuple[str, ...] = ()
) -> Hostile:
    """A workbook with a pattern replaced in some of its parts, and parts left out."""

    def make() -> bytes:
        sink = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(workbook(ROWS))) as parts,
            zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as changed,
        ):
            for part in parts.namelist():
                text = parts.read(part).decode()
                if part in edits:
                    text, count = re.subn(*edits[part], text, count=1, flags=re.DOTALL)
                    assert count, f"nothing to change in {part}"
                if part not in without:
                    changed.writestr(part, text)
        return sink.getvalue()

    return Hostile("sheet", content(make), refused_as)


def patched(refused_as: str, offsets: dict[bytes, int], value: bytes) -> Hostile:
    """A workbook with bytes changed in each header of its zip, so far behind the signature."""

    def make() -> bytes:
        data = bytearray(workbook(ROWS))
        for signature, offset in offsets.items():
            for found in re.finditer(re.escape(signature), bytes(data)):
                place = found.start() + offset
                data[place : place + len(value)] = value
        return bytes(data)

    return Hostile("sheet", content(make), refused_as)


def damaged(data: bytes) -> bytes:
    """The same with a stretch of other bytes in its middle."""
    middle = len(data) // 3
    return data[:middle] + b"\x55" * 200 + data[middle + 200 :]


LAUGHS = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">{}]>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)
LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
DAY = pa.array([2**62], pa.timestamp("us"))

FILES = {
    # These stopped every run until a person removed them.
    "a name of 255 bytes": named("5" + "n" * (255 - len("rows_5"))),
    "brackets before the records": Hostile(
        "wrapped", content(b'{"x": ' + b"[" * 200_000), "unreadable"
    ),
    "digits before the records": Hostile(
        "wrapped", content(b'{"x": ' + b"7" * 5_000 + b', "records": []}'), "unreadable"
    ),
    "parquet: decimal256 added": grid(
        "unreadable", added=pa.array([1], pa.int64()).cast(pa.decimal256(50))
    ),
    "parquet: float16 added": grid("unreadable", added=pa.array([1.0]).cast(pa.float16())),
    "parquet: no utf-8": grid("parquet_damaged", text=not_utf8()),
    "parquet: no utf-8 added": grid("unreadable", added=not_utf8()),
    "xlsx: encrypted parts": patched("unreadable", {LOCAL: 6, CENTRAL: 8}, b"\x01"),
    "xlsx: unknown compression": patched("unreadable", {LOCAL: 8, CENTRAL: 10}, b"\x63"),
    "xlsx: broken number format": edited(
        "unreadable",
        {STYLES: ("<numFmts.*?/>", '<numFmts count="1"><numFmt numFmtId="165"/></numFmts>')},
    ),
    "xlsx: style out of range": edited("unreadable", {SHEET: ('<c r="A2"', '<c s="999" r="A2"')}),
    "xlsx: shared string out of range": edited(
        "unreadable", {SHEET: ('<c r="A2".*?</c>', '<c r="A2" t="s"><v>999</v></c>')}
    ),
    "xlsx: link without its part": edited(
        "unreadable",
        {
            BOOK: (
                "</sheets>",
                "</sheets><externalReferences><externalReference xmlns:r="
                '"http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
                'r:id="rId99"/></externalReferences>',
            )
        },
    ),
    "xlsx: a cell in the last corner": edited(
        "too_large",
        {
            SHEET: (
                "</sheetData>",
                '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
            )
        },
    ),
    # These did not.
    "a name with a line break": named("5\n.csv"),
    "a name with quotes and SQL": named("5'); drop table x; --\".csv"),
    "a name with globs": named("5[1]*?.csv"),
    "a name with a dash": named("5 --help -rf.csv"),
    "a name from right to left with Jinja": named("5\u202e{{ 1 }}.csv"),
    "a name without utf-8": named(b"5\xff.csv"),
    "a name with Arabic digits": named("5\u0661\u0662.csv"),
    "blank lines": Hostile("lines", content(b"\n \n\n"), "empty"),
    "undecodable and blank lines": Hostile("lines", content(b"\xff\xfd\n\n"), "nothing_loaded"),
    "depth of a million": Hostile(
        "lines", content(lambda: b'{"id": 1, "x": ' + b"[" * 10**6 + b"]" * 10**6 + b"}\n")
    ),
    "lone surrogates": Hostile("lines", content(b'{"id": 1, "x": "\\ud800"}\n'), "nothing_loaded"),
    "parquet: nested": grid(added=pa.array([{"a": [{"b": 1}]}])),
    "parquet: map": grid(added=pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64()))),
    "parquet: binary": grid(added=pa.array([b"\xff\0"])),
    "parquet: nul": grid(text=pa.array(["a\0b"])),
    "parquet: far time": grid(added=DAY),
    "parquet: hostile columns": grid(**{'"); drop table x; --': pa.array([1]), "{{ 1 }}": DAY}),
    "parquet: landing's own columns": grid(_load_id=pa.array([99]), _line=pa.array([99])),
    "parquet: cut": Hostile("grid", content(lambda: good("grid", 5)[:-20]), "parquet_damaged"),
    "xlsx: damaged stream": Hostile(
        "sheet", content(lambda: damaged(workbook(ROWS * 200))), "unreadable"
    ),
    "xlsx: no relations": edited("excel_damaged", {}, without=("xl/_rels/workbook.xml.rels",)),
    "xlsx: no content types": edited("excel_damaged", {}, without=("[Content_Types].xml",)),
    "xlsx: with a password": Hostile(
        "sheet", content(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000)), "excel_damaged"
    ),
    "xlsx: no sheets": edited("unreadable", {BOOK: ("<sheets>.*</sheets>", "<sheets/>")}),
    "xlsx: a billion laughs": edited(
        "excel_damaged", {SHEET: ("^.*?(<worksheet.*?<v>)1<", LAUGHS + r"\1&a9;<")}
    ),
    "xlsx: merged to the last corner": edited(
        "too_large",
        {
            SHEET: (
                "</sheetData>",
                '</sheetData><mergeCells><mergeCell ref="D4:XFD1048576"/></mergeCells>',
            )
        },
    ),
    "gzip bomb": Hostile(
        "rows", content(lambda: gzip.compress(bytes(100 << 20), 1)), "compression_bomb"
    ),
    "a pipe": Hostile("rows", lambda path: os.mkfifo(path), "not_a_file"),
    "a link": Hostile("rows", lambda path: path.symlink_to("/etc/passwd"), "not_a_file"),
    "a line longer than memory": Hostile(
        "lines",
        content(lambda: b'{"id": 1, "x": "' + b"y" * (150 << 20) + b'"}\n'),
        "unreadable too_large",
    ),
    "parquet: many equal rows": grid(text=pa.array(["x"]).take(pa.array([0] * 300_000))),
    "parquet: forty million rows of nothing": grid(
        "compression_bomb", id=pa.nulls(40_000_000), text=pa.nulls(40_000_000)
    ),
    "a hundred thousand columns": Hostile(
        "rows",
        content(b"id,text," + b",".join(b"c%d" % n for n in range(100_000)) + b"\n" + b"1" * 9),
        "too_large",
    ),
    "thirty thousand columns": Hostile(
        "rows",
        content(b"id,text," + b",".join(b"c%d" % n for n in range(30_000)) + b"\n" + b"1" * 9),
        "nothing_loaded",
    ),
    "nothing at all": Hostile("rows", content(b""), "empty"),
}
