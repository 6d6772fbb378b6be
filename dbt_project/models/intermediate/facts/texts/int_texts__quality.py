"""The text models of this run: learnt anew when it is time, and what they are worth."""

from orchestration.understanding.text_models import quality_rows, version_for
from orchestration.understanding.text_settings import TextSettings


def model(dbt, session):
    """One row per task, channel and language, of the current version."""
    dbt.config(materialized="table")
    settings = dict(dbt.ref("text_settings").project("setting, setting_value").fetchall())
    ((as_of,),) = dbt.ref("int_company__settings").project("as_of").fetchall()
    labelled = dbt.ref("int_texts__texts").filter(
        "label is not null or contact_reason_slug is not null"
    )
    version = version_for(
        labelled.project("text_key, label, contact_reason_slug").df(),
        labelled.df,
        TextSettings.of(settings),
        as_of,
    )
    return quality_rows(version)
