import numpy as np

from orchestration.sample_world.sources import product_usage


def test_product_use_arrives_once_and_late_uploads_keep_their_time(stage, world):
    uses = 600
    query = stage(
        "product_usage",
        product_usage.write,
        world(
            persons={"person": [0], "account": [7], "device_app": [3]},
            moments={
                "moment": np.arange(uses),
                "kind": np.array(["app_session", "video_watched"] * (uses // 2), dtype=object),
                "person": np.zeros(uses, dtype=int),
                "at": np.full(uses, np.datetime64("2026-01-05T23:59:30.500", "ms")),
                "product": np.array([-1, 2] * (uses // 2)),
                "value": np.array([61.5, np.nan] * (uses // 2)),
            },
        ),
    )

    assert query(
        "select event_type, account_id, product_id, platform, duration_seconds, "
        "occurred_at::text, count(*) from staging.stg_product_usage__events "
        "group by all order by all"
    ) == [
        ("app_session", "A0000007", None, "ios", 61.5, "2026-01-05 23:59:30.5", uses // 2),
        ("video_watched", "A0000007", "PR003", "ios", None, "2026-01-05 23:59:30.5", uses // 2),
    ]
    assert query(
        "select count(*) > 0 from staging.stg_product_usage__events "
        "where recorded_at - occurred_at = interval 1 day and _load_id is not null"
    ) == [(True,)]
    ((delivered,),) = query("select count(*) from raw_product_usage.events")
    assert delivered > uses, "some uploads come twice"
