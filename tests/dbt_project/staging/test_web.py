import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.sources import web


@pytest.fixture
def visits(world):
    """Two hundred times the same visit: a page, a search, a login, a help page in the app."""
    times = 200
    kinds = ["page_viewed", "product_searched", "signed_in", "help_viewed"]
    rows = times * len(kinds)
    start = np.datetime64("2026-01-02T10:00:00", "ms")
    return world(
        persons={
            "person": [0],
            "email": ["ann@old.example"],
            "new_email": ["ann@new.example"],
            "email_changed_at": np.array(["2026-01-10"], dtype="datetime64[ms]"),
            "given_name": ["Ann"],
            "surname": ["Lee"],
            "language": ["pl"],
            "account": [7],
            "device_web": [1],
            "device_app": [2],
        },
        moments={
            "moment": np.arange(rows),
            "kind": np.array(kinds * times, dtype=object),
            "person": np.zeros(rows, dtype=int),
            "at": start + (np.arange(rows) * 3_000_000).astype("timedelta64[ms]"),
            "device": np.array([1, 1, 1, 2] * times),
            "is_logged_in": np.array([False, False, True, True] * times),
            "reason": np.array([None, None, None, "how_to"] * times, dtype=object),
            "outcome": np.array([None, "no_result", "web", None] * times, dtype=object),
        },
        orders={
            "order": [3],
            "person": [0],
            "placed_at": np.array(["2026-01-02T11:00"], dtype="datetime64[ms]"),
            "place": ["web"],
            "device": [1],
            "checkout": [5],
        },
    )


def test_web_messages_arrive_once_with_their_time_and_their_person(stage, visits):
    query = stage("web", web.write, visits)

    delivered = query("select count(*), count(distinct payload->>'messageId') from raw_web.events")
    staged = query(
        "select message_type, event_name, channel_slug, count(*) from staging.stg_web__events "
        "where user_agent not ilike '%bot%' and anonymous_id not like 'bot-%' "
        "group by all order by all"
    )
    assert staged == [
        ("identify", None, "web", 200),
        ("page", "Home", "web", 200),
        ("screen", "Help", "app", 200),
        ("track", "Order Completed", "web", 1),
        ("track", "Products Searched", "web", 200),
        ("track", "Signed In", "web", 200),
    ]
    ((rows, messages),) = delivered
    assert rows > messages, "the writer repeats messages"
    assert query("select count(*) from staging.stg_web__events") == [(messages,)]

    arrived = pd.DataFrame(
        query(
            "select cast(message_id[3:] as integer), occurred_at, device_occurred_at, received_at "
            "from staging.stg_web__events where message_id like 'm-%'"
        ),
        columns=["moment", "occurred_at", "device_occurred_at", "received_at"],
    ).set_index("moment")
    happened_at = visits.moments.set_index("moment")["at"]
    error = (arrived["occurred_at"] - happened_at).dt.total_seconds()
    assert error.between(0, 0.3).all(), "the device's own clock is corrected"
    waited = (arrived["received_at"] - arrived["occurred_at"]).dt.total_seconds()
    assert waited.max() > 3_600, "what was sent late keeps the time at which it happened"

    assert query(
        "select distinct user_id, coalesce(device_id, '') != '' "
        "from staging.stg_web__events where message_id like 'm-%' order by all"
    ) == [("A0000007", False), ("A0000007", True), (None, False)]
    assert query(
        "select email, min(occurred_at) < '2026-01-10', count(*) > 0 "
        "from staging.stg_web__events where message_type = 'identify' group by all order by all"
    ) == [("ann@new.example", False, True), ("ann@old.example", True, True)]
    assert query(
        "select order_id, checkout_id, user_id from staging.stg_web__events "
        "where event_name = 'Order Completed'"
    ) == [("3", "5", "A0000007")]
    assert query(
        "select distinct help_topic, search_result_count from staging.stg_web__events "
        "where event_name in ('Help', 'Products Searched') order by all"
    ) == [("how-to", None), (None, 0)]
    assert query("select count(*) from staging.stg_web__events where len(_issues) > 0") == [(0,)]
