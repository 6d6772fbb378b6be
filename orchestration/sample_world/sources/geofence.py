"""Phones that come near a store and leave again, as the app's geofence tells (Radar), JSON lines.

It tells the store and no position, and only of owners of the app who agreed to be located. Its
quirks: some events come twice, and an old version of the app goes on sending after a refusal; what
it sends says so.
"""

import json

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import phone_ids
from orchestration.sample_world.world import World

SOURCE = "sensors"

CONSENT_SHARE = 0.4
OLD_VERSION_SHARE = 0.04
# How many pass by a store without going in, a day.
PASSING_CHANCE = 0.03
REPEATED_SHARE = 0.01
DAY_SECONDS = 86_400


def write(world: World, out: Delivery) -> None:
    """Every event on the day it arrived."""
    rng = world.rng("geofence")
    owners = world.persons[world.persons["device_app"] >= 0]
    draws = rng.random(len(owners))
    owners = owners.assign(
        has_consent=draws < CONSENT_SHARE,
        is_sending=(draws < CONSENT_SHARE) | (draws > 1 - OLD_VERSION_SHARE),
    )
    stays = pd.concat([_visits(world, owners), _passing_by(world, owners, rng)])
    stays = stays.sort_values(["at", "person", "store"], kind="stable", ignore_index=True)
    events = _crossings(world, stays, rng)
    if events.empty:
        return
    devices = phone_ids(owners["device_app"].loc[events["person"]])
    has_consent = owners["has_consent"].loc[events["person"]].to_numpy()
    _write_truth(out, events, devices, has_consent)
    events = events.assign(device=devices, has_consent=has_consent)
    events["received_at"] = events["at"] + _seconds(rng.integers(1, 90, len(events)))
    again = events[rng.random(len(events)) < REPEATED_SHARE].copy()
    again["received_at"] += np.timedelta64(60, "s")
    deliveries = pd.concat([events, again]).sort_values(
        ["received_at", "event_id"], kind="stable", ignore_index=True
    )
    lines = [_line(event) for event in deliveries.to_dict("records")]
    out.lines(SOURCE, "geofence_events", deliveries["received_at"].to_numpy(), lines)


def _visits(world: World, owners: pd.DataFrame) -> pd.DataFrame:
    """Who was sensed in a store or paid there came near it before; one stay a day."""
    moments = world.of_kind("store_visited", "store_purchase")
    sending = owners.index[owners["is_sending"]]
    moments = moments[moments["person"].isin(sending) & (moments["store"] >= 0)]
    day = moments["at"].dt.floor("D").rename("day")
    firsts = moments[~moments.assign(day=day).duplicated(["person", "store", "day"])]
    return pd.DataFrame(
        {"person": firsts["person"], "store": firsts["store"], "at": firsts["at"], "goes_in": True}
    )


def _passing_by(world: World, owners: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Others live or work near a store of their country; each always passes the same."""
    sending = owners[owners["is_sending"]]
    # A day is a row, so that a longer world only adds rows.
    passes = rng.random((world.days, len(sending)))
    times = rng.random((world.days, len(sending)))
    day, number = np.nonzero(passes < PASSING_CHANCE)
    who = sending.iloc[number]
    countries = world.stores["country_code"].to_numpy()
    stores_of = {code: np.flatnonzero(countries == code) for code in np.unique(countries)}
    near = [
        int(stores_of[code][person % len(stores_of[code])]) if code in stores_of else -1
        for code, person in zip(who["country_code"], who["person"], strict=True)
    ]
    seconds = day * DAY_SECONDS + 6 * 3_600 + times[day, number] * 14 * 3_600
    at = world.start + seconds.astype("int64").astype("timedelta64[s]")
    stays = pd.DataFrame(
        {"person": who["person"].to_numpy(), "store": near, "at": at, "goes_in": False}
    )
    is_there = (stays["store"] >= 0) & (at >= who["first_at"].to_numpy())
    return stays[is_there]


def _crossings(world: World, stays: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Each stay as its two crossings of the border, those within the world."""
    count = len(stays)
    ahead, after = rng.integers(60, 900, count), rng.integers(120, 2_400, count)
    goes_in = stays["goes_in"].to_numpy()
    entered = stays["at"] - _seconds(np.where(goes_in, ahead, 0))
    left = stays["at"] + _seconds(np.where(goes_in, 600 + after, after))
    events = pd.concat(
        [
            stays.assign(at=entered, kind="user.entered_geofence"),
            stays.assign(at=left, kind="user.exited_geofence"),
        ],
        ignore_index=True,
    )
    events = events[(events["at"] >= world.start) & (events["at"] < world.end)]
    events = events.drop_duplicates(["person", "at", "kind"])
    named = events["kind"] + events["person"].astype(str) + events["at"].astype(str)
    hashes = pd.util.hash_array(named.to_numpy(dtype=object))
    events["event_id"] = [f"{number:024x}" for number in hashes.tolist()]
    return events.sort_values(["at", "event_id"], ignore_index=True).assign(
        store_id=lambda frame: world.stores["store_id"].reindex(frame["store"]).to_numpy()
    )


def _seconds(numbers: np.ndarray) -> np.ndarray:
    return numbers.astype("int64").astype("timedelta64[s]")


def _line(event: dict[str, object]) -> str:
    return json.dumps(
        {
            "_id": event["event_id"],
            "type": event["kind"],
            "createdAt": f"{event['received_at']:%Y-%m-%dT%H:%M:%SZ}",
            "actualCreatedAt": f"{event['at']:%Y-%m-%dT%H:%M:%SZ}",
            "user": {
                "deviceId": event["device"],
                "metadata": {"location_consent": bool(event["has_consent"])},
            },
            "geofence": {"tag": "store", "externalId": event["store_id"]},
        }
    )


def _write_truth(
    out: Delivery, events: pd.DataFrame, devices: np.ndarray, has_consent: np.ndarray
) -> None:
    profiles = pd.DataFrame(
        {
            "source_name": SOURCE,
            "source_profile_id": "device:" + pd.Series(devices),
            "person": events["person"],
        }
    )
    out.truth("profiles", profiles[has_consent].drop_duplicates())
    out.truth(
        "geofence_events",
        pd.DataFrame(
            {
                "event_id": events["event_id"],
                "person": events["person"],
                "store_id": events["store_id"],
                "crossing": events["kind"]
                .str.contains("entered")
                .map({True: "entered", False: "left"}),
                "has_consent": has_consent,
                "at": events["at"],
            }
        ),
    )
