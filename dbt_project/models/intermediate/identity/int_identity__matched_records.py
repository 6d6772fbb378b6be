"""Likely matches of every record, by the frozen parameters of a model version.

Builds on what it said the last time: only records that are new or changed are matched, with all.
The very first run trains the model.
"""

import duckdb

from orchestration.identity.match_updates import matched_records
from orchestration.identity.model_choice import version_for


def model(dbt, session):
    """One row per record, with the records of greater key that match it."""
    dbt.config(materialized="table")
    settings = dict(dbt.ref("identity_settings").project("setting, setting_value").fetchall())
    records = dbt.ref("int_identity__match_records").order("profile_key")
    ((record_count,),) = records.count("*").fetchall()
    version = version_for(
        record_count, records.to_arrow_table, int(settings["match_model_version"])
    )
    try:
        before = session.sql(f"from {dbt.this}")
    except duckdb.CatalogException:
        before = None
    return matched_records(records, version, settings["match_review_probability"], before)
