"""What was planted about memory and leaving is found in the company that `make run` builds."""

import numpy as np
import pytest

from orchestration.sample_world.satisfaction import LEAVING_FACTOR

pytestmark = pytest.mark.slow


def test_the_first_bad_experience_doubles_how_often_customers_leave(default_company, capsys):
    hazards = default_company.published("select * from marts.defection_hazards")
    hazards = hazards.set_index("experience_number")

    with capsys.disabled():
        print(f"\n{hazards.to_string()}")

    first = hazards.loc[1]
    assert first.is_min_n
    # Few leave within the window: the interval is wide, and holds what was planted.
    assert first.ci_low < LEAVING_FACTOR < first.ci_high
    assert first.hazard_ratio > 1
    # After the second, the controls had one or none; where too few of them left there is no
    # interval, and none is shown.
    second = hazards.loc[2]
    assert second.hazard_ratio > 1
    if not np.isnan(second.ci_low):
        assert second.ci_low < LEAVING_FACTOR**2
        assert second.ci_high > LEAVING_FACTOR


def test_the_memory_of_peak_and_end_is_in_the_score_of_the_whole_journey(default_company, capsys):
    journeys = default_company.warehouse("""
        select
            journeys.customer_key,
            (scores.most_extreme_score + scores.last_score) / 2 as peak_end,
            scores.journey_score
        from intermediate.int_journeys__scores as scores
        inner join intermediate.int_journeys__journeys as journeys
            on scores.journey_key = journeys.journey_key
        where
            journeys.journey_slug = 'problem_resolution'
            and scores.journey_score is not null
            and scores.scored_moment_count > 0
        order by journeys.journey_key
    """).drop_duplicates("customer_key")
    peak_end, score = journeys.peak_end.to_numpy(), journeys.journey_score.to_numpy()
    design = np.column_stack([np.ones(len(journeys)), peak_end])

    (_, slope), *_ = np.linalg.lstsq(design, score, rcond=None)
    rest = score - design @ np.linalg.lstsq(design, score, rcond=None)[0]
    variance = rest @ rest / (len(rest) - 2) * np.linalg.inv(design.T @ design)
    error = np.sqrt(variance[1, 1])

    with capsys.disabled():
        print(f"\n{len(journeys)} journeys: {slope:.2f} +- {1.96 * error:.2f}")
    assert len(journeys) >= 60
    # By how much is for `test_driver_truth`: what people make of a journey moves moments, too.
    assert slope - 1.96 * error > 0


def test_journeys_and_touchpoints_are_held_against_later_purchases(default_company):
    compared = default_company.published("""
        select * from marts.journey_vs_touchpoint
        where journey_slug = 'all' and segment_slug = 'all' and outcome_slug = 'repurchase'
    """).iloc[0]

    # The planted effects: -0.6 and -0.1 on the logarithm of the wait. So few journeys can show
    # that the first is not the weaker one, not that it is the stronger.
    assert compared.is_min_n
    assert compared.difference_ci_high > 0
    assert compared.journey_ci_high > 0
