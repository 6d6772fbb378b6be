"""Raw phone numbers of every source, in E.164.

Incremental: a number that was parsed once is never parsed again.
"""

import pyarrow as pa

from orchestration.identity.phones import e164


def model(dbt, session):
    """Parse the numbers that are new; a profile without a country has the company's."""
    dbt.config(materialized="incremental", incremental_strategy="append")
    settings = dbt.ref("int_company__settings")
    ((default_country,),) = settings.project("default_country").fetchall()
    numbers = (
        dbt.ref("int_shapes__observations")
        .filter("trim(phone) != ''")
        .project(f"trim(phone), coalesce(country_code, '{default_country}')")
        .distinct()
    )
    if dbt.is_incremental:
        numbers = numbers.except_(
            session.sql(f"select raw_phone, country_code from {dbt.this}").distinct()
        )
    rows = numbers.order("1, 2").fetchall()
    return pa.table(
        {
            "raw_phone": pa.array([phone for phone, _ in rows], pa.string()),
            "country_code": pa.array([country for _, country in rows], pa.string()),
            "phone": pa.array([e164(phone, country) for phone, country in rows], pa.string()),
        }
    )
