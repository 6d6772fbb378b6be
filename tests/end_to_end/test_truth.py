"""What the warehouse says of the generated company, against what is true of it.

The truth tables hold what the customers were and did; the warehouse saw their exports only.
"""

import pandas as pd
import pytest

from orchestration.identity.evaluate import pairwise_quality

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


def test_identity_is_precise(resolved, capsys):
    known = resolved[~resolved.source_profile_id.str.startswith(ATTRIBUTED_BY_EVENT)]

    quality = pairwise_quality(known.customer_key, known.person)

    with capsys.disabled():
        print(f"\nidentity: precision {quality.precision:.4f}, recall {quality.recall:.4f}")
    assert quality.precision >= 0.99
    assert quality.recall >= 0.8


def test_true_journeys_are_found_with_the_right_outcome(company, person_of_customer, capsys):
    truth = company.truth("journeys")
    found = company.published(
        "select journey_key, customer_key, journey_slug, outcome_slug, started_at "
        "from marts.fct_journeys"
    )
    found["person"] = found.customer_key.map(person_of_customer)

    pairs = truth.merge(found, on=["person", "journey_slug"], suffixes=("_truth", ""))
    gap = (pairs.started_at - pairs.started_at_truth).abs()
    near = pairs[gap <= pd.Timedelta(hours=1)].assign(gap=gap)
    matched = near.sort_values(["gap", "journey_key"]).drop_duplicates("journey")
    right = matched[matched.outcome_slug == matched.outcome]

    shares = pd.DataFrame(
        {
            "true": truth.groupby("journey_slug").size(),
            "found": matched.groupby("journey_slug").size(),
            "right": right.groupby("journey_slug").size(),
        }
    )
    with capsys.disabled():
        print(f"\n{shares.to_string()}\nright: {len(right) / len(truth):.4f}")
    assert len(right) / len(truth) >= 0.95
