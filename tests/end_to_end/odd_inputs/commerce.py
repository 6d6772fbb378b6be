"""Odd inputs of the shop, its mails and its messages.

Case n has order n0 and after it, and the shop's customer 600000nnnn.
"""

from datetime import UTC, datetime

from tests.end_to_end.odd_inputs.company import DeliveredFiles

DAY = "2026-03-03"
PLACED = f"{DAY}T10:00:00+01:00"
MAILED = "2026-04-01"
OUR_NUMBER = "+48732100200"

# Replies to a promotion, with the number that sent each: all want no more, but for the last two.
REPLIES = {
    "+48603990000": "STOP",
    "+48603990001": "OPTOUT",
    "+48603990002": "REVOKE",
    "+48603990003": "stop!",
    "+48603990004": "opt out",
    "+48603990005": "NIE",
    "+48603990006": "„Rezygnuję”",
    "+48603990007": "ST\u200bOP\ufeff",
    "+48603990008": "Abmelden.",
    "+48603990009": "please stop calling me at noon",
    "+48603990010": "Thanks",
}
REFUSED_NUMBER = "+48603990011"


def deliver(files: DeliveredFiles) -> None:
    """The files of every case of this area."""
    trial_order(files)
    discounts_and_edits(files)
    refunds(files)
    sources_of_orders(files)
    order_without_customer(files)
    long_ids(files)
    family(files)
    dirty_times(files)
    mails(files)
    opt_outs(files)


# The vendors' shapes


def customer(number: int, email: str, phone: str | None = None, **changes: object) -> dict:
    """A customer of the shop; the name is made of the address."""
    given_name, _, surname = email.split("@")[0].partition(".")
    silence = {"state": "not_subscribed", "consent_updated_at": PLACED}
    return {
        **{"id": number, "email": email, "phone": phone, "state": "enabled"},
        **{"first_name": given_name.title(), "last_name": surname.title()},
        **{"created_at": PLACED, "updated_at": PLACED},
        **{"email_marketing_consent": silence, "sms_marketing_consent": silence},
        "default_address": {
            **{"address1": f"{surname} {number % 1000}", "city": "Warszawa"},
            **{"zip": "00-001", "country_code": "PL"},
        },
    } | changes


def line(number: int, price: str, **changes: object) -> dict:
    """A line of one toaster."""
    return {
        **{"id": number, "sku": "PR010", "name": "Toaster", "quantity": 1, "price": price},
        "total_discount": "0.00",
    } | changes


def order(number: int, buyer: dict | None, total: str, **changes: object) -> dict:
    """A paid web order of one line."""
    return {
        **{"id": number, "name": f"#{number}", "email": None, "phone": None, "currency": "EUR"},
        **{"source_name": "web", "checkout_token": f"ck{number}", "taxes_included": True},
        **{"total_line_items_price": total, "total_discounts": "0.00", "subtotal_price": total},
        **{"total_tax": "0.00", "total_price": total, "discount_codes": []},
        **{"note_attributes": [], "shipping_address": None, "fulfillments": [], "refunds": []},
        "customer": buyer and {key: buyer[key] for key in ("id", "first_name", "last_name")},
        "line_items": [line(number * 10 + 1, total)],
        **{"created_at": PLACED, "updated_at": PLACED, "cancelled_at": None},
        **{"cancel_reason": None, "financial_status": "paid", "fulfillment_status": None},
    } | changes


def refund(number: int, at: str, *transactions: dict, lines: tuple[dict, ...] = ()) -> dict:
    """A refund of an order, with the payments that were tried."""
    return {
        **{"id": number, "created_at": at, "refund_line_items": list(lines)},
        "transactions": list(transactions),
    }


def paid_back(amount: str, **changes: object) -> dict:
    """A successful payment back to the customer."""
    return {"amount": amount, "kind": "refund", "status": "success"} | changes


def epoch(moment: str) -> int:
    """Seconds as the mail provider counts them."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


def mail_event(kind: str, email: str, message: str, at: str, **changes: object) -> dict:
    """An event of a campaign's mail."""
    return {
        **{"email": email, "timestamp": epoch(at), "event": kind},
        **{"sg_event_id": f"ev{message}{kind}{at}", "sg_message_id": f"{message}.recvd"},
        **{"category": ["newsletter", "email"], "singlesend_id": "CMPX1"},
        "singlesend_name": "Campaign of odd inputs",
    } | changes


def text_message(number: str, phone: str, body: str, at: str, **changes: object) -> dict:
    """A text message of ours, as the provider logs it."""
    time = datetime.fromisoformat(at).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return {
        **{"MessageSid": number, "Direction": "outbound-api", "From": OUR_NUMBER, "To": phone},
        **{"Body": body, "Status": "delivered", "Tags": '{"campaign_id": "CMPX2"}'},
        **{"NumSegments": "1", "Price": "-0.04", "PriceUnit": "EUR"},
        **dict.fromkeys(("DateCreated", "DateSent", "DateUpdated"), time),
    } | changes


# The cases


def shop_case(files: DeliveredFiles, buyers: list[dict], *orders: dict) -> None:
    """Customers and their orders, on the day of all."""
    files.add("shop.customers", DAY, *buyers)
    files.add("shop.orders", DAY, *orders)


def trial_order(files: DeliveredFiles) -> None:
    """woocommerce#63550: somebody tries out the shop."""
    testy = customer(6000009610, "testy.order@example.org")
    trial = {"test": True, "gateway": "bogus"}
    shop_case(files, [testy], order(96100, testy, "777.00", **trial))


def discounts_and_edits(files: DeliveredFiles) -> None:
    """airbyte#19348, BCApps#10462: money that stands in other fields."""
    saver = customer(6000009600, "disc.alloc@example.org")
    editor = customer(6000009640, "edited.order@example.org")
    twice = line(964001, "48.00", quantity=2, current_quantity=1)
    removal = {"id": 9640091, "line_item_id": 964001, "quantity": 1, "subtotal": "48.00"}
    shop_case(
        files,
        [saver, editor],
        order(
            96000,
            saver,
            "80.00",
            total_line_items_price="100.00",
            total_discounts="20.00",
            line_items=[
                line(960001, "60.00", discount_allocations=[{"amount": "12.00"}]),
                line(960002, "40.00", discount_allocations=[{"amount": "8.00"}]),
            ],
        ),
        order(
            96400,
            editor,
            "96.00",
            line_items=[twice],
            refunds=[refund(964009, f"{DAY}T11:00:00+01:00", lines=(removal,))],
            current_total_price="48.00",
            current_subtotal_price="48.00",
        ),
    )


def refunds(files: DeliveredFiles) -> None:
    """dbt_shopify#176, #13, #52: refunds by two gateways, over days, and in other money."""
    two, many = (
        customer(6000009630, "two.gateways@example.org"),
        customer(6000009660, "many.refunds@example.org"),
    )
    off = customer(6000009670, "called.off@example.org")
    abroad = customer(6000009671, "paid.abroad@example.org")
    later = f"{DAY}T15:00:00+01:00"
    by_gateways = refund(
        963001,
        later,
        paid_back("5.00"),
        paid_back("5.00"),
        paid_back("9.00", status="failure"),
        paid_back("49.99", kind="sale"),
    )
    shop_money = {"shop_money": {"amount": "23.50", "currency_code": "EUR"}}
    in_zloty = refund(967101, later, paid_back("100.00", currency="PLN", amount_set=shop_money))
    shop_case(
        files,
        [two, many, off, abroad],
        order(96300, two, "69.99", refunds=[by_gateways], updated_at=later),
        order(
            96700,
            off,
            "40.00",
            refunds=[refund(967001, later, paid_back("40.00"))],
            updated_at=later,
            cancelled_at=later,
            cancel_reason="customer",
            financial_status="refunded",
        ),
        order(96710, abroad, "50.00", refunds=[in_zloty], updated_at=later),
    )
    first = refund(966001, "2026-03-05T12:00:00+01:00", paid_back("10.00"))
    second = refund(966002, "2026-03-07T12:00:00+01:00", paid_back("15.00"))
    after_first = order(
        96600, many, "60.00", refunds=[first], updated_at="2026-03-05T12:00:00+01:00"
    )
    after_both = order(
        96600, many, "60.00", refunds=[first, second], updated_at="2026-03-07T12:00:00+01:00"
    )
    files.add("shop.orders", DAY, order(96600, many, "60.00"))
    files.add("shop.orders", "2026-03-05", after_first)
    files.add("shop.orders", "2026-03-07", after_both)
    # The file of the next day holds an older state.
    files.add("shop.orders", "2026-03-08", after_first)


def sources_of_orders(files: DeliveredFiles) -> None:
    """ecommerce_integrations#329: orders that neither website nor app made."""
    buyer = customer(6000009680, "pos.buyer@example.org")
    names = ("pos", "shopify_draft_order", "subscription_contract_checkout_one", "580111")
    orders = [
        order(96800 + index, buyer, "11.00", source_name=name) for index, name in enumerate(names)
    ]
    shop_case(files, [buyer], *orders)


def order_without_customer(files: DeliveredFiles) -> None:
    """dbt_shopify#11: the person is only in the record, that of a customer and of nobody else."""
    known = customer(6000009650, "known.buyer@example.org", "+48601965001")
    by_email = {"email": "Known.Buyer@example.org", "source_name": "shopify_draft_order"}
    shop_case(
        files,
        [known],
        order(96500, known, "10.00", email="known.buyer@example.org"),
        order(96501, None, "90.00", **by_email),
        order(96502, None, "91.00", email="never.seen@example.org"),
    )


def long_ids(files: DeliveredFiles) -> None:
    """duckdb#22750: numbers that no float tells apart."""
    buyer = customer(6000009690, "big.id@example.org")
    numbers = (10**20 + 1, 10**20 + 2, 9007199254740993, 9007199254740992)
    orders = [order(number, buyer, f"{31 + index}.00") for index, number in enumerate(numbers)]
    shop_case(files, [buyer], *orders)


def family(files: DeliveredFiles) -> None:
    """StrongGrid#405: one mailbox with two addresses, of two people."""
    anna = customer(6000009730, "nowak+anna@example.org", first_name="Anna", last_name="Nowakplus")
    tomek = customer(
        6000009731, "nowak+tomek@example.org", first_name="Tomasz", last_name="Nowakplus"
    )
    files.add("shop.customers", DAY, anna, tomek)


def dirty_times(files: DeliveredFiles) -> None:
    """Times that can't be, and a promise without one."""
    buyer = customer(6000009720, "dirty.times@example.org")
    backwards = {
        **{"created_at": "2026-03-02T10:00:00+01:00", "updated_at": "2026-03-06T10:00:00+01:00"},
        **{"status": "success", "shipment_status": "delivered"},
    }
    in_time = backwards | {
        "created_at": "2026-03-04T10:00:00+01:00",
        "updated_at": "2026-03-06T20:00:00+01:00",
    }
    promise = {"name": "promised_delivery_at", "value": "2026-03-06"}
    shop_case(
        files,
        [buyer],
        order(97200, buyer, "12.00", fulfillments=[backwards]),
        order(97201, buyer, "13.00", fulfillments=[in_time], note_attributes=[promise]),
    )


def mails(files: DeliveredFiles) -> None:
    """One mail told three times; a scanner before the reader; a program that opens by itself."""
    retry, scanned, private = (
        customer(6000009810, "retry.mail@example.org"),
        customer(6000009820, "scan.ned@example.org"),
        customer(6000009830, "mail.privacy@example.org"),
    )
    files.add("shop.customers", DAY, retry, scanned, private)
    at = f"{MAILED}T09:00:00"
    scanner = {
        **{"useragent": "Mozilla/5.0 (compatible; BarracudaCentral link scanner bot)"},
        **{"ip": "64.235.1.1"},
    }
    proxy = {"useragent": "Mozilla/5.0 Firefox/11.0 (via ggpht.com GoogleImageProxy)"}
    files.add(
        "email.events",
        MAILED,
        *(
            mail_event("delivered", retry["email"], "m30", at, sg_event_id=f"ev30{number}")
            for number in range(3)
        ),
        mail_event("delivered", scanned["email"], "m31", at),
        *(
            mail_event(
                "click",
                scanned["email"],
                "m31",
                f"{MAILED}T09:00:0{1 + number // 2}",
                sg_event_id=f"ev31{number}",
                url=f"https://shop.example/l{number}",
                **scanner,
            )
            for number in range(4)
        ),
        mail_event("open", scanned["email"], "m31", f"{MAILED}T09:00:01", **proxy),
        mail_event("delivered", private["email"], "m32", at),
        mail_event("open", private["email"], "m32", f"{MAILED}T09:00:03", sg_machine_open=True),
        mail_event("open", private["email"], "m32", f"{MAILED}T11:00:00", sg_machine_open=False),
    )


def opt_outs(files: DeliveredFiles) -> None:
    """Whoever wants no more, in whatever words, or as the provider says."""
    allowed = {"state": "subscribed", "consent_updated_at": PLACED}
    gone = customer(6000009800, "unsub.noid@example.org", email_marketing_consent=allowed)
    files.add("shop.customers", DAY, gone)
    without_id = mail_event("unsubscribe", gone["email"], "m29", f"{MAILED}T10:00:00")
    del without_id["sg_event_id"]
    delivered = mail_event("delivered", gone["email"], "m29", f"{MAILED}T09:00:00")
    files.add("email.events", MAILED, delivered, without_id)
    texts = []
    for index, phone in enumerate((*REPLIES, REFUSED_NUMBER)):
        name = f"stop{index}.wordy{'abcdefghijkl'[index]}@example.org"
        buyer = customer(6000009900 + index, name, phone, sms_marketing_consent=allowed)
        files.add("shop.customers", DAY, buyer)
        sent = text_message(f"SMOUT{index}", phone, "promo", f"{MAILED}T09:00:00")
        if phone == REFUSED_NUMBER:
            sent |= {"Status": "undelivered", "ErrorCode": "21610"}
        texts.append(sent)
        if phone in REPLIES:
            reply = {"Direction": "inbound", "From": phone, "Status": "received", "Tags": ""}
            at = f"{MAILED}T09:05:00"
            texts.append(text_message(f"SMIN{index}", OUR_NUMBER, REPLIES[phone], at, **reply))
    files.add("messaging.messages", MAILED, *texts)
