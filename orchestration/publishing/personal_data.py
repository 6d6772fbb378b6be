"""The gate before publishing: no personal data in the public file.

Two guards: no column bears the name of a tagged one, and no text holds what looks like an e-mail
address or a phone number. Findings name the column and count the rows; they never show a value.
"""

import re
from dataclasses import dataclass

import duckdb

# RE2. A number needs a plus or three groups: bare digits are order numbers more often than phones.
EMAIL = r"[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alpha:]]{2,}"
PHONE = (
    r"\+[1-9][0-9]{0,2}[ ./()-]{0,2}[0-9]([ ./()-]{0,2}[0-9]){6,12}"
    r"|(^|[^0-9+.-])\(?[0-9]{3}\)?[ -][0-9]{3}[ -][0-9]{3,4}($|[^0-9.-])"
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


def assert_no_personal_data(
    connection: duckdb.DuckDBPyConnection, tagged_columns: frozenset[str]
) -> None:
    """Stop if a table of the open database holds personal data."""
    findings = find_personal_data(connection, tagged_columns)
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


def plain_name(column: str) -> str:
    """A column's name as staging would write it."""
    with_breaks = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return re.sub(r"[^a-z0-9]+", "_", with_breaks.lower()).strip("_")


def _suspicious_texts(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, columns: list[str]
) -> list[Finding]:
    counts = ", ".join(
        f"count(*) filter (contains({text}, '@') and regexp_matches({text}, '{EMAIL}')), "
        f"count(*) filter (regexp_matches({text}, '{PHONE}'))"
        for text in (f'cast("{column}" as varchar)' for column in columns)
    )
    (row,) = connection.execute(f'select {counts} from "{schema}"."{table}"').fetchall()
    findings = []
    for position, column in enumerate(columns):
        emails, phones = row[2 * position : 2 * position + 2]
        for count, what in ((emails, "an e-mail address"), (phones, "a phone number")):
            if count:
                reason = f"{count} rows hold what looks like {what}"
                findings.append(Finding(f"{schema}.{table}", column, reason))
    return findings
