"""The generated company does what such a company does: each figure beside what is usual."""

import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.clock import zone_offset
from orchestration.sample_world.sources.tickets import FORGOTTEN_SHARE
from orchestration.sample_world.sources.web import KINDS

# What a retailer of household goods with web shop, app and stores may show.
WANTED = {
    "sessions that end in an order": (0.02, 0.04),
    "signed-in sessions that end in an order": (0.06, 0.10),
    "sessions signed in": (0.10, 0.20),
    "carts without an order": (0.65, 0.75),
    "checkouts without an order": (0.30, 0.45),
    "second order within 30 days": (0.08, 0.15),
    "second order within 90 days": (0.20, 0.30),
    "orders per buyer in six months": (1.2, 1.8),
    "basket in euro": (50, 150),
    "e-mails clicked": (0.02, 0.03),
    "campaign messages that bring an order": (0.003, 0.01),
    "referrals that convert": (0.10, 0.30),
    "receipts with a card": (0.40, 0.70),
    "contacts per 100 orders": (20, 30),
    "contacts that ask advice": (0.20, 0.30),
    "answers to relational surveys": (0.12, 0.18),
    "answers to surveys after an event": (0.18, 0.28),
    "online orders that come back": (0.12, 0.20),
    "tickets never solved nor closed": (0.01, 0.04),
    "calls abandoned": (0.02, 0.08),
    "calls of a Monday to one from Tuesday to Friday": (1.1, 1.8),
    "calls of a weekend day to one from Tuesday to Friday": (0.2, 0.7),
    "hour of most calls": (9, 11),
    "receipts of a Monday to one of a Saturday": (0.6, 1.2),
}
SESSION_GAP = pd.Timedelta(minutes=30)
EURO = {"EUR": 1.0, "PLN": 4.25, "GBP": 0.86}


@pytest.fixture(scope="module")
def figures(big_world):
    return {
        **session_figures(big_world),
        **order_figures(big_world),
        **outreach_figures(big_world),
        **service_figures(big_world),
        **rhythm_figures(big_world),
    }


def session_figures(world):
    moments = world.of_kind(*KINDS, "order_placed")
    moments = moments[(moments["device"] >= 0) & (moments["outcome"] != "portal")]
    moments = moments.sort_values(["device", "at"], kind="stable")
    begins = (moments["device"].diff() != 0) | (moments["at"].diff() > SESSION_GAP)
    of_session = moments.assign(
        is_cart=moments["kind"] == "cart_added",
        is_checkout=moments["kind"] == "checkout_started",
        is_order=moments["kind"] == "order_placed",
    ).groupby(begins.cumsum())
    sessions = of_session[["is_logged_in", "is_cart", "is_checkout", "is_order"]].max()
    has_order = sessions["is_order"]
    return {
        "sessions that end in an order": has_order.mean(),
        "signed-in sessions that end in an order": has_order[sessions["is_logged_in"]].mean(),
        "sessions signed in": sessions["is_logged_in"].mean(),
        "carts without an order": 1 - has_order[sessions["is_cart"]].mean(),
        "checkouts without an order": 1 - has_order[sessions["is_checkout"]].mean(),
    }


def order_figures(world):
    orders = world.orders.sort_values("placed_at")
    place_in_life = orders.groupby("person").cumcount()
    first = orders[place_in_life == 0].set_index("person")["placed_at"]
    second = orders[place_in_life == 1].set_index("person")["placed_at"].reindex(first.index)

    def again_within(days):
        window = pd.Timedelta(days=days)
        is_mature = first < pd.Timestamp(world.end) - window
        return (second - first <= window)[is_mature].mean()

    delivered = orders[orders["delivered_at"].notna()]
    returned = world.of_kind("refund_issued", "store_return")["order"]
    return {
        "second order within 30 days": again_within(30),
        "second order within 90 days": again_within(90),
        "orders per buyer in six months": len(orders) / len(first),
        "basket in euro": (orders["total"] / orders["currency"].map(EURO)).mean(),
        "receipts with a card": orders[orders["place"] == "store"]["is_card_shown"].mean(),
        "online orders that come back": delivered["order"].isin(returned).mean(),
    }


def outreach_figures(world):
    mails = world.of_kind("email_sent")
    sent = world.of_kind("email_sent", "sms_sent", "push_sent").query("campaign >= 0")
    arrived = ~sent["outcome"].isin(["bounced", "failed"])
    referrals = world.of_kind("referral_made", "referral_converted")["kind"].value_counts()
    return {
        "e-mails clicked": (mails["outcome"] == "clicked").mean(),
        "campaign messages that bring an order": (world.orders["campaign"] >= 0).sum()
        / arrived.sum(),
        "referrals that convert": referrals["referral_converted"] / referrals["referral_made"],
    }


def service_figures(world):
    cases, tickets = world.cases, world.of_kind("ticket_opened")
    old = tickets[tickets["at"] < pd.Timestamp(world.end) - pd.Timedelta(days=60)]
    is_unsolved = ~old["case"].isin(world.of_kind("ticket_solved")["case"])
    calls = world.of_kind("call_inbound").query("outcome != 'ivr'")
    invitations = world.responses.query("is_delivered").drop_duplicates("invitation")
    is_answered = invitations["status"] == "complete"
    is_relational = invitations["program"] == "relational_nps"
    return {
        "contacts per 100 orders": 100 * len(cases) / len(world.orders),
        "contacts that ask advice": (cases["reason"] == "product_advice").mean(),
        "answers to relational surveys": is_answered[is_relational].mean(),
        "answers to surveys after an event": is_answered[~is_relational].mean(),
        # The help desk closes the others by itself after four weeks.
        "tickets never solved nor closed": is_unsolved.mean() * FORGOTTEN_SHARE,
        "calls abandoned": (calls["outcome"] == "abandoned").mean(),
    }


def local_times(world, moments):
    at = (moments["at"] - world.start).to_numpy() / np.timedelta64(1, "D")
    is_western = (world.persons["country_code"] == "GB").loc[moments["person"]].to_numpy()
    return moments["at"] + pd.to_timedelta(zone_offset(at, is_western), unit="D")


def rhythm_figures(world):
    calls = local_times(world, world.of_kind("call_inbound"))
    receipts = local_times(world, world.of_kind("store_purchase"))
    monday, *midweek, saturday, sunday = calls.dt.weekday.value_counts().sort_index()
    sold = receipts.dt.weekday.value_counts()
    return {
        "calls of a Monday to one from Tuesday to Friday": monday / np.mean(midweek),
        "calls of a weekend day to one from Tuesday to Friday": (saturday + sunday)
        / 2
        / np.mean(midweek),
        "hour of most calls": calls.dt.hour.mode()[0],
        "receipts of a Monday to one of a Saturday": sold[0] / sold[5],
    }


def test_each_figure_is_what_is_usual(figures, capsys):
    with capsys.disabled():
        print()
        for name, (low, high) in WANTED.items():
            print(f"{name:42} {figures[name]:8.3f}   wanted {low:g} to {high:g}")

    assert set(figures) == set(WANTED)
    odd = {name: figures[name] for name, (low, high) in WANTED.items()
           if not low <= figures[name] <= high}  # fmt: skip
    assert not odd


def test_nobody_buys_the_same_durable_again_and_again(big_world):
    products = big_world.products["category_slug"]
    lines = big_world.order_lines.merge(big_world.orders[["order", "person"]], on="order")
    durable = lines[(products != "consumables").to_numpy()[lines["product"]]]

    bought = durable.groupby(["person", "product"])["order"].nunique()

    assert (bought > 1).mean() < 0.02


def test_stores_in_poland_and_germany_rest_on_sundays_and_holidays(big_world):
    sold = big_world.of_kind("store_purchase")
    countries = big_world.stores["country_code"].to_numpy()[sold["store"]]
    # Noon in every country is the same day.
    days = sold["at"].dt.floor("D")

    rests = np.isin(countries, ["PL", "DE"])
    assert not (rests & (days.dt.dayofweek == 6).to_numpy()).any()
    assert ((~rests) & (days.dt.dayofweek == 6).to_numpy()).any()
    assert not (rests & (days == pd.Timestamp("2026-05-01")).to_numpy()).any()
