"""How much more often customers leave after their k-th bad experience than those beside them."""

from orchestration.statistics.tables import hazard_ratios


def model(dbt, session):
    """One row per number of bad experiences."""
    dbt.config(materialized="table")
    as_of = dbt.ref("int_company__settings").df().loc[0, "as_of"]
    windows = dbt.ref("int_company__windows").df()
    return hazard_ratios(dbt.ref("int_churn__defections").df(), as_of, windows.iloc[0].to_dict())
