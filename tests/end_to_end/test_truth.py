"""What the warehouse says of the generated company, against what is true of it.

The truth tables hold what the customers were and did; the warehouse saw their exports only.
"""

import pandas as pd
import pytest

from orchestration.identity.quality import pairwise_quality

# An anonymous visitor is one only until the login; these are attributed event by event.
ATTRIBUTED_BY_EVENT = ("anonymous:", "device:")


@pytest.fixture(scope="module")
def resolved(company):
    """Each delivered profile with the customer that it resolved to and the true person."""
    resolved = company.warehouse("""
        select profiles.source_name, profiles.source_profile_id, customer_profiles.customer_key
        from intermediate.int_identity__customer_profiles as customer_profiles
        inner join intermediate.int_identity__profiles as profiles
            on customer_profiles.profile_key = profiles.profile_key
    """)
    truth = company.truth("profiles").drop_duplicates(["source_name", "source_profile_id"])
    return resolved.merge(truth, on=["source_name", "source_profile_id"], how="left")


@pytest.fixture(scope="module")
def person_of_customer(resolved):
    """The true person of most of a customer's profiles."""
    counts = resolved.groupby(["customer_key", "person"]).size().rename("profiles").reset_index()
    leading = counts.sort_values(["profiles", "person"], ascending=[False, True])
    return leading.drop_duplicates("customer_key").set_index("customer_key").person


def test_every_profile_that_landed_has_a_true_person(resolved):
    unknown = resolved[resolved.person.isna()]

    assert unknown.groupby("source_name").size().to_dict() == {}


def test_identity_is_precise(company, resolved, capsys):
    known = resolved[~resolved.source_profile_id.str.startswith(ATTRIBUTED_BY_EVENT)]
    # The mailbox of a firm and the phone of a home are of several people: of none of them alone.
    profile = ["source_name", "source_profile_id"]
    owners = company.truth("profiles").drop_duplicates().groupby(profile).size()
    known = known[known.set_index(profile).index.isin(owners[owners == 1].index)]

    quality = pairwise_quality(known.customer_key, known.person)

    with capsys.disabled():
        print(f"\nidentity: precision {quality.precision:.4f}, recall {quality.recall:.4f}")
    assert quality.precision >= 0.999
    assert quality.recall >= 0.93


@pytest.fixture(scope="module")
def matched_journeys(company, person_of_customer):
    """Each true journey with the one of its person and kind that started nearest to it, if any."""
    truth = company.truth("journeys")
    found = company.published("select * from marts.fct_journeys")
    found["person"] = found.customer_key.map(person_of_customer)
    pairs = truth.merge(found, on=["person", "journey_slug"], suffixes=("_truth", ""))
    gap = (pairs.started_at - pairs.started_at_truth).abs()
    near = pairs[gap <= pd.Timedelta(hours=1)].assign(gap=gap)
    return near.sort_values(["gap", "journey_key"]).drop_duplicates("journey")


def test_true_journeys_are_found_with_the_right_outcome_and_end(company, matched_journeys, capsys):
    truth = company.truth("journeys")

    right = matched_journeys[matched_journeys.outcome_slug == matched_journeys.outcome]
    gap = (right.ended_at - right.ended_at_truth).abs()
    # One that is under way has no end to compare.
    whole = right[(right.outcome == "open") | (gap <= pd.Timedelta(hours=1))]

    shares = pd.DataFrame(
        {
            "true": truth.groupby("journey_slug").size(),
            "found": matched_journeys.groupby("journey_slug").size(),
            "right outcome": right.groupby("journey_slug").size(),
            "and end": whole.groupby("journey_slug").size(),
        }
    )
    with capsys.disabled():
        print(
            f"\n{shares.to_string()}\nright outcome: {len(right) / len(truth):.4f}, "
            f"start and end within an hour too: {len(whole) / len(truth):.4f}"
        )
    assert len(right) / len(truth) >= 0.955
    # What is left: a visitor whom nothing ties to a person, and a second attempt within the
    # time-out of a first one that was given up, which nobody can tell from its going on.
    assert len(whole) / len(truth) >= 0.945


def test_an_answer_about_a_whole_journey_is_held_against_that_journey(company, matched_journeys):
    responses = company.truth("responses")
    asked = responses[(responses.program == "journey_csat") & responses.score.notna()]

    judged = asked.merge(
        matched_journeys[["journey", "journey_score", "journey_scored_at"]], on="journey"
    )
    gap = (judged.journey_scored_at - judged["at"]).abs()
    is_right = (gap <= pd.Timedelta(hours=1)) & (judged.journey_score == (judged.score - 1) / 4)

    assert len(judged) > 10
    assert is_right.sum() / len(asked) >= 0.85
