"""Rows of an Excel sheet; a merged cell's value belongs to all the cells that it covers."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.formats.header import Header, without_keyless
from orchestration.landing.problems import QuarantineError

# A sheet is held in memory, and a zip of a few kilobytes can hold gigabytes.
MAX_UNZIPPED_BYTES = 512 << 20
# One cell in the last corner makes a sheet of 17 billion.
MAX_CELLS = 20_000_000
# Between the parts of a name that several header rows make up: "Wellbeing / Mood".
HEADER_JOINER = " / "


def read(path: Path, contract: TableContract, tally: Tally) -> Iterator[Batch]:
    """The sheet's rows; the sheet row is what is counted."""
    grid = _grid(path, contract.landing_sheet)
    header_rows = contract.landing_header_rows
    if not any(any(row) for row in grid):
        raise QuarantineError("empty", "the sheet has no cell with anything in it")
    if len(grid) < header_rows:
        raise QuarantineError("header", f"the sheet has fewer than {header_rows} header rows")
    header = Header.of(_joined(grid[:header_rows]), contract)
    tally.lines += len(grid)
    tally.header_lines += header_rows
    rows, numbers = [], []
    for number, row in enumerate(grid[header_rows:], start=header_rows + 1):
        if any(row):
            rows.append(row)
            numbers.append(number)
    tally.blank_lines += len(grid) - header_rows - len(rows)
    yield without_keyless(header.table(rows, numbers), contract, tally)


def _grid(path: Path, sheet_name: str | None) -> list[list[str]]:
    # It is a tenth of a second to import, and most runs have no workbook.
    import openpyxl

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNZIPPED_BYTES:
                raise QuarantineError("compression_bomb", "the workbook is too large once unzipped")
        with path.open("rb") as file:
            workbook = openpyxl.load_workbook(file, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise QuarantineError("excel_damaged", "the file isn't a whole Excel workbook") from error
    if sheet_name is not None and sheet_name not in workbook.sheetnames:
        raise QuarantineError("header", f"the workbook has no sheet {sheet_name}")
    sheet = workbook[sheet_name] if sheet_name else workbook.worksheets[0]
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        raise QuarantineError(
            "too_large", f"the sheet reaches to row {sheet.max_row}, column {sheet.max_column}"
        )
    grid = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for merged in sheet.merged_cells.ranges:
        value = grid[merged.min_row - 1][merged.min_col - 1]
        for row in grid[merged.min_row - 1 : merged.max_row]:
            row[merged.min_col - 1 : merged.max_col] = [value] * len(
                row[merged.min_col - 1 : merged.max_col]
            )
    return grid


def _joined(header_rows: list[list[str]]) -> list[str]:
    """One name per column: its parts from top to bottom, each once."""
    return [
        HEADER_JOINER.join(dict.fromkeys(part.strip() for part in parts if part.strip()))
        for parts in zip(*header_rows, strict=True)
    ]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
