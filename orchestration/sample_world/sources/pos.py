"""Till receipts as the stores' system exports them: Latin-1 CSV, decimal comma, local time.

A return is a receipt of its own with negative lines; not every customer still has the first one.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.world import World

SOURCE = "pos"

CARD_SHOWN_SHARE = 0.9
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
    sales = world.orders[world.orders["place"] == "store"]
    if sales.empty:
        return
    rng = world.rng(SOURCE)
    receipts = _receipts(world, sales, rng)
    sold = _sold_lines(world, receipts)
    returned = _returned_lines(world, receipts, rng)
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


def _receipts(world: World, sales: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    persons = world.persons.loc[sales["person"], ["loyalty_card", "loyalty_at"]]
    has_card = persons["loyalty_card"].notna().to_numpy() & (
        persons["loyalty_at"].to_numpy() <= sales["placed_at"].to_numpy()
    )
    is_shown = has_card & (rng.random(len(sales)) < CARD_SHOWN_SHARE)
    return pd.DataFrame(
        {
            "order": sales["order"].to_numpy(),
            "person": sales["person"].to_numpy(),
            "store": sales["store"].to_numpy(),
            "currency": sales["currency"].to_numpy(),
            "sold_at": sales["placed_at"].to_numpy(),
            "till": rng.integers(1, TILLS_PER_STORE + 1, len(sales)),
            "payment": rng.integers(0, 2, len(sales)),
            "loyalty_card": np.where(is_shown, persons["loyalty_card"].to_numpy(), None),
            "receipt_number": [f"{order:010d}" for order in sales["order"]],
        }
    )


def _sold_lines(world: World, receipts: pd.DataFrame) -> pd.DataFrame:
    lines = world.order_lines.merge(receipts, on="order")
    lines["amount"] = lines["quantity"] * lines["unit_price"] - lines["discount"]
    lines["original_receipt_number"] = None
    return lines


def _returned_lines(world: World, receipts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What comes back at one moment is one receipt, with its own till and number."""
    prices = world.order_lines[["order", "line", "product", "unit_price"]]
    lines = world.refunds.merge(receipts, on="order").merge(prices, on=["order", "line"])
    lines = lines.sort_values(["order", "at", "line"], kind="stable", ignore_index=True)
    visit = lines.groupby(["order", "at"], sort=False).ngroup().to_numpy()
    visits = int(visit.max()) + 1 if len(visit) else 0
    is_original_shown = rng.random(visits) < ORIGINAL_RECEIPT_SHOWN_SHARE
    lines["till"] = rng.integers(1, TILLS_PER_STORE + 1, visits)[visit]
    lines["original_receipt_number"] = np.where(
        is_original_shown[visit], lines["receipt_number"], None
    )
    # Numbered by the sale and the first line that comes back: unique, and the same in every run.
    first_line = lines.groupby(["order", "at"], sort=False)["line"].transform("min")
    lines["receipt_number"] = [
        f"R{order:010d}{line}" for order, line in zip(lines["order"], first_line, strict=True)
    ]
    lines["line"] = lines.groupby("receipt_number", sort=False).cumcount() + 1
    lines["sold_at"] = lines["at"]
    lines["discount"] = 0.0
    lines["amount"] = -lines["amount"]
    lines["quantity"] = -lines["quantity"]
    return lines


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
            "Original Receipt": lines["original_receipt_number"].to_numpy(),
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
