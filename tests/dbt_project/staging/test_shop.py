import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.delivery import Delivery, gather_truth
from orchestration.sample_world.sources import shop


def at(*times):
    return np.array(times, dtype="datetime64[ms]")


@pytest.fixture
def trade(world):
    """An account's order that arrives late and comes back in part, a guest's that is cancelled, and
    a checkout that is left and recovered a day later."""
    return world(
        persons={
            "person": [0, 1],
            "given_name": ["Zoë", 'Jan "J"'],
            "surname": ["Müller", "Nowak"],
            "email": ["zoe@old.example", "jan@home.example"],
            "new_email": ["zoe@new.example", None],
            "email_changed_at": at("2026-01-06", "NaT"),
            "phone": ["+491701234567", None],
            "country_code": ["DE", "PL"],
            "city": ["Köln", "Łódź"],
            "account": [3, -1],
            "account_at": at("2025-06-01", "NaT"),
            "device_web": [1, 2],
            "device_app": [11, -1],
        },
        moments={
            "moment": [1, 2, 3, 4, 5, 6],
            "kind": ["checkout_started"] * 3 + ["cart_added", "checkout_started", "store_return"],
            "person": [0, 1, 0, 1, 1, 0],
            "at": at(
                *("2026-01-02T09:58", "2026-01-03T09:58", "2026-01-07T10:00"),
                *("2026-01-10T10:00", "2026-01-10T10:01", "2026-01-22T12:00"),
            ),
            "journey": [1, 2, 3, 4, 4, 5],
            "checkout": [100, 101, 102, -1, 103, -1],
            "product": [-1, -1, -1, 25, -1, -1],
            "order": [-1, -1, -1, -1, -1, 2],
            "store": [-1, -1, -1, -1, -1, 3],
            "device": [1, 2, 11, 2, 2, -1],
            "is_logged_in": [True, False, True, False, False, False],
        },
        orders={
            "order": [0, 1, 2],
            "person": [0, 1, 0],
            "placed_at": at("2026-01-02T10:00", "2026-01-03T10:00", "2026-01-08T10:00"),
            "place": ["web", "web", "app"],
            "currency": ["EUR", "PLN", "EUR"],
            "is_guest": [False, True, False],
            "checkout": [100, 101, 102],
            "promised_at": at("2026-01-05T20:00", "2026-01-06T20:00", "2026-01-12T20:00"),
            "shipped_at": at("2026-01-03T12:00", "NaT", "NaT"),
            "delivered_at": at("2026-01-06T12:00", "NaT", "NaT"),
            "cancelled_at": at("NaT", "2026-01-03T15:00", "NaT"),
            "total": [250.0, 80.0, 30.0],
        },
        order_lines={
            "order": [0, 0, 1, 2],
            "line": [1, 2, 1, 1],
            "product": [0, 1, 2, 3],
            "quantity": [2, 1, 1, 1],
            "unit_price": [100.0, 60.0, 80.0, 30.0],
            "discount": [0.0, 10.0, 0.0, 0.0],
        },
        # The second is paid out at a till, which knows of it alone.
        refunds={
            "order": [0, 2],
            "line": [1, 1],
            "at": at("2026-01-20T12:00", "2026-01-22T12:00"),
            "quantity": [1, 1],
            "amount": [100.0, 30.0],
        },
    )


@pytest.fixture
def query(stage, trade):
    return stage("shop", shop.write, trade)


def test_an_order_is_exported_again_on_each_day_of_change_and_staged_once(query):
    versions = query(
        "select json_extract_string(payload, '$.id'), count(*) from raw_shop.orders "
        "group by all order by all"
    )
    orders = query(
        "select order_id, channel_slug, currency, financial_status, total_amount, "
        "ordered_at::varchar, shipped_at::varchar, delivered_at::varchar, cancelled_at::varchar "
        "from staging.stg_shop__orders order by order_id"
    )

    # Placed, shipped, delivered and refunded are four days; placed and cancelled are one.
    assert versions == [("0", 4), ("1", 1), ("2", 1)]
    assert orders == [
        (
            *("0", "shop", "EUR", "partially_refunded", Decimal("250.00"), "2026-01-02 10:00:00"),
            *("2026-01-03 12:00:00", "2026-01-06 12:00:00", None),
        ),
        (
            *("1", "shop", "PLN", "voided", Decimal("80.00"), "2026-01-03 10:00:00"),
            *(None, None, "2026-01-03 15:00:00"),
        ),
        (
            *("2", "app", "EUR", "paid", Decimal("30.00"), "2026-01-08 10:00:00"),
            *(None, None, None),
        ),
    ]


def test_lines_and_refunds_add_up_to_their_order(query):
    lines = query(
        "select order_id, sum(line_amount) from staging.stg_shop__order_lines "
        "group by all order by all"
    )
    refunds = query("select order_id, refund_amount from staging.stg_shop__refunds")
    refund_lines = query(
        "select product_id, refund_lines.quantity, refund_lines.line_amount "
        "from staging.stg_shop__refund_lines as refund_lines "
        "inner join staging.stg_shop__order_lines using (order_line_id)"
    )

    assert lines == [("0", Decimal("250.00")), ("1", Decimal("80.00")), ("2", Decimal("30.00"))]
    assert refunds == [("0", Decimal("100.00"))]
    assert refund_lines == [("PR001", Decimal("1.000"), Decimal("100.00"))]


def test_a_guest_is_a_new_customer_with_each_checkout_and_an_account_stays_one(query):
    customers = query(
        "select is_guest, count(distinct shop_customer_id), list(distinct email order by email) "
        "from staging.stg_shop__customer_versions group by all order by all"
    )

    assert customers == [
        (False, 1, ["zoe@new.example", "zoe@old.example"]),
        (True, 2, ["jan@home.example"]),
    ]


def test_a_left_checkout_is_exported_and_again_when_it_is_recovered(query):
    checkouts = query(
        "select checkout_token, channel_slug, currency, total_amount, started_at::varchar, "
        "completed_at::varchar from staging.stg_shop__checkouts order by checkout_token"
    )

    assert checkouts == [
        ("102", "app", "EUR", Decimal("0.00"), "2026-01-07 10:00:00", "2026-01-08 10:00:00"),
        ("103", "shop", "PLN", Decimal("72.21"), "2026-01-10 10:01:00", None),
    ]


def test_each_customer_is_one_person_in_the_truth(query, trade, tmp_path):
    folder = tmp_path / "world"
    out = Delivery(folder)
    shop.write(trade, out)
    out.write_truth()
    gather_truth(folder)

    profiles = pd.read_parquet(folder / "truth" / "profiles.parquet")

    known = query("select distinct shop_customer_id from staging.stg_shop__customer_versions")
    assert sorted(profiles["source_profile_id"]) == sorted(row[0] for row in known)
    assert profiles["source_profile_id"].is_unique


def test_the_latest_version_counts_whatever_order_the_files_arrive_in(stage, trade):
    """A day's file that comes late, under a later name, doesn't bring the old state back."""

    def write_with_a_late_copy(world, out):
        shop.write(world, out)
        folder = out.folder / "landing" / "shop"
        first = json.loads((folder / "orders_2026-01-02.json").read_text())
        (folder / "orders_2026-01-30.json").write_text(json.dumps(first))

    query = stage("shop", write_with_a_late_copy, trade)

    assert query("select financial_status from staging.stg_shop__orders where order_id = '0'") == [
        ("partially_refunded",)
    ]


def test_what_cannot_be_read_is_reported(stage, trade):
    def write_and_spoil(world, out):
        shop.write(world, out)
        path = out.folder / "landing" / "shop" / "orders_2026-01-08.json"
        spoilt = path.read_text().replace('"total_price": "30.00"', '"total_price": "30,00"')
        path.write_text(spoilt.replace('"quantity": 1', '"quantity": "one"'))

    query = stage("shop", write_and_spoil, trade)

    assert query(
        "select order_id, _issues from staging.stg_shop__orders where len(_issues) > 0"
    ) == [("2", ["total_amount: 30,00"])]
    assert query(
        "select order_id, _issues from staging.stg_shop__order_lines where len(_issues) > 0"
    ) == [("2", ["quantity: one"])]
