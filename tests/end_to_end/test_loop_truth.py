"""Detractors and the calls to them, against what the world planted, in both directions."""

import numpy as np
import pandas as pd
import pytest

from orchestration.acting.readouts import wilson
from tests.oracles.facts import days, windows

# As the centre wrote them, before anything was read: whom it dialled, and when a person spoke.
CALLS = """
    select distinct
        payload ->> '$.CustomerEndpoint.Address' as phone,
        cast(replace(payload ->> '$.ConnectedToSystemTimestamp', 'Z', '') as timestamp) as called_at
    from raw_calls.contact_records
    where
        payload ->> '$.InitiationMethod' = 'OUTBOUND'
        and payload ->> '$.AnsweringMachineDetectionStatus' = 'HUMAN_ANSWERED'
"""


def planted_detractors(company):
    """Answers of 0 to 6 as they were given, each with the first talk after it, by who answered."""
    # Whoever left it unfinished gave no answer that counts.
    answers = company.truth("responses").query("metric == 'nps' and status == 'complete'")
    answers = answers.dropna(subset="at")
    answers = answers.assign(answered_at=answers["at"].dt.floor("s")).sort_values("at")
    answers["next_at"] = answers.groupby("person").answered_at.shift(-1)
    answers["next_score"] = answers.groupby("person").score.shift(-1)
    detractors = answers[answers.score <= 6].reset_index(drop=True)
    phones = company.truth("profiles").query("source_name == 'calls'")
    calls = company.warehouse(CALLS).merge(phones, left_on="phone", right_on="source_profile_id")
    both = detractors.reset_index().merge(calls[["person", "phone", "called_at"]], on="person")
    talks = both[both.called_at > both.answered_at].sort_values("called_at")
    first = talks.drop_duplicates("index").set_index("index")
    return detractors.assign(called_at=first.called_at, phone=first.phone)


def found_detractors(company):
    """The list of the marts, with the persons whose profiles make up each customer."""
    found = company.published(
        "select * from marts.closed_loop where metric_slug = 'nps_relational'"
    )
    profiles = company.warehouse("""
        select customer_key, int_identity__profiles.source_name, source_profile_id
        from intermediate.int_identity__customer_profiles
        inner join intermediate.int_identity__profiles using (profile_key)
    """).merge(company.truth("profiles"), on=["source_name", "source_profile_id"])
    persons = profiles.groupby("customer_key").person.agg(set)
    phones = profiles[profiles.source_name == "calls"]
    phones = phones.groupby("customer_key").source_profile_id.agg(set)
    return found.assign(
        persons=found.customer_key.map(persons).map(lambda known: known if known == known else ()),
        phones=found.customer_key.map(phones).map(lambda known: known if known == known else ()),
    )


def assert_loops_are_those_planted(company, capsys):
    planted, found = planted_detractors(company), found_detractors(company)
    both = planted.merge(found, on=["answered_at", "score"], suffixes=("", "_found"))
    both = both[[row.person in row.persons for row in both.itertuples()]]
    calls = company.warehouse(CALLS)
    window = pd.Timedelta(hours=windows()["closed_loop_hours"])
    end = company.warehouse("select as_of from intermediate.int_company__settings").iloc[0, 0]

    # Every detractor whose customer is known is on the list, once; who is on it answered so.
    assert len(both) == both.response_key.nunique() == (found.customer_key.notna()).sum()
    assert len(both) > 0.9 * len(planted)

    # Every call that reached a person is found, where the number is known to be the customer's.
    reached = both[both.called_at.notna()]
    is_joined = np.array([row.phone in row.phones for row in reached.itertuples()], dtype=bool)
    known = reached[is_joined]
    # Some gave their number to the centre alone: nothing joins it to them.
    assert len(known) > 0.6 * len(reached)
    assert known.contacted_at.notna().all()
    assert (known.contacted_at <= known.called_at).all()
    in_time = known.called_at - known.answered_at <= window
    assert (known.loop_state[in_time] == "closed").all()

    # And none is invented: each talk is one that took place, with somebody of that customer.
    contacted = found[found.contacted_at.notna()]
    took_place = set(zip(calls.phone, calls.called_at, strict=True))
    for row in contacted.itertuples():
        assert any((phone, row.contacted_at) in took_place for phone in row.phones)
    never = both[both.called_at.isna()]
    strangers = [row for row in never.itertuples() if row.contacted_at is not pd.NaT]
    # Somebody else of the household, or of a customer made of two people, was called.
    assert len(strangers) <= 0.1 * max(len(contacted), 1)

    # What became of them is what they answered next.
    window = days("detractor_recovery_days")
    for row in both.itertuples():
        if row.next_at - row.answered_at <= window:
            expected = "recovered" if row.next_score > 6 else "detractor_again"
        else:
            expected = "open" if row.answered_at + window >= end else "silent"
        if len(row.persons) == 1:
            assert row.recovery_state == expected

    # The share that is published is a floor: it lacks the talks over a number that is nobody's,
    # because a household shares it or the centre alone has it. Nothing else is lost or won.
    is_timely = reached.called_at - reached.answered_at <= pd.Timedelta(
        hours=windows()["closed_loop_hours"]
    )
    unjoined = (is_timely & ~is_joined).sum()
    closed = (found.loop_state == "closed").sum()
    assert (is_timely & is_joined).sum() <= closed <= is_timely.sum() - unjoined + len(strangers)
    again = planted[(planted.next_at - planted.answered_at) <= window]
    answered = found[found.recovery_state.isin(["recovered", "detractor_again"])]
    recovered = (answered.recovery_state == "recovered").sum()
    with capsys.disabled():
        print(f"\n{len(planted)} detractors, {len(found)} found; {len(reached)} reached, "
              f"{len(known)} by a number known, {len(contacted)} found; {is_timely.sum()} in time, "
              f"{unjoined} by nobody's number, {closed} closed; {len(again)} again")  # fmt: skip
    if len(answered):
        low, high = wilson(np.array([recovered]), np.array([len(answered)]))
        assert low[0] <= (again.next_score > 6).mean() <= high[0]
    return known, answered


def test_the_calls_to_detractors_are_found_and_none_is_invented(company, capsys):
    known, _ = assert_loops_are_those_planted(company, capsys)

    assert len(known) > 0


@pytest.mark.slow
def test_the_default_company_finds_its_calls_and_who_came_back(default_company, capsys):
    known, answered = assert_loops_are_those_planted(default_company, capsys)

    assert len(known) > 20
    assert len(answered) > 20
