"""Journeys: how many of those begun get where they were going."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.coverage import judged_journeys
from tests.oracles.facts import Facts, seed


def typed_journeys(facts: Facts) -> pd.DataFrame:
    """Every journey with the horizon and time-out of its type."""
    types = seed("journey_types").set_index("journey_slug")
    journeys = facts.table("int_journeys__journeys")
    horizon = pd.to_timedelta(journeys.journey_slug.map(types.horizon_days), unit="D")
    timeout = pd.to_timedelta(journeys.journey_slug.map(types.timeout_days), unit="D")
    return journeys.assign(horizon=horizon, timeout=timeout)


def unfinished_until(journeys: pd.DataFrame) -> pd.Series:
    """When each is given up unless it ends: after the silence, or too old; else never."""
    oldest = seed("journey_limits").set_index("journey_slug").maximum_days
    age = pd.to_timedelta(journeys.journey_slug.map(oldest), unit="D")
    limits = [journeys.last_anchor_at + journeys.timeout, journeys.started_at + age]
    return pd.concat(limits, axis=1).min(axis=1).fillna(pd.Timestamp.max)


def _units(
    facts: Facts,
    journeys: pd.DataFrame,
    value: pd.Series,
    over_at: pd.Series | None = None,
    *,
    needs_start: bool = True,
) -> pd.DataFrame:
    """Each journey as a unit: judged where what shows its kind covers it until it is over.

    A score is given whatever is covered, and needs no time.
    """
    immature = journeys.started_at >= facts.as_of
    excluded = pd.Series(False, index=journeys.index)
    if over_at is not None:
        judged = judged_journeys(facts, journeys)
        reasons = ["not_observable", "not_covered", *(["no_start_seen"] if needs_start else [])]
        excluded = judged.reason.isin(reasons) | (judged.hole < over_at)
        immature = (over_at >= facts.as_of) | (over_at > judged.covered_until)
    return pd.DataFrame(
        {
            "customer": journeys.customer_key,
            "date": facts.business_date(journeys.started_at),
            "channel": journeys.entry_channel_slug,
            "segment": facts.segment_of(journeys.customer_key),
            "journey": journeys.journey_slug,
            "value": value,
            "state": unit_states(
                journeys.index,
                excluded=excluded,
                unknown=~facts.is_known(journeys.customer_key),
                immature=immature,
            ),
        }
    )


def journey_completion(facts: Facts) -> pd.DataFrame:
    """Reached within the horizon of the type, of journeys whose horizon is over."""
    journeys = typed_journeys(facts)
    reached = journeys.ended_outcome_slug == "reached"
    in_time = journeys.closed_at - journeys.started_at <= journeys.horizon
    return _units(facts, journeys, reached & in_time, journeys.started_at + journeys.horizon)


def journey_abandonment(facts: Facts) -> pd.DataFrame:
    """Without an end and silent for the time-out, all of it within horizon and time-out.

    What goes silent only later counts for nobody's share, however long one waits. A kind that
    silence does not end has no share.
    """
    journeys = typed_journeys(facts).dropna(subset="timeout")
    silent_at = unfinished_until(journeys)
    over_at = journeys.started_at + journeys.horizon + journeys.timeout
    abandoned = journeys.ended_outcome_slug.isna() & (silent_at <= over_at)
    return _units(facts, journeys, abandoned, over_at)


def journey_on_target(facts: Facts) -> pd.DataFrame:
    """Reached within the target time of the type, of journeys whose target time is over."""
    journeys = typed_journeys(facts)
    target = pd.to_timedelta(
        journeys.journey_slug.map(seed("journey_types").set_index("journey_slug").target_hours),
        unit="h",
    )
    in_time = journeys.closed_at - journeys.started_at <= target
    is_reached = journeys.ended_outcome_slug == "reached"
    return _units(facts, journeys, is_reached & in_time, journeys.started_at + target)


def _of_all_whose_horizon_is_over(
    facts: Facts, measure: Callable, *, needs_start: bool = False
) -> pd.DataFrame:
    journeys = typed_journeys(facts)
    over_at = journeys.started_at + journeys.horizon
    return _units(facts, journeys, measure(journeys), over_at, needs_start=needs_start)


def journey_duration(facts: Facts) -> pd.DataFrame:
    """Start to goal of journeys reached within the horizon, of those whose start was seen."""
    journeys = typed_journeys(facts)
    length = journeys.closed_at - journeys.started_at
    units = _of_all_whose_horizon_is_over(
        facts, lambda _: length.dt.total_seconds(), needs_start=True
    )
    return units[(journeys.ended_outcome_slug == "reached") & (length <= journeys.horizon)]


def journey_cost(facts: Facts) -> pd.DataFrame:
    """Cost to serve."""
    return _of_all_whose_horizon_is_over(facts, lambda journeys: journeys.cost_amount)


def journey_human_contacts(facts: Facts) -> pd.DataFrame:
    """Contacts with a person."""
    return _of_all_whose_horizon_is_over(facts, lambda journeys: journeys.human_contact_count)


def effort_scores(journeys: pd.DataFrame) -> pd.Series:
    """100 (1 - e^-s), where s adds what made it hard, each up to its cap and by its weight.

    Each sign counts to six decimals, like every measure that is added up.
    """
    weights = seed("effort_weights").set_index("effort_slug")
    signs = {
        "further_contacts": (journeys.contact_count - 1).clip(lower=0),
        "forced_hops": journeys.forced_hop_count,
        "repeats": journeys.repeat_contact_count,
        "transfers": journeys.transfer_count,
        "excess_wait": journeys.excess_wait_seconds / 3600,
        "reauthentications": journeys.reauthentication_count,
        "failed_self_service": journeys.failed_self_service_count,
    }
    strain = sum(
        (weights.weight[name] * count.astype(float).clip(upper=weights.cap[name])).round(6)
        for name, count in signs.items()
    )
    return 100 * (1 - np.exp(-strain))


def journey_effort(facts: Facts) -> pd.DataFrame:
    """Effort score."""
    return _of_all_whose_horizon_is_over(facts, effort_scores)


def _scored(facts: Facts, scores: pd.Series) -> pd.DataFrame:
    """Journeys that have a score, from their start: a score needs no window."""
    journeys = typed_journeys(facts)
    score = journeys.journey_key.map(scores)
    units = _units(facts, journeys, score)
    return units[score.notna()]


def journey_answers(facts: Facts) -> pd.DataFrame:
    """The latest answer about each whole journey."""
    answers = facts.table("int_journeys__survey_answers").query("judged == 'journey'")
    latest = answers.sort_values(["answered_at", "response_key"]).groupby("journey_key").tail(1)
    return latest.set_index("journey_key")


def journey_satisfaction(facts: Facts) -> pd.DataFrame:
    """The latest answer about the whole journey."""
    return _scored(facts, journey_answers(facts).score_share)


def typed_steps(facts: Facts) -> pd.DataFrame:
    """The steps of every journey in order, with what each touchpoint was and how it was rated."""
    described = ["touchpoint_key", "touchpoint_type_slug", "case_key", "score"]
    touchpoints = facts.touchpoints[described].merge(
        facts.table("int_texts__sentiments")[["touchpoint_key", "sentiment"]].dropna(),
        on="touchpoint_key",
        how="left",
    )
    steps = facts.table("int_journeys__steps").merge(touchpoints, on="touchpoint_key")
    return steps.sort_values(["journey_key", "step_number"], ignore_index=True)


def scored_moments(facts: Facts) -> pd.DataFrame:
    """What a customer showed of each touchpoint, in order, on a scale from 0 to 1.

    Its own rating, else the sentiment of its text (-1 to 1), and what a survey about it brought or
    its tool asked at the end of its case. Of a case, both stand at the last step before them.
    """
    steps = typed_steps(facts)
    own = steps.score.astype(float).fillna((steps.sentiment.astype(float) + 1) / 2)
    rated = steps.assign(
        moment_score=own, shown_at=steps.occurred_at, moment=steps.journey_step_key
    )
    columns = ["response_key", "score_share", "answered_at"]
    surveys = facts.table("int_journeys__survey_answers").query("judged == 'touchpoint'")
    answered = steps.merge(surveys[["touchpoint_key", *columns]], on="touchpoint_key")
    ratings = facts.table("int_feedback__counted_answers").dropna(
        subset=["case_key", "score_share"]
    )
    ratings = ratings[ratings.is_counted & ratings.touchpoint_key.isna()]
    ratings = ratings[~ratings.case_key.isin(steps.case_key[steps.score.notna()])]
    of_case = steps.dropna(subset="case_key")
    rated_cases = of_case.merge(ratings[["case_key", *columns]], on="case_key")
    rated_cases = rated_cases[rated_cases.occurred_at <= rated_cases.answered_at]
    rated_cases = rated_cases.drop_duplicates(["journey_key", "response_key"])
    answered = pd.concat([answered, rated_cases])
    ends = of_case[["journey_key", "case_key", "step_number", "occurred_at"]].merge(
        answered[["journey_key", "case_key", *columns]], on=["journey_key", "case_key"]
    )
    ends = ends[ends.occurred_at <= ends.answered_at]
    last = ends.groupby(["journey_key", "response_key"]).step_number.max().rename("last_step")
    answered = answered.merge(last.reset_index(), on=["journey_key", "response_key"], how="left")
    answered = answered.assign(step_number=answered.last_step.fillna(answered.step_number)).rename(
        columns={
            "score_share": "moment_score",
            "answered_at": "shown_at",
            "response_key": "moment",
        }
    )
    moments = pd.concat([rated, answered]).dropna(subset="moment_score")
    return moments.sort_values(
        ["journey_key", "step_number", "shown_at", "moment"], ignore_index=True
    )


def journey_touchpoint_satisfaction(facts: Facts) -> pd.DataFrame:
    """Mean over journeys of the mean of their scored moments, the journey's own survey apart."""
    return _scored(facts, scored_moments(facts).groupby("journey_key").moment_score.mean())


KPIS = {
    "journey_abandonment": journey_abandonment,
    "journey_completion": journey_completion,
    "journey_cost": journey_cost,
    "journey_duration": journey_duration,
    "journey_effort": journey_effort,
    "journey_human_contacts": journey_human_contacts,
    "journey_on_target": journey_on_target,
    "journey_satisfaction": journey_satisfaction,
    "journey_touchpoint_satisfaction": journey_touchpoint_satisfaction,
}
