"""What the current version of the text models says of each text.

Builds on what it said the last time: only texts that are new, or all where the version is.
"""

import duckdb

from orchestration.understanding.text_models import current_version
from orchestration.understanding.text_scores import text_scores


def model(dbt, session):
    """One row per text."""
    dbt.config(materialized="table")
    # It learns the version that is read here.
    dbt.ref("int_texts__quality")
    settings = dict(dbt.ref("text_settings").project("setting, setting_value").fetchall())
    try:
        before = session.sql(f"from {dbt.this}")
    except duckdb.CatalogException:
        before = None
    return text_scores(
        dbt.ref("int_texts__texts"), current_version(), int(settings["max_characters"]), before
    )
