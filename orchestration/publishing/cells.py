"""How many customers stand behind what is published of birth, gender and home."""

from pathlib import Path
from typing import Any

import duckdb

from orchestration.warehouse.connections import SETTINGS

_TRAITS = "coarsening, birth_year, birth_decade, gender, city, country_code"
_SHOWN = ("marts.dim_customers", "marts.customer_history", "marts.customer_key_redirects")


def profile(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> dict[str, Any] | None:
    """The smallest cell allowed and there, and how many customers stand on each step.

    A cell is what the public tables show together, on one step; who is shown without anything
    stands with everybody. None for a build without these tables.
    """
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_columns() "
        "where database_name = current_database() and column_name in "
        "('coarsening', 'old_customer_key')"
    ).fetchall()
    if not {(name,) for name in _SHOWN} <= set(tables):
        return None
    ((smallest,),) = connection.execute(
        f"with shown as (select customer_key, {_TRAITS} from marts.dim_customers "
        f"union all select customer_key, {_TRAITS} from marts.customer_history), "
        "cells as (select count(distinct coalesce(redirects.customer_key, shown.customer_key)) "
        "as customers from shown left join marts.customer_key_redirects as redirects "
        "on shown.customer_key = redirects.old_customer_key "
        "where coalesce(birth_decade::varchar, gender, city, country_code) is not null "
        f"group by {_TRAITS}) select min(customers) from cells"
    ).fetchall()
    steps = connection.execute(
        "select coarsening, count(*) from marts.dim_customers group by all order by all"
    ).fetchall()
    return {
        "minimum_customers_per_cell": _minimum(warehouse),
        "smallest_cell": smallest,
        "customers_by_coarsening": dict(steps),
    }


def _minimum(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True, config=SETTINGS) as connection:
        ((minimum,),) = connection.execute(
            "select setting_value::integer from reference.identity_settings "
            "where setting = 'minimum_customers_per_public_cell'"
        ).fetchall()
    return int(minimum)
