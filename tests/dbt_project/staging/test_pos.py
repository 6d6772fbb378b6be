from decimal import Decimal

import numpy as np
import pytest

from orchestration.sample_world.sources import pos


def at(*times):
    return np.array(times, dtype="datetime64[ms]")


@pytest.fixture
def sales(world):
    """Two sales and a web order; the web order and a part of the first sale come back to tills."""
    return world(
        persons={
            "person": [0, 1],
            "loyalty_card": ["C-1", None],
            "loyalty_at": at("2025-06-01", "NaT"),
        },
        orders={
            "order": [5, 6, 7],
            "person": [0, 1, 1],
            "placed_at": at("2026-01-15T23:30:05", "2026-01-16T09:00", "2026-01-16T10:00"),
            "place": ["store", "store", "web"],
            "store": [0, 5, -1],  # Warsaw, London
            "currency": ["PLN", "GBP", "GBP"],
            "total": [1250.5, 20.0, 99.0],
            "is_card_shown": [True, False, False],
        },
        order_lines={
            "order": [5, 5, 6, 7],
            "line": [1, 2, 1, 1],
            "product": [0, 1, 2, 3],
            "quantity": [2, 1, 1, 1],
            "unit_price": [620.5, 19.5, 20.0, 99.0],
            "discount": [10.0, 0.0, 0.0, 0.0],
        },
        refunds={
            "order": [5, 7],
            "line": [1, 1],
            "at": at("2026-01-20T12:00", "2026-01-21T12:00"),
            "quantity": [1, 1],
            "amount": [615.5, 99.0],
        },
        moments={
            "moment": [1],
            "kind": ["store_return"],
            "person": [1],
            "at": at("2026-01-21T12:00"),
            "order": [7],
            "store": [5],
        },
    )


def test_each_receipt_line_arrives_with_its_money_and_the_time_on_the_till(stage, sales):
    query = stage("pos", pos.write, sales)

    lines = query(
        "select receipt_id, line_number, product_id, quantity, unit_price, discount_amount, "
        "line_amount, currency, sold_at_local::varchar from staging.stg_pos__receipt_lines "
        "order by sold_at_local, line_number"
    )

    assert lines == [
        # Half past eleven in the evening, UTC, is past midnight in Warsaw.
        (
            *(
                "S01-0000000005",
                "1",
                "PR001",
                Decimal("2.000"),
                Decimal("620.50"),
                Decimal("10.00"),
            ),
            *(Decimal("1231.00"), "PLN", "2026-01-16 00:30:05"),
        ),
        (
            *("S01-0000000005", "2", "PR002", Decimal("1.000"), Decimal("19.50"), Decimal("0.00")),
            *(Decimal("19.50"), "PLN", "2026-01-16 00:30:05"),
        ),
        (
            *("S06-0000000006", "1", "PR003", Decimal("1.000"), Decimal("20.00"), Decimal("0.00")),
            *(Decimal("20.00"), "GBP", "2026-01-16 09:00:00"),
        ),
        (
            *("S01-R00000000051", "1", "PR001", Decimal("-1.000"), Decimal("620.50")),
            *(Decimal("0.00"), Decimal("-615.50"), "PLN", "2026-01-20 13:00:00"),
        ),
        (
            *("S06-R00000000071", "1", "PR004", Decimal("-1.000"), Decimal("99.00")),
            *(Decimal("0.00"), Decimal("-99.00"), "GBP", "2026-01-21 12:00:00"),
        ),
    ]
    assert query("select count(*) from staging.stg_pos__receipt_lines where len(_issues) > 0") == [
        (0,)
    ]


def test_a_card_is_on_receipts_of_its_holder_only(stage, sales, monkeypatch):
    monkeypatch.setattr(pos, "CARD_SHOWN_SHARE", 1.0)
    query = stage("pos", pos.write, sales)

    cards = query(
        "select receipt_id, loyalty_card from staging.stg_pos__receipt_lines group by all "
        "order by all"
    )

    assert cards == [
        ("S01-0000000005", "C-1"),
        ("S01-R00000000051", "C-1"),
        ("S06-0000000006", None),
        ("S06-R00000000071", None),
    ]


def test_a_return_names_its_receipt_or_its_online_order(stage, sales, monkeypatch):
    monkeypatch.setattr(pos, "ORIGINAL_RECEIPT_SHOWN_SHARE", 1.0)
    query = stage("pos", pos.write, sales)

    originals = query(
        "select receipt_id, original_receipt_id, original_shop_order_id "
        "from staging.stg_pos__receipt_lines where line_amount < 0 order by all"
    )

    assert originals == [
        ("S01-R00000000051", "S01-0000000005", None),
        ("S06-R00000000071", None, "7"),
    ]


def test_an_amount_of_three_places_keeps_them(stage, sales):
    """A dinar has a thousand fils: the third place is no thousand, and is not rounded away."""

    def write_and_spoil(world, out):
        pos.write(world, out)
        (path,) = out.folder.glob("landing/pos/receipts_2026-01-16*.csv")
        header, *rows = path.read_text(encoding="latin-1").splitlines()
        fields = rows[0].split(";")
        fields[header.split(";").index("Amount")] = "12,345"
        path.write_text("\n".join([header, ";".join(fields), *rows[1:], ""]), encoding="latin-1")

    query = stage("pos", write_and_spoil, sales)

    assert query("select 1 from staging.stg_pos__receipt_lines where line_amount = 12.345") == [
        (1,)
    ]


@pytest.mark.parametrize(
    ("column", "text", "issue"),
    [
        pytest.param("Amount", "12.50", "line_amount", id="a point for a comma"),
        pytest.param("Amount", "1.234,50", "line_amount", id="a thousands separator"),
        pytest.param("Date", "01/16/2026", "sold_at_local", id="the month first"),
        pytest.param("Quantity", "two", "quantity", id="words"),
    ],
)
def test_a_value_that_cannot_be_read_is_reported_and_never_guessed(
    stage, sales, column, text, issue
):
    def write_and_spoil(world, out):
        pos.write(world, out)
        (path,) = out.folder.glob("landing/pos/receipts_2026-01-16*.csv")
        header, *rows = path.read_text(encoding="latin-1").splitlines()
        fields = rows[0].split(";")
        fields[header.split(";").index(column)] = text
        path.write_text("\n".join([header, ";".join(fields)]) + "\n", encoding="latin-1")

    query = stage("pos", write_and_spoil, sales)

    assert query(
        f"select len(_issues), starts_with(_issues[1], '{issue}: {text}'), {issue} "
        "from staging.stg_pos__receipt_lines where len(_issues) > 0"
    ) == [(1, True, None)]


def test_overlapping_extracts_count_a_receipt_once(stage, sales):
    """The later extract wins, whichever arrives first."""

    def write_twice(world, out):
        pos.write(world, out)
        (path,) = out.folder.glob("landing/pos/receipts_2026-01-16*.csv")
        again = path.read_text(encoding="latin-1").replace(";20,00;GBP", ";19,00;GBP")
        (path.parent / "receipts_2026-01-17.csv").write_text(again, encoding="latin-1")

    query = stage("pos", write_twice, sales)

    assert query(
        "select line_amount from staging.stg_pos__receipt_lines where receipt_id = 'S06-0000000006'"
    ) == [(Decimal("19.00"),)]
