"""Whether a seed's file is a table at all: encoding, delimiter, quotes, header, cells, rows.

A file without a shape makes its rows, and every row that refers to them, look wrong. So each cause
is one problem, and nothing else is said of such a file.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from orchestration.reference_seeds.table import Problem, Row, Seed, also_in

_OTHER_DELIMITERS = {";": "';'", "\t": "tabs", "|": "'|'"}
_SAVE_AS = "save it as CSV in UTF-8 (in a spreadsheet: “CSV UTF-8”)"
# The first bytes of what a spreadsheet saves when nobody asks for CSV.
_WORKBOOK = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_seeds(directory: Path) -> dict[str, Seed]:
    """Every seed below the folder, and each that a YAML file declares, by its name."""
    declared: dict[str, tuple[Path, Mapping[str, Any]]] = {}
    seeds: dict[str, Seed] = {}
    for path in sorted(directory.rglob("*.yml")):
        try:
            described = (_yaml(path) or {}).get("seeds", [])
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            seeds[path.stem] = Seed(path, (), (), {}, (Problem(path, line, f"{error.problem}"),))
            continue
        declared |= {properties["name"]: (path, properties) for properties in described}
    files = {path.stem: path for path in directory.rglob("*.csv")}
    for name, path in files.items():
        seeds[name] = read_seed(path, declared[name][1] if name in declared else {})
    for name in declared.keys() - files.keys():
        path, properties = declared[name]
        missing = Problem(path, 1, f"no file {name}.csv beside it: bring it back")
        seeds[name] = Seed(path.with_name(f"{name}.csv"), (), (), properties, (missing,))
    return dict(sorted(seeds.items(), key=lambda named: named[1].path))


def _yaml(path: Path) -> Any:
    # The one in C, where there is one: ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


class _ShapelessError(ValueError):
    """A file that is no table, with the line that shows it."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def read_seed(
    path: Path, properties: Mapping[str, Any], needed: Collection[str] | None = None
) -> Seed:
    """One seed. `needed` are the columns that it may not lack, if not all that are declared.

    A file of which not all is needed may be empty of rows, too.
    """
    seed = Seed(path, (), (), properties)
    try:
        if not properties:
            raise _ShapelessError(1, "no YAML file beside it declares this seed: describe it there")
        text = _decoded(path.read_bytes(), seed)
        _check_delimiter(text, seed)
        _check_line_ends(text)
        lines = list(_lines(text))
        header = tuple(lines[0][1])
        _check_header(header, seed, needed)
        _check_cells(header, lines[1:])
        rows = tuple(
            Row(path, line, dict(zip(header, (cell or None for cell in cells), strict=True)))
            for line, cells in lines[1:]
        )
        _check_spaces(rows, seed)
        if not rows and needed is None and not seed.meta.get("may_be_empty"):
            raise _ShapelessError(1, "only a header: bring the rows back")
    except _ShapelessError as error:
        return Seed(path, (), (), properties, (Problem(path, error.line, str(error)),))
    return Seed(path, header, rows, properties)


def _decoded(content: bytes, seed: Seed) -> str:
    if content.startswith(_WORKBOOK):
        raise _ShapelessError(1, f"a workbook, not text: {_SAVE_AS}")
    if content.startswith(_UTF_16) or b"\0" in content:
        raise _ShapelessError(1, f"text in UTF-16, not in UTF-8: {_SAVE_AS}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start]
        raise _ShapelessError(line, f"byte 0x{byte:02x} is not UTF-8: {_SAVE_AS}") from error
    if not text.strip():
        raise _ShapelessError(1, f"an empty file: its header is {_header(seed)}")
    return text


def _header(seed: Seed) -> str:
    return ",".join(seed.column_types)


def _check_delimiter(text: str, seed: Seed) -> None:
    first = text.lstrip().splitlines()[0]
    for delimiter, name in _OTHER_DELIMITERS.items():
        names = {cell.strip(' "') for cell in first.split(delimiter)}
        if "," not in first and len(names & seed.column_types.keys()) > 1:
            raise _ShapelessError(1, f"cells are separated by {name}: separate them by commas")


def _check_line_ends(text: str) -> None:
    """The engine reads no file whose lines end in two ways."""
    ends = re.findall(r"\r\n|\r|\n", text)
    other = next((line for line, end in enumerate(ends, 1) if end != ends[0]), None)
    if other:
        raise _ShapelessError(
            other, "ends otherwise than the lines before it (CRLF or LF): save the file with one"
        )


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not empty, with the number of the line that it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins, width = 1, 0
    try:
        for cells in reader:
            if reader.line_num > begins and cells:
                raise _ShapelessError(begins, _open_quote(cells))
            if cells:
                yield begins, cells
                width = width or len(cells)
            # Above the header it would be one, and in a file of one column it is a value.
            elif width < 2:
                raise _ShapelessError(begins, "an empty line: take it out")
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _ShapelessError(begins, _open_quote([])) from error


def _open_quote(cells: Sequence[str]) -> str:
    cell = next((cell for cell in cells if "\n" in cell or "\r" in cell), "")
    begins = f" before {cell.splitlines()[0]!r}" if cell.strip() else ""
    return (
        f"a quote{begins} is not closed in its line: close it, and double each quote inside a text"
    )


def _check_header(names: Sequence[str], seed: Seed, needed: Collection[str] | None) -> None:
    declared = seed.column_types.keys()
    wrong = [
        *(
            f"no column {name}"
            for name in (declared if needed is None else needed)
            if name not in names
        ),
        *(f"unknown column {name!r}" for name in names if name not in declared),
        *(f"column {name} twice" for name in sorted(set(names)) if names.count(name) > 1),
    ]
    if len(set(names) & declared) == 0:
        wrong = ["no header"]
    if wrong:
        raise _ShapelessError(1, f"{', '.join(wrong)}: the header is {_header(seed)}")


def _check_cells(header: Sequence[str], lines: Sequence[tuple[int, list[str]]]) -> None:
    ragged = [(line, cells) for line, cells in lines if len(cells) != len(header)]
    if ragged:
        line, cells = ragged[0]
        count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        raise _ShapelessError(
            line,
            f"{count} under {len(header)} column names{also_in([at for at, _ in ragged[1:]])}: "
            "quote a text that holds a comma, and end an empty cell with one",
        )
    empty = [line for line, cells in lines if not any(cells)]
    if empty:
        raise _ShapelessError(empty[0], f"a row without a value{also_in(empty[1:])}: take it out")


def _check_spaces(rows: Sequence[Row], seed: Seed) -> None:
    kept = seed.meta.get("keeps_spaces", [])
    spaced = [
        (row.line, f"{column} {cell!r}")
        for row in rows
        for column, cell in row.cells.items()
        if cell and cell != cell.strip() and column not in kept
    ]
    if spaced:
        line, cell = spaced[0]
        raise _ShapelessError(
            line,
            f"{cell} begins or ends with a space{also_in([at for at, _ in spaced[1:]])}: "
            "take it out",
        )
