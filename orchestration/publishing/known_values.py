"""The values by which the warehouse knows people, and where public texts hold them.

Two kinds. What was delivered in columns that a contract tags, compared value by value. What
identity made of it: identifiers and full names, looked for within texts too, word by word.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.landing.contract import quote_identifier
from orchestration.publishing import spellings
from orchestration.warehouse.connections import quoted

# What a column must share with a tagged one to be taken for it. Short values and lone coincidences
# are shared by chance.
_SHORTEST_VALUE = 4
_FEWEST_SHARED_VALUES = 5
_SMALLEST_SHARED_PART = 0.5
# The same of a column that bears the name of a tagged one.
_FEWEST_SHARED_BY_NAMESAKES = 2
_SMALLEST_PART_SHARED_BY_NAMESAKES = 0.1
# So many rows are looked at: a column that is published by mistake shares nearly all.
_ROWS_LOOKED_AT = 50_000
# Bare numbers under these tags are shared by chance: ids of customers and of orders count alike.
_TAGS_OF_COUNTED_IDS = ("account", "device", "card")

# One address or phone number of somebody is enough. Ids of customers and of orders may look alike,
# and people choose their handles.
_FEWEST_SHARED_IDS = 5
_SMALLEST_PART_OF_IDS = 0.1
_SHORTEST_ID = 6
# One person may be called like a product; two are no coincidence, and so is a column of names.
_FEWEST_NAMES = 2
_SMALLEST_PART_OF_A_LONE_NAME = 0.5
_LONGEST_NAME_IN_WORDS = 4
# The end of a phone number is compared, so that a national spelling is found too.
_COMPARED_DIGITS = 8

_IDENTIFIERS = ("intermediate", "int_identity__identifiers")
_PROFILES = ("intermediate", "int_identity__profiles")
_STORES = ("reference", "stores")
_SETTINGS = ("reference", "company_settings")
_FOLDED = "replace(strip_accents(lower({text})), 'ł', 'l')"
_WORDS = "list_filter(regexp_split_to_array({text}, '[^\\p{{L}}]+'), lambda w: w != '')"


@dataclass(frozen=True, order=True)
class PersonalColumn:
    """A column of a delivery that its contract tags."""

    schema_name: str
    table_name: str
    column_name: str
    tag: str


@dataclass(frozen=True)
class KnownValues:
    """The values, remembered in temporary tables of the connection."""

    connection: duckdb.DuckDBPyConnection
    countries: frozenset[str]

    def shared_with_deliveries(self, namesakes: Collection[int]) -> list[tuple[int, str]]:
        """Each place that holds what a tagged column holds, and the reason.

        `namesakes` are the places that bear the name of a tagged column.
        """
        shared = self.connection.execute(
            "with published as (select distinct place, lower(trim(v)) as v from public_texts "
            f"where length(v) >= {_SHORTEST_VALUE}), "
            "sizes as (select place, count(*) as size from published group by place), "
            "shared as (select place, origin, count(*) as n from published "
            "inner join delivered_values on v = delivered_value group by place, origin) "
            "select place, max_by(origin, n), max(n) from shared inner join sizes using (place) "
            "where case when list_contains(?::int[], place) then n >= ? and n >= ? * size "
            "else n >= ? and n >= ? * size end group by place order by place",
            [
                list(namesakes),
                *(_FEWEST_SHARED_BY_NAMESAKES, _SMALLEST_PART_SHARED_BY_NAMESAKES),
                *(_FEWEST_SHARED_VALUES, _SMALLEST_SHARED_PART),
            ],
        ).fetchall()
        return [
            (place, f"{count} of its values are those of {origin}, personal data")
            for place, origin, count in shared
        ]

    def identifiers_in_texts(self) -> list[tuple[int, str]]:
        """Each place with words that identify somebody, and the reason."""
        found = self.connection.execute(
            "with texts as (select place, v from public_texts), "
            "sizes as (select place, count(*) as size from texts group by place), "
            "words as (select distinct place, trim(unnest(regexp_split_to_array(lower(v), "
            r"'[\s,;<>()\"''|\[\]{}=]+')), '.:!?') as word from texts), "
            "shared as (select place, is_enough, count(*) as n from words "
            "inner join known_words using (word) group by place, is_enough) "
            "select place, max(n) from shared inner join sizes using (place) "
            "where is_enough or n >= ? and n >= ? * size group by place order by place",
            [_FEWEST_SHARED_IDS, _SMALLEST_PART_OF_IDS],
        ).fetchall()
        return [(place, f"it holds {count} identifiers of customers") for place, count in found]

    def names_in_texts(self) -> list[tuple[int, str]]:
        """Each place that holds full names of people, and the reason."""
        words = _WORDS.format(text=_FOLDED.format(text="v"))
        self.connection.execute(
            "create or replace temp table named_texts as "
            f"with texts as (select place, v, {words} as words from public_texts "
            f"where not regexp_full_match(v, '{spellings.KEYS}') "
            r"and regexp_matches(v, '\p{L}[^\p{L}]+\p{L}')), "
            "starts as (select place, v, words, unnest(range(1, len(words))) as first from texts), "
            "grams as (select place, v, "
            f"unnest([array_to_string(words[first:first + more], ' ') "
            f"for more in range(1, {_LONGEST_NAME_IN_WORDS}) if first + more <= len(words)]) "
            "as name from starts) "
            "select distinct place, v, name from grams semi join known_names using (name)"
        )
        ((count,),) = self.connection.execute("select count(*) from named_texts").fetchall()
        if not count:
            return []
        self._excuse_words_of_the_company()
        found = self.connection.execute(
            "with sizes as (select place, count(*) as size from public_texts group by place), "
            "named as (select place, count(distinct name) as n, count(distinct v) as texts "
            "from named_texts group by place) "
            "select place, n from named inner join sizes using (place) "
            "where n >= ? or texts >= ? * size order by place",
            [_FEWEST_NAMES, _SMALLEST_PART_OF_A_LONE_NAME],
        ).fetchall()
        return [(place, f"it holds the full names of {count} people") for place, count in found]

    def phones(self, digits: Collection[tuple[int, str]]) -> list[tuple[int, str]]:
        """Each place with a phone number of somebody, of the numbers that are written in it."""
        if not digits:
            return []
        found = self.connection.execute(
            "with written as (select unnest(?::int[]) as place, ltrim(unnest(?::varchar[]), '0') "
            "as digits) select place, count(distinct phone) from written inner join known_phones "
            f"on right(digits, {_COMPARED_DIGITS}) = phone_end and ends_with(phone, digits) "
            f"where length(digits) >= {_COMPARED_DIGITS} group by place order by place",
            [[place for place, _ in digits], [number for _, number in digits]],
        ).fetchall()
        return [(place, f"it holds {count} phone numbers of customers") for place, count in found]

    def _excuse_words_of_the_company(self) -> None:
        """Forget texts that stand in a seed: a person may be called like a product or a store."""
        columns = self.connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = 'delivered_to' and schema_name = 'reference' "
            "and data_type = 'VARCHAR' order by all"
        ).fetchall()
        if columns:
            self.connection.execute(
                "delete from named_texts where v in ("
                + " union ".join(
                    f"select {quote_identifier(column)} from delivered_to.reference."
                    f"{quote_identifier(table)} where {quote_identifier(column)} is not null"
                    for table, column in columns
                )
                + ")"
            )


@contextmanager
def known_values(
    connection: duckdb.DuckDBPyConnection,
    personal_columns: Collection[PersonalColumn],
    warehouse: Path | None,
) -> Iterator[KnownValues]:
    """Remember what the private database knows of people while texts are compared."""
    connection.execute(
        "create or replace temp table delivered_values (delivered_value varchar, origin varchar); "
        "create or replace temp table known_words (word varchar, is_enough boolean); "
        "create or replace temp table known_names (name varchar); "
        "create or replace temp table known_phones (phone varchar, phone_end varchar)"
    )
    countries = set(spellings.USUAL_COUNTRIES)
    if warehouse is not None and warehouse.exists():
        connection.execute(f"attach {quoted(warehouse)} as delivered_to (read_only)")
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where database_name = 'delivered_to'"
        ).fetchall()
        tables = {(schema, table) for schema, table, _ in columns}
        for column in sorted(personal_columns):
            _remember_delivered(connection, column, frozenset(columns))
        if _IDENTIFIERS in tables:
            _remember_identifiers(connection)
        if _PROFILES in tables:
            _remember_names(connection)
        countries |= _countries(connection, tables)
    try:
        yield KnownValues(connection, frozenset(countries))
    finally:
        for table in ("delivered_values", "known_words", "known_names", "known_phones"):
            connection.execute(f"drop table if exists temp.{table}")
        connection.execute("drop table if exists temp.named_texts")
        connection.execute("detach database if exists delivered_to")


def _remember_delivered(
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


def _remember_identifiers(connection: duckdb.DuckDBPyConnection) -> None:
    identifiers = "delivered_to.intermediate.int_identity__identifiers"
    connection.execute(
        "insert into known_words select lower(identifier_value) as word, "
        f"bool_or(identifier_type = 'email') from {identifiers} "
        "where not is_junk and identifier_type != 'phone' "
        f"and length(identifier_value) >= {_SHORTEST_ID} "
        "and not regexp_full_match(identifier_value, '[0-9]+') group by word"
    )
    connection.execute(
        "insert into known_phones select phone, "
        f"right(phone, {_COMPARED_DIGITS}) from (select distinct regexp_replace("
        "split_part(identifier_value, ';', 1), '[^0-9]', '', 'g') as phone "
        f"from {identifiers} where not is_junk and identifier_type = 'phone')"
    )


def _remember_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Given name and surname in both orders, folded, if there are both."""
    given, surname = (
        f"array_to_string({_WORDS.format(text=_FOLDED.format(text=column))}, ' ')"
        for column in ("given_name", "surname")
    )
    connection.execute(
        "insert into known_names select distinct unnest([given || ' ' || family, "
        f"family || ' ' || given]) from (select distinct {given} as given, {surname} as family "
        "from delivered_to.intermediate.int_identity__profiles "
        "where given_name is not null and surname is not null) "
        "where length(given) > 1 and length(family) > 1"
    )


def _countries(
    connection: duckdb.DuckDBPyConnection, tables: Collection[tuple[str, str]]
) -> set[str]:
    """Where the company is, by its stores and its settings."""
    queries = []
    if _STORES in tables:
        queries.append("select country_code from delivered_to.reference.stores")
    if _SETTINGS in tables:
        queries.append(
            "select setting_value from delivered_to.reference.company_settings "
            "where setting = 'default_country'"
        )
    if not queries:
        return set()
    rows = connection.execute(" union ".join(queries)).fetchall()
    return {country for (country,) in rows if country}
