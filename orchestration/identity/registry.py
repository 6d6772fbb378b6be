"""The tables that no archive can give back: customer keys, what was believed and decided when.

dbt adds to them and never builds them anew. Carrying them from one warehouse to the next belongs
here; what is in them is dbt's business.
"""

from pathlib import Path

import duckdb

from orchestration.landing.suppression import Suppression
from orchestration.warehouse.connections import quoted

SCHEMA = "intermediate"
TABLES = (
    "int_identity__customer_keys",
    "int_identity__profile_beliefs",
    "int_identity__customer_key_changes",
    "int_identity__customer_history",
    "int_actions__arms",
    "int_actions__decision_history",
    "int_actions__refusal_history",
)


# An older warehouse or export has them by their former names: what is in them is the same.
FORMER_NAMES = {
    "customer_profiles": "int_identity__profile_beliefs",
    "identity_customer_key_changes": "int_identity__customer_key_changes",
}


def carry_over(connection: duckdb.DuckDBPyConnection, old_warehouse: Path) -> None:
    """Give the connected warehouse, which has none of the tables yet, those of an old one.

    Without the rows of people on the suppression list.
    """
    suppression = Suppression.load()
    connection.execute(f"attach {quoted(old_warehouse)} as old (read_only)")
    connection.execute(f"create schema if not exists {SCHEMA}")
    for table, stored in existing_tables(connection, "old").items():
        relation = f"old.{SCHEMA}.{stored}"
        theirs = rows_of_suppressed(connection, relation, suppression)
        connection.execute(f"create table {SCHEMA}.{table} as from {relation} where not ({theirs})")
    connection.execute("detach old")


def rows_of_suppressed(
    connection: duckdb.DuckDBPyConnection, relation: str, suppression: Suppression
) -> str:
    """Which rows of a table of the registry are of people on the list, as a condition in SQL.

    The keys that it compares with are in a temporary table of the connection.
    """
    spaces = {
        column: "profile_key" if column == "profile_key" else "customer_key"
        for column, *_ in connection.execute(f"describe {relation}").fetchall()
        # The rest, such as the profile that founded a customer, does not say whose row it is.
        if column == "profile_key" or column.endswith("customer_key")
    }
    connection.execute("create temp table if not exists suppressed_keys (key varchar)")
    if not suppression:
        return "false"
    for column, space in spaces.items():
        theirs = [
            [key]
            for (key,) in connection.execute(
                f"select distinct {column} from {relation} where {column} is not null"
            ).fetchall()
            if suppression.has(space, key)
        ]
        if theirs:
            connection.executemany("insert into suppressed_keys values (?)", theirs)
    return (
        " or ".join(
            f"coalesce({column} in (select key from suppressed_keys), false)" for column in spaces
        )
        or "false"
    )


def rename_former(connection: duckdb.DuckDBPyConnection) -> None:
    """Give tables of an older warehouse their names of now: dbt would begin them anew."""
    ((database,),) = connection.execute("select current_database()").fetchall()
    for table, stored in existing_tables(connection, database).items():
        if stored != table:
            connection.execute(f"alter table {SCHEMA}.{stored} rename to {table}")


def existing_tables(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """Those of the tables that a database has, with the names by which it has them.

    Before its first build it has none.
    """
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ?",
        [database, SCHEMA],
    ).fetchall()
    existing = {table for (table,) in rows}
    stored = {FORMER_NAMES[name]: name for name in existing & FORMER_NAMES.keys()}
    stored |= {name: name for name in existing}
    return {table: stored[table] for table in TABLES if table in stored}
