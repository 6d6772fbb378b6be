"""Telemetry of app and videos by account, Parquet.

Its quirk: a phone without signal uploads what it gathered a day later, and some uploads come twice.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids, phone_ids
from orchestration.sample_world.world import World

SOURCE = "product_usage"

KINDS = ("app_session", "video_watched", "feature_used", "onboarding_completed")
FEATURES = {
    "feature_used": ("wishlist", "scan", "recipes", "warranty"),
    "video_watched": ("first_steps", "cleaning", "unboxing"),
}

LATE_SHARE = 0.02
REPEATED_SHARE = 0.005


def write(world: World, out: Delivery) -> None:
    """Every use of the product on the day it was uploaded."""
    rng = world.rng(SOURCE)
    moments = world.of_kind(*KINDS)
    if moments.empty:
        return
    persons = world.persons.loc[moments["person"]]
    at = moments["at"].to_numpy()
    is_late = rng.random(len(moments)) < LATE_SHARE
    seconds = np.where(is_late, 86_400, rng.integers(1, 60, len(moments)))
    events = pd.DataFrame(
        {
            "event_id": "u-" + moments["moment"].astype(str).to_numpy(dtype=object),
            "account_id": account_ids(persons["account"]),
            "device_id": phone_ids(persons["device_app"]),
            "event_type": moments["kind"].to_numpy(),
            "feature": _features(moments),
            "product_id": world.products["product_id"].reindex(moments["product"]).to_numpy(),
            "platform": np.where(persons["device_app"] % 3 == 0, "ios", "android"),
            "duration_seconds": moments["value"].to_numpy(),
            "occurred_at": at,
            "recorded_at": at + seconds.astype("timedelta64[s]"),
        }
    )
    repeated = events[rng.random(len(events)) < REPEATED_SHARE]
    events = pd.concat([events, repeated], ignore_index=True)
    out.frame(SOURCE, "events", events["recorded_at"].to_numpy(), events)
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": account_ids(persons["account"]),
                "person": persons["person"].to_numpy(),
            }
        ).drop_duplicates(),
    )


def _features(moments: pd.DataFrame) -> np.ndarray:
    """The name of the feature or video."""
    features = np.full(len(moments), None, dtype=object)
    for kind, names in FEATURES.items():
        is_kind = (moments["kind"] == kind).to_numpy()
        numbers = moments["moment"].to_numpy()[is_kind] % len(names)
        features[is_kind] = np.array(names, dtype=object)[numbers]
    return features
