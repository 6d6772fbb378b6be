"""Who withholds a number, who was erased: what the warehouse sees."""

import pytest

from orchestration.sample_world.sources.calls import WITHHELD
from orchestration.sample_world.sources.tickets import ERASED_NAME


@pytest.fixture(scope="module")
def profiles(company):
    """Every delivered profile with its customer and what is known of that customer."""
    return company.warehouse("""
        select
            profiles.source_name,
            profiles.source_profile_id,
            profiles.profile_key,
            customers.customer_key,
            customers.is_identified,
            golden_records.given_name,
            golden_records.surname,
            golden_records.phone
        from intermediate.int_identity__profiles as profiles
        left join intermediate.int_identity__customer_profiles as customer_profiles
            on profiles.profile_key = customer_profiles.profile_key
        left join intermediate.int_identity__customers as customers
            on customer_profiles.customer_key = customers.customer_key
        left join intermediate.int_identity__golden_records as golden_records
            on customers.customer_key = golden_records.customer_key
    """)


def test_who_withholds_the_number_is_nobody(company, profiles):
    withheld = company.truth("withheld_calls")
    calls = company.published("""
        select occurred_at as at, customer_key
        from marts.fct_touchpoints
        where touchpoint_type_slug = 'call_inbound' and source_name = 'calls'
    """)

    hidden = calls.merge(withheld, on="at")

    # The call happened, and nobody made it: nor does its number tie one person to another.
    assert len(hidden) == len(withheld) > 0
    assert hidden.customer_key.isna().all()
    assert calls.customer_key.notna().mean() > 0.8
    assert not profiles.phone.isin(WITHHELD).any()
    assert not profiles.source_profile_id.isin(WITHHELD).any()


def test_nobody_is_called_by_a_redaction(company, profiles):
    redactions = company.truth("redactions")
    words = set(ERASED_NAME.split())

    erased = redactions.merge(profiles, on=["source_name", "source_profile_id"])

    assert len(erased) == len(redactions) > 0
    assert not profiles.given_name.isin(words).any()
    assert not profiles.surname.isin(words).any()


def test_who_was_erased_is_still_the_person_they_were(company, profiles):
    redactions = company.truth("redactions")
    owners = company.truth("profiles").drop_duplicates(["source_name", "source_profile_id"])
    people = profiles.merge(owners, on=["source_name", "source_profile_id"])
    erased = redactions[["source_name", "source_profile_id"]].merge(people)

    for row in erased.itertuples():
        same = people[people.customer_key == row.customer_key]
        assert (same.person == row.person).all()


def test_every_campaign_of_a_source_has_its_kind(company):
    kinds = company.published("""
        select channel_slug, count(*) as campaigns, count(campaign_kind) as kinds
        from marts.dim_campaigns
        where is_described
        group by channel_slug
    """).set_index("channel_slug")
    truth = company.truth("campaigns").groupby("channel").size()

    assert set(kinds.index) == set(truth.index) == {"email", "sms", "push"}
    assert (kinds.kinds == kinds.campaigns).all()
