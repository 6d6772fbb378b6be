"""The gate before publishing: no personal data in the public file.

Two guards. No place holds values by which the warehouse knows people: names of columns change on
the way from a delivery to a mart, values do not; of a column that bears a tagged name, a few shared
values are enough. No text holds what looks like an e-mail address, or the number of a phone, a
card, an account or a person. Where nothing delivered can be compared, the name alone decides.
Findings name the place and count; they never show a value.
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publishing import spellings
from orchestration.publishing.known_values import KnownValues, PersonalColumn, known_values
from orchestration.publishing.public_texts import Place, texts_of_tables

# Order numbers that count: of so many, a check digit is right in one of ten.
_BARE_DIGITS_LOOKED_AT = 1_000
_SMALLEST_PART_OF_BARE_DIGITS = 0.5


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


def assert_no_personal_data(
    connection: duckdb.DuckDBPyConnection,
    tagged_columns: frozenset[str],
    personal_columns: Collection[PersonalColumn] = (),
    warehouse: Path | None = None,
) -> None:
    """Stop if a table of the open database holds personal data.

    `warehouse` is the private database, in which the values of `personal_columns` were delivered.
    """
    findings = find_personal_data(connection, tagged_columns, personal_columns, warehouse)
    if findings:
        raise PersonalDataError(
            "personal data in the public marts; nothing was published:\n"
            + "\n".join(str(finding) for finding in findings)
        )


def find_personal_data(
    connection: duckdb.DuckDBPyConnection,
    tagged_columns: frozenset[str],
    personal_columns: Collection[PersonalColumn] = (),
    warehouse: Path | None = None,
) -> list[Finding]:
    """Every public place that is tagged, or holds a value that is or looks like a person's."""
    has_deliveries = bool(personal_columns) and warehouse is not None and warehouse.exists()
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where not internal and database_name = current_database() order by all"
    ).fetchall()
    tagged = set() if has_deliveries else {plain_name(name) for name in tagged_columns}
    findings = [
        Finding(f"{schema}.{table}", column, "tagged personal_data in its contract")
        for schema, table, column in columns
        if plain_name(column) in tagged
    ]
    names = {plain_name(column.column_name) for column in personal_columns}
    namesakes = {column for _, _, column in columns if plain_name(column) in names}
    with known_values(connection, personal_columns, warehouse) as known:
        for places in texts_of_tables(connection, namesakes):
            bearing = [n for n, place in enumerate(places) if place.column in namesakes]
            findings += [
                Finding(places[position].table, places[position].column, reason)
                for position, reason in (
                    *known.shared_with_deliveries(bearing),
                    *known.identifiers_in_texts(),
                    *known.names_in_texts(),
                    *_suspicious_texts(known, places),
                )
            ]
    return findings


def plain_name(column: str) -> str:
    """A column's name as staging would write it."""
    with_breaks = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return re.sub(r"[^a-z0-9]+", "_", with_breaks.lower()).strip("_")


def _suspicious_texts(known: KnownValues, places: list[Place]) -> list[tuple[int, str]]:
    texts = known.connection.execute(
        "select place, v, regexp_full_match(v, '[0-9]+') as is_bare from public_texts "
        f"where regexp_matches(v, ?) and not regexp_full_match(v, '{spellings.KEYS}') "
        f"qualify not is_bare or row_number() over (partition by place, is_bare order by v) <= ?",
        [spellings.WORTH_READING, _BARE_DIGITS_LOOKED_AT],
    ).fetchall()
    certain: Counter[tuple[int, str]] = Counter()
    doubtful: Counter[tuple[int, str]] = Counter()
    bare: Counter[int] = Counter()
    phones = set()
    for place, text, _ in texts:
        reading = spellings.read(text, known.countries)
        certain.update((place, kind) for kind in reading.certain)
        doubtful.update((place, kind) for kind in reading.doubtful)
        bare[place] += reading.has_bare_digits
        phones |= {(place, digits) for digits in reading.phone_digits}
    for (place, kind), count in doubtful.items():
        if count > _SMALLEST_PART_OF_BARE_DIGITS * bare[place]:
            certain[place, kind] += count
    return [
        *(
            (place, f"{count} of its texts hold what looks like {kind}")
            for (place, kind), count in sorted(certain.items())
        ),
        *known.phones(sorted(phones)),
    ]
