import numpy as np

from orchestration.sample_world.sources import loyalty


def times(*texts):
    return np.array(texts, dtype="datetime64[ms]")


def test_members_tiers_and_referrals_show_their_latest_state(stage, world):
    query = stage(
        "loyalty",
        loyalty.write,
        world(
            persons={
                "person": [0, 1],
                "email": ["ann@old.example", "ben@example.org"],
                "new_email": ["ann@new.example", None],
                "email_changed_at": times("2026-01-10", "NaT"),
                "phone": ["+48600100200", "+48600100201"],
                "given_name": ["Ann, the first", "Ben"],
                "surname": ["Lee", "Żak"],
                "loyalty_card": ["7001", None],
                "loyalty_at": times("2025-06-01", "NaT"),
                "referrer": [-1, 0],
            },
            moments={
                "moment": [1, 2, 3, 4],
                "kind": [
                    "referral_made",
                    "loyalty_tier_changed",
                    "referral_converted",
                    "loyalty_tier_changed",
                ],
                "person": [0, 0, 0, 0],
                "at": times("2026-01-02T08:00", "2026-01-03", "2026-01-04T09:00", "2026-01-20"),
                "outcome": [None, "silver", None, "gold"],
                "value": [1.0, np.nan, 1.0, np.nan],
            },
        ),
    )

    assert query(
        "select card_number, email, given_name, tier_slug, is_latest, joined_at::text, "
        "updated_at::date::text from staging.stg_loyalty__member_versions order by updated_at"
    ) == [
        ("7001", email, "Ann, the first", tier, is_latest, "2025-06-01 00:00:00", day)
        for email, tier, is_latest, day in [
            ("ann@old.example", "bronze", False, "2025-06-01"),
            ("ann@old.example", "silver", False, "2026-01-03"),
            ("ann@new.example", "silver", False, "2026-01-10"),
            ("ann@new.example", "gold", True, "2026-01-20"),
        ]
    ]
    assert query(
        "select card_number, from_tier_slug, to_tier_slug, changed_at::text "
        "from staging.stg_loyalty__tier_changes order by changed_at"
    ) == [
        ("7001", "bronze", "silver", "2026-01-03 00:00:00"),
        ("7001", "silver", "gold", "2026-01-20 00:00:00"),
    ]
    assert query(
        "select referral_id, referrer_card, referred_email, referred_at::text, converted_at::text, "
        "len(_issues) from staging.stg_loyalty__referrals"
    ) == [("f-1", "7001", "ben@example.org", "2026-01-02 08:00:00", "2026-01-04 09:00:00", 0)]
    assert query("select count(*) from raw_loyalty.referrals") == [(2,)]
