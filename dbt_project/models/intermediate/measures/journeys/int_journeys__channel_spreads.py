"""Resolution, wait, effort and satisfaction by reason and channel, and how far channels differ."""

from orchestration.statistics.tables import consistency


def model(dbt, session):
    """One row per measure, contact reason and channel."""
    dbt.config(materialized="table")
    settings = dict(dbt.ref("journey_settings").project("setting, setting_value").fetchall())
    return consistency(dbt.ref("int_journeys__consistency_units").df(), settings)
