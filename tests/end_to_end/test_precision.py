"""What the warehouse shows that is not true, beside what is true and not shown.

A truth that is looked for and found says nothing of what was found besides. Here each journey,
order, contact and case of the marts needs a true one of its own.
"""

import pandas as pd
import pytest

GOAL = 0.95
# Journeys begin with what the customer does; the others bear the time of one record in an export.
NEAR = {"journeys": "1h", "orders": "1min", "cases": "1min"}
CHANNELS = {"call": "phone", "chat": "chat", "ticket": "ticket", "social": "social"}


def matched(truth: pd.DataFrame, found: pd.DataFrame, keys: list[str], near: str) -> pd.DataFrame:
    """Pairs of one true row and one that was found, the nearest in time first, none used twice."""
    true_rows = truth.reset_index(drop=True).rename_axis("true_row").reset_index()
    found_rows = found.reset_index(drop=True).rename_axis("found_row").reset_index()
    pairs = true_rows.merge(found_rows, on=keys, suffixes=("_truth", ""))
    gap = (pairs["at"] - pairs["at_truth"]).abs()
    pairs = pairs.assign(gap=gap)[gap <= pd.Timedelta(near)]
    kept = []
    while len(pairs):
        nearest = pairs.sort_values(["gap", "true_row", "found_row"])
        best = nearest.drop_duplicates("true_row").drop_duplicates("found_row")
        kept.append(best)
        pairs = pairs[~pairs.true_row.isin(best.true_row) & ~pairs.found_row.isin(best.found_row)]
    return pd.concat(kept) if kept else pairs


def quality(
    truth: pd.DataFrame, found: pd.DataFrame, keys: list[str], near: str, by: str
) -> pd.DataFrame:
    """How many are true, found and both, with precision and recall, by kind and in all."""
    pairs = matched(truth, found, keys, near)
    counts = pd.DataFrame(
        {
            "true": truth.groupby(by).size(),
            "found": found.groupby(by).size(),
            "both": pairs.groupby(by).size(),
        }
    ).fillna(0)
    counts.loc["all"] = counts.sum()
    return counts.astype(int).assign(
        found_less_true=lambda c: (c.found - c.both).astype(int),
        precision=lambda c: c.both / c.found,
        recall=lambda c: c.both / c.true,
    )


@pytest.fixture(scope="module")
def persons(company):
    """The true person of most profiles of each customer."""
    resolved = company.warehouse("""
        select profiles.source_name, profiles.source_profile_id, customer_profiles.customer_key
        from intermediate.int_identity__customer_profiles as customer_profiles
        inner join intermediate.int_identity__profiles as profiles
            on customer_profiles.profile_key = profiles.profile_key
    """)
    truth = company.truth("profiles").drop_duplicates(["source_name", "source_profile_id"])
    owners = resolved.merge(truth, on=["source_name", "source_profile_id"])
    counts = owners.groupby(["customer_key", "person"]).size().rename("profiles").reset_index()
    leading = counts.sort_values(["profiles", "person"], ascending=[False, True])
    return leading.drop_duplicates("customer_key").set_index("customer_key").person


@pytest.fixture(scope="module")
def found(company, persons):
    """What the marts show, and what is true, of each kind of thing, in the same columns."""
    journeys = company.published("""
        select customer_key, journey_slug, started_at as at, not_judged_reason
        from marts.fct_journeys
        -- Of what began before anything was covered, nothing can be true or false.
        where started_at >= (select min(covered_from) from marts.data_coverage)
    """)
    journeys["person"] = journeys.customer_key.map(persons)
    orders = company.published("""
        select currency, amount_original as total, ordered_at as at, channel_slug
        from marts.fct_orders
    """)
    orders["kind"] = orders.channel_slug.where(orders.channel_slug == "store", "online")
    # The truth knows conversations; a caller who hung up in the queue had none.
    cases = company.published("""
        select channel_slug, opened_at as at
        from marts.fct_cases
        where started_by != 'agent' and excluded_reason is null
            and (channel_slug != 'phone' or is_human_handled)
    """)
    contacts = company.warehouse("""
        select channel_slug, cast(started_at as date) as day
        from intermediate.int_cases__contacts
        -- A chat that the bot contained is no contact with a person.
        where channel_slug != 'chat' or is_human_contact
    """)
    return {"journeys": journeys, "orders": orders, "cases": cases, "contacts": contacts}


def told(capsys, name: str, counts: pd.DataFrame) -> None:
    """Print what was found, and hold precision and recall of all to the goal."""
    with capsys.disabled():
        print(f"\n{name}\n{counts.round(4).to_string()}")
    assert counts.precision["all"] >= GOAL
    assert counts.recall["all"] >= GOAL


def test_journeys_are_the_true_ones(company, found, capsys):
    truth = company.truth("journeys").rename(columns={"started_at": "at"})

    counts = quality(
        truth, found["journeys"], ["person", "journey_slug"], NEAR["journeys"], "journey_slug"
    )

    told(capsys, "journeys", counts)


def test_no_journey_of_a_time_that_nothing_covers_is_judged(company):
    judged = company.published("""
        select journeys.journey_slug, count(*) as journeys
        from marts.fct_journeys as journeys
        where
            journeys.is_judged
            and journeys.started_at < (select min(covered_from) from marts.data_coverage)
        group by 1
    """)
    onboarding = company.published("""
        select numerator, denominator, n_excluded from marts.cx_scorecard
        where metric_slug = 'journey_completion' and period_type = 'total'
            and dimension = 'journey' and member = 'onboarding'
    """).iloc[0]
    truth = company.truth("journeys").query("journey_slug == 'onboarding'")

    assert judged.empty
    # Accounts of the year before are known, and nobody saw how they went on.
    assert onboarding.n_excluded > 0
    assert onboarding.denominator <= len(truth)
    assert onboarding.numerator / onboarding.denominator == pytest.approx(
        (truth.outcome == "reached").mean(), abs=0.1
    )


def test_orders_are_the_true_ones(company, found, capsys):
    truth = company.truth("orders").rename(columns={"placed_at": "at"})
    truth = truth.assign(
        kind=truth.place.where(truth.place == "store", "online"), total=truth.total.round(2)
    )
    orders = found["orders"].assign(total=found["orders"].total.astype(float).round(2))

    counts = quality(truth, orders, ["kind", "currency", "total"], NEAR["orders"], "kind")

    told(capsys, "orders", counts)


def test_cases_are_the_true_ones(company, found, capsys):
    truth = company.truth("cases").rename(columns={"opened_at": "at"})
    truth["channel_slug"] = truth.channel.map(CHANNELS)

    counts = quality(truth, found["cases"], ["channel_slug"], NEAR["cases"], "channel_slug")

    told(capsys, "cases", counts)


def test_contacts_are_as_many_as_true_ones_on_each_day(company, found, capsys):
    kinds = {
        "call_inbound": "phone",
        "agent_chat": "chat",
        "ticket_opened": "ticket",
        "ticket_reopened": "ticket",
        "social_messaged": "social",
    }
    moments = company.truth("moment_counts")
    moments = moments[moments.kind.isin(kinds)].assign(
        channel_slug=lambda m: m.kind.map(kinds), day=lambda m: pd.to_datetime(m.day)
    )
    cell = ["channel_slug", "day"]
    contacts = found["contacts"].assign(day=pd.to_datetime(found["contacts"].day))
    days = pd.DataFrame(
        {
            "true": moments.groupby(cell)["count"].sum(),
            "found": contacts.groupby(cell).size(),
        }
    ).fillna(0)
    days["both"] = days[["true", "found"]].min(axis=1)

    counts = days.groupby("channel_slug").sum()
    counts.loc["all"] = counts.sum()

    told(
        capsys,
        "contacts",
        counts.astype(int).assign(
            found_less_true=lambda c: c.found - c.both,
            precision=lambda c: c.both / c.found,
            recall=lambda c: c.both / c.true,
        ),
    )
