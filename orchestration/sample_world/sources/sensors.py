"""Notes of store sensors, Parquet: beacons and RFID readers know a phone, door counters nobody.

Its quirks: gateways pass readings on once an hour, some of them twice; and only a phone with the
app has an id: whoever else comes to the till was seen by the door counter alone.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import phone_ids
from orchestration.sample_world.world import World, known_where

SOURCE = "sensors"

RFID_SHARE = 0.4
REPEATED_SHARE = 0.01
HOUR = np.timedelta64(1, "h")


def write(world: World, out: Delivery) -> None:
    """Every reading on the day its gateway passed it on."""
    rng = world.rng(SOURCE)
    sensed = _sensed(world, rng)
    readings = pd.concat([sensed, _counted_at_the_door(world, rng)], ignore_index=True)
    if readings.empty:
        return
    readings = readings.sort_values(["entered_at", "reading_id"], ignore_index=True)
    _write_truth(out, readings)
    readings["received_at"] = readings["entered_at"].dt.floor("h") + HOUR
    repeated = readings[rng.random(len(readings)) < REPEATED_SHARE].copy()
    repeated["received_at"] += HOUR
    readings = pd.concat([readings, repeated]).sort_values(
        ["received_at", "reading_id"], kind="stable", ignore_index=True
    )
    days = readings["received_at"].to_numpy()
    out.frame(SOURCE, "readings", days, readings.drop(columns="person"))


def _sensed(world: World, rng: np.random.Generator) -> pd.DataFrame:
    moments = world.of_kind("store_visited", "zone_dwelled")
    products = world.products.reindex(moments["product"])
    is_zone = (moments["kind"] == "zone_dwelled").to_numpy()
    is_rfid = is_zone & (moments["product"] >= 0).to_numpy()
    is_rfid &= rng.random(len(moments)) < RFID_SHARE
    zones = np.where(is_zone, products["category_slug"].fillna("shop_floor"), "entrance")
    seconds = moments["value"].fillna(0).to_numpy()
    readings = pd.DataFrame(
        {
            "reading_id": "r-" + moments["moment"].astype(str).to_numpy(dtype=object),
            "store_id": world.stores["store_id"].reindex(moments["store"]).to_numpy(),
            "sensor_type": np.where(is_rfid, "rfid", "beacon"),
            "zone": zones,
            "device_id": phone_ids(moments["device"]),
            "product_id": known_where(is_rfid, products["product_id"]),
            "entered_at": moments["at"].to_numpy(),
            "left_at": moments["at"].to_numpy() + seconds.astype("timedelta64[s]"),
            "dwell_seconds": seconds,
            "person": moments["person"].to_numpy(),
        }
    )
    readings.insert(2, "sensor_id", readings["store_id"] + "-" + readings["zone"])
    return readings


def _counted_at_the_door(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Those who came to the till with no app on their phone."""
    moments = world.of_kind("store_purchase", "store_return")
    persons = world.persons.loc[moments["person"]]
    moments = moments[(persons["device_app"] < 0).to_numpy()]
    ahead = rng.integers(120, 1_500, len(moments)).astype("timedelta64[s]")
    at = np.maximum(moments["at"].to_numpy() - ahead, world.start)
    stores = world.stores["store_id"].reindex(moments["store"]).to_numpy()
    return pd.DataFrame(
        {
            "reading_id": "d-" + moments["moment"].astype(str).to_numpy(dtype=object),
            "store_id": stores,
            "sensor_id": stores + "-door" if len(moments) else stores,
            "sensor_type": "door",
            "zone": "entrance",
            "device_id": None,
            "product_id": None,
            "entered_at": at,
            "left_at": at,
            "dwell_seconds": 0.0,
            "person": moments["person"].to_numpy(),
        }
    )


def _write_truth(out: Delivery, readings: pd.DataFrame) -> None:
    with_device = readings[readings["device_id"].notna()]
    profiles = pd.DataFrame(
        {
            "source_name": SOURCE,
            "source_profile_id": "device:" + with_device["device_id"],
            "person": with_device["person"],
        }
    )
    out.truth("profiles", profiles.drop_duplicates())
    out.truth(
        "device_events",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_event_id": readings["reading_id"],
                "person": readings["person"],
            }
        ),
    )
