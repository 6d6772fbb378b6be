"""What is predicted of customers: parameters, checks, and the errors of the last hold-out."""

from orchestration.understanding.value.tables import model_rows


def model(dbt, session):
    """One row per prediction and parameter, check or figure of it; some figures by fifth."""
    dbt.config(materialized="table")
    settings = dbt.ref("value_settings").df()
    observed = dbt.ref("int_value__observed_time").df()
    horizons = dbt.ref("value_horizons").df()
    return model_rows(
        dbt.ref("int_value__margin_events").df(),
        dbt.ref("int_value__snapshots").df(),
        observed.iloc[0].to_dict(),
        sorted(horizons["horizon_days"]),
        settings.set_index("setting")["setting_value"].to_dict(),
    )
