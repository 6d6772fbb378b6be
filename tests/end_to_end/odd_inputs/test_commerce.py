"""The published tables of odd inputs of the shop, its mails and its messages."""

import pandas as pd
import pytest

from tests.end_to_end.odd_inputs.commerce import REFUSED_NUMBER, REPLIES

WANTS_NO_MORE = [*list(REPLIES)[:-2], REFUSED_NUMBER]
STILL_ALLOWS = list(REPLIES)[-2:]


def order(odd_company, number: int) -> dict:
    """The published order."""
    return odd_company.row(
        f"select * from marts.fct_orders where source_name = 'shop' "
        f"and source_order_id = '{number}'"
    )


def line_amounts(odd_company, number: int) -> list[float]:
    """What each line of an order costs."""
    lines = odd_company.published(
        "select line_amount from marts.fct_order_lines inner join marts.fct_orders "
        f"using (order_key) where source_order_id = '{number}' order by line_amount"
    )
    return lines.line_amount.astype(float).tolist()


def touchpoints(odd_company, customer_key: str, *slugs: str) -> pd.DataFrame:
    """The published touchpoints of a customer, of some kinds."""
    kinds = ", ".join(f"'{slug}'" for slug in slugs)
    return odd_company.published(
        f"select * from marts.fct_touchpoints where customer_key = '{customer_key}' "
        f"and touchpoint_type_slug in ({kinds})"
    )


def consent(odd_company, customer_key: str, channel: str) -> bool:
    """Whether the customer may be contacted there."""
    return bool(
        odd_company.row(
            f"select is_{channel}_marketing_allowed as answer from marts.dim_customers "
            f"where customer_key = '{customer_key}'"
        )["answer"]
    )


def test_an_order_that_tries_out_the_shop_counts_nowhere(odd_company):
    testy = odd_company.customer_key("shop", "6000009610")

    assert odd_company.published(
        "select * from marts.fct_orders where source_order_id = '96100'"
    ).empty
    assert touchpoints(odd_company, testy, "order_placed", "checkout_started").empty
    assert odd_company.published(
        f"select * from marts.fct_journeys where customer_key = '{testy}'"
    ).empty
    excluded = odd_company.row("select * from marts.excluded_orders")
    assert (excluded["excluded_reason"], excluded["order_count"]) == ("test", 1)
    assert float(excluded["amount_original"]) == 777


def test_discounts_of_the_order_lie_on_its_lines(odd_company):
    assert line_amounts(odd_company, 96000) == [32, 48]
    assert float(order(odd_company, 96000)["net_amount"]) == 80


def test_what_was_taken_out_of_an_order_was_not_sold(odd_company):
    edited = order(odd_company, 96400)

    assert float(edited["amount"]) == float(edited["net_amount"]) == 48
    assert float(edited["refund_amount"]) == 0
    assert line_amounts(odd_company, 96400) == [48]


@pytest.mark.parametrize(
    ("number", "refunded"), [(96300, 10.0), (96600, 25.0), (96700, 40.0), (96710, 23.5)]
)
def test_refunds_are_what_was_paid_back_in_the_shops_money(odd_company, number, refunded):
    assert float(order(odd_company, number)["refund_amount"]) == refunded


def test_a_cancelled_and_refunded_order_brings_nothing(odd_company):
    cancelled = order(odd_company, 96700)

    assert cancelled["is_cancelled"]
    assert float(cancelled["net_amount"]) == 0


@pytest.mark.parametrize(
    ("number", "channel"), [(96800, "store"), (96801, "crm"), (96802, "shop"), (96803, "unknown")]
)
def test_the_channel_of_an_order_is_that_of_its_source(odd_company, number, channel):
    assert order(odd_company, number)["channel_slug"] == channel


def test_an_order_without_a_customer_is_of_whoever_stands_on_it(odd_company):
    known = odd_company.customer_key("shop", "6000009650")

    assert order(odd_company, 96501)["customer_key"] == known
    unseen = order(odd_company, 96502)["customer_key"]
    assert unseen == odd_company.customer_key("shop", "email:never.seen@example.org")
    assert unseen != known


def test_numbers_that_no_float_tells_apart_are_orders_of_their_own(odd_company):
    amounts = odd_company.published(
        "select amount from marts.fct_orders where source_order_id in ('100000000000000000001', "
        "'100000000000000000002', '9007199254740993', '9007199254740992')"
    )

    assert sorted(amounts.amount.astype(float)) == [31, 32, 33, 34]


def test_two_addresses_of_one_mailbox_are_two_people(odd_company):
    anna = odd_company.customer_key("shop", "6000009730")

    assert anna != odd_company.customer_key("shop", "6000009731")


def test_a_promised_day_holds_until_its_end(odd_company):
    assert not order(odd_company, 97201)["is_late"]
    assert order(odd_company, 97201)["promised_at"] == pd.Timestamp("2026-03-06T23:00:00")


def test_a_mail_told_three_times_came_once(odd_company):
    retry = odd_company.customer_key("shop", "6000009810")

    assert len(touchpoints(odd_company, retry, "email_delivered")) == 1
    pressure = odd_company.published(
        f"select message_count from marts.contact_pressure where customer_key = '{retry}'"
    )
    assert pressure.message_count.tolist() == [1]


def test_a_scanner_is_not_the_reader(odd_company):
    scanned = odd_company.customer_key("shop", "6000009820")

    events = touchpoints(odd_company, scanned, "email_clicked", "email_opened")
    assert len(events) == 5
    assert events.is_bot.all()
    contact = odd_company.row(
        f"select * from marts.fct_campaign_contacts where customer_key = '{scanned}'"
    )
    assert pd.isna(contact["clicked_at"])
    assert pd.isna(contact["opened_at"])


def test_a_program_that_opens_by_itself_is_not_the_reader_and_the_reader_is(odd_company):
    private = odd_company.customer_key("shop", "6000009830")

    contact = odd_company.row(
        f"select opened_at from marts.fct_campaign_contacts where customer_key = '{private}'"
    )
    assert contact["opened_at"] == pd.Timestamp("2026-04-01T11:00:00")


def test_an_unsubscription_without_an_id_withdraws(odd_company):
    gone = odd_company.customer_key("shop", "6000009800")

    assert not consent(odd_company, gone, "email")
    assert len(touchpoints(odd_company, gone, "email_unsubscribed")) == 1


@pytest.mark.parametrize(
    ("phone", "is_allowed"),
    [*((phone, False) for phone in WANTS_NO_MORE), *((phone, True) for phone in STILL_ALLOWS)],
)
def test_who_wants_no_more_texts_gets_none(odd_company, phone, is_allowed):
    person = odd_company.customer_key("messaging", phone)

    assert consent(odd_company, person, "sms") is is_allowed
