"""Logins and events that arrive late change journeys as if they had been there from the start.

The generated company gets a few messages more, weeks after its last day: some are delivered at
once, the others only when the warehouse has been built with the first.
"""

import json
from datetime import datetime, timedelta

import pytest

from tests.company import opened, refill

# Four customers who have signed in before; whoever they are in the generated company.
ANN, BEN, EVE, CY = range(4)
DAY_1, DAY_5 = datetime(2026, 5, 1), datetime(2026, 5, 5)


def cart(number, device, at, customer=None):
    """One product put into the cart, as the stream archives it; it arrives a second later."""
    at, received = (f"{when.isoformat()}Z" for when in (at, at + timedelta(seconds=1)))
    return {
        "messageId": f"late-{number}",
        "type": "track",
        "event": "Product Added",
        "anonymousId": device,
        "userId": customer,
        "properties": {"product_id": f"PR{number:03}"},
        "originalTimestamp": at,
        "sentAt": received,
        "receivedAt": received,
        "timestamp": at,
    }


def moment(day, *, hour=10, minute=0):
    return day + timedelta(hours=hour, minutes=minute)


AT_ONCE = [
    cart(1, "of ann", moment(DAY_1)),
    cart(2, "of ann", moment(DAY_1, minute=5)),
    cart(3, "of two", moment(DAY_1), BEN),
    cart(4, "of two", moment(DAY_1, minute=10)),
    cart(5, "of two", moment(DAY_1, minute=20), EVE),
    cart(6, "of two", moment(DAY_1, minute=30)),
    cart(7, "of cy", moment(DAY_1)),
    cart(8, "of cy", moment(DAY_1, minute=10), CY),
    cart(9, "of cy", moment(DAY_1, minute=20)),
]
LATER = [
    cart(10, "of ann", moment(DAY_5), ANN),
    # It happened before all the others, and one at the very moment of another.
    cart(11, "of ann", moment(DAY_1, hour=9)),
    cart(12, "of ann", moment(DAY_1, minute=5)),
]


class Warehouse:
    """A copy of the company, in which messages land and are built."""

    def __init__(self, company, connection):
        self.connection = connection
        self.tables = company.compiled_tables(
            "stg_web__events", "fct_journeys", "fct_journey_steps", "fct_sessions"
        )
        self.accounts = [
            account
            for (account,) in connection.execute(
                "select min(user_id) from intermediate.int_web__events "
                "join intermediate.int_identity__customer_profiles as profiles "
                "on login_profile_key = profiles.profile_key "
                "where not is_bot group by customer_key having count(distinct user_id) = 1 "
                "order by 1 limit 4"
            ).fetchall()
        ]

    def deliver(self, messages):
        self.connection.executemany(
            "insert into raw_web.events (payload, _load_id, _file_date) "
            "select ?, max(_load_id) + 1, max(_file_date) + 1 from raw_web.events",
            [
                [json.dumps(message | {"userId": self._account(message["userId"])})]
                for message in messages
            ],
        )
        refill(self.connection, self.tables.values())

    def _account(self, customer):
        return None if customer is None else self.accounts[customer]

    def journeys(self, customer):
        """Start and number of touchpoints of the customer's journeys of these weeks."""
        return self.connection.execute(
            "select journeys.started_at, journeys.touchpoint_count "
            "from cx.marts.fct_journeys as journeys "
            "join intermediate.int_identity__customer_profiles as profiles using (customer_key) "
            "where profile_key = md5(cast(to_json(['web', ?]) as varchar)) and started_at >= ? "
            "order by started_at",
            [self._account(customer), DAY_1],
        ).fetchall()

    def sessions(self, device):
        return self.connection.execute(
            "select count(distinct session_key), count(*) "
            "from intermediate.int_web__sessions "
            "join intermediate.int_web__events using (touchpoint_key) "
            "where anonymous_id = ?",
            [device],
        ).fetchall()


@pytest.fixture
def connection(company, tmp_path):
    company.copy_databases(tmp_path)
    with opened(tmp_path) as connection:
        yield connection


def test_late_logins_and_late_events_change_journeys_as_a_full_run_would(company, connection):
    """Public packages lose late events for good, or give all of a device to its last login."""
    warehouse = Warehouse(company, connection)

    warehouse.deliver(AT_ONCE)

    assert warehouse.journeys(ANN) == [], "nobody knows yet whose carts they are"
    assert warehouse.journeys(BEN) == [(moment(DAY_1), 2)]
    assert warehouse.journeys(EVE) == [(moment(DAY_1, minute=20), 2)]
    assert warehouse.journeys(CY) == [(moment(DAY_1), 3)]
    assert warehouse.sessions("of cy") == [(1, 3)], "a login cuts no session"
    assert warehouse.sessions("of two") == [(2, 4)], "another person's login does"

    warehouse.deliver(LATER)

    assert warehouse.journeys(ANN) == [(moment(DAY_1, hour=9), 5)]
    assert warehouse.journeys(BEN) == [(moment(DAY_1), 2)]
    assert warehouse.journeys(EVE) == [(moment(DAY_1, minute=20), 2)]
