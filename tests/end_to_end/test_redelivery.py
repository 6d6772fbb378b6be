"""Every delivered row comes again, and all rows in another order: no number changes.

Models that decide who is who keep what they decided, and have such tests of their own; what they
read is compared here.
"""

import pytest

from tests.company import opened, refill

# They count what was delivered.
COUNT_DELIVERIES = {"int_reconciliation__staged_tables", "data_reconciliation"}


@pytest.fixture(scope="module")
def redelivered(company, tmp_path_factory):
    """The company rebuilt from its raw tables with each row twice and shuffled, beside the first.

    In `first` and `first_cx` is what was built of each row once.
    """
    folder = tmp_path_factory.mktemp("redelivered")
    company.copy_databases(folder)
    with opened(folder) as connection:
        raw_tables = connection.execute(
            "select format('{}.{}', schema_name, table_name) from duckdb_tables() "
            "where starts_with(schema_name, 'raw_')"
        ).fetchall()
        for (table,) in raw_tables:
            connection.execute(
                f"create or replace table {table} as select raw.* from "
                f"(select * from {table} union all select * from {table}) as raw order by hash(raw)"
            )
        refill(connection, company.compiled_tables().values())
        connection.execute(f"attach '{company.data / 'warehouse.duckdb'}' as first (read_only)")
        connection.execute(
            f"attach '{company.data / 'build' / 'cx.duckdb'}' as first_cx (read_only)"
        )
        yield connection


def test_what_comes_twice_and_in_another_order_changes_no_table(company, redelivered):
    """A state that its export held twice was the latest by neither of two ranks with ties."""
    firsts = {'"warehouse"': "first", '"cx"': "first_cx"}
    changed, compared = {}, 0
    for name, (relation, _) in company.compiled_tables().items():
        database, table = relation.split(".", 1)
        first = f"{firsts[database]}.{table}"
        ((more, other),) = redelivered.execute(
            f"select (select count(*) from {relation}) - (select count(*) from {first}), "
            f"(select count(*) from (from {relation} except from {first}))"
        ).fetchall()
        compared += 1
        if more or other:
            changed[name] = (more, other)

    assert compared > 140
    assert set(changed) == COUNT_DELIVERIES, changed
