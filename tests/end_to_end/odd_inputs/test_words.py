"""A word that no list knows stops nothing, is a member `unknown` or none at all, and is told.

Every text of every table that could be a word of a list (a tier, a status, a channel, a store, a
product) comes once more as a new one: see `spoiling.is_word`.
"""

import pytest

from tests.end_to_end.odd_inputs.company import NEW_WORD

# Columns of words that a list maps.
MAPPED = {
    ("accounts", "events", "event_type"),
    ("accounts", "events", "request_outcome"),
    ("calls", "contact_records", "begun_by"),
    ("chat", "conversations", "part_kind"),
    ("crm", "contacts", "is_sms_allowed"),
    ("crm", "deals", "deal_stage"),
    ("email", "events", "event_type"),
    ("loyalty", "members", "tier_slug"),
    ("loyalty", "members", "email_consent"),
    ("loyalty", "tier_changes", "to_tier_slug"),
    ("messaging", "messages", "message_status"),
    ("product_usage", "events", "event_type"),
    ("sensors", "readings", "sensor_type"),
    ("shop", "orders", "channel_slug"),
    ("shop", "orders", "financial_status"),
    ("social", "posts", "post_kind"),
    ("surveys", "responses", "status_meaning"),
    ("tickets", "tickets", "status_meaning"),
}


def test_a_new_word_is_told_with_its_column_and_count(odd_company):
    told = odd_company.published(
        "select source_name, table_name, column_name, sum(issue_count) as issue_count "
        f"from marts.value_issues where sample_value = '{NEW_WORD}' group by all"
    )

    found = {tuple(row) for row in told[["source_name", "table_name", "column_name"]].values}
    assert MAPPED - found == set()
    assert (told.issue_count > 0).all()
    assert "assert_every_value_is_read:" in odd_company.output
    assert f"reason 'unreadable', sample_value '{NEW_WORD}'" in odd_company.output


def test_a_new_tier_is_the_member_unknown(odd_company):
    tiers = odd_company.published(
        "select distinct tier_slug from marts.loyalty where tier_slug not in "
        "(select slug from marts.dim_slugs where list_slug = 'tier' and slug != 'unknown')"
    )

    assert tiers.tier_slug.tolist() == ["unknown"]


@pytest.mark.parametrize(
    ("dimension", "key"),
    [
        ("dim_stores", "store_key"),
        ("dim_products", "product_key"),
        ("dim_segments", "segment_slug"),
    ],
)
def test_a_new_thing_is_a_member_by_its_key(odd_company, dimension, key):
    found = odd_company.published(f"select * from marts.{dimension} where {key} = '{NEW_WORD}'")

    assert len(found) == 1


def test_a_new_kind_of_event_is_no_touchpoint(odd_company):
    kinds = odd_company.published(
        "select distinct touchpoint_type_slug from marts.fct_touchpoints except "
        "select touchpoint_type_slug from marts.dim_touchpoint_types"
    )

    assert kinds.empty
