import numpy as np
import pytest

from orchestration.sample_world.sources import email

OUTCOMES = ["delivered", "opened", "clicked", "bounced", "unsubscribed", "spam"]


@pytest.fixture
def mailing(world):
    """A campaign to six hundred people, a hundred of each outcome."""
    rows = 100 * len(OUTCOMES)
    outcome = np.array(OUTCOMES * 100, dtype=object)
    return world(
        persons={
            "person": np.arange(rows),
            "email": np.array([f"reader{row}@mail.example" for row in range(rows)], dtype=object),
            "new_email": np.array(["moved@mail.example"] + [None] * (rows - 1), dtype=object),
            "email_changed_at": np.array(
                ["2026-01-01"] + ["NaT"] * (rows - 1), dtype="datetime64[ms]"
            ),
        },
        moments={
            "moment": np.arange(rows),
            "kind": "email_sent",
            "person": np.arange(rows),
            "at": np.datetime64("2026-01-05T10:00:00", "ms"),
            "campaign": np.zeros(rows, dtype=int),
            "outcome": outcome,
            "value": np.where(np.isin(outcome, ["delivered", "bounced"]), np.nan, 7200.0),
        },
    )


def test_email_events_arrive_once_with_their_reaction(stage, mailing):
    query = stage("email", email.write, mailing)

    ((posted, events),) = query(
        "select count(*), count(distinct payload->>'sg_event_id') from raw_email.events"
    )
    assert posted > events, "the provider posts some events again"
    assert query(
        "select event_type, count(*) from staging.stg_email__events "
        "where not is_machine_open group by all order by all"
    ) == [
        ("bounce", 100),
        ("click", 100),
        ("delivered", 500),
        ("open", 400),
        ("processed", 600),
        ("spamreport", 100),
        ("unsubscribe", 100),
    ]
    assert query("select count(*) > 0 from staging.stg_email__events where is_machine_open") == [
        (True,)
    ]


def test_email_events_know_address_campaign_and_time(stage, mailing):
    query = stage("email", email.write, mailing)

    assert query(
        "select distinct campaign_id, campaign_kind, occurred_at from staging.stg_email__events "
        "where event_type = 'click'"
    ) == [("CMP001", "newsletter", np.datetime64("2026-01-05T12:00:00").item())]
    assert query("select count(distinct email) from staging.stg_email__events") == [(600,)]
    assert query(
        "select count(*) from staging.stg_email__events where email = 'moved@mail.example'"
    ) == [(3,)]
