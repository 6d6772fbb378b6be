"""Which links hold, in the proposed components in which something conflicts.

All that is read is of these components, nearly always few: the others need no decision.
"""

from orchestration.identity.link_decisions import decide, waived_kinds


def model(dbt, session):
    """One row per link that was accepted or refused."""
    dbt.config(materialized="table")
    disputed = dbt.ref("int_identity__conflicts").project("component_key").distinct()
    profiles = dbt.ref("int_identity__proposed_components").join(disputed, "component_key")
    links = dbt.ref("int_identity__proposed_links").set_alias("links")
    disputed_links = links.join(
        profiles.set_alias("profiles"), "links.left_profile_key = profiles.node_key"
    ).to_arrow_table()
    matched_records = dbt.ref("int_identity__matched_records")
    ((is_paired,),) = matched_records.aggregate("coalesce(bool_or(is_paired), false)").fetchall()
    kinds = matched_records.project("unnest(unreliable_kinds)").distinct().fetchall()
    return decide(
        links=disputed_links,
        marks=dbt.ref("int_identity__marks").join(disputed, "component_key").to_arrow_table(),
        decisions=dbt.ref("identity_decisions").to_arrow_table(),
        identifier_types=dbt.ref("identifier_types").to_arrow_table(),
        settings=dbt.ref("identity_settings").to_arrow_table(),
        unreliable_kinds=waived_kinds([kind for (kind,) in kinds], is_paired, disputed_links),
    )
