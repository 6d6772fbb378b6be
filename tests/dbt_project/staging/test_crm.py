import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.sources import crm

PERSONS = 400
OFFERED, WON, LOST = "renewal_offered", "renewal_won", "renewal_lost"


def days(*texts):
    return np.array(texts, dtype="datetime64[ms]")


@pytest.fixture
def contacts(world):
    """Four hundred contacts entered on 5 January; half withdraw consent on the 10th."""
    return world(
        persons={
            "person": np.arange(PERSONS),
            "given_name": "Katarzyna",
            "surname": "Wójcik",
            "birth_date": np.datetime64("1980-05-06", "ms"),
            "gender": "female",
            "language": "pl",
            "country_code": "PL",
            "city": "Łódź",
            "postcode": "90-001",
            "street": "ul. Lipowa 1",
            "email": np.array([f"k{row}@mail.example" for row in range(PERSONS)], dtype=object),
            "phone": np.array([f"+48601{row:06d}" for row in range(PERSONS)], dtype=object),
            "segment": "premium",
            "first_at": np.datetime64("2026-01-05T09:00", "ms"),
            "email_opt_in": True,
            "opted_out_at": np.tile(days("2026-01-10T12:00", "NaT"), PERSONS // 2),
            "is_in_crm": True,
            # A quarter was asked by sales, and withdrew nothing.
            "is_asked_by_sales": np.arange(PERSONS) % 4 == 1,
        },
        moments={
            "moment": np.arange(PERSONS + 4),
            "kind": np.array(
                ["contact_created"] * PERSONS + [OFFERED, OFFERED, WON, LOST], dtype=object
            ),
            "person": np.append(np.arange(PERSONS), [0, 1, 0, 1]),
            "journey": np.append(np.full(PERSONS, -1), [1, 2, 1, 2]),
            "at": np.append(
                np.full(PERSONS, np.datetime64("2026-01-05T10:30:20", "ms")),
                days(
                    "2026-01-06T08:00", "2026-01-06T08:00", "2026-01-08T16:00", "2026-01-06T17:00"
                ),
            ),
        },
    )


def test_contacts_keep_their_versions_and_their_second_entries(stage, contacts):
    query = stage("crm", crm.write, contacts)

    entered = pd.DataFrame(
        query(
            "select contact_id, min(created_at), count(*), count(email) "
            "from staging.stg_crm__contacts group by all"
        ),
        columns=["contact_id", "created_at", "versions", "emails"],
    )
    first = entered[entered.contact_id.astype(int) % 2 == 1]
    assert len(first) == PERSONS
    assert set(first.created_at) == {pd.Timestamp("2026-01-05 10:30")}
    assert first.versions.value_counts().to_dict() == {1: PERSONS // 2, 2: PERSONS // 2}
    assert 0 < len(entered) - len(first) < PERSONS / 5, "some are entered twice"
    assert 0 < (first.emails == 0).sum() < PERSONS / 4, "some have no e-mail"


def test_consent_is_what_was_said_last(stage, contacts):
    query = stage("crm", crm.write, contacts)

    assert query(
        "select distinct is_email_allowed, consented_at from staging.stg_crm__contacts "
        "where updated_at > '2026-01-06' and contact_id::bigint % 2 = 1"
    ) == [(False, pd.Timestamp("2026-01-10 12:00"))]
    answers = dict(
        query(
            "select is_email_allowed, count(*) from staging.stg_crm__contacts "
            "where updated_at < '2026-01-06' group by all"
        )
    )
    assert answers.keys() == {True, None}, "many were never asked"


def test_a_deal_is_what_it_last_was(stage, contacts):
    query = stage("crm", crm.write, contacts)

    assert query("select count(*) from raw_crm.deals") == [(3,)]
    assert query(
        "select deal_stage, deal_amount, currency, offered_at, closed_at, subscription_id "
        "from staging.stg_crm__deals order by all"
    ) == [
        (
            *("closedlost", 119, "PLN", pd.Timestamp("2026-01-06 08:00")),
            *(pd.Timestamp("2026-01-06 17:00"), "SUB00000001"),
        ),
        (
            *("closedwon", 119, "PLN", pd.Timestamp("2026-01-06 08:00")),
            *(pd.Timestamp("2026-01-08 16:00"), "SUB00000000"),
        ),
    ]
