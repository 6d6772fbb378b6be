import numpy as np

from orchestration.sample_world.digital_ids import phone_ids
from orchestration.sample_world.sources import geofence

PEOPLE = 200


def owners_of_the_app(world):
    """Two hundred phones, each seen in a store once; half of the people have no phone."""
    count = 2 * PEOPLE
    return world(
        days=30,
        persons={
            "person": np.arange(count),
            "country_code": np.array(["PL"] * count, dtype=object),
            "first_at": np.full(count, np.datetime64("2025-06-01", "ms")),
            "device_app": np.where(np.arange(count) < PEOPLE, np.arange(count) * 10 + 2, -1),
        },
        moments={
            "moment": np.arange(count),
            "kind": np.array(["store_purchase"] * count, dtype=object),
            "person": np.arange(count),
            "at": np.full(count, np.datetime64("2026-01-05T10:00:00", "ms")),
            "store": np.ones(count, dtype=int),
        },
    )


def test_a_visit_is_crossed_into_before_and_out_of_after(stage, world):
    query = stage("sensors", geofence.write, owners_of_the_app(world))

    ((events, stores, issues),) = query(
        "select count(*), count(distinct store_id), sum(len(_issues)) "
        "from staging.stg_sensors__geofence_events"
    )
    assert (stores, issues) == (3, 0), "stores of their country only"
    assert query(
        "select count(*) > 50, bool_and(came.occurred_at < timestamp '2026-01-05 10:00:00'), "
        "bool_and(went.occurred_at > timestamp '2026-01-05 10:00:00') "
        "from staging.stg_sensors__geofence_events as came "
        "inner join staging.stg_sensors__geofence_events as went using (device_id) "
        "where came.store_id = 'S02' and came.crossing = 'entered' and went.crossing = 'left' "
        "and went.store_id = 'S02' and cast(came.occurred_at as date) = date '2026-01-05' "
        "and cast(went.occurred_at as date) = date '2026-01-05' "
        "and hour(came.occurred_at) = 9 and hour(went.occurred_at) = 10"
    ) == [(True, True, True)]
    ((delivered,),) = query("select count(*) from raw_sensors.geofence_events")
    assert delivered > events, "some events come twice"


def test_phones_are_known_only_where_their_owners_agreed(stage, world):
    query = stage("sensors", geofence.write, owners_of_the_app(world))

    known = {device for (device,) in query(
        "select distinct device_id from staging.stg_sensors__geofence_events "
        "where device_id is not null"
    )}  # fmt: skip
    assert known <= set(phone_ids(np.arange(PEOPLE) * 10 + 2))
    assert 0.3 * PEOPLE < len(known) < 0.5 * PEOPLE
    # An old version of the app sends after a refusal: its events are there, nobody is.
    assert query(
        "select has_location_consent, count(device_id) > 0, count(*) > 0 "
        "from staging.stg_sensors__geofence_events group by all order by all"
    ) == [(False, False, True), (True, True, True)]
