"""Rank correlations of the scores of journeys with what became of them."""

from orchestration.statistics.tables import correlations


def model(dbt, session):
    """One row per comparison, journey, segment and outcome."""
    dbt.config(materialized="table")
    settings = dict(dbt.ref("journey_settings").project("setting, setting_value").fetchall())
    return correlations(dbt.ref("int_journeys__score_pairs").df(), settings)
