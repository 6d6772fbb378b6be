import numpy as np
import pytest

from orchestration.sample_world.sources import messaging

SMS, PUSH = "sms_sent", "push_sent"


@pytest.fixture
def messages(world):
    """Two hundred times: an SMS of each outcome, a push of each outcome, a warning."""
    kinds = [(SMS, "delivered"), (SMS, "failed"), (SMS, "replied"), (SMS, "opted_out")]
    kinds += [(PUSH, "delivered"), (PUSH, "opened"), (SMS, "delivered")]
    campaigns = [2, 2, 2, 2, 3, 3, -1]
    rows = 200 * len(kinds)
    outcome = np.array([outcome for _, outcome in kinds] * 200, dtype=object)
    reacts = np.isin(outcome, ["replied", "opted_out", "opened"])
    return world(
        persons={
            "person": [0, 1],
            "phone": ["+48601234567", "+34621234567"],
            "country_code": ["PL", "ES"],
            "language": ["pl", "es"],
            "account": [7, 8],
        },
        moments={
            "moment": np.arange(rows),
            "kind": np.array([kind for kind, _ in kinds] * 200, dtype=object),
            "person": np.arange(rows) % 2,
            "at": np.datetime64("2026-01-10T10:00:00", "ms"),
            "campaign": np.array(campaigns * 200),
            "outcome": outcome,
            "value": np.where(reacts, 3600.0, np.nan),
        },
    )


def test_messages_end_in_one_status_however_often_they_were_exported(stage, messages):
    query = stage("messaging", messaging.write, messages)

    ((exported, sids),) = query(
        "select count(*), count(distinct MessageSid) from raw_messaging.messages"
    )
    assert exported > sids, "a slow message is exported again the next day"
    assert query(
        "select channel_slug, is_inbound, message_status, count(*) "
        "from staging.stg_messaging__messages group by all order by all"
    ) == [
        ("push", False, "delivered", 200),
        ("push", False, "read", 200),
        ("sms", False, "delivered", 800),
        ("sms", False, "undelivered", 200),
        ("sms", True, "received", 400),
    ]
    assert query("select count(*) from staging.stg_messaging__messages where body = 'STOP'") == [
        (200,)
    ]


def test_messages_know_number_or_login_campaign_and_time(stage, messages):
    query = stage("messaging", messaging.write, messages)

    assert query(
        "select distinct phone, account_id from staging.stg_messaging__messages order by all"
    ) == [
        ("+34621234567", None),
        ("+48601234567", None),
        (None, "A0000007"),
        (None, "A0000008"),
    ]
    assert query(
        "select campaign_id, count(*) from staging.stg_messaging__messages "
        "where not is_inbound group by all order by all"
    ) == [("CMP003", 800), ("CMP004", 400), (None, 200)]
    assert query("select distinct sent_at from staging.stg_messaging__messages order by all") == [
        (np.datetime64("2026-01-10T10:00:00").item(),),
        (np.datetime64("2026-01-10T11:00:00").item(),),
    ]
