"""Words that more customers write than in the weeks before."""

from orchestration.statistics.emergence import emerging


def model(dbt, session):
    """One row per week and term that emerged in it."""
    dbt.config(materialized="table")
    settings = dbt.ref("text_settings").df()
    return emerging(
        dbt.ref("int_texts__terms").df(),
        dict(zip(settings["setting"], settings["setting_value"], strict=True)),
    )
