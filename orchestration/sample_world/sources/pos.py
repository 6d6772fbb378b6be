"""Till receipts as the stores' system exports them: Latin-1 CSV, decimal comma, local time.

A return is a receipt of its own with negative lines. It names what it takes back, a receipt or the
number of an online order, if the customer still has it.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.returns import refunds_at_tills
from orchestration.sample_world.world import World, known_where

SOURCE = "pos"

# Of those with a card who bring something back.
CARD_SHOWN_SHARE = 0.98
ORIGINAL_RECEIPT_SHOWN_SHARE = 0.9
TILLS_PER_STORE = 4

PAYMENTS = {
    "PL": ("gotówka", "karta"),
    "DE": ("Barzahlung", "Kreditkarte"),
    "ES": ("efectivo", "tarjeta de crédito"),
    "GB": ("cash", "card"),
}


def write(world: World, out: Delivery) -> None:
    """One file per day with the receipts of every store, and the cards that they show."""
    rng = world.rng(SOURCE)
    sold = _sold_lines(world, rng)
    returned = _returned_lines(world, rng)
    if sold.empty and returned.empty:
        return
    lines = pd.concat([sold, returned], ignore_index=True).sort_values(
        ["sold_at", "receipt_number", "line"], kind="stable", ignore_index=True
    )
    out.frame(
        SOURCE,
        "receipts",
        lines["sold_at"].to_numpy(),
        _rendered(world, lines),
        kind="csv",
        encoding="latin-1",
        sep=";",
    )
    cards = lines.loc[lines["loyalty_card"].notna(), ["loyalty_card", "person"]].drop_duplicates()
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": cards["loyalty_card"].to_numpy(dtype=object),
                "person": cards["person"].to_numpy(),
            }
        ),
    )


def _cards_shown(
    world: World, persons: pd.Series, times: pd.Series, rng: np.random.Generator
) -> np.ndarray:
    """The card of each visit on which one was shown, else None."""
    cards = world.persons.loc[persons, ["loyalty_card", "loyalty_at"]]
    has_card = cards["loyalty_card"].notna().to_numpy() & (
        cards["loyalty_at"].to_numpy() <= times.to_numpy()
    )
    is_shown = has_card & (rng.random(len(times)) < CARD_SHOWN_SHARE)
    return known_where(is_shown, cards["loyalty_card"].to_numpy())


def _sold_lines(world: World, rng: np.random.Generator) -> pd.DataFrame:
    sales = world.orders[world.orders["place"] == "store"]
    receipts = pd.DataFrame(
        {
            "order": sales["order"].to_numpy(),
            "person": sales["person"].to_numpy(),
            "store": sales["store"].to_numpy(),
            "currency": sales["currency"].to_numpy(),
            "sold_at": sales["placed_at"].to_numpy(),
            "till": rng.integers(1, TILLS_PER_STORE + 1, len(sales)),
            "payment": rng.integers(0, 2, len(sales)),
            "loyalty_card": known_where(
                sales["is_card_shown"], world.persons.loc[sales["person"], "loyalty_card"]
            ),
            "receipt_number": [_receipt_number(order) for order in sales["order"]],
            "original_receipt": None,
        }
    )
    lines = world.order_lines.merge(receipts, on="order")
    lines["amount"] = lines["quantity"] * lines["unit_price"] - lines["discount"]
    return lines


def _returned_lines(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Goods that come back at one moment are one receipt of their own."""
    orders = world.orders[["order", "person", "currency", "place", "store"]]
    prices = world.order_lines[["order", "line", "product", "unit_price"]]
    lines = (
        refunds_at_tills(world)
        .merge(orders, on="order")
        .merge(prices, on=["order", "line"])
        .sort_values(["at", "order", "line"], kind="stable", ignore_index=True)
    )
    visit = lines.groupby(["order", "at"], sort=False).ngroup().to_numpy()
    visits = lines.drop_duplicates(["order", "at"])
    is_original_shown = rng.random(len(visits)) < ORIGINAL_RECEIPT_SHOWN_SHARE
    cards = _cards_shown(world, visits["person"], visits["at"], rng)
    store_ids = world.stores["store_id"].to_numpy()
    originals = [
        f"{store_ids[sale.store]}-{_receipt_number(sale.order)}"
        if sale.place == "store"
        else f"#{sale.order}"
        for sale in visits.itertuples(index=False)
    ]
    # Numbered by the sale and the first line that comes back: unique, and the same in every run.
    numbers = [
        f"R{_receipt_number(sale.order)}{sale.line}" for sale in visits.itertuples(index=False)
    ]
    receipts = pd.DataFrame(
        {
            "till": rng.integers(1, TILLS_PER_STORE + 1, len(visits)),
            "payment": rng.integers(0, 2, len(visits)),
            "loyalty_card": cards,
            "receipt_number": np.array(numbers, dtype=object),
            "original_receipt": known_where(is_original_shown, np.array(originals, dtype=object)),
        }
    )
    lines = pd.concat([lines, receipts.iloc[visit].reset_index(drop=True)], axis="columns")
    lines["line"] = lines.groupby("receipt_number", sort=False).cumcount() + 1
    return lines.assign(
        store=lines["till_store"],
        sold_at=lines["at"],
        discount=0.0,
        amount=-lines["amount"],
        quantity=-lines["quantity"],
    )


def _receipt_number(order: int) -> str:
    return f"{order:010d}"


def _rendered(world: World, lines: pd.DataFrame) -> pd.DataFrame:
    stores = world.stores.iloc[lines["store"]]
    products = world.products.iloc[lines["product"]]
    local_times = _local_times(lines["sold_at"], stores["time_zone"].to_numpy())
    payments = [
        PAYMENTS[country][kind]
        for country, kind in zip(stores["country_code"], lines["payment"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Store": stores["store_id"].to_numpy(),
            "Till": lines["till"].to_numpy(),
            "Receipt No": lines["receipt_number"].to_numpy(),
            "Line": lines["line"].to_numpy(),
            "Date": local_times.dt.strftime("%d.%m.%Y").to_numpy(),
            "Time": local_times.dt.strftime("%H:%M:%S").to_numpy(),
            "Article": products["product_id"].to_numpy(),
            "Description": products["product_name"].to_numpy(),
            "Quantity": lines["quantity"].to_numpy(),
            "Unit Price": _decimal_comma(lines["unit_price"]),
            "Discount": _decimal_comma(lines["discount"]),
            "Amount": _decimal_comma(lines["amount"]),
            "Currency": lines["currency"].to_numpy(),
            "Payment": payments,
            "Card No": lines["loyalty_card"].to_numpy(),
            "Original Receipt": lines["original_receipt"].to_numpy(),
        }
    )


def _local_times(times: pd.Series, time_zones: np.ndarray) -> pd.Series:
    """UTC times as the clock of each zone shows them."""
    local = pd.Series(pd.NaT, index=times.index, dtype=times.dtype)
    for time_zone in np.unique(time_zones):
        there = time_zones == time_zone
        clock = times[there].dt.tz_localize("UTC").dt.tz_convert(time_zone).dt.tz_localize(None)
        local[there] = clock
    return local


def _decimal_comma(amounts: pd.Series) -> list[str]:
    # Adding zero turns a negative zero into a plain one.
    return [f"{amount + 0.0:.2f}".replace(".", ",") for amount in amounts.round(2)]
