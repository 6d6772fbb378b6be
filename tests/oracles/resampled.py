"""Comparisons whose certainty is a bootstrap: between channels, and between two satisfactions.

What belongs here: the estimates of kpis.md by the formulas of textbooks, and resamples drawn with
random numbers of their own: bounds agree with the marts' as nearly as two bootstraps can. What
does not: anything of `orchestration`.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

from tests.oracles.commerce import judged_silences
from tests.oracles.coverage import judged_units
from tests.oracles.facts import Facts
from tests.oracles.feedback import SCALES, scored_answers
from tests.oracles.journey_marts import ALL, journey_settings
from tests.oracles.journeys import effort_scores, journey_answers, scored_moments, typed_journeys
from tests.oracles.service import fcr_all_kinds

RESAMPLES = 2000
# Four standard errors of a share of 2.5 % between so many resamples and a thousand.
CHANCE = 0.025


# Between channels ---------------------------------------------------------------------------------


def _consistency_units(facts: Facts) -> pd.DataFrame:
    """What known customers got in a channel for a reason, each measure by its own unit."""
    resolved = judged_units(facts, "fcr_all_kinds", fcr_all_kinds(facts))
    resolved = resolved[resolved.state == "eligible"]

    waits = facts.contacts
    waits = waits[waits.first_human_reply_at >= waits.clock_started_at]
    seconds = (waits.first_human_reply_at - waits.clock_started_at).dt.total_seconds()

    journeys = typed_journeys(facts)
    journeys = journeys[journeys.started_at + journeys.horizon < facts.as_of]

    answers = scored_answers(facts, "csat")
    answers = answers[answers.is_counted]
    least = answers.scale_slug.map({scale: scores[0] for scale, (scores, _) in SCALES.items()})
    most = answers.scale_slug.map({scale: scores[-1] for scale, (scores, _) in SCALES.items()})

    measures = {
        "resolution": (
            resolved.contact_reason,
            resolved.channel,
            resolved.customer,
            resolved.value,
        ),
        # Waits differ by factors.
        "wait": (
            waits.contact_reason_slug,
            waits.channel_slug,
            waits.customer_key,
            np.log1p(seconds),
        ),
        "effort": (
            journeys.entry_reason_slug,
            journeys.entry_channel_slug,
            journeys.customer_key,
            effort_scores(journeys) / 100,
        ),
        "satisfaction": (
            answers.contact_reason_slug,
            answers.channel_slug,
            answers.customer_key,
            (answers.score - least) / (most - least),
        ),
    }
    names = ["contact_reason_slug", "channel_slug", "customer", "value"]
    units = pd.concat(
        pd.DataFrame(dict(zip(names, columns, strict=True))).assign(measure_slug=measure)
        for measure, columns in measures.items()
    )
    units["value"] = units["value"].astype(float)
    return units[facts.is_known(units.customer) & units.contact_reason_slug.notna()]


def _variance_of_mean(units: pd.DataFrame) -> float:
    """Clustered by customer: K / (K - 1) times the squared residual sums, over n squared."""
    residuals = (units["value"] - units["value"].mean()).groupby(units.customer).sum()
    if len(residuals) < 2:
        return float("nan")
    return len(residuals) / (len(residuals) - 1) * (residuals**2).sum() / len(units) ** 2


def _assumed_variance(units: pd.DataFrame) -> float:
    """Where all shares are the same, two successes and two failures more give them a variance."""
    n = len(units) + 4
    share = (units["value"].sum() + 2) / n
    return share * (1 - share) / n


def tau_squared(means: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """DerSimonian and Laird's moment estimate, not below 0; a row per resample."""
    weights = 1 / variances
    pooled = (weights * means).sum(1, keepdims=True) / weights.sum(1, keepdims=True)
    q = (weights * (means - pooled) ** 2).sum(1)
    c = weights.sum(1) - (weights**2).sum(1) / weights.sum(1)
    return np.maximum(0, (q - (means.shape[1] - 1)) / c)


def _resampled_means(units: pd.DataFrame, variance: float, rng: np.random.Generator) -> np.ndarray:
    """Means of a channel whose customers are drawn anew; of its normal limit if all are alike."""
    sums = units.groupby("customer")["value"].agg(["size", "sum"]).to_numpy(float)
    if not _variance_of_mean(units) > 0:
        return rng.normal(units["value"].mean(), np.sqrt(variance), RESAMPLES)
    drawn = sums[rng.integers(0, len(sums), (RESAMPLES, len(sums)))].sum(1)
    return drawn[:, 1] / drawn[:, 0]


def channel_consistency(facts: Facts) -> tuple[pd.DataFrame, dict[tuple, np.ndarray]]:
    """Each channel's mean, the spread between the channels, and resamples of that spread.

    A resampled mean errs twice, so the spread of a resample is taken with twice the variance.
    """
    rng = np.random.default_rng(1)
    minimum = journey_settings()["minimum_channel_units"]
    rows, resamples = [], {}
    for cell, of_cell in _consistency_units(facts).groupby(["measure_slug", "contact_reason_slug"]):
        channels = dict(list(of_cell.groupby("channel_slug")))
        variance = {slug: _variance_of_mean(units) for slug, units in channels.items()}
        if cell[0] != "wait":
            for slug, units in channels.items():
                if not variance[slug] > 0:
                    variance[slug] = _assumed_variance(units)
        compared = [s for s in channels if len(channels[s]) >= minimum and variance[s] > 0]
        tau = pooled = np.nan
        if len(compared) > 1:
            means = np.array([[channels[slug]["value"].mean() for slug in compared]])
            within = np.array([[variance[slug] for slug in compared]])
            (between,) = tau_squared(means, within)
            tau, pooled = np.sqrt(between), np.average(means, weights=1 / (within + between))
            drawn = [_resampled_means(channels[slug], variance[slug], rng) for slug in compared]
            resamples[cell] = np.sqrt(tau_squared(np.column_stack(drawn), 2 * within))
        for slug, units in channels.items():
            rows.append(
                {
                    "measure_slug": cell[0],
                    "contact_reason_slug": cell[1],
                    "channel_slug": slug,
                    "unit_count": len(units),
                    "customer_count": units.customer.nunique(),
                    "value": units["value"].mean(),
                    "standard_error": np.sqrt(variance[slug]),
                    "pooled_value": pooled,
                    "compared_channel_count": len(compared) if len(compared) > 1 else 0,
                    "is_compared": len(compared) > 1 and slug in compared,
                    "tau": tau,
                }
            )
    return pd.DataFrame(rows), resamples


# Between two satisfactions ------------------------------------------------------------------------


def _answered_journeys(facts: Facts) -> pd.DataFrame:
    """Journeys with both scores and enough touchpoints, whose customer is known.

    What the customer did in the horizon after the answer must be known to its end.
    """
    setting = journey_settings()
    journeys = typed_journeys(facts).set_index("journey_key")
    answers = journey_answers(facts)
    moments = scored_moments(facts).groupby("journey_key").moment_score.mean()
    journeys = journeys.assign(
        journey_score=answers.score_share,
        touchpoint_score=moments,
        answered_at=answers.answered_at,
        judged_at=answers.answered_at + pd.Timedelta(days=setting["outcome_horizon_days"]),
        segment=facts.segment_of(journeys.customer_key),
    )
    return journeys[
        facts.is_known(journeys.customer_key)
        & journeys.journey_score.notna()
        & journeys.touchpoint_score.notna()
        & (journeys.touchpoint_count >= setting["minimum_touchpoints"])
        & (journeys.judged_at < facts.as_of)
    ].reset_index()


def _after_answer(journeys: pd.DataFrame, events: pd.DataFrame, at: str) -> pd.Series:
    """Which journeys' customers met an event within the horizon after their answer."""
    pairs = journeys.merge(events[["customer_key", at]].rename(columns={at: "at"}))
    within = (pairs["at"] > pairs.answered_at) & (pairs["at"] <= pairs.judged_at)
    return journeys.journey_key.isin(pairs[within].journey_key).astype(float)


def _outcomes(facts: Facts) -> Iterator[tuple[str, pd.DataFrame]]:
    """The journeys that each outcome can be told of, with what came of them."""
    journeys = _answered_journeys(facts)
    purchases = facts.orders[facts.orders.is_purchase]
    yield (
        "repurchase",
        journeys.assign(outcome=_after_answer(journeys, purchases, "ordered_at")),
    )

    silences = judged_silences(facts).dropna(subset="churns_at")
    until = silences[["next_at", "churns_at"]].min(axis=1)
    spans = silences.assign(alive_until=until)[["customer_key", "ordered_at", "alive_until"]]
    pairs = journeys.merge(spans, on="customer_key")
    is_alive = (pairs.ordered_at <= pairs.answered_at) & (pairs.answered_at < pairs.alive_until)
    alive = journeys[journeys.journey_key.isin(pairs[is_alive].journey_key)]
    churns = silences[~(silences.next_at <= silences.churns_at)]
    yield "churn", alive.assign(outcome=_after_answer(alive, churns, "churns_at"))


def _correlation(left: pd.Series, right: pd.Series) -> float:
    if left.nunique() < 2 or right.nunique() < 2:
        return float("nan")
    return float(spearmanr(left, right).statistic)


def _resampled_correlations(
    scores: np.ndarray, outcomes: np.ndarray, drawn: np.ndarray
) -> np.ndarray:
    """Pearson's correlation of the ranks in each resample; NaN where one side never varies."""
    left, right = rankdata(scores[drawn], axis=1), rankdata(outcomes[drawn], axis=1)
    left, right = left - left.mean(1, keepdims=True), right - right.mean(1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return (left * right).sum(1) / np.sqrt((left**2).sum(1) * (right**2).sum(1))


def journey_vs_touchpoint(facts: Facts) -> tuple[pd.DataFrame, dict[tuple, dict[str, np.ndarray]]]:
    """Both satisfactions against each outcome, and resamples of their correlations.

    One journey per customer in every cell, the first answered. The same journeys are drawn for
    both correlations, so that their difference is one of pairs.
    """
    rng = np.random.default_rng(1)
    rows, resamples = [], {}
    for outcome, journeys in _outcomes(facts):
        of_kinds = journeys.assign(segment=ALL)
        placed = pd.concat([journeys.dropna(subset="segment"), of_kinds])
        first = placed.sort_values(["answered_at", "journey_key"])
        first = pd.concat(
            [
                first.drop_duplicates(["customer_key", "journey_slug", "segment"]),
                first[first.segment == ALL]
                .drop_duplicates("customer_key")
                .assign(journey_slug=ALL),
            ]
        )
        for (journey, segment), cell in first.groupby(["journey_slug", "segment"]):
            of_journey = _correlation(cell.journey_score, cell.outcome)
            of_touchpoints = _correlation(cell.touchpoint_score, cell.outcome)
            rows.append(
                {
                    "journey_slug": journey,
                    "segment_slug": segment,
                    "outcome_slug": outcome,
                    "journey_count": len(cell),
                    "mean_journey_score": cell.journey_score.mean(),
                    "mean_touchpoint_score": cell.touchpoint_score.mean(),
                    "outcome_share": cell.outcome.mean(),
                    "journey_correlation": of_journey,
                    "touchpoint_correlation": of_touchpoints,
                    "difference": of_journey - of_touchpoints,
                }
            )
            drawn = rng.integers(0, len(cell), (RESAMPLES, len(cell)))
            left, right = (
                _resampled_correlations(cell[score].to_numpy(), cell.outcome.to_numpy(), drawn)
                for score in ("journey_score", "touchpoint_score")
            )
            resamples[journey, segment, outcome] = {
                "journey": left,
                "touchpoint": right,
                "difference": left - right,
            }
    return pd.DataFrame(rows), resamples


def is_quantile(bound: float, share: float, resamples: np.ndarray) -> bool:
    """Whether a bound is this quantile of the resamples, as nearly as chance lets it be."""
    told = resamples[~np.isnan(resamples)]
    if not len(told) or np.isnan(bound):
        return not len(told) and bool(np.isnan(bound))
    below, up_to = (told < bound - 1e-9).mean(), (told <= bound + 1e-9).mean()
    return bool(below <= share + CHANCE and up_to >= share - CHANCE)
