"""What a section of the report is made of: tables, charts with their table, tiles and notes.

Plain values only; the template alone knows HTML, and it escapes every text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from markupsafe import Markup

# A record of a query: column name and value.
Record = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: a text, the tone in which it is said, and a chart beside or instead of it."""

    text: str = ""
    tone: str = ""
    chart: Markup | None = None
    depth: int = 0
    is_pill: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a caption; `is_folded` where a reader opens it first."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    is_folded: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Figure:
    """A chart, and the same numbers as a table."""

    title: str
    chart: Markup
    table: Table
    note: str = ""
    kind: str = "figure"


@dataclass(frozen=True)
class Flow:
    """A Sankey: which links it draws, and the same numbers as a table."""

    slug: str
    title: str
    links: Sequence[Record]
    table: Table
    note: str = ""
    kind: str = "flow"


@dataclass(frozen=True)
class Tile:
    """A headline figure."""

    name: str
    figure: str
    detail: str
    verdict: str
    tone: str


@dataclass(frozen=True)
class Tiles:
    """Headline figures side by side."""

    tiles: Sequence[Tile]
    kind: str = "tiles"


@dataclass(frozen=True)
class Note:
    """A sentence, said in a tone: what a reader has to know before they believe a figure."""

    text: str
    tone: str = ""
    kind: str = "note"


Block = Table | Figure | Flow | Tiles | Note


@dataclass(frozen=True)
class Part:
    """A named part of a section; a reader opens it."""

    slug: str
    title: str
    summary: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Section:
    """A section: its question, its blocks, then its parts."""

    slug: str
    title: str
    question: str
    blocks: Sequence[Block]
    parts: Sequence[Part] = field(default_factory=tuple)


def records(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()
) -> list[Record]:
    """What a query finds, in its order."""
    cursor = connection.execute(query, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def grouped(found: Sequence[Record], column: str) -> dict[Any, list[Record]]:
    """Records by the value of a column, in their order."""
    groups: dict[Any, list[Record]] = {}
    for record in found:
        groups.setdefault(record[column], []).append(record)
    return groups
