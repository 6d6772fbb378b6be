"""What every published table and column means, as the mart `data_dictionary` of a version says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb


@dataclass(frozen=True)
class Column:
    """A published column; `joins_to` is the key `table.column` that it holds."""

    name: str
    data_type: str
    description: str
    unit: str
    joins_to: str


@dataclass(frozen=True)
class Table:
    """A published table, with its columns in their order."""

    name: str
    description: str
    owner: str
    columns: Sequence[Column]

    @property
    def key(self) -> str | None:
        """The column by which others join this table: the first of a dimension."""
        return self.columns[0].name if self.name.startswith("dim_") else None


@dataclass(frozen=True, order=True)
class Join:
    """A column that holds the key of another table."""

    table: str
    column: str
    other_table: str
    other_column: str


def read_dictionary(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Every table, in order of names."""
    rows = connection.execute(
        "select table_name, coalesce(table_description, ''), coalesce(owner, ''), column_name, "
        "coalesce(data_type, ''), coalesce(column_description, ''), coalesce(unit, ''), "
        "coalesce(joins_to, '') "
        "from marts.data_dictionary order by table_name, column_position, column_name"
    ).fetchall()
    return [
        Table(name, description, owner, [Column(*row[3:]) for row in rows_of_table])
        for (name, description, owner), rows_of_table in groupby(rows, key=lambda row: row[:3])
    ]


def joins(tables: Sequence[Table]) -> list[Join]:
    """What joins what: as a relationships test says, or because it bears the name of a key.

    A slug is a word of a list, and may be one of another list: there only a test says it.
    """
    keys = {table.key: table.name for table in tables if table.key and table.key.endswith("_key")}
    found = set()
    for table in tables:
        for column in table.columns:
            if column.joins_to:
                other_table, other_column = column.joins_to.rsplit(".", 1)
                found.add(Join(table.name, column.name, other_table, other_column))
            elif keys.get(column.name, table.name) != table.name:
                found.add(Join(table.name, column.name, keys[column.name], column.name))
    return sorted(found)
