"""Rank correlations of the scores of journeys with what became of them."""

from orchestration.statistics.tables import correlations


def model(dbt, session):
    """One row per comparison, journey, segment and outcome."""
    dbt.config(materialized="table")
    windows = dbt.ref("int_company__windows").df()
    return correlations(dbt.ref("int_journeys__score_pairs").df(), windows.iloc[0].to_dict())
