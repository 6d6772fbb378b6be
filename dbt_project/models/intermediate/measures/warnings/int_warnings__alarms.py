"""Which counts of customers are higher or lower than the weeks before let expect."""

from orchestration.acting.alarms import ALARM_COLUMNS, alarms
from orchestration.statistics.typed import typed


def model(dbt, session):
    """One row per series, day, window and direction that alarmed."""
    dbt.config(materialized="table")
    found = alarms(
        dbt.ref("int_warnings__daily_counts").df(),
        dbt.ref("int_warnings__observed_days").df(),
        dbt.ref("warning_rules").df(),
    )
    return typed(found, ALARM_COLUMNS)
