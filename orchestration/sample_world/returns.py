"""Where goods go back: to a till, or by post to the web shop.

A refund names only its order. The visit to a store, which may bring back an online order, is a
moment of the same order and time.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.world import World


def refunds_at_tills(world: World) -> pd.DataFrame:
    """The refunds that a till paid out, each with `till_store`."""
    refunds = _placed_refunds(world)
    at_till = refunds[refunds["till_store"] >= 0]
    return at_till.assign(till_store=at_till["till_store"].astype("int64"))


def refunds_by_post(world: World) -> pd.DataFrame:
    """The refunds that the web shop paid out."""
    refunds = _placed_refunds(world)
    return refunds[refunds["till_store"] < 0].drop(columns="till_store")


def _placed_refunds(world: World) -> pd.DataFrame:
    visits = world.of_kind("store_return")[["order", "at", "store"]].drop_duplicates(
        ["order", "at"]
    )
    refunds = world.refunds.merge(visits, on=["order", "at"], how="left")
    # Nobody can post back to a shop what he bought in a store.
    order_stores = world.orders.set_index("order")["store"].reindex(refunds["order"]).to_numpy()
    till_store = np.where(refunds["store"].isna(), order_stores, refunds["store"])
    return refunds.drop(columns="store").assign(till_store=till_store)
