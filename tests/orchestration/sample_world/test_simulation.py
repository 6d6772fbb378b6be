import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.clock import into_hours, zone_offset
from orchestration.sample_world.history import PATIENCE_DAYS
from orchestration.sample_world.simulation import simulate
from orchestration.sample_world.world import COLUMNS, FRAMES, MOMENT_KINDS, SUBJECTS_PER_CHUNK
from tests.orchestration.sample_world.recovery import recovered_journeys


def test_the_same_seed_gives_the_same_world(small_world):
    again = simulate(range(300), days=60, seed=1)

    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(small_world, name))


def test_another_seed_gives_another_world(small_world):
    other = simulate(range(300), days=60, seed=2)

    assert not other.persons["email"].equals(small_world.persons["email"])


@pytest.mark.parametrize("name", FRAMES)
def test_every_frame_has_its_columns_in_their_types(small_world, name):
    types = {column: str(dtype) for column, dtype in getattr(small_world, name).dtypes.items()}

    assert types == {
        column: "object" if dtype == "text" else dtype for column, dtype in COLUMNS[name].items()
    }


@pytest.mark.parametrize("name", FRAMES)
def test_missing_text_is_none(small_world, name):
    frame = getattr(small_world, name)
    texts = [column for column, dtype in COLUMNS[name].items() if dtype == "text"]

    missing = [value for column in texts for value in frame[column] if pd.isna(value)]

    assert all(value is None for value in missing)


def test_two_chunks_share_no_person_and_no_id():
    one = simulate(range(100), days=40, seed=1, chunk=0, chunk_count=2)
    other = simulate(range(100, 200), days=40, seed=1, chunk=1, chunk_count=2)

    assert set(one.moments["person"]) <= set(range(100))
    assert set(other.moments["person"]) <= set(range(100, 200))
    for column in ("moment", "order", "case", "journey", "checkout", "device"):
        shared = set(one.moments[column]) & set(other.moments[column])
        assert shared <= {-1}
    assert one.orders["order"].max() < SUBJECTS_PER_CHUNK <= other.orders["order"].min()
    assert not set(one.persons["account"]) & set(other.persons["account"]) - {-1}
    assert not set(one.persons["phone"]) & set(other.persons["phone"])


def test_every_moment_kind_happens_with_each_of_its_outcomes(big_world):
    seen = big_world.moments.groupby("kind")["outcome"].agg(lambda values: set(values.dropna()))

    assert set(seen.index) == set(MOMENT_KINDS)
    for kind, (_, outcomes) in MOMENT_KINDS.items():
        assert seen[kind] == set(outcomes), kind


def test_people_act_about_fifty_times_in_half_a_year(big_world):
    assert 35 <= len(big_world.moments) / len(big_world.persons) <= 70


def test_nothing_happens_outside_the_world(small_world):
    moments = small_world.moments

    assert moments["at"].min() >= small_world.start
    assert moments["at"].max() < small_world.end
    assert moments["at"].is_monotonic_increasing
    for frame, column in (("orders", "delivered_at"), ("refunds", "at"), ("cases", "closed_at")):
        assert getattr(small_world, frame)[column].max() < small_world.end


def test_nobody_acts_before_the_company_hears_of_them(small_world):
    first_at = small_world.persons["first_at"].loc[small_world.moments["person"]].to_numpy()
    is_gift = small_world.moments["kind"] == "referral_converted"

    assert (small_world.moments["at"] >= first_at)[~is_gift].all()


def test_people_shop_by_day(small_world):
    viewed = small_world.of_kind("product_viewed")
    is_western = (small_world.persons["country_code"] == "GB").loc[viewed["person"]].to_numpy()
    at = (viewed["at"] - small_world.start).to_numpy() / np.timedelta64(1, "D")

    hour = (at + zone_offset(at, is_western)) % 1 * 24

    assert np.mean((hour > 7) & (hour < 23.2)) > 0.99


def test_a_time_at_night_waits_for_the_morning():
    rng = np.random.default_rng(1)
    noon, night = 10.5, 11.05

    moved = into_hours(rng, np.array([noon, night]), np.array([False, False]), 8, 20)

    assert moved[0] == noon
    assert 11 + 7 / 24 <= moved[1] <= 11 + 9 / 24


def test_an_order_is_placed_shipped_and_delivered_in_this_order(big_world):
    orders = big_world.orders[big_world.orders["place"] != "store"]
    delivered = orders[orders["delivered_at"].notna()]

    assert len(delivered)
    assert (delivered["placed_at"] < delivered["shipped_at"]).all()
    assert (delivered["shipped_at"] < delivered["delivered_at"]).all()
    assert orders["shipped_at"][orders["cancelled_at"].notna()].isna().all()
    assert 0.1 < (delivered["delivered_at"] > delivered["promised_at"]).mean() < 0.2


def test_an_order_costs_what_its_lines_cost(small_world):
    lines = small_world.order_lines
    amount = (lines["quantity"] * lines["unit_price"] - lines["discount"]).round(2)

    totals = amount.groupby(lines["order"]).sum().round(2)

    expected = small_world.orders.set_index("order")["total"].sort_index()
    pd.testing.assert_series_equal(totals, expected, check_names=False)


def test_nobody_is_refunded_more_than_they_paid(small_world):
    refunds = small_world.refunds.merge(small_world.order_lines, on=["order", "line"])
    paid = refunds["quantity_y"] * refunds["unit_price"] - refunds["discount"]

    assert len(refunds) == len(small_world.refunds) > 0
    assert (refunds["amount"] <= paid.round(2)).all()


def test_contacts_name_online_orders_of_their_own_customer_only(small_world):
    contacts = small_world.of_kind("bot_chat", "agent_chat", "call_inbound", "ticket_opened")
    named = contacts[contacts["order"] >= 0].merge(small_world.orders, on="order")

    assert len(named)
    assert (named["place"] != "store").all()
    assert (named["person_x"] == named["person_y"]).all()


def test_the_true_journeys_can_be_found_from_what_can_be_observed(small_world):
    keys = ["person", "journey_slug", "started_at", "order", "outcome"]
    found = recovered_journeys(small_world).rename(columns={"slug": "journey_slug"})

    both = small_world.journeys.merge(found, on=keys)

    assert len(both) / len(small_world.journeys) > 0.99
    assert len(found) - len(both) < 0.01 * len(found)


def test_a_sixth_of_the_journeys_cross_channels(big_world):
    """Carts that are left in the web shop are half of all journeys."""
    crosses = big_world.journeys["channels"].str.contains(",")

    assert crosses.mean() > 1 / 6


def test_every_type_of_journey_has_its_outcomes(big_world):
    outcomes = big_world.journeys.groupby("journey_slug")["outcome"].agg(set)

    assert set(outcomes.index) == set(PATIENCE_DAYS)
    assert outcomes["problem_resolution"] == {"reached", "failed", "abandoned", "open"}
    assert outcomes["renewal"] == {"reached", "failed", "abandoned", "open"}
    assert outcomes["delivery"] == {"reached", "failed", "open"}
    assert all({"reached", "open"} <= seen for seen in outcomes)
