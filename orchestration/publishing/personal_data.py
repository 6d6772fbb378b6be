"""The gate before publishing: no personal data in the public file.

Two guards. No column holds the values of a tagged one: names change on the way from a delivery to a
mart, values do not; of a column that bears a tagged name, a few shared values are enough. No text
holds what looks like an e-mail address or a phone number. Where nothing delivered can be compared,
the name alone decides. Findings name the column and count; they never show a value.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.landing.contract import quote_identifier
from orchestration.warehouse.connections import quoted

# What a column must share with a tagged one to be taken for it. Short values and lone coincidences
# are shared by chance.
_SHORTEST_VALUE = 4
_FEWEST_SHARED_VALUES = 5
_SMALLEST_SHARED_PART = 0.5
# The same of a column that bears the name of a tagged one.
_FEWEST_SHARED_BY_NAMESAKES = 2
_SMALLEST_PART_SHARED_BY_NAMESAKES = 0.1
# So many rows and values are looked at: a column that is published by mistake shares nearly all.
_ROWS_LOOKED_AT = 50_000
_VALUES_LOOKED_AT = 1_000
# Bare numbers under these tags are shared by chance: ids of customers and of orders count alike.
_TAGS_OF_COUNTED_IDS = ("account", "device", "card")


@dataclass(frozen=True)
class Guard:
    """A kind of personal data: its pattern, and the signs that all of its values have."""

    name: str
    has_its_signs: str
    pattern: str


EMAIL = Guard(
    name="an e-mail address",
    has_its_signs="contains({text}, '@')",
    pattern=r"[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alpha:]]{2,}",
)
# A plus or three groups: bare digits are order numbers more often than phones.
PHONE = Guard(
    name="a phone number",
    has_its_signs="(contains({text}, '+') or contains({text}, ' ') or contains({text}, '-'))",
    pattern=(
        r"\+[1-9][0-9]{0,2}[ ./()-]{0,2}[0-9]([ ./()-]{0,2}[0-9]){6,12}"
        r"|(^|[^0-9+.-])\(?[0-9]{3}\)?[ -][0-9]{3}[ -][0-9]{3,4}($|[^0-9.-])"
    ),
)


class PersonalDataError(Exception):
    """The build holds personal data and was not published."""


@dataclass(frozen=True)
class Finding:
    """One public column that must not be public."""

    table: str
    column: str
    reason: str

    def __str__(self) -> str:
        """Name the column, never a value."""
        return f"{self.table}.{self.column}: {self.reason}"


@dataclass(frozen=True, order=True)
class PersonalColumn:
    """A column of a delivery that its contract tags."""

    schema_name: str
    table_name: str
    column_name: str
    tag: str


def assert_no_personal_data(
    connection: duckdb.DuckDBPyConnection,
    tagged_columns: frozenset[str],
    personal_columns: Collection[PersonalColumn] = (),
    warehouse: Path | None = None,
) -> None:
    """Stop if a table of the open database holds personal data.

    `warehouse` is the private database, in which the values of `personal_columns` were delivered.
    """
    if personal_columns and warehouse is not None and warehouse.exists():
        findings = find_delivered_values(connection, personal_columns, warehouse)
        tagged_columns = frozenset()
    else:
        findings = []
    findings += find_personal_data(connection, tagged_columns)
    if findings:
        raise PersonalDataError(
            "personal data in the public marts; nothing was published:\n"
            + "\n".join(str(finding) for finding in findings)
        )


def find_personal_data(
    connection: duckdb.DuckDBPyConnection, tagged_columns: frozenset[str]
) -> list[Finding]:
    """Every public column that is tagged, or holds a value that looks like a person's."""
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal and database_name = current_database() order by all"
    ).fetchall()
    tagged = {plain_name(name) for name in tagged_columns}
    findings = [
        Finding(f"{schema}.{table}", column, "tagged personal_data in its contract")
        for schema, table, column, _ in columns
        if plain_name(column) in tagged
    ]
    texts: dict[tuple[str, str], list[str]] = {}
    for schema, table, column, data_type in columns:
        # A list or a struct of texts is searched as it prints.
        if "VARCHAR" in data_type or data_type == "JSON":
            texts.setdefault((schema, table), []).append(column)
    for (schema, table), names in texts.items():
        findings += _suspicious_texts(connection, schema, table, names)
    return findings


def find_delivered_values(
    connection: duckdb.DuckDBPyConnection,
    personal_columns: Collection[PersonalColumn],
    warehouse: Path,
) -> list[Finding]:
    """Every public column that holds the values of a tagged column, whatever its name."""
    namesakes = {plain_name(column.column_name) for column in personal_columns}
    public = [
        (schema, table, column)
        for schema, table, column, data_type in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where not internal and database_name = current_database() order by all"
        ).fetchall()
        if data_type == "VARCHAR" or plain_name(column) in namesakes
    ]
    connection.execute(f"attach {quoted(warehouse)} as delivered_to (read_only)")
    try:
        connection.execute(
            "create temp table delivered_values (delivered_value varchar, origin varchar)"
        )
        delivered = {
            (schema, table, column)
            for schema, table, column in connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns() "
                "where database_name = 'delivered_to'"
            ).fetchall()
        }
        for column in sorted(personal_columns):
            _remember_values(connection, column, delivered)
        columns: dict[tuple[str, str], list[str]] = {}
        for schema, table, name in public:
            columns.setdefault((schema, table), []).append(name)
        return [
            finding
            for (schema, table), names in columns.items()
            for finding in _shared_values(connection, schema, table, names, namesakes)
        ]
    finally:
        connection.execute("drop table if exists temp.delivered_values")
        connection.execute("detach delivered_to")


def _remember_values(
    connection: duckdb.DuckDBPyConnection,
    column: PersonalColumn,
    delivered: Collection[tuple[str, str, str]],
) -> None:
    place = (column.schema_name, column.table_name)
    if (*place, column.column_name) in delivered:
        value = quote_identifier(column.column_name)
    elif (*place, "payload") in delivered:
        value = "json_extract_string(payload, ?)"
    else:
        return
    in_payload = value.startswith("json_extract_string")
    path = column.column_name.replace('"', '\\"')
    counted = (
        "" if column.tag not in _TAGS_OF_COUNTED_IDS else "and not regexp_full_match(v, '[0-9]+')"
    )
    connection.execute(
        "insert into delivered_values "
        f"select distinct v, ? from (select lower(trim({value})) as v from (from delivered_to."
        f"{quote_identifier(column.schema_name)}.{quote_identifier(column.table_name)} "
        f"limit {_ROWS_LOOKED_AT})) "
        f"where length(v) >= {_SHORTEST_VALUE} and v[1] not in ('{{', '[') {counted}",
        [
            f"{column.schema_name}.{column.table_name}.{column.column_name}",
            *([f'$."{path}"'] if in_payload else []),
        ],
    )


def _shared_values(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    columns: list[str],
    namesakes: Collection[str],
) -> list[Finding]:
    relation = f"{quote_identifier(schema)}.{quote_identifier(table)}"
    values = " union all ".join(
        f"(select {position} as position, v from (select distinct lower(trim({text})) as v "
        f"from {relation} where length({text}) >= {_SHORTEST_VALUE}) limit {_VALUES_LOOKED_AT})"
        for position, text in enumerate(
            f"cast({quote_identifier(column)} as varchar)" for column in columns
        )
    )
    bears_name = [
        position for position, column in enumerate(columns) if plain_name(column) in namesakes
    ]
    shared = connection.execute(
        f"with published as ({values}), "
        "sizes as (select position, count(*) as size from published group by position), "
        "shared as (select position, origin, count(*) as n from published "
        "inner join delivered_values on v = delivered_value group by position, origin) "
        "select position, max_by(origin, n), max(n) from shared inner join sizes using (position) "
        "where case when list_contains(?::int[], position) then n >= ? and n >= ? * size "
        "else n >= ? and n >= ? * size end group by position order by position",
        [
            bears_name,
            *(_FEWEST_SHARED_BY_NAMESAKES, _SMALLEST_PART_SHARED_BY_NAMESAKES),
            *(_FEWEST_SHARED_VALUES, _SMALLEST_SHARED_PART),
        ],
    ).fetchall()
    return [
        Finding(
            f"{schema}.{table}",
            columns[position],
            f"{count} of its values are those of {origin}, personal data",
        )
        for position, origin, count in shared
    ]


def plain_name(column: str) -> str:
    """A column's name as staging would write it."""
    with_breaks = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return re.sub(r"[^a-z0-9]+", "_", with_breaks.lower()).strip("_")


def _suspicious_texts(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, columns: list[str]
) -> list[Finding]:
    relation = f'"{schema}"."{table}"'
    texts = {column: f'cast("{column}" as varchar)' for column in columns}
    guards = [
        (column, what.has_its_signs.format(text=text), what)
        for column, text in texts.items()
        for what in (EMAIL, PHONE)
    ]
    # Keys and slugs have none of the signs: looking for those first takes a fifth of the time.
    hints = ", ".join(f"coalesce(bool_or({has_signs}), false)" for _, has_signs, _ in guards)
    (hinted,) = connection.execute(f"select {hints} from {relation}").fetchall()
    findings = []
    for (column, _, what), is_possible in zip(guards, hinted, strict=True):
        if not is_possible:
            continue
        ((count,),) = connection.execute(
            f"select count(*) from {relation} where regexp_matches({texts[column]}, ?)",
            [what.pattern],
        ).fetchall()
        if count:
            reason = f"{count} rows hold what looks like {what.name}"
            findings.append(Finding(f"{schema}.{table}", column, reason))
    return findings
