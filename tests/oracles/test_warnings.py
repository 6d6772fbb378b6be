"""Alarms are those of a second computation, and find what was planted in the sample company."""

import pandas as pd
import pytest

from tests.oracles.facts import Facts, seed
from tests.oracles.warnings import Alarms, everywhere

KEY = ["rule_slug", "topic", "area_member", "direction", "day_date", "window_days"]


@pytest.fixture(scope="module")
def events(company):
    return company.warehouse("select * from intermediate.int_warnings__events")


@pytest.fixture(scope="module")
def episodes(company):
    return company.published("select * from marts.early_warnings")


def test_who_is_counted_without_an_area_is_who_the_facts_show(company, events):
    settings = company.warehouse("select * from intermediate.int_company__settings")
    expected = everywhere(Facts(company.warehouse), settings.default_time_zone[0])
    for rule, counted in expected.items():
        own = events[events.rule_slug == rule]
        days = pd.to_datetime(own.day_date)
        assert set(zip(own.topic, own.customer_key, days, strict=True)) == counted
        assert counted


def test_alarms_are_those_of_the_definition(company, events):
    days = company.warehouse("select * from intermediate.int_warnings__observed_days")
    found = company.warehouse("select * from intermediate.int_warnings__alarms")

    # Every day with an alarm, and every seventh without.
    alarmed_days = set(pd.to_datetime(found.day_date))
    known_days = sorted(pd.to_datetime(days.day_date).unique())
    ends = alarmed_days | set(known_days[::7])
    expected = Alarms(events, days).rows(found, ends)

    series = pd.DataFrame(expected.pop("series").tolist(), columns=KEY[:3])
    expected = pd.concat([series, expected], axis=1)
    pairs = found.merge(expected, on=KEY, how="outer", indicator=True)
    assert len(found)
    assert pairs["_merge"].eq("both").all()
    assert (pairs.customer_count_x == pairs.customer_count_y).all()


def incident(company, name):
    incidents = company.truth("incidents").set_index("incident")
    return incidents.loc[name], incidents.loc[name].started_at.normalize()


def began(episodes, rule, **where):
    own = episodes[(episodes.rule_slug == rule) & (episodes.direction == "rise")]
    for column, value in where.items():
        own = own[own[column] == value]
    return own


def test_a_broken_checkout_rings_by_the_next_day(company, episodes):
    _, started = incident(company, "broken_checkout")

    found = began(episodes, "errors_by_page", topic="error_shown", area_member="/checkout/payment")

    assert 0 <= (found.began_date.min() - started).days <= 1


def test_a_defect_rings_with_its_product_and_no_other(company, episodes):
    planted, started = incident(company, "product_defect")

    found = began(episodes, "reasons_by_product", topic=planted.contact_reason_slug)

    assert set(found.area_member) == {planted.product_id}
    assert (found.began_date >= started).all()


def test_nobody_who_asked_before_is_listed_as_not_asking(company, episodes):
    exposed = company.published("select * from marts.early_warning_customers")
    began_date = exposed.episode_key.map(episodes.set_index("episode_key").began_date)
    settings = company.warehouse("select * from intermediate.int_company__settings")
    asked = exposed.asked_at.dt.tz_localize("UTC").dt.tz_convert(settings.default_time_zone[0])

    assert len(exposed)
    assert exposed.has_asked.eq(exposed.asked_at.notna()).all()
    assert not (exposed.is_listed & (asked.dt.tz_localize(None).dt.normalize() <= began_date)).any()
    counts = exposed.groupby("episode_key").has_asked.agg(["size", "sum"])
    shown = episodes.dropna(subset="exposed_count").set_index("episode_key")
    assert shown.exposed_count.astype(int).to_dict() == counts["size"].to_dict()
    not_asking = counts["size"] - counts["sum"]
    assert shown.not_yet_asking_count.astype(int).to_dict() == not_asking.to_dict()


def test_no_rise_of_fewer_than_five_customers_has_a_number(episodes):
    rises = episodes[episodes.direction == "rise"]

    assert not (rises.customer_count < 5).any()
    assert not (rises.peak_customer_count < 5).any()


@pytest.fixture(scope="module")
def large(default_company):
    return default_company.published("select * from marts.early_warnings")


@pytest.mark.slow
def test_bursts_of_a_large_company_ring_by_the_next_morning(default_company, large):
    _, checkout = incident(default_company, "broken_checkout")
    planted, defect = incident(default_company, "product_defect")

    errors = began(large, "errors_by_page", topic="error_shown", area_member="/checkout/payment")
    contacts = began(large, "reasons_by_product", topic=planted.contact_reason_slug)

    assert errors.began_date.min() == checkout
    assert set(contacts.area_member) == {planted.product_id}
    # Its first contacts come the day after it began.
    assert 0 <= (contacts.began_date.min() - defect).days <= 1


@pytest.mark.slow
def test_a_slow_sign_in_rings_within_a_week(default_company, large):
    planted, started = incident(default_company, "slow_sign_in")

    found = began(large, "reasons", topic=planted.contact_reason_slug)

    assert 0 <= (found.began_date.min() - started).days <= 7


@pytest.mark.slow
def test_the_exposed_ask_three_times_as_often_as_the_other_buyers(default_company, large):
    planted, _ = incident(default_company, "product_defect")
    (listed,) = began(
        large,
        "reasons_by_product",
        topic=planted.contact_reason_slug,
        area_member=planted.product_id,
    ).itertuples()

    share = listed.listed_asked_count / listed.listed_count
    others = listed.compared_asked_count / listed.compared_count
    assert listed.listed_count >= 50
    assert share >= 3 * others


@pytest.mark.slow
def test_a_rise_of_purchases_after_a_promotion_names_it(default_company, large):
    campaigns = default_company.truth("campaigns")
    days = int(seed("warning_settings").set_index("setting").setting_value["known_cause_days"])
    rises = began(large, "purchases")

    assert len(rises)
    for rise in rises.itertuples():
        since = (rise.began_date - campaigns.sent_at.dt.normalize()).dt.days
        assert rise.known_cause_slug == "campaign"
        assert rise.known_cause_name in set(campaigns.name[since.between(0, days)])
