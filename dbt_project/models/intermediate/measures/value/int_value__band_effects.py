"""What each band of satisfaction brought more than the lowest, by question, horizon, segment."""

from orchestration.statistics.typed import typed
from orchestration.understanding.value.experience import BAND_COLUMNS, experience_values


def model(dbt, session):
    """One row per question, horizon, segment and band."""
    dbt.config(materialized="table")
    settings = dbt.ref("value_settings").df()
    numbers = settings.set_index("setting")["setting_value"].to_dict()
    values = experience_values(dbt.ref("int_value__answer_margins").df(), numbers)
    return typed(values, BAND_COLUMNS)
