"""Every data test can fail: the data that it guards is broken, and it must see it.

A generic test is broken by what its kind forbids (`BREAKAGES`), a singular one by the statement
listed for it (`SINGULAR_BREAKAGES`). A test in neither table fails here: a guard needs its proof.
"""

import shutil

import duckdb
import pytest

# What breaks a test of this kind, as SQL over {relation} and the {column} that it guards.
BREAKAGES = {
    "unique": "insert into {relation} select * from {relation} where {column} is not null limit 1",
    "not_null": "update {relation} set {column} = null",
    # No key and no value of a list, whether it is text or a number.
    "relationships": "update {relation} set {column} = '-1'",
    "accepted_values": "update {relation} set {column} = '-1'",
    "within_range": "update {relation} set {column} = {beyond}",
    "same_row_count_as": "insert into {relation} select * from {relation}",
    # Some guard a part of the rows only.
    "unique_together": "insert into {relation} select * from {relation}",
    # Every key loses its row.
    "no_orphans": "delete from {relation}",
    "no_overlap": "insert into {relation} select * from {relation}",
    "not_empty_if": "delete from {relation}",
    "numerator_not_above_denominator": "update {relation} set {numerator} = -1",
    "numerator_within_denominator": "update {relation} set numerator = -1 where kind = 'rate'",
    "mapped_reasons": (
        "update {relation} set source_contact_reason = 'new', contact_reason_slug = null"
    ),
}

# Singular tests: the relation to break, and how.
SINGULAR_BREAKAGES: dict[str, tuple[str, str]] = {
    "assert_customer_totals_are_those_of_the_facts": (
        '"cx"."marts"."dim_customers"',
        "update {relation} set net_revenue_amount = net_revenue_amount + 1",
    ),
    "assert_stages_of_a_life_add_up_to_the_customer": (
        '"cx"."marts"."customer_lifecycle_activity"',
        "update {relation} set touchpoint_count = touchpoint_count + 1",
    ),
    "assert_no_link_joins_two_customers": (
        '"warehouse"."intermediate"."int_identity__customer_profiles"',
        "update {relation} set customer_key = profile_key",
    ),
    "assert_whoever_did_anything_is_a_customer": (
        '"cx"."marts"."dim_customers"',
        "delete from {relation} where customer_key = (select min(customer_key) from {relation})",
    ),
    "assert_every_low_answer_is_in_one_loop": (
        '"cx"."marts"."closed_loop"',
        "delete from {relation} where response_key = (select min(response_key) from {relation})",
    ),
    "assert_no_figure_tells_of_a_few_employees": (
        '"cx"."marts"."cx_scorecard"',
        "update {relation} set denominator = 1 where metric_slug = 'employee_mood'",
    ),
    "assert_daily_kpis_add_up_to_the_scorecard": (
        '"cx"."marts"."agg_kpis_daily"',
        "update {relation} set numerator = numerator + 1",
    ),
    "assert_a_band_counts_as_it_says": (
        '"warehouse"."reference"."rating_scales"',
        "update {relation} set unit_value = -unit_value",
    ),
    "assert_every_unit_counts_as_its_kind_allows": (
        '"warehouse"."intermediate"."int_kpis__units"',
        "update {relation} set unit_value = 2",
    ),
    "assert_bands_partition_their_scale": (
        '"warehouse"."reference"."rating_scales"',
        "update {relation} set score_from = score_from + 1 where band = 'top'",
    ),
    "assert_daily_touchpoints_add_up": (
        '"cx"."marts"."touchpoints_daily"',
        "update {relation} set touchpoint_count = touchpoint_count + 1",
    ),
    "assert_every_kpi_hangs_on_the_metric_tree": (
        '"warehouse"."reference"."kpis"',
        "update {relation} set parent_metric_slug = null where metric_slug = 'csat'",
    ),
    "assert_a_customer_is_one_component": (
        '"warehouse"."intermediate"."int_identity__customer_profiles"',
        "update {relation} set customer_key = 'everybody'",
    ),
    "assert_redirects_are_flat": (
        '"cx"."marts"."customer_key_redirects"',
        "update {relation} set old_customer_key = (select min(customer_key) "
        'from "warehouse"."intermediate"."int_identity__customer_profiles")',
    ),
    "assert_every_profile_has_one_belief_at_a_time": (
        '"warehouse"."intermediate"."int_identity__profile_beliefs"',
        "insert into {relation} select * from {relation}",
    ),
    "assert_every_customer_has_one_description_at_a_time": (
        '"warehouse"."intermediate"."int_identity__customer_history"',
        "insert into {relation} select * from {relation}",
    ),
    "assert_no_public_cell_is_small": (
        '"cx"."marts"."dim_customers"',
        "update {relation} set birth_decade = 1870 where customer_key = "
        "(select min(customer_key) from {relation})",
    ),
    "assert_who_waits_for_review_is_open": (
        '"warehouse"."intermediate"."todo_identities_to_review"',
        "insert into {relation} (left_profile_key, right_profile_key, left_customer_key, "
        "right_customer_key) select min(profile_key), min(profile_key), 'one', 'one' "
        'from "warehouse"."intermediate"."int_identity__customer_profiles"',
    ),
    "assert_no_match_is_lost": (
        '"warehouse"."intermediate"."int_identity__matches"',
        "insert into {relation} (left_profile_key, right_profile_key) "
        "select min(profile_key), max(profile_key) "
        'from "warehouse"."intermediate"."int_identity__customer_profiles"',
    ),
    "assert_decisions_name_known_profiles": (
        '"warehouse"."reference"."identity_decisions"',
        "insert into {relation} values ('merge', 'nobody', 'no one', 'reviewed')",
    ),
    "assert_every_order_has_an_exchange_rate": (
        '"warehouse"."intermediate"."int_orders__unlinked_orders"',
        "update {relation} set amount = null",
    ),
    "assert_every_value_is_read": (
        '"cx"."marts"."value_issues"',
        "insert into {relation} (source_name) values ('crm')",
    ),
    "assert_every_member_is_listed": (
        '"cx"."marts"."dim_stores"',
        "update {relation} set is_listed = false",
    ),
    "assert_every_ticket_call_and_chat_is_one_case": (
        '"cx"."marts"."fct_cases"',
        "delete from {relation} where source_name = 'calls'",
    ),
    "assert_the_parts_of_journeys_add_up_to_them": (
        '"cx"."marts"."fct_journey_stages"',
        "update {relation} set stage_seconds = stage_seconds + 1",
    ),
    "assert_orders_reconcile_with_their_sources": (
        '"cx"."marts"."fct_orders"',
        "update {relation} set amount_original = amount_original + 0.01",
    ),
    "assert_a_declared_dimension_shows_a_member": (
        '"cx"."marts"."cx_scorecard"',
        "update {relation} set member = 'unknown' where dimension = 'channel'",
    ),
    "assert_every_interval_lies_on_its_scale": (
        '"cx"."marts"."cx_scorecard"',
        "update {relation} set ci_low = -1000",
    ),
    "assert_lines_add_up_to_their_order": (
        '"warehouse"."intermediate"."int_shapes__sale_lines"',
        "update {relation} set amount_original = amount_original + 0.01",
    ),
    "assert_members_add_up_to_the_total": (
        '"cx"."marts"."cx_scorecard"',
        "delete from {relation} where dimension = 'channel' and member = 'phone'",
    ),
    "assert_money_of_journeys_counts_once": (
        '"cx"."marts"."fct_journeys"',
        "update {relation} set revenue_amount = revenue_amount + 0.01",
    ),
    "assert_no_verdict_has_its_target_inside_its_interval": (
        '"cx"."marts"."cx_scorecard"',
        "update {relation} set ci_low = target - 1, ci_high = target + 1",
    ),
    "assert_no_marketing_is_sent_without_consent": (
        '"warehouse"."intermediate"."int_campaigns__marketing_messages"',
        "update {relation} set is_consent_shown = true, is_allowed = false",
    ),
    "assert_one_place_says_who_is_at_risk_or_gone": (
        '"cx"."marts"."customer_health"',
        "update {relation} set churn_state = 'churned'",
    ),
    "assert_revenue_adds_up_to_orders_refunds_and_touchpoints": (
        '"cx"."marts"."revenue"',
        "update {relation} set net_revenue_amount = net_revenue_amount + 0.01",
    ),
    "assert_orders_happen_in_order": (
        '"warehouse"."intermediate"."int_orders__impossible_times"',
        "insert into {relation} select * from {relation}",
    ),
}

# A small company has no row that would show in these marts, which are empty: the relation that gets
# one, and how.
SHOWN_ROWS: dict[str, tuple[str, str]] = {
    "customer_key_redirects_is_not_empty": (
        '"warehouse"."intermediate"."int_identity__customer_keys"',
        "update {relation} set live_customer_key = 'another'",
    ),
    "defection_curve_is_not_empty": (
        '"warehouse"."intermediate"."int_churn__defections"',
        "insert into {relation} (experience_number, group_slug, index_at) "
        "select 1, 'affected', timestamp '2020-01-01' from range(1000)",
    ),
    "emerging_terms_is_not_empty": (
        '"warehouse"."intermediate"."int_texts__emerging_terms"',
        "insert into {relation} (term) values ('backpack')",
    ),
    "excluded_orders_is_not_empty": (
        '"warehouse"."intermediate"."int_shapes__orders"',
        "update {relation} set excluded_reason = 'test'",
    ),
    "journey_vs_touchpoint_is_not_empty": (
        '"warehouse"."intermediate"."int_journeys__correlations"',
        "insert into {relation} (comparison_slug) values ('journey_vs_touchpoint')",
    ),
    "peak_end_is_not_empty": (
        '"cx"."marts"."fct_journeys"',
        "update {relation} set peak_end_score = 0.5",
    ),
    "rejected_rows_is_not_empty": (
        '"warehouse"."intermediate"."int_company__refused_files"',
        "insert into {relation} (source_name) values ('crm')",
    ),
    "retention_cohorts_is_not_empty": (
        '"warehouse"."intermediate"."int_orders__orders"',
        "update {relation} set is_first_order = true, ordered_at = timestamp '2020-01-01'",
    ),
    "value_issues_is_not_empty": (
        '"warehouse"."intermediate"."int_reconciliation__value_issues"',
        "insert into {relation} (source_name) values ('crm')",
    ),
}


def guards(company):
    """Each data test of the last build with what breaks it.

    Yields (name, relation, guarded column, statement, query).
    """
    manifest = company.manifest()
    results = company.run_results()
    for unique_id, node in sorted(manifest["nodes"].items()):
        if node["resource_type"] != "test":
            continue
        query = results[unique_id]["compiled_code"]
        kind = (node.get("test_metadata") or {}).get("name")
        if kind is None:
            relation, statement = SINGULAR_BREAKAGES[node["name"]]
            column = None
        else:
            guarded = manifest["nodes"].get(node["attached_node"]) or {}
            relation = guarded.get("relation_name")
            arguments = node["test_metadata"]["kwargs"]
            # dbt leaves out the name of a column that is called `column_name`.
            column = node["column_name"] or arguments.get("column_name")
            statement = BREAKAGES[kind].format(
                relation="{relation}",
                column=column,
                numerator=arguments.get("numerator", "numerator"),
                beyond=f"{arguments['at_most']} + 1" if "at_most" in arguments else "-1e9",
            )
        yield node["name"], relation, column, statement, query


def broken_rows(connection, relation, column, statement, query):
    """Rows that the test finds after its data was broken; nothing is kept."""
    connection.execute("begin")
    try:
        _replace_by_unconstrained_rows(connection, relation)
        _give_a_row_to_the_empty(connection, relation, column)
        connection.execute(statement.format(relation=relation))
        return connection.execute(f"select count(*) from ({query})").fetchall()[0][0]
    finally:
        connection.execute("rollback")


def _replace_by_unconstrained_rows(connection, relation):
    """A table in the place of a view, or of one whose contract would refuse what is wrong."""
    database, schema, name = (part.strip('"') for part in relation.split("."))
    (is_view,) = connection.execute(
        "select count(*) > 0 from duckdb_views() "
        "where database_name = ? and schema_name = ? and view_name = ?",
        [database, schema, name],
    ).fetchall()[0]
    connection.execute(f"create temp table kept_rows as select * from {relation}")
    connection.execute(f"drop {'view' if is_view else 'table'} {relation}")
    connection.execute(f"create table {relation} as select * from kept_rows")


def _give_a_row_to_the_empty(connection, relation, column):
    """A source that this company does not have has nothing to break."""
    if connection.execute(f"select count(*) from {relation}").fetchall() == [(0,)]:
        insert = f"insert into {relation} "
        if column is None:
            connection.execute(insert + "default values")
            return
        described = dict(row[:2] for row in connection.execute(f"describe {relation}").fetchall())
        is_dated = described[column.strip('"')].startswith(("DATE", "TIMESTAMP"))
        value = "2026-01-01" if is_dated else "1"
        connection.execute(insert + f"({column}) values ('{value}')")


@pytest.fixture(scope="module")
def copies(company, tmp_path_factory):
    """Copies of both databases, to be broken."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copy(company.data / "warehouse.duckdb", folder / "warehouse.duckdb")
    shutil.copy(company.data / "build" / "cx.duckdb", folder / "cx.duckdb")
    connection = duckdb.connect(str(folder / "warehouse.duckdb"))
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("attach ? as cx", [str(folder / "cx.duckdb")])
    yield connection
    connection.close()


def test_every_data_test_sees_its_data_broken(company, copies):
    blind = []
    seen = 0
    for name, *guard in guards(company):
        found = broken_rows(copies, *guard)
        if found == 0 and name in SHOWN_ROWS:
            # The mart is empty, and so is what it shows.
            relation, give_row = SHOWN_ROWS[name]
            found = broken_rows(copies, relation, None, give_row, guard[-1])
        if found == 0:
            blind.append(name)
        seen += 1

    assert seen > 200
    assert not blind
