"""The gate before publishing: no personal data in the public file.

Two guards: no column bears the name of a tagged one, and no text holds what looks like an e-mail
address or a phone number. Findings name the column and count the rows; they never show a value.
"""

import re
from dataclasses import dataclass

import duckdb


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
