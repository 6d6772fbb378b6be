"""Every distinct text that a reader of the open database can see, and where it stands.

Some tables at a time: small ones are compared together, a large one alone.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

import duckdb

from orchestration.landing.contract import quote_identifier

# Smaller numbers are counts and money; a phone or a card has more digits.
_SMALLEST_IDENTIFYING_NUMBER = 100_000_000
# Tables are read together up to so many values, so that a query has enough to do.
_VALUES_AT_A_TIME = 2_000_000
_INTEGERS = frozenset({"INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"})
_NO_TEXTS = re.compile(
    r"BOOLEAN|DATE|TIME.*|INTERVAL|FLOAT|DOUBLE|DECIMAL.*|U?TINYINT|U?SMALLINT|UUID|\"NULL\""
)
_ABOUT = """
with
here as (select current_database() as name),
about as (
    select schema_name, '' as relation, 'name' as what, schema_name as v
    from duckdb_schemas() where database_name = (from here) and not internal
    union all
    select schema_name, '', 'comment', comment from duckdb_schemas()
    where database_name = (from here)
    union all
    select schema_name, table_name, unnest(['name', 'comment', 'statement']),
        unnest([table_name, comment, sql])
    from duckdb_tables() where database_name = (from here)
    union all
    select schema_name, view_name, unnest(['name', 'comment', 'statement']),
        unnest([view_name, comment, sql])
    from duckdb_views() where database_name = (from here) and not internal
    union all
    select schema_name, table_name,
        unnest(['name', 'type', 'default', 'comment']) || ' of column ' || column_index,
        unnest([column_name, data_type, column_default, comment])
    from duckdb_columns() where database_name = (from here) and not internal
    union all
    select schema_name, '', 'type of its own', concat_ws(' ', type_name, comment, labels)
    from duckdb_types() where database_name = (from here) and not internal
)
select schema_name, relation, what, v from about where v is not null order by all
"""


@dataclass(frozen=True)
class Place:
    """Where texts stand: a column of a table, or what the file says of the table."""

    table: str
    column: str


def texts_of_tables(
    connection: duckdb.DuckDBPyConnection, read_whole: Collection[str]
) -> Iterator[list[Place]]:
    """The places of some tables after the other, at last those of what is said about all.

    Their texts are meanwhile in `temp.public_texts`: the position of the place, and the text.
    Columns of the names `read_whole` are read whatever their type.
    """
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(estimated_size, 0) "
        "from duckdb_columns() left join duckdb_tables() "
        "using (database_name, schema_name, table_name) where not duckdb_columns.internal "
        "and database_name = current_database() order by schema_name, table_name, column_index"
    ).fetchall()
    connection.execute("create or replace temp table public_texts (place integer, v varchar)")
    places: list[Place] = []
    values = 0
    for (schema, table), rows in groupby(columns, key=lambda row: row[:2]):
        queries = []
        for _, _, column, data_type, size in rows:
            text = _as_text(quote_identifier(column), data_type, column in read_whole)
            if text is not None:
                queries.append(
                    f"select {len(places)}, v from (select distinct {text} as v from "
                    f"{quote_identifier(schema)}.{quote_identifier(table)}) where v is not null"
                )
                places.append(Place(f"{schema}.{table}", column))
                values += size
        if queries:
            connection.execute("insert into temp.public_texts " + " union all ".join(queries))
        if values > _VALUES_AT_A_TIME:
            yield places
            connection.execute("truncate temp.public_texts")
            places, values = [], 0
    yield places
    connection.execute("truncate temp.public_texts")
    yield _texts_about(connection)
    connection.execute("drop table temp.public_texts")


def _as_text(column: str, data_type: str, is_whole: bool) -> str | None:
    """The text of a column, in SQL; none of a type that holds none."""
    if data_type == "VARCHAR":
        return column
    if is_whole:
        return f"cast({column} as varchar)"
    if data_type in _INTEGERS:
        number = f"cast({column} as varchar)"
        return f"case when {column} >= {_SMALLEST_IDENTIFYING_NUMBER} then {number} end"
    if data_type == "BLOB":
        return f"coalesce(try(decode({column})), cast({column} as varchar))"
    if _NO_TEXTS.fullmatch(data_type):
        return None
    # A list, a struct or a map is searched as it prints, an enum by its words.
    return f"cast({column} as varchar)"


def _texts_about(connection: duckdb.DuckDBPyConnection) -> list[Place]:
    """Comments, names, types and statements: readers have them with the tables.

    A name may be the value itself, so a relation and a column are told by their numbers.
    """
    rows = connection.execute(_ABOUT).fetchall()
    relations = {key: n for n, key in enumerate(dict.fromkeys(row[:2] for row in rows), start=1)}
    if rows:
        connection.execute(
            "insert into temp.public_texts select unnest(?::int[]), unnest(?::varchar[])",
            [list(range(len(rows))), [text for *_, text in rows]],
        )
    return [
        Place(f"relation {relations[schema, relation]} of the file", what)
        for schema, relation, what, _ in rows
    ]
