import numpy as np

from orchestration.sample_world.digital_ids import phone_ids
from orchestration.sample_world.sources import video


def lookers(world):
    """Six thousand looks at one product, half in the browser, half in the app."""
    count = 6_000
    return world(
        days=30,
        persons={
            "person": [0],
            "account": [7],
            "language": ["pl"],
            "device_web": [1],
            "device_app": [2],
        },
        moments={
            "moment": np.arange(count),
            "kind": np.array(["product_viewed"] * count, dtype=object),
            "person": np.zeros(count, dtype=int),
            "at": np.datetime64("2026-01-05T10:00:00", "ms")
            + (np.arange(count) * 300_000).astype("timedelta64[ms]"),
            "device": np.array([1, 2] * (count // 2)),
            "is_logged_in": np.array([True, True, False, False] * (count // 4)),
            "product": np.zeros(count, dtype=int),
        },
    )


def test_a_few_looks_become_a_view_and_each_message_stands_once(stage, world):
    query = stage("web", video.write, lookers(world))

    ((views, messages, issues),) = query(
        "select count(distinct playback_id), count(*), sum(len(_issues)) "
        "from staging.stg_web__video_events"
    )
    ((delivered,),) = query("select count(*) from raw_web.video_events")
    assert 0.02 * 6_000 < views < 0.05 * 6_000
    assert issues == 0
    assert messages < delivered < 1.03 * messages, "some come twice"
    assert query(
        "select channel_slug, device_id, page_path, user_id is null, video_id, product_id "
        "from staging.stg_web__video_events group by all order by all"
    ) == [
        (channel, device, page, is_anonymous, "product-PR001", "PR001")
        for channel, device, page in (
            ("app", phone_ids(np.array([2]))[0], None),
            ("web", None, "/products/PR001"),
        )
        for is_anonymous in (False, True)
    ]


def test_the_player_tells_how_far_it_got_and_what_people_did(stage, world):
    query = stage("web", video.write, lookers(world))

    told = dict(query(
        "select player_action, count(*) from staging.stg_web__video_events group by all"
    ))  # fmt: skip
    assert set(told) == {"started", "playing", "paused", "resumed", "completed"}
    assert told["paused"] == told["resumed"] < told["started"] / 5
    assert 0.25 * told["started"] < told["completed"] < 0.5 * told["started"]
    # A place is never beyond the end, nor behind another by more than a jump.
    assert query(
        "select count(*) from staging.stg_web__video_events "
        "where position_seconds > length_seconds or position_seconds < 0"
    ) == [(0,)]
