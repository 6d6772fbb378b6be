import numpy as np

from orchestration.sample_world.sources import accounts


def test_accounts_keep_every_address_and_events_arrive_once(stage, world):
    posts = 400
    registered_at = np.array(["2025-06-01", "2026-01-04T08:00:00.250"], dtype="datetime64[ms]")
    moved_at = np.array(["2026-01-10", "NaT"], dtype="datetime64[ms]")
    query = stage(
        "accounts",
        accounts.write,
        world(
            persons={
                "person": [0, 1],
                "email": ["ann@old.example", "ben@example.org"],
                "new_email": ["ann@new.example", None],
                "email_changed_at": moved_at,
                "phone": ["+48600100200", "+48600100201"],
                "given_name": ["Ann", "Ben"],
                "surname": ["Lee", "Żak"],
                "language": ["pl", "en"],
                "country_code": ["PL", "GB"],
                "account": [7, 8],
                "account_at": registered_at,
            },
            moments={
                "moment": np.arange(posts + 4),
                "kind": np.array(
                    ["signed_in", "signed_in", "self_service_completed", "self_service_failed"]
                    + ["forum_posted"] * posts,
                    dtype=object,
                ),
                "person": np.zeros(posts + 4, dtype=int),
                "at": np.full(posts + 4, np.datetime64("2026-01-05T10:00:00.500", "ms")),
                "outcome": np.array(["portal", "web", *[None] * (posts + 2)], dtype=object),
                "reason": np.array(
                    [None, None, "return", "payment", *[None] * posts], dtype=object
                ),
                "order": np.array([-1, -1, 41, -1, *[-1] * posts]),
                "text": np.array([None] * 4 + ['Say "hi"\n好'] * posts, dtype=object),
            },
        ),
    )

    ann_at, ben_at = "2025-06-01 00:00:00", "2026-01-04 08:00:00.25"
    assert query(
        "select account_id, email, surname, locale_code, is_latest, registered_at::text, "
        "updated_at::date::text from staging.stg_accounts__account_versions order by updated_at"
    ) == [
        ("A0000007", "ann@old.example", "Lee", "pl-PL", False, ann_at, "2025-06-01"),
        ("A0000008", "ben@example.org", "Żak", "en-GB", True, ben_at, "2026-01-04"),
        ("A0000007", "ann@new.example", "Lee", "pl-PL", True, ann_at, "2026-01-10"),
    ]
    assert query(
        "select event_type, request_type, request_outcome, order_number, body, language, "
        "occurred_at::text, count(*) from staging.stg_accounts__events group by all order by all"
    ) == [
        ("forum_post", None, None, None, 'Say "hi"\n好', "pl", "2026-01-05 10:00:00.5", posts),
        ("login", None, None, None, None, None, "2026-01-05 10:00:00.5", 1),
        ("request", "invoice_copy", "failed", None, None, None, "2026-01-05 10:00:00.5", 1),
        ("request", "return_label", "completed", "41", None, None, "2026-01-05 10:00:00.5", 1),
    ]
    ((delivered,),) = query("select count(*) from raw_accounts.events")
    assert delivered > posts + 3, "some events are exported twice"
