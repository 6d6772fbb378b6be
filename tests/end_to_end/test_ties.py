"""Of two rows that are equal it is never chance which one stands.

Every file is delivered twice, and the rows of each raw table lie in one order, then in another:
DuckDB breaks a tie by where a row lies. Each staging model must find the same rows both times, to
the load and the line.
"""

from pathlib import Path

import duckdb
import pytest

from tests.company import Company, opened

SECOND_DELIVERY = 1_000_000


@pytest.fixture(scope="module")
def doubled(company: Company, tmp_path_factory) -> Path:
    """The databases with every load delivered a second time, none of them superseded."""
    folder = tmp_path_factory.mktemp("doubled")
    company.copy_databases(folder)
    with opened(folder) as connection:
        for table in raw_tables(connection):
            connection.execute(f"""
                insert into {table}
                select * replace (_load_id + {SECOND_DELIVERY} as _load_id) from {table}
            """)
        connection.execute(f"""
            insert into ledger.loads
            select * replace (load_id + {SECOND_DELIVERY} as load_id) from ledger.loads
        """)
    return folder


def raw_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return tables_in(connection, "starts_with(schema_name, 'raw_')", "duckdb_tables", "table_name")


def staging_views(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return tables_in(connection, "schema_name = 'staging'", "duckdb_views", "view_name")


def tables_in(connection: duckdb.DuckDBPyConnection, where: str, kind: str, name: str) -> list[str]:
    rows = connection.execute(f"""
        select schema_name || '.' || {name} from {kind}()
        where database_name = current_database() and {where}
        order by 1
    """).fetchall()
    return [table for (table,) in rows]


def test_no_staging_model_lets_chance_choose_a_row(doubled):
    with opened(doubled) as connection:
        views = staging_views(connection)
        for order in ("one", "another"):
            for table in raw_tables(connection):
                connection.execute(f"""
                    create or replace temp table shuffled as
                    select raw_rows.* from {table} as raw_rows
                    order by hash(raw_rows::varchar || '{order}')
                """)
                connection.execute(f"delete from {table}")
                connection.execute(f"insert into {table} select * from shuffled")
            connection.execute(f"create schema {order}")
            for view in views:
                name = view.partition(".")[2]
                connection.execute(f"create table {order}.{name} as select * from {view}")
        names = [view.partition(".")[2] for view in views]
        by_chance = [
            name
            for name in names
            if connection.execute(f"""
                select count(*)
                from (select * from one.{name} except all select * from another.{name})
            """).fetchone()
            != (0,)
        ]

    assert len(names) > 40
    assert by_chance == []
