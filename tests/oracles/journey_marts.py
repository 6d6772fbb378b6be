"""The marts of journeys beside the scorecard: what follows what, and how journeys peak and end.

What belongs here: marts whose row is a cell of journeys or of their steps. What does not: the
KPIs of journeys themselves, and where chance comes in (`resampled`).
"""

import numpy as np
import pandas as pd
from scipy.stats import t

from tests.oracles.cells import cells, on_scale
from tests.oracles.coverage import judged_journeys
from tests.oracles.facts import Facts, seed
from tests.oracles.journeys import (
    KPIS,
    effort_scores,
    journey_answers,
    scored_moments,
    typed_journeys,
    typed_steps,
    unfinished_until,
)

# The member that stands for all, and the name of a segment that nobody knows.
ALL = "all"
NOBODY_KNOWS = ""
MOVE = ["journey_slug", "step_position", "from_slug", "to_slug", "is_exit"]


def journey_settings() -> dict[str, float]:
    """What analysts set for the journey marts."""
    return seed("journey_settings").set_index("setting")["setting_value"].to_dict()


# What follows what --------------------------------------------------------------------------------


def _outcomes(facts: Facts) -> pd.Series:
    """Reached or failed; else abandoned once the time-out has passed, and open until then."""
    journeys = typed_journeys(facts).set_index("journey_key")
    is_silent = unfinished_until(journeys) < facts.as_of
    unended = pd.Series(np.where(is_silent, "abandoned", "open"), index=journeys.index)
    return journeys.ended_outcome_slug.fillna(unended)


def _is_start_seen(facts: Facts, journeys: pd.DataFrame) -> pd.Series:
    """Whether the first touchpoint is a start; a goal that opens its journey shows none."""
    starts = seed("journey_events").query("role == 'start'")
    kinds = facts.touchpoints.set_index("touchpoint_key").touchpoint_type_slug
    first = journeys.start_touchpoint_key.map(kinds)
    openings = set(zip(starts.journey_slug, starts.touchpoint_type_slug, strict=True))
    opened = zip(journeys.journey_slug, first, strict=True)
    return pd.Series([pair in openings for pair in opened], index=journeys.index)


def _ends(facts: Facts) -> pd.Series:
    """The end of each journey: of a conversation when it is over, else the moment itself.

    Where nothing ends it, the last end of what kept it open.
    """
    steps = facts.table("int_journeys__steps").merge(
        facts.touchpoints[
            ["touchpoint_key", "touchpoint_type_slug", "wait_seconds", "handle_seconds"]
        ],
        on="touchpoint_key",
    )
    lasts = steps.touchpoint_type_slug.isin(seed("lasting_contacts").touchpoint_type_slug)
    seconds = steps.wait_seconds.fillna(0) + steps.handle_seconds.fillna(0)
    over_at = steps.occurred_at + pd.to_timedelta(seconds.where(lasts, 0), unit="s")
    closing = over_at[steps.is_reach | steps.is_fail].groupby(steps.journey_key).max()
    kept = over_at[steps.is_anchor].groupby(steps.journey_key).max()
    return closing.reindex(kept.index).fillna(kept)


def single_journeys(facts: Facts) -> pd.DataFrame:
    """How each journey went, by its key and its outcome."""
    journeys = typed_journeys(facts).set_index("journey_key")
    kinds = seed("journey_types").set_index("journey_slug")
    ended_at = _ends(facts).reindex(journeys.index)
    judged = judged_journeys(facts, journeys)
    is_seen = _is_start_seen(facts, journeys)
    duration = (ended_at - journeys.started_at).dt.total_seconds().where(is_seen)
    target = journeys.journey_slug.map(kinds.target_hours) * 3600
    # The latest about the same of the same customer that had ended before, not too long ago.
    about = ["customer_key", "journey_slug", "subject_key"]
    ends = journeys[about].fillna("").assign(ended_at=ended_at)
    starts = journeys[about].fillna("").assign(started_at=journeys.started_at).reset_index()
    gap = pd.to_timedelta(starts.journey_slug.map(kinds.repeat_days), unit="D")
    pairs = starts.assign(gap=gap).merge(ends, on=about)
    silence = pairs.started_at - pairs.ended_at
    repeats = pairs[(silence > pd.Timedelta(0)) & (silence <= pairs.gap)].journey_key
    moments = scored_moments(facts).groupby("journey_key").moment_score
    outcome = _outcomes(facts)
    found = pd.DataFrame(
        {
            "customer_key": journeys.customer_key,
            "journey_slug": journeys.journey_slug,
            "outcome_slug": outcome,
            "duration_seconds": duration,
            "effort_score": effort_scores(journeys),
            "is_on_target": ((outcome == "reached") & (duration <= target)).where(is_seen),
            "is_judged": judged.reason.isna(),
            "is_repeat": journeys.index.isin(repeats),
            "scored_moment_count": moments.size().reindex(journeys.index).fillna(0),
            "mean_touchpoint_score": moments.mean(),
            "journey_score": journey_answers(facts).score_share,
        },
        index=journeys.index,
    )
    return found.set_index("outcome_slug", append=True)


def fct_journeys(facts: Facts) -> pd.DataFrame:
    """What of each journey is a number."""
    return single_journeys(facts).drop(columns=["customer_key", "journey_slug"])


def _moves(facts: Facts) -> pd.DataFrame:
    """Each step with the one before it in its journey."""
    steps = typed_steps(facts)
    of_journey = steps.groupby("journey_key")
    return pd.DataFrame(
        {
            "journey_key": steps.journey_key,
            "journey_slug": steps.journey_slug,
            "step_position": of_journey.cumcount(),
            "from_slug": of_journey.touchpoint_type_slug.shift(),
            "to_slug": steps.touchpoint_type_slug,
            "is_exit": False,
            "gap": of_journey.occurred_at.diff().dt.total_seconds(),
        }
    )


def journey_transitions(facts: Facts) -> pd.DataFrame:
    """Count, share of what leaves the same type, and median gap, per journey and pair of types."""
    moves = _moves(facts).dropna(subset="from_slug")
    gaps = moves.groupby(["journey_key", "from_slug", "to_slug"]).gap
    counts = gaps.size()
    leaving = counts.groupby(level=["journey_key", "from_slug"]).transform("sum")
    found = pd.DataFrame(
        {
            "transition_count": counts,
            "transition_share": counts / leaving,
            "median_gap_seconds": gaps.median(),
        }
    )
    return found.rename_axis(
        index={"from_slug": "from_touchpoint_type_slug", "to_slug": "to_touchpoint_type_slug"}
    )


def journey_paths(facts: Facts) -> pd.DataFrame:
    """Journeys per kind, position and move, and their share of those that stood there.

    From its last step a journey leads to its outcome.
    """
    moves = _moves(facts)
    last = moves.groupby("journey_key").tail(1)
    exits = last.assign(
        step_position=last.step_position + 1,
        from_slug=last.to_slug,
        to_slug=last.journey_key.map(_outcomes(facts)),
        is_exit=True,
        gap=np.nan,
    )
    edges = pd.concat([moves.dropna(subset="from_slug"), exits])
    edges = edges[edges.step_position <= journey_settings()["path_positions"]]
    gaps = edges.groupby(MOVE).gap
    counts = gaps.size()
    standing = counts.groupby(level=MOVE[:3]).transform("sum")
    return pd.DataFrame(
        {
            "journey_count": counts,
            "from_journey_count": standing,
            "journey_share": counts / standing,
            "median_gap_seconds": gaps.median(),
        }
    )


def journey_variants(facts: Facts) -> pd.DataFrame:
    """Journeys of a kind by the types that they met, in the order of their first meeting."""
    steps = typed_steps(facts).drop_duplicates(["journey_key", "touchpoint_type_slug"])
    of_journey = steps.groupby("journey_key").touchpoint_type_slug
    journeys = single_journeys(facts).reset_index().set_index("journey_key")
    journeys["variant"] = of_journey.agg(" > ".join)
    journeys["type_count"] = of_journey.size()
    reached = journeys.duration_seconds.where(journeys.outcome_slug == "reached")
    variant = [journeys.journey_slug, journeys.variant]
    of_variant = journeys.groupby(variant)
    counts = of_variant.size()
    outcomes = of_variant.outcome_slug.value_counts().unstack(fill_value=0)
    return pd.DataFrame(
        {
            "type_count": of_variant.type_count.first(),
            "journey_count": counts,
            "journey_share": counts / counts.groupby(level="journey_slug").transform("sum"),
            "customer_count": of_variant.customer_key.nunique(),
            **{f"{outcome}_count": outcomes[outcome] for outcome in outcomes},
            "median_reached_seconds": reached.groupby(variant).median(),
            "mean_effort_score": of_variant.effort_score.mean(),
            "journey_score_count": of_variant.journey_score.count(),
            "mean_journey_score": of_variant.journey_score.mean(),
            "touchpoint_score_count": of_variant.mean_touchpoint_score.count(),
            "mean_touchpoint_score": of_variant.mean_touchpoint_score.mean(),
        }
    )


# How journeys go ----------------------------------------------------------------------------------


def journey_performance(facts: Facts) -> pd.DataFrame:
    """The KPIs of journeys by kind, segment and entry channel; by day only of a kind alone."""
    kinds = seed("kpis").set_index("metric_slug")["kind"]
    found = []
    for metric in kinds.index.intersection(list(KPIS)):
        units = KPIS[metric](facts)
        segment, channel = units.segment.fillna(NOBODY_KNOWS), units.channel.fillna(NOBODY_KNOWS)
        of_kind = units.assign(journey=units.journey + f"|{ALL}|{ALL}")
        of_cell = units.assign(journey=units.journey + "|" + segment + "|" + channel)
        for placed, periods in (
            (of_kind, ("day", "week", "month", "total")),
            (of_cell, ("week", "month", "total")),
        ):
            counted = placed.drop(columns=["segment", "channel"]).assign(metric_slug=metric)
            rows = cells(counted, kinds[metric], facts.as_of).reset_index()
            rows = rows[(rows.dimension == "journey") & rows.period_type.isin(periods)]
            found.append(rows)
    performance = pd.concat(found, ignore_index=True)
    member = performance.member.str.split("|", expand=True)
    performance[["journey_slug", "segment_slug", "entry_channel_slug"]] = member
    return performance.drop(columns=["dimension", "member", "design_effect"])


def _mean_intervals(values: pd.core.groupby.SeriesGroupBy) -> tuple[pd.Series, pd.Series]:
    """Student's 95 % interval of a mean between 0 and 1."""
    n = values.size()
    half = t.ppf(0.975, (n - 1).where(n > 1)) * values.std() / np.sqrt(n)
    lowest, highest = pd.Series(0.0, index=n.index), pd.Series(1.0, index=n.index)
    return on_scale(values.mean(), pd.Series(half, index=n.index), lowest, highest)


def peak_end(facts: Facts) -> pd.DataFrame:
    """(Most extreme + last) / 2 beside the first, of journeys with enough scored moments.

    Extreme is far from the middle; of two as far the negative one, then the later. By the number
    of moments, because of many one is more extreme than of few.
    """
    moments = scored_moments(facts)
    # Scales of different lengths put the same distance a hair apart.
    moments["distance"] = (moments.moment_score - 0.5).abs().round(9)
    of_journey = moments.groupby("journey_key").moment_score
    most_extreme = (
        moments.reset_index()
        .sort_values(["distance", "moment_score", "index"], ascending=[False, True, False])
        .drop_duplicates("journey_key")
        .set_index("journey_key")
        .moment_score
    )
    journeys = typed_journeys(facts).set_index("journey_key")
    scored = pd.DataFrame(
        {
            "moments": of_journey.size(),
            "first": of_journey.first(),
            "most_extreme": most_extreme,
            "last": of_journey.last(),
            "mean": of_journey.mean(),
        }
    ).join(journeys[["customer_key", "journey_slug"]])
    scored["journey_score"] = journey_answers(facts).score_share.reindex(scored.index)
    scored["peak_end"] = (scored.most_extreme + scored["last"]) / 2
    setting = journey_settings()
    scored = scored[
        facts.is_known(scored.customer_key) & (scored.moments >= setting["minimum_scored_moments"])
    ]
    scored = scored.assign(
        moment_band=scored.moments.clip(upper=int(setting["maximum_band_moments"])),
        segment_slug=facts.segment_of(scored.customer_key),
    )
    banded = pd.concat([scored.dropna(subset="segment_slug"), scored.assign(segment_slug=ALL)])
    bands = banded.groupby(["journey_slug", "segment_slug", "moment_band"])
    low, high = _mean_intervals(bands.peak_end)
    return pd.DataFrame(
        {
            "journey_count": bands.size(),
            "customer_count": bands.customer_key.nunique(),
            "mean_first_score": bands["first"].mean(),
            "mean_most_extreme_score": bands.most_extreme.mean(),
            "mean_last_score": bands["last"].mean(),
            "mean_peak_end_score": bands.peak_end.mean(),
            "ci_low": low,
            "ci_high": high,
            "mean_touchpoint_score": bands["mean"].mean(),
            "mean_journey_score": bands.journey_score.mean(),
            "journey_score_count": bands.journey_score.count(),
            "negative_peak_count": bands.most_extreme.agg(lambda scores: (scores < 0.5).sum()),
            "improved_count": (banded["last"] > banded["first"])
            .groupby([banded.journey_slug, banded.segment_slug, banded.moment_band])
            .sum(),
        }
    )
