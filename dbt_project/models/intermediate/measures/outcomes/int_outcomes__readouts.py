"""What the arms of each experiment show, and what they could have shown."""

from orchestration.acting.outcomes import READOUT_COLUMNS, randomised_readouts
from orchestration.statistics.typed import typed


def model(dbt, session):
    """One row per experiment and segment."""
    dbt.config(materialized="table")
    readouts = randomised_readouts(
        dbt.ref("int_outcomes__arm_sums").df(), dbt.ref("int_outcomes__experiments").df()
    )
    return typed(readouts, READOUT_COLUMNS)
