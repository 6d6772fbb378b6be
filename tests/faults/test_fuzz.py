"""Fuzzed text files: each line is header, blank, loaded or rejected, as a second reader counts.

Hypothesis draws records, delimiter, quotes, line ends, encoding and damage. An undamaged file gives
back exactly what was written; of a damaged one each line has one fate. DuckDB's fast reader, where
it takes a file, reads the same as the careful one.
"""

import csv
import io
import json
from collections import Counter
from contextlib import suppress
from datetime import datetime

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.landing import ensure_tables, formats
from orchestration.landing.accounting import Tally
from orchestration.landing.contract import ColumnContract, SourceContract, TableContract
from orchestration.landing.formats import bulk
from orchestration.landing.problems import QuarantineError
from orchestration.landing.raw_tables import Origin
from tests.faults import figures
from tests.faults.test_files import physical_lines

# Half of them each: CSV is what goes wrong in most ways.
FULL, SHORT = (3_500, 1_500), (100, 50)
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-be",
    "cp1252",
    "shift_jis",
    "gb18030",
    "cp1251",
)
DELIMITERS = (",", ";", "\t", "|")
SIGNS = st.sampled_from("ab1 ,;|\t\"'=-\\{}[]:\u00e4\u017c\u0416\u65e5\u2028\ufeff%$\n\r")
VALUES = st.text(SIGNS, max_size=8)
DAMAGE = st.one_of(
    st.tuples(st.just("cut"), st.integers(0, 400), st.just(b"")),
    st.tuples(st.just("insert"), st.integers(0, 400), st.sampled_from([b'"', b"\n", b"\0", b"\r"])),
    st.tuples(st.just("insert"), st.integers(0, 400), st.binary(min_size=1, max_size=6)),
    st.tuples(st.just("drop"), st.integers(0, 400), st.just(b"")),
)


@st.composite
def csv_files(draw):
    """Contract, content, and its records if nothing was done to it."""
    encoding, delimiter = draw(st.sampled_from(ENCODINGS)), draw(st.sampled_from(DELIMITERS))
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    rows = draw(st.lists(st.tuples(VALUES, VALUES), max_size=12))
    records = [(f"k{number}", *row) for number, row in enumerate(rows)]
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    if any("\r" in value for row in rows for value in row):
        # Python's writer leaves it unquoted, which is no CSV.
        quoting = csv.QUOTE_ALL
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    writer.writerows([("id", "one", "two"), *records])
    text = sink.getvalue()
    if draw(st.booleans()):
        text = text.removesuffix(line_end)
    # What the encoding lacks is not in the file.
    content = text.encode(encoding, "replace" if encoding not in ("gb18030",) else "strict")
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
        encoding = "utf-16"
    damage = draw(st.lists(DAMAGE, max_size=3))
    for step in damage:
        content = damaged(content, *step)
    is_exact = not damage and text.encode(encoding, "replace").decode(encoding) == text
    return encoding, delimiter, content, records if is_exact else None


@st.composite
def json_files(draw):
    """Format, path of the records, content, and how many they are if nothing was done to it."""
    values = st.dictionaries(st.sampled_from(["a", "b", "id2"]), VALUES | st.integers(), max_size=3)
    rows = draw(st.lists(values, min_size=1, max_size=10))
    records = [{"id": f"k{number}", **row} for number, row in enumerate(rows)]
    kind = draw(st.sampled_from(["lines", "array", "pretty", "sequence", "wrapped"]))
    text = {
        "lines": "".join(f"{json.dumps(one)}\n" for one in records),
        "array": json.dumps(records),
        "pretty": json.dumps(records, indent=2, ensure_ascii=False),
        "sequence": "\n".join(map(json.dumps, records)),
        "wrapped": json.dumps({"page": {"n": [1]}, "records": records, "next": None}),
    }[kind]
    content = text.encode()
    damage = draw(st.lists(DAMAGE, max_size=3))
    for step in damage:
        content = damaged(content, *step)
    path = "records" if kind == "wrapped" else None
    return "jsonl" if kind == "lines" else "json", path, content, None if damage else len(records)


def damaged(content: bytes, kind: str, place: int, piece: bytes) -> bytes:
    place = min(place, len(content))
    if kind == "cut":
        return content[:place]
    if kind == "insert":
        return content[:place] + piece + content[place:]
    return content[:place] + content[place + 3 :]


def contract(**settings_of_it) -> TableContract:
    return TableContract(
        source_name="fuzz",
        table_name="rows",
        landing_file="f",
        landing_key=("id",),
        **settings_of_it,
    )


class Bench:
    """Reads files here, in this process, and counts what became of them."""

    def __init__(self, folder) -> None:
        self.path = folder / "file"
        self.connection = duckdb.connect()
        self.fates: Counter[str] = Counter()

    def read(self, table: TableContract, content: bytes):
        """Rows and tally; None if the file is refused as a whole."""
        self.path.write_bytes(content)
        tally, rows, covered = Tally(), [], []
        try:
            for batch in formats.read(self.path, table, tally, self.connection):
                rows += batch.rows.to_pylist()
                for reject in batch.rejects:
                    first = reject.line_number
                    covered += range(first, first + reject.line_count)
            tally.check(table)
        except QuarantineError as problem:
            reason_code = problem.reason_code
        else:
            reason_code = None
        if reason_code is not None:
            # The whole file: no line of it is lost unseen. Lines that add up to no sum are.
            assert reason_code != "unaccounted_lines"
            self.fates["refused"] += 1
            return None
        self.fates["loaded"] += 1
        # No line has two fates: neither is a row's first line refused, nor is it another's.
        starts = [row["_line"] for row in rows]
        assert len({*covered, *starts}) == len(covered) + len(starts)
        assert tally.is_balanced
        assert (tally.loaded_rows, tally.reject_lines) == (len(rows), len(covered))
        return rows, tally


def look_at_csv(bench, encoding, delimiter, content, records):
    table = contract(
        landing_format="csv",
        landing_encoding=encoding,
        landing_delimiter=delimiter,
        columns=tuple(ColumnContract(name=name) for name in ("id", "one", "two")),
    )
    read = bench.read(table, content)
    if read is None:
        assert not records
        return
    rows, tally = read
    assert tally.lines == physical_lines(content, encoding)
    values = [(row["id"], row["one"], row["two"]) for row in rows]
    if records is not None:
        # What is empty is null.
        assert values == [tuple(value or None for value in one) for one in records]
        assert tally.rejected_rows == 0
    fast = fast_rows(bench, table)
    assert fast is None or (fast == values and tally.rejected_rows == 0)


def fast_rows(bench, table):
    """What DuckDB's own reader makes of the file; None if it is not plain."""
    with suppress(bulk.NotPlainError, QuarantineError):
        text = bulk.survey(bench.path, table, bench.path.with_name("text"))
        with duckdb.connect() as connection:
            ensure_tables(
                connection, [SourceContract(source_name="fuzz", path=bench.path, tables=(table,))]
            )
            connection.execute("begin")
            bulk.load(connection, text, table, Tally(), Origin(1, None, datetime(2026, 1, 1)))
            bench.fates["read by DuckDB, too"] += 1
            found = f"select id, one, two from {table.relation} order by _line"
            return connection.execute(found).fetchall()
    return None


def look_at_json(bench, landing_format, path, content, count):
    table = contract(landing_format=landing_format, landing_records_path=path)
    read = bench.read(table, content)
    if read is None:
        assert count is None
        return
    rows, tally = read
    if landing_format == "jsonl":
        assert tally.lines == physical_lines(content, "utf-8")
    if count is not None:
        assert (len(rows), tally.rejected_rows) == (count, 0)


@pytest.mark.parametrize(
    "form", [pytest.param("short"), pytest.param("full", marks=pytest.mark.slow)]
)
def test_every_line_of_a_fuzzed_file_has_one_fate(form, tmp_path):
    bench = Bench(tmp_path)
    for files, look, count in zip(
        (csv_files(), json_files()),
        (look_at_csv, look_at_json),
        FULL if form == "full" else SHORT,
        strict=True,
    ):
        run_fuzz(bench, files, look, count)
    tried = bench.fates["loaded"] + bench.fates["refused"]
    figures.record(
        "fuzzed files", tried, {"lines unaccounted": 0}, form=form, fates=dict(bench.fates)
    )
    assert tried >= sum(FULL if form == "full" else SHORT)


def run_fuzz(bench, files, look, count):
    """A failure shows the smallest file that fails."""

    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(file=files)
    def fuzz(file):
        look(bench, *file)

    fuzz()
