import numpy as np

from orchestration.sample_world.digital_ids import phone_ids
from orchestration.sample_world.sources import sensors


def test_store_sensors_know_phones_and_door_counters_know_nobody(stage, world):
    stays = 500
    at = np.datetime64("2026-01-05T10:00:00", "ms")
    query = stage(
        "sensors",
        sensors.write,
        world(
            persons={"person": [0, 1], "device_app": [3, -1]},
            moments={
                "moment": np.arange(stays + 3),
                "kind": np.array(
                    ["store_visited", "store_purchase", "store_purchase"]
                    + ["zone_dwelled"] * stays,
                    dtype=object,
                ),
                "person": np.array([0, 0, 1] + [0] * stays),
                "at": np.full(stays + 3, at),
                "device": np.array([3, -1, -1] + [3] * stays),
                "store": np.full(stays + 3, 1),
                "product": np.array([-1] * 3 + [0] * stays),
                "value": np.array([np.nan] * 3 + [90.0] * stays),
            },
        ),
    )

    (phone,) = phone_ids(np.array([3]))
    assert query(
        "select store_id, zone_slug, device_id, dwell_seconds, "
        "sensor_type = 'door', entered_at::text, count(*) "
        "from staging.stg_sensors__readings where sensor_type != 'door' group by all order by all"
    ) == [
        ("S02", "coffee", phone, 90.0, False, "2026-01-05 10:00:00", stays),
        ("S02", "entrance", phone, 0.0, False, "2026-01-05 10:00:00", 1),
    ]
    # The buyer without the app passed the door too; the one with the app is not counted twice.
    assert query(
        "select store_id, zone_slug, device_id, entered_at < timestamp '2026-01-05 10:00:00', "
        "count(*) from staging.stg_sensors__readings where sensor_type = 'door' group by all"
    ) == [("S02", "entrance", None, True, 1)]
    assert query(
        "select distinct sensor_type, product_id from staging.stg_sensors__readings "
        "where zone_slug = 'coffee' order by all"
    ) == [("beacon", None), ("rfid", "PR001")]
    ((delivered,),) = query("select count(*) from raw_sensors.readings")
    assert delivered > stays + 2, "gateways pass some readings on twice"
    assert query(
        "select count(*) from staging.stg_sensors__readings where left_at < entered_at"
    ) == [(0,)]
