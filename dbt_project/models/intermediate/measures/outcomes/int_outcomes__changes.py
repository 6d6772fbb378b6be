"""How much more a series changed after an improvement than the one that it is compared with."""

from orchestration.acting.outcomes import CHANGE_COLUMNS, before_after_readouts
from orchestration.statistics.typed import typed


def model(dbt, session):
    """One row per improvement of which any week is known."""
    dbt.config(materialized="table")
    return typed(before_after_readouts(dbt.ref("int_outcomes__weeks").df()), CHANGE_COLUMNS)
