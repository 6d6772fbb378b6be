"""Referrals, returns and consents of the warehouse, against those that are true of the company."""

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def people(company):
    """Customers who are one whole person: all profiles of each, and nobody else's."""
    profiles = company.warehouse("""
        select profiles.source_name, profiles.source_profile_id, customer_profiles.customer_key
        from intermediate.int_identity__customer_profiles as customer_profiles
        inner join intermediate.int_identity__profiles as profiles
            on customer_profiles.profile_key = profiles.profile_key
        inner join intermediate.int_identity__customers as customers
            on customer_profiles.customer_key = customers.customer_key
        where customers.is_identified
    """)
    truth = company.truth("profiles").drop_duplicates()
    # A browser is attributed event by event, a shared mailbox is of several.
    known = profiles.merge(truth, on=["source_name", "source_profile_id"])
    whose = known[["customer_key", "person"]].drop_duplicates()
    alone = ~whose.customer_key.duplicated(keep=False) & ~whose.person.duplicated(keep=False)
    return whose[alone].set_index("customer_key").person


@pytest.fixture(scope="module")
def persons(company):
    return company.truth("persons").set_index("person")


def test_who_was_referred_by_whom(company, people, persons, capsys):
    customers = company.published(
        "select customer_key, is_referred, referrer_customer_key from marts.dim_customers"
    ).set_index("customer_key")
    found = customers.loc[people.index].assign(person=people)
    found["referrer"] = found.referrer_customer_key.map(people)
    found["true_referrer"] = found.person.map(persons.referrer)

    claimed = found[found.is_referred & found.referrer.notna()]
    true = found[(found.true_referrer >= 0) & found.true_referrer.isin(people)]

    is_found = true.referrer == true.true_referrer
    with capsys.disabled():
        print(f"\nreferrers: {len(claimed)} told, {len(true)} true, {is_found.sum()} found")
    assert len(true) > 0
    assert (claimed.referrer == claimed.true_referrer).all()
    assert is_found.mean() >= 0.6


def test_what_came_back(company, people, capsys):
    customers = company.published(
        "select customer_key, refunded_order_count from marts.dim_customers"
    ).set_index("customer_key")
    journeys = company.truth("journeys")
    returned = journeys[(journeys.journey_slug == "return") & (journeys.outcome == "reached")]
    orders = returned.groupby("person").order.nunique()

    found = customers.loc[people.index].refunded_order_count
    true = people.map(orders).fillna(0)

    with capsys.disabled():
        print(f"\nreturned orders: {found.sum():.0f} found, {true.sum():.0f} true")
    assert true.sum() > 10
    # A till shows no name without a card: what goes back there is nobody's.
    assert (found <= true).mean() >= 0.999
    assert (found == true).mean() >= 0.98
    assert found.sum() / true.sum() >= 0.8


def test_what_may_be_sent_was_allowed(company, people, persons, capsys):
    """No permission that nobody gave, and none lost, of those who share no mailbox or phone.

    A few withdrew where no source was told; a few called a message spam, which says as much.
    """
    as_of = company.warehouse("select as_of from intermediate.int_company__settings").as_of[0]
    consents = company.published("select * from marts.customer_consents")
    consents = consents[consents.customer_key.isin(people.index)].reset_index(drop=True)
    person = persons.loc[consents.customer_key.map(people)].reset_index(drop=True)
    is_alone = ~person.is_shared_mailbox & ~person.is_household_phone
    consents, person = consents[is_alone], person[is_alone]
    has_opted_in = pd.Series(False, index=person.index)
    for channel in ("email", "sms", "push"):
        is_here = consents.channel_slug == channel
        has_opted_in |= is_here & person[f"{channel}_opt_in"]
    has_left = person.opted_out_at < as_of
    is_true = has_opted_in & ~has_left

    left = ~consents.is_allowed & has_opted_in & has_left
    gap = (consents.since_at - person.opted_out_at)[left]
    # The click of an unsubscription comes within ten hours before the other sources are told.
    is_then = gap.between(-pd.Timedelta(hours=10.1), pd.Timedelta(minutes=2))
    with capsys.disabled():
        print(f"\nconsents told (rows) and true:\n{pd.crosstab(consents.is_allowed, is_true)}")
        print(f"withdrawn: {left.sum()}, dated right: {is_then.sum()}")
    assert (consents.is_allowed & ~is_true).sum() / consents.is_allowed.sum() <= 0.01
    assert (consents.is_allowed & is_true).sum() / is_true.sum() >= 0.97
    assert left.sum() > 5
    assert is_then.mean() >= 0.95
