"""The web shop's export in the shape of Shopify's REST Admin API: wrapped JSON, one file per day.

An order is exported again on every day on which it changes, whole. Money is text, times carry the
shop's offset, and a guest's checkout makes a customer that nobody has seen before.
"""

import json
from collections.abc import Iterable
from itertools import groupby

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.returns import refunds_by_post
from orchestration.sample_world.world import World

SOURCE = "shop"
SHOP_TIME_ZONE = "Europe/Warsaw"

# Number ranges of the shop's own ids; the order's own number is what other channels know.
FIRST_ACCOUNT_CUSTOMER = 6_000_000_000_000
FIRST_GUEST_CUSTOMER = 7_000_000_000_000
FIRST_LINE_ITEM = 13_000_000_000_000
FIRST_REFUND = 900_000_000_000
LINES_PER_ORDER = 100
REFUNDS_PER_ORDER = 100

# A checkout counts as left once it has rested for this long.
ABANDONED_AFTER = np.timedelta64(1, "h")

# The price of a left checkout: the currency of each country and its prices against the list.
PRICES = {"PL": ("PLN", 4.25), "DE": ("EUR", 1.0), "ES": ("EUR", 1.0), "GB": ("GBP", 0.86)}


def write(world: World, out: Delivery) -> None:
    """Customers, orders and left checkouts, each version on the day of its change."""
    orders = world.orders[world.orders["place"] != "store"].reset_index(drop=True)
    checkouts = _started_checkouts(world)
    orders["customer_id"] = _customer_ids(
        world, orders["person"], orders["placed_at"], orders["is_guest"], orders["checkout"]
    )
    checkouts["customer_id"] = _customer_ids(
        world,
        checkouts["person"],
        checkouts["at"],
        ~checkouts["is_logged_in"],
        checkouts["checkout"],
    )
    # An order and the checkout that became it are one customer's, also where he logged in between.
    ordered = checkouts.merge(
        orders[["checkout", "placed_at", "customer_id"]],
        on="checkout",
        how="left",
        suffixes=("", "_of_order"),
    )
    has_order = ordered["placed_at"].notna()
    ordered.loc[has_order, "customer_id"] = ordered.loc[has_order, "customer_id_of_order"]
    ordered["customer_id"] = ordered["customer_id"].astype("int64")
    left = ordered[~(ordered["placed_at"] - ordered["at"] <= ABANDONED_AFTER)]
    _write_orders(world, out, orders)
    _write_checkouts(world, out, left.reset_index(drop=True))
    _write_customers(world, out, orders, left)


def _started_checkouts(world: World) -> pd.DataFrame:
    """The first start of each checkout, with the product that was last put in the cart for it."""
    started = world.of_kind("checkout_started").drop(columns="product")
    started = started[started["checkout"] >= 0].drop_duplicates("checkout")
    carts = world.of_kind("cart_added")[["journey", "at", "product"]]
    return pd.merge_asof(started, carts, on="at", by="journey").reset_index(drop=True)


def _customer_ids(
    world: World,
    persons: pd.Series,
    times: pd.Series,
    is_guest: pd.Series,
    checkouts: pd.Series,
) -> np.ndarray:
    """An account is one customer for good; a guest is a new one with each checkout."""
    accounts = world.persons.loc[persons, ["account", "account_at"]]
    has_account = (
        (accounts["account"] >= 0).to_numpy()
        & (accounts["account_at"].to_numpy() <= times.to_numpy())
        & ~is_guest.to_numpy(dtype=bool)
    )
    return np.where(
        has_account,
        FIRST_ACCOUNT_CUSTOMER + accounts["account"].to_numpy(),
        FIRST_GUEST_CUSTOMER + checkouts.to_numpy(),
    )


def _write_orders(world: World, out: Delivery, orders: pd.DataFrame) -> None:
    if orders.empty:
        return
    versions = _order_versions(world, orders)
    documents = _order_documents(world, orders, versions)
    out.documents(SOURCE, "orders", versions["updated_at"].to_numpy(), documents, key="orders")


def _order_versions(world: World, orders: pd.DataFrame) -> pd.DataFrame:
    """One row per order and day of change, with the position of the order."""
    events = [orders[column] for column in ("placed_at", "shipped_at", "delivered_at")]
    events.append(orders["cancelled_at"])
    positions = pd.Series(orders.index, index=orders["order"])
    refunds = refunds_by_post(world)
    refunds = refunds[refunds["order"].isin(orders["order"])]
    changes = pd.DataFrame(
        {
            "position": np.concatenate(
                [np.tile(orders.index, len(events)), positions.loc[refunds["order"]].to_numpy()]
            ),
            "updated_at": np.concatenate([*events, refunds["at"].to_numpy()]),
        }
    )
    changes = changes[changes["updated_at"].notna() & (changes["updated_at"] < world.end)]
    days = changes["updated_at"].dt.floor("D").rename("day")
    return (
        changes.groupby(["position", days])["updated_at"]
        .max()
        .reset_index()
        .sort_values(["updated_at", "position"], kind="stable", ignore_index=True)
    )


def _order_documents(world: World, orders: pd.DataFrame, versions: pd.DataFrame) -> list[str]:
    heads = _order_heads(world, orders)
    refunds = _refund_documents(world, orders)
    placed_texts = _times(orders["placed_at"])
    shipped_texts = _times(orders["shipped_at"])
    delivered_texts = _times(orders["delivered_at"])
    cancelled_texts = _times(orders["cancelled_at"])
    positions = versions["position"].to_numpy()
    now = versions["updated_at"].to_numpy()
    is_shipped, is_delivered, is_cancelled = (
        orders[column].to_numpy()[positions] <= now
        for column in ("shipped_at", "delivered_at", "cancelled_at")
    )
    totals = orders["total"].to_numpy()
    numbers = orders["order"].to_numpy()
    documents = []
    for row, (position, updated_at) in enumerate(
        zip(positions, _times(versions["updated_at"]), strict=True)
    ):
        issued = [refund for refund in refunds.get(position, ()) if refund[0] <= now[row]]
        refunded = sum(amount for _, amount, _ in issued)
        fulfillment = ""
        if is_shipped[row]:
            changed = delivered_texts[position] if is_delivered[row] else shipped_texts[position]
            status = "delivered" if is_delivered[row] else "in_transit"
            fulfillment = (
                f'{{"id": {numbers[position]}, "created_at": "{shipped_texts[position]}", '
                f'"updated_at": "{changed}", "status": "success", "shipment_status": "{status}"}}'
            )
        cancelled = is_cancelled[row]
        documents.append(
            f'{{{heads[position]}, "created_at": "{placed_texts[position]}", '
            f'"updated_at": "{updated_at}", '
            f'"cancelled_at": {_quoted(cancelled_texts[position] if cancelled else None)}, '
            f'"cancel_reason": {_quoted("customer" if cancelled else None)}, '
            f'"financial_status": "{_financial_status(totals[position], refunded, cancelled)}", '
            f'"fulfillment_status": {_quoted("fulfilled" if is_shipped[row] else None)}, '
            f'"fulfillments": [{fulfillment}], '
            f'"refunds": [{", ".join(document for _, _, document in issued)}]}}'
        )
    return documents


def _financial_status(total: float, refunded: float, is_cancelled: bool) -> str:
    # An order that is cancelled was authorized and never captured.
    if is_cancelled and not refunded:
        return "voided"
    if refunded >= total - 0.005:
        return "refunded"
    return "partially_refunded" if refunded else "paid"


def _order_heads(world: World, orders: pd.DataFrame) -> list[str]:
    """The part of an order that doesn't change, rendered once for all its versions."""
    persons = world.persons.loc[orders["person"]]
    emails = _emails(persons, orders["placed_at"])
    items = _line_item_documents(world, orders)
    discounts = _discounts(world, orders)
    promised = _times(orders["promised_at"])
    campaigns = dict(zip(world.campaigns["campaign"], world.campaigns["campaign_id"], strict=True))
    heads = []
    for row, (order, person, email) in enumerate(
        zip(orders.itertuples(index=False), persons.itertuples(index=False), emails, strict=True)
    ):
        promise = {"name": "promised_delivery_at", "value": promised[row]}
        coupon = campaigns.get(order.campaign)
        address = {
            "first_name": person.given_name,
            "last_name": person.surname,
            "address1": person.street,
            "city": person.city,
            "zip": person.postcode,
            "country_code": person.country_code,
            "phone": person.phone,
        }
        head = {
            "id": order.order,
            "name": f"#{order.order}",
            "email": email,
            "phone": person.phone,
            "currency": order.currency,
            "source_name": "web" if order.place == "web" else "android",
            "checkout_token": str(order.checkout) if order.checkout >= 0 else None,
            "taxes_included": True,
            "total_line_items_price": f"{order.total + discounts[row]:.2f}",
            "total_discounts": f"{discounts[row]:.2f}",
            "subtotal_price": f"{order.total:.2f}",
            "total_tax": "0.00",
            "total_price": f"{order.total:.2f}",
            "discount_codes": [{"code": coupon, "amount": f"{discounts[row]:.2f}"}]
            if coupon
            else [],
            "note_attributes": [promise] if promised[row] else [],
            "customer": {
                "id": order.customer_id,
                "email": email,
                "first_name": person.given_name,
                "last_name": person.surname,
            },
            "shipping_address": address,
            "line_items": items.get(order.order, []),
        }
        heads.append(json.dumps(head, ensure_ascii=False)[1:-1])
    return heads


def _lines_of(world: World, orders: pd.DataFrame) -> pd.DataFrame:
    return world.order_lines[world.order_lines["order"].isin(orders["order"])]


def _discounts(world: World, orders: pd.DataFrame) -> np.ndarray:
    by_order = _lines_of(world, orders).groupby("order")["discount"].sum()
    return by_order.reindex(orders["order"], fill_value=0.0).to_numpy()


def _line_item_documents(world: World, orders: pd.DataFrame) -> dict[int, list[dict[str, object]]]:
    lines = _lines_of(world, orders)
    products = world.products.iloc[lines["product"]]
    documents: dict[int, list[dict[str, object]]] = {}
    for line, sku, name in zip(
        lines.itertuples(index=False),
        products["product_id"],
        products["product_name"],
        strict=True,
    ):
        documents.setdefault(line.order, []).append(
            {
                "id": _line_item_id(line.order, line.line),
                "sku": sku,
                "name": name,
                "quantity": line.quantity,
                "price": f"{line.unit_price:.2f}",
                "total_discount": f"{line.discount:.2f}",
            }
        )
    return documents


def _line_item_id(order: int, line: int) -> int:
    return FIRST_LINE_ITEM + order * LINES_PER_ORDER + line


def _refund_documents(
    world: World, orders: pd.DataFrame
) -> dict[int, list[tuple[np.datetime64, float, str]]]:
    """Time, amount and document of each refund, by the position of its order."""
    positions = dict(zip(orders["order"], orders.index, strict=True))
    lines = refunds_by_post(world).sort_values(["order", "at", "line"], kind="stable")
    lines = lines[lines["order"].isin(orders["order"]) & (lines["at"] < world.end)]
    rows = zip(
        lines.itertuples(index=False), lines["at"].to_numpy(), _times(lines["at"]), strict=True
    )
    documents: dict[int, list[tuple[np.datetime64, float, str]]] = {}
    # Goods of one order that go back at one moment are one refund.
    for (order, at, created_at), group in groupby(rows, lambda row: (row[0].order, *row[1:])):
        issued = documents.setdefault(positions[order], [])
        refunded = [line for line, *_ in group]
        refund_id = FIRST_REFUND + order * REFUNDS_PER_ORDER + len(issued)
        amount = round(sum(line.amount for line in refunded), 2)
        document = {
            "id": refund_id,
            "order_id": order,
            "created_at": created_at,
            "refund_line_items": [
                {
                    "id": refund_id * LINES_PER_ORDER + line.line,
                    "line_item_id": _line_item_id(order, line.line),
                    "quantity": line.quantity,
                    "subtotal": f"{line.amount:.2f}",
                }
                for line in refunded
            ],
            "transactions": [{"amount": f"{amount:.2f}", "kind": "refund", "status": "success"}],
        }
        issued.append((at, amount, json.dumps(document)))
    return documents


def _write_checkouts(world: World, out: Delivery, left: pd.DataFrame) -> None:
    if left.empty:
        return
    is_recovered = left["placed_at"].notna()
    rested = left.assign(updated_at=(left["at"] + ABANDONED_AFTER).to_numpy(), placed_at=pd.NaT)
    recovered = left[is_recovered].assign(updated_at=left.loc[is_recovered, "placed_at"])
    versions = pd.concat([rested, recovered], ignore_index=True)
    versions = versions[versions["updated_at"] < world.end].reset_index(drop=True)
    documents = _checkout_documents(world, versions)
    out.documents(
        SOURCE, "checkouts", versions["updated_at"].to_numpy(), documents, key="checkouts"
    )


def _checkout_documents(world: World, versions: pd.DataFrame) -> list[str]:
    persons = world.persons.loc[versions["person"]]
    app_devices = set(world.persons.loc[world.persons["device_app"] >= 0, "device_app"])
    list_prices = world.products["list_price"].to_numpy(dtype=float)
    product_ids = world.products["product_id"].to_numpy()
    rows = zip(
        versions.itertuples(index=False),
        persons.itertuples(index=False),
        _emails(persons, versions["at"]),
        _times(versions["at"]),
        _times(versions["updated_at"]),
        _times(versions["placed_at"]),
        strict=True,
    )
    documents = []
    for checkout, person, email, created_at, updated_at, completed_at in rows:
        currency, price_factor = PRICES[person.country_code]
        items = []
        if checkout.product >= 0:
            product = int(checkout.product)
            price = f"{list_prices[product] * price_factor:.2f}"
            items = [{"sku": product_ids[product], "quantity": 1, "price": price}]
        document = {
            "id": checkout.checkout,
            "token": str(checkout.checkout),
            "email": email,
            "phone": person.phone,
            "customer": {
                "id": checkout.customer_id,
                "email": email,
                "first_name": person.given_name,
                "last_name": person.surname,
            },
            "created_at": created_at,
            "updated_at": updated_at,
            "completed_at": completed_at,
            "currency": currency,
            "source_name": "android" if checkout.device in app_devices else "web",
            "total_price": items[0]["price"] if items else "0.00",
            "line_items": items,
        }
        documents.append(json.dumps(document, ensure_ascii=False))
    return documents


def _write_customers(world: World, out: Delivery, orders: pd.DataFrame, left: pd.DataFrame) -> None:
    """Customers who ordered or left a checkout, and again when an account's address changes."""
    customers = _seen_customers(orders, left)
    if customers.empty:
        return
    versions = _customer_versions(world, customers)
    # The shop first exports a customer with the first order or checkout.
    days = np.maximum(versions["updated_at"].to_numpy(), versions["at"].to_numpy())
    out.documents(SOURCE, "customers", days, _customer_documents(world, versions), key="customers")
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": customers["customer_id"].astype(str).to_numpy(dtype=object),
                "person": customers["person"].to_numpy(),
            }
        ),
    )


def _seen_customers(orders: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """Each customer with the time of the first order or checkout."""
    seen = pd.concat(
        [
            orders[["customer_id", "person"]].assign(at=orders["placed_at"]),
            left[["customer_id", "person", "at"]],
        ],
        ignore_index=True,
    ).sort_values(["at", "customer_id"], kind="stable")
    return seen.drop_duplicates("customer_id").reset_index(drop=True)


def _customer_versions(world: World, customers: pd.DataFrame) -> pd.DataFrame:
    """Each customer as created, and those whose address changes once more."""
    persons = world.persons.loc[customers["person"]]
    is_guest = (customers["customer_id"] >= FIRST_GUEST_CUSTOMER).to_numpy()
    created = np.where(is_guest, customers["at"].to_numpy(), persons["account_at"].to_numpy())
    changed = persons["email_changed_at"].to_numpy()
    has_changed = ~is_guest & ~np.isnat(changed) & (changed > created) & (changed < world.end)
    return pd.concat(
        [
            customers.assign(created_at=created, updated_at=created),
            customers[has_changed].assign(
                created_at=created[has_changed], updated_at=changed[has_changed]
            ),
        ],
        ignore_index=True,
    )


def _customer_documents(world: World, versions: pd.DataFrame) -> list[str]:
    persons = world.persons.loc[versions["person"]]
    rows = zip(
        versions.itertuples(index=False),
        persons.itertuples(index=False),
        _emails(persons, versions["updated_at"]),
        _consents(persons, versions["updated_at"], "email_opt_in"),
        _consents(persons, versions["updated_at"], "sms_opt_in"),
        _times(versions["created_at"]),
        _times(versions["updated_at"]),
        strict=True,
    )
    return [
        json.dumps(
            {
                "id": version.customer_id,
                "email": email,
                "phone": person.phone,
                "first_name": person.given_name,
                "last_name": person.surname,
                "state": "disabled" if version.customer_id >= FIRST_GUEST_CUSTOMER else "enabled",
                "created_at": created_at,
                "updated_at": updated_at,
                "email_marketing_consent": {
                    "state": email_consent,
                    "consent_updated_at": created_at,
                },
                "sms_marketing_consent": {
                    "state": sms_consent,
                    "consent_updated_at": created_at,
                },
                "default_address": {
                    "address1": person.street,
                    "city": person.city,
                    "zip": person.postcode,
                    "country_code": person.country_code,
                },
            },
            ensure_ascii=False,
        )
        for version, person, email, email_consent, sms_consent, created_at, updated_at in rows
    ]


def _emails(persons: pd.DataFrame, times: pd.Series) -> Iterable[str | None]:
    """The address that each person used at the time."""
    is_new = persons["email_changed_at"].to_numpy() <= times.to_numpy()
    return np.where(is_new, persons["new_email"].to_numpy(), persons["email"].to_numpy())


def _consents(persons: pd.DataFrame, times: pd.Series, opt_in: str) -> np.ndarray:
    """The box that a customer ticked or left open; nobody who has opted out before ticks it."""
    has_opted_out = persons["opted_out_at"].to_numpy() <= times.to_numpy()
    is_ticked = persons[opt_in].to_numpy(dtype=bool) & ~has_opted_out
    return np.where(is_ticked, "subscribed", "not_subscribed")


def _times(times: pd.Series) -> list[str | None]:
    """ISO 8601 with the offset of the shop's zone, None where there is no time."""
    local = pd.Series(times).dt.tz_localize("UTC").dt.tz_convert(SHOP_TIME_ZONE)
    texts = local.dt.strftime("%Y-%m-%dT%H:%M:%S%z")
    return [None if pd.isna(text) else f"{text[:-2]}:{text[-2:]}" for text in texts]


def _quoted(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'
