"""What each customer will do, by the models that were fitted and judged before."""

from orchestration.understanding.value.tables import prediction_rows


def model(dbt, session):
    """One row per customer who bought or wrote."""
    dbt.config(materialized="table")
    settings = dbt.ref("value_settings").df()
    observed = dbt.ref("int_value__observed_time").df()
    return prediction_rows(
        dbt.ref("int_value__models").df(),
        dbt.ref("int_value__margin_events").df(),
        dbt.ref("int_value__snapshots").df(),
        observed.iloc[0].to_dict(),
        settings.set_index("setting")["setting_value"].to_dict(),
    )
