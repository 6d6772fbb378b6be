"""Every distinct text that a reader of the open database can see, and where it stands.

One table at a time: the texts of the largest one are the most that is held.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import duckdb

from orchestration.landing.contract import quote_identifier

# Smaller numbers are counts and money; a phone or a card has more digits.
_SMALLEST_IDENTIFYING_NUMBER = 100_000_000
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


def texts_of_each_table(
    connection: duckdb.DuckDBPyConnection, read_whole: Collection[str]
) -> Iterator[list[Place]]:
    """The places of one table after the other, at last those of what is said about them.

    Their texts are meanwhile in `temp.public_texts`: the position of the place, and the text.
    Columns of the names `read_whole` are read whatever their type.
    """
    tables: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, column, data_type in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal and database_name = current_database() "
        "order by schema_name, table_name, column_index"
    ).fetchall():
        tables.setdefault((schema, table), []).append((column, data_type))
    connection.execute("create or replace temp table public_texts (place integer, v varchar)")
    for (schema, table), columns in tables.items():
        texts = {
            column: text
            for column, data_type in columns
            if (text := _as_text(quote_identifier(column), data_type, column in read_whole))
        }
        relation = f"{quote_identifier(schema)}.{quote_identifier(table)}"
        _remember(
            connection,
            [f"select distinct {text} as v from {relation}" for text in texts.values()],
        )
        yield [Place(f"{schema}.{table}", column) for column in texts]
    yield _texts_about(connection)
    connection.execute("drop table temp.public_texts")


def _remember(connection: duckdb.DuckDBPyConnection, queries: list[str]) -> None:
    connection.execute("truncate temp.public_texts")
    if queries:
        connection.execute(
            "insert into temp.public_texts "
            + " union all ".join(
                f"select {place}, v from ({query}) where v is not null"
                for place, query in enumerate(queries)
            )
        )


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
    connection.execute("truncate temp.public_texts")
    if rows:
        connection.execute(
            "insert into temp.public_texts select unnest(?::int[]), unnest(?::varchar[])",
            [list(range(len(rows))), [text for *_, text in rows]],
        )
    return [
        Place(f"relation {relations[schema, relation]} of the file", what)
        for schema, relation, what, _ in rows
    ]
