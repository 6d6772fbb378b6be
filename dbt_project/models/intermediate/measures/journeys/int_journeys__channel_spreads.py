"""Resolution, wait, effort and satisfaction by reason and channel, and how far channels differ."""

from orchestration.statistics.tables import consistency


def model(dbt, session):
    """One row per measure, contact reason and channel."""
    dbt.config(materialized="table")
    windows = dbt.ref("int_company__windows").df()
    return consistency(dbt.ref("int_journeys__consistency_units").df(), windows.iloc[0].to_dict())
