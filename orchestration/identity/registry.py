"""The tables that no archive can give back: customer keys, what was believed when, the log.

dbt adds to them and never builds them anew. Carrying them from one warehouse to the next belongs
here; what is in them is dbt's business.
"""

from pathlib import Path

import duckdb

from orchestration.warehouse.connections import quoted

SCHEMA = "intermediate"
TABLES = (
    "int_identity__customer_keys",
    "int_identity__profile_beliefs",
    "int_identity__customer_key_changes",
    "int_identity__customer_history",
)


def carry_over(connection: duckdb.DuckDBPyConnection, old_warehouse: Path) -> None:
    """Give the connected warehouse, which has none of the tables yet, those of an old one."""
    connection.execute(f"attach {quoted(old_warehouse)} as old (read_only)")
    connection.execute(f"create schema if not exists {SCHEMA}")
    for table in existing_tables(connection, "old"):
        connection.execute(f"create table {SCHEMA}.{table} as from old.{SCHEMA}.{table}")
    connection.execute("detach old")


def existing_tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """Those of the tables that a database has: before its first build it has none."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ?",
        [database, SCHEMA],
    ).fetchall()
    existing = {table for (table,) in rows}
    return [table for table in TABLES if table in existing]
