"""What moves each score, by how much, and whether that can be told."""

from orchestration.statistics.typed import typed
from orchestration.understanding.drivers import MONEY_COLUMNS, effects, with_money


def model(dbt, session):
    """One row per outcome, segment and driver."""
    dbt.config(materialized="table")
    windows = dbt.ref("int_company__windows").df()
    rules = dbt.ref("mart_rules").df().set_index("mart")
    found = effects(
        dbt.ref("int_understanding__driver_values").df(),
        int(rules.at["experience_drivers", "minimum_n"]),
        int(windows.at[0, "bootstrap_seed"]),
    )
    return typed(with_money(found, dbt.ref("int_value__money_per_point").df()), MONEY_COLUMNS)
