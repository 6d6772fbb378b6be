"""What the drivers are said to do to a score, against what was planted in the generated company.

From what the exports showed, not from the true values: a driver is found as far as it can be seen.
"""

import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.people import SEGMENTS
from orchestration.sample_world.satisfaction import QUESTIONS
from orchestration.understanding.drivers import effects
from tests.company import Company

pytestmark = pytest.mark.slow

# The program of the world and its driver, by what the seed calls them.
PLANTED = {
    ("relational", "nps_relational", "all"): (
        "relational_nps",
        {
            "late_deliveries": "late_deliveries",
            "unresolved_problems": "unsolved_problems",
            "defects": "defects",
            "failed_checkouts": "checkout_errors",
            "purchases": "purchases",
        },
    ),
    ("purchase", "csat", "all"): (
        "purchase_csat",
        {
            "days_late": "days_late",
            "defects": "was_defective",
            "failed_checkouts": "met_errors",
        },
    ),
    ("support", "csat", "all"): (
        "support_csat",
        {
            "further_contacts": "extra_contacts",
            "wait_hours": "wait_hours",
            "unresolved": "was_unsolved",
        },
    ),
    ("support", "ces", "all"): (
        "support_ces",
        {
            "further_contacts": "extra_contacts",
            "wait_hours": "wait_hours",
            "unresolved": "was_unsolved",
        },
    ),
    ("journey", "csat", "delivery"): (
        "journey_csat",
        {"days_late": "days_late", "contacts": "contacts"},
    ),
    ("journey", "csat", "problem_resolution"): (
        "journey_csat",
        {
            "contacts": "contacts",
            "unresolved": "was_unsolved",
            "peak_end": "peak_end",
            "mean_moment": "mean_moment",
        },
    ),
}
OUTCOME = ["program_slug", "metric_slug", "journey_slug"]
# Enough answers for an interval that says something; the mart shows none below 100.
MINIMUM_N = 50


@pytest.fixture(scope="module")
def company(default_company) -> Company:
    """A small one has too few answers."""
    return default_company


@pytest.fixture(scope="module")
def values(company):
    return company.warehouse("select * from intermediate.int_understanding__driver_values")


@pytest.fixture(scope="module")
def planted(company, values):
    """What one more unit of a driver that was seen goes with, by outcome, segment and driver.

    Its own effect, and those of what nobody can see in the exports as far as that goes along with
    it: who remembers the last journey badly had a late parcel on it.
    """
    truth = company.truth("response_drivers").pivot_table(
        index=["program", "response"], columns="driver", values="value"
    )
    own = company.truth("drivers").set_index(["program", "segment", "driver"]).effect
    segments = company.truth("persons").segment
    responses = company.truth("responses").set_index("response")
    rows = []
    for outcome, (program, names) in PLANTED.items():
        of_program = truth.loc[program].dropna(axis=1, how="all")
        asked = responses.reindex(of_program.index)
        if outcome[2] != "all":
            # The world asks about deliveries and about cases in one program.
            of_program = of_program[asked.case.ge(0) == (outcome[2] == "problem_resolution")]
            asked = responses.reindex(of_program.index)
        segment = segments.reindex(asked.person).to_numpy()
        unseen = [name for name in of_program if name not in names.values()]
        for name in SEGMENTS:
            those = of_program[segment == name]
            seen = np.column_stack([np.ones(len(those)), those[list(names.values())]])
            along = np.linalg.lstsq(seen, those[unseen].to_numpy(), rcond=None)[0][1:]
            beside = along @ np.array([own[program, name, driver] for driver in unseen])
            for (slug, driver), more in zip(names.items(), beside, strict=True):
                rows.append((*outcome, name, slug, own[program, name, driver], more))
    columns = [*OUTCOME, "segment_slug", "driver_slug", "own", "beside"]
    return pd.DataFrame(rows, columns=columns).assign(planted=lambda rows: rows.own + rows.beside)


@pytest.fixture(scope="module")
def found(values, planted):
    """The effects that enough customers met, beside what was planted."""
    key = [*OUTCOME, "segment_slug", "driver_slug"]
    rows = effects(values, MINIMUM_N, 1).merge(planted, on=key)
    enough = rows[["affected_count", "unaffected_count"]].min(axis=1) >= 10
    return rows[enough & rows.effect_ci_low.notna()]


def test_planted_effects_lie_within_the_intervals(found, capsys):
    inside = found.planted.between(found.effect_ci_low, found.effect_ci_high)
    with capsys.disabled():
        print(f"\ndrivers: {inside.sum()} of {len(found)} planted effects within their intervals")

    assert len(found) >= 10
    assert inside.mean() >= 0.85


def test_no_interval_lies_on_the_wrong_side_of_zero(found):
    low, high = found.effect_ci_low, found.effect_ci_high
    wrong = found[((low > 0) & (found.own < 0)) | ((high < 0) & (found.own > 0))]

    assert wrong[["program_slug", "segment_slug", "driver_slug"]].to_numpy().tolist() == []


def test_peak_and_end_are_remembered_and_the_mean_is_not(values):
    """Over all segments: the planted memory lies in its interval, and that of its proxy holds 0."""
    rows = effects(values, MINIMUM_N, 1)
    journeys = rows[(rows.journey_slug == "problem_resolution") & (rows.segment_slug == "all")]
    remembered = journeys.set_index("driver_slug").loc["peak_end"]
    proxy = journeys.set_index("driver_slug").loc["mean_moment"]
    planted = np.mean(QUESTIONS["journey_csat"].effects["peak_end"])

    assert remembered.effect > 0
    assert remembered.effect_ci_low <= planted <= remembered.effect_ci_high
    assert proxy.effect_ci_low <= 0 <= proxy.effect_ci_high
