"""Writes what a source exports as the files that it would send: one per table and day.

Rendering is the business of `sources/`; here are files, days, compression and the truth tables.
The same content always gives the same bytes.
"""

import gzip
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# Speed over size: a world of a million customers is written once and read once.
GZIP_LEVEL = 1

Days = Sequence[np.datetime64] | np.ndarray
Texts = Sequence[str] | np.ndarray


class Delivery:
    """The files of one chunk of customers under one folder."""

    def __init__(
        self,
        folder: Path,
        chunk: int = 0,
        chunk_count: int = 1,
        end: np.datetime64 | None = None,
    ) -> None:
        self.folder = folder
        # What would be delivered on this day or later has not been delivered.
        self.end = None if end is None else end.astype("datetime64[D]")
        self.chunk = chunk
        self.part = f"_p{chunk:04d}" if chunk_count > 1 else ""
        self._truth: dict[str, list[pd.DataFrame]] = defaultdict(list)
        self._records: list[tuple[str, str, int]] = []

    def lines(
        self,
        source: str,
        stem: str,
        days: Days,
        lines: Texts,
        suffix: str = ".jsonl.gz",
        encoding: str = "utf-8",
    ) -> None:
        """One file per day of already rendered lines, which keep their order within the day."""
        rendered = np.asarray(lines, dtype=object)
        for day, rows in self._rows_by_day(days):
            content = ("\n".join(rendered[rows]) + "\n").encode(encoding)
            self._write(source, f"{stem}_{day}{self.part}{suffix}", content, len(rows))

    def documents(
        self,
        source: str,
        stem: str,
        days: Days,
        documents: Texts,
        key: str | None = None,
        suffix: str = ".json",
    ) -> None:
        """One JSON array per day of rendered elements, under `key` of an object if given."""
        rendered = np.asarray(documents, dtype=object)
        for day, rows in self._rows_by_day(days):
            array = "[\n" + ",\n".join(rendered[rows]) + "\n]"
            content = f'{{"{key}": {array}}}\n' if key else array + "\n"
            self._write(source, f"{stem}_{day}{self.part}{suffix}", content.encode(), len(rows))

    def frame(
        self,
        source: str,
        stem: str,
        days: Days,
        frame: pd.DataFrame,
        kind: str = "parquet",
        extra_headers: Sequence[Sequence[str]] = (),
        encoding: str = "utf-8",
        **csv_options: object,
    ) -> None:
        """One Parquet or CSV file per day of the frame's rows, without its index.

        `extra_headers` are further CSV header rows under the column names; `csv_options` go to
        `DataFrame.to_csv`.
        """
        for day, rows in self._rows_by_day(days):
            part = frame.iloc[rows]
            if kind == "parquet":
                content = _parquet_bytes(part)
            else:
                content = _csv_text(part, extra_headers, csv_options).encode(encoding)
            self._write(source, f"{stem}_{day}{self.part}.{kind}", content, len(rows))

    def file(self, source: str, name: str, content: bytes, records: int) -> None:
        """One file as it is, for a format of its own."""
        self._write(source, name, content, records)

    def truth(self, table: str, frame: pd.DataFrame) -> None:
        """Append rows to a truth table; its writers use the same columns each time."""
        self._truth[table].append(frame)

    def write_truth(self) -> None:
        """Write this chunk's rows of every truth table; `gather_truth` joins the chunks."""
        columns = ["source_name", "file_name", "records"]
        records = pd.DataFrame(self._records, columns=columns).astype({"records": "int64"})
        self.truth("records", records)
        for table, frames in self._truth.items():
            path = self.folder / "truth" / ".chunks" / f"{table}.{self.chunk:06d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = pd.concat(frames, ignore_index=True)
            pq.write_table(_arrow_table(rows), path, compression="zstd")

    def _rows_by_day(self, days: Days) -> Iterator[tuple[str, np.ndarray]]:
        """Each day of delivery with the positions of its rows, in their order."""
        for day, rows in _rows_by_day(days):
            if self.end is None or np.datetime64(day) < self.end:
                yield day, rows

    def _write(self, source: str, name: str, content: bytes, records: int) -> None:
        path = self.folder / "landing" / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".gz"):
            content = gzip.compress(content, GZIP_LEVEL, mtime=0)
        path.write_bytes(content)
        self._records.append((source, name, records))


def gather_truth(folder: Path) -> None:
    """Join the chunks of every truth table into `truth/<table>.parquet`, one at a time."""
    chunks = folder / "truth" / ".chunks"
    tables = defaultdict(list)
    for path in sorted(chunks.glob("*.parquet")):
        tables[path.name.split(".")[0]].append(path)
    for table, paths in tables.items():
        schema = pq.read_schema(paths[0])
        target = folder / "truth" / f"{table}.parquet"
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for path in paths:
                writer.write_table(pq.read_table(path).cast(schema))
                path.unlink()
    if chunks.exists():
        chunks.rmdir()


def _rows_by_day(days: Days) -> Iterator[tuple[str, np.ndarray]]:
    """Each day with the positions of its rows, in their order."""
    days = np.asarray(days, dtype="datetime64[D]")
    if not len(days):
        return
    order = np.argsort(days, kind="stable")
    starts = np.flatnonzero(np.diff(days[order], prepend=days[order[0]] - 1))
    for rows in np.split(order, starts[1:]):
        yield str(days[rows[0]]), rows


def _csv_text(
    frame: pd.DataFrame, extra_headers: Sequence[Sequence[str]], csv_options: dict[str, object]
) -> str:
    options = {"index": False, "lineterminator": "\n", **csv_options}
    if not extra_headers:
        return frame.to_csv(**options)
    buffer = io.StringIO()
    headers = pd.DataFrame(list(extra_headers), columns=frame.columns)
    headers.to_csv(buffer, **options)
    frame.to_csv(buffer, **(options | {"header": False}))
    return buffer.getvalue()


def _parquet_bytes(frame: pd.DataFrame) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(_arrow_table(frame), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _arrow_table(frame: pd.DataFrame) -> pa.Table:
    """As Arrow, with objects as text: a day without any value must not change a column's type."""
    columns = {
        name: pa.array(values, pa.string(), from_pandas=True)
        if values.dtype == object or isinstance(values.dtype, pd.StringDtype)
        else pa.array(values, from_pandas=True)
        for name, values in frame.items()
    }
    return pa.table(columns)
