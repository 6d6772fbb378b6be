"""What satisfaction is worth, computed again: who is counted, the means, and the adjusted change.

What belongs here: the margin around first answers, from orders and returns. What does not: the
bootstrap, whose random numbers are its own.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.oracles.facts import Facts

QUESTION = ["program_slug", "metric_slug"]
CELL = [*QUESTION, "segment_slug", "horizon_days", "band"]
REASONS = {
    "immature": "immature_count",
    "not_covered": "uncovered_count",
    "too_new": "too_new_count",
    "margin_unknown": "margin_unknown_count",
}
DAY = pd.Timedelta(days=1)


def value_of_experience(facts: Facts, horizons: list[int], minimum_n: float) -> pd.DataFrame:
    """One row per question, segment, horizon and band: counts, means and the adjusted change."""
    answers = _answers(facts)
    margins = _margins(facts)
    rows: list[dict[str, object]] = []
    for horizon in horizons:
        judged = _judged(facts, answers, margins, horizon)
        for _, of_question in judged.groupby(QUESTION):
            bands = of_question.groupby("band").score.mean().sort_values().index
            for segment in ["all", *sorted(of_question.segment_slug.unique())]:
                of_segment = of_question[(segment == "all") | (of_question.segment_slug == segment)]
                rows.extend(_rows(of_segment, list(bands), segment, horizon, minimum_n))
    return pd.DataFrame(rows)


def _answers(facts: Facts) -> pd.DataFrame:
    answers = facts.table("int_feedback__counted_answers")
    answers = answers[answers.is_valid & answers.excluded_reason.isna()]
    answers = answers[facts.is_known(answers.customer_key) & answers.answered_at.notna()]
    asked = answers.groupby([*QUESTION, "scale_slug"]).size().rename("asked").reset_index()
    asked = asked.sort_values(["asked", "scale_slug"], ascending=[False, True])
    answers = answers.merge(asked.drop_duplicates(QUESTION).drop(columns="asked"))
    return answers.assign(
        score=answers.score.astype(float),
        segment_slug=facts.segment_of(answers.customer_key).fillna("unknown"),
        first_seen_at=answers.customer_key.map(facts.customers.first_seen_at),
    ).sort_values(["answered_at", "response_key"])


def _margins(facts: Facts) -> dict[str, pd.DataFrame]:
    """By customer, what each purchase left, and what came back without a receipt took."""
    orders = facts.orders[facts.orders.is_purchase & facts.orders.customer_key.notna()]
    returns = facts.table("int_orders__refund_lines")
    returns = returns[returns.order_key.isna() & returns.customer_key.notna()]
    booked = pd.concat(
        [
            orders[["customer_key", "margin_amount"]].assign(at=orders.ordered_at),
            returns[["customer_key"]].assign(
                margin_amount=returns.margin_change_amount, at=returns.refunded_at
            ),
        ]
    )
    booked["margin_amount"] = [
        np.nan if pd.isna(amount) else float(amount) for amount in booked.margin_amount
    ]
    return dict(tuple(booked.groupby("customer_key")))


def _judged(
    facts: Facts, answers: pd.DataFrame, margins: dict[str, pd.DataFrame], horizon: int
) -> pd.DataFrame:
    """The first answer of each customer that can be judged, else the first."""
    sources = facts.orders.source_name.unique()
    covered = facts.table("int_company__source_coverage").set_index("source_name").loc[sources]
    start, end = covered.covered_from.max(), min(facts.as_of, covered.covered_until.min())
    holes = facts.table("int_company__coverage_holes")
    days = pd.to_datetime(holes[holes.source_name.isin(sources)].day_date)
    time = horizon * DAY
    at = answers.answered_at
    moments, starts = at.to_numpy()[:, None], days.to_numpy()[None, :]
    is_holed = ((starts <= moments + time) & (starts + DAY > moments - time)).any(axis=1)
    eligibility = np.select(
        [(at - time < start) | is_holed, answers.first_seen_at > at - time, at + time >= end],
        ["not_covered", "too_new", "immature"],
        "eligible",
    )
    judged = answers.assign(eligibility=eligibility, is_not=eligibility != "eligible")
    judged = judged.sort_values(["is_not", "answered_at", "response_key"])
    judged = judged.drop_duplicates([*QUESTION, "customer_key"])
    nothing = (np.nan, np.nan)
    sums = [
        nothing if row.is_not else _around(margins.get(row.customer_key), row.answered_at, time)
        for row in judged.itertuples()
    ]
    judged[["before", "after"]] = np.array(sums, dtype=float).reshape(-1, 2)
    is_unknown = judged.before.isna() & (judged.eligibility == "eligible")
    return judged.assign(eligibility=judged.eligibility.mask(is_unknown, "margin_unknown"))


def _around(
    booked: pd.DataFrame | None, at: pd.Timestamp, time: pd.Timedelta
) -> tuple[float, float]:
    if booked is None:
        return 0.0, 0.0
    before = booked[(booked["at"] > at - time) & (booked["at"] <= at)].margin_amount
    after = booked[(booked["at"] > at) & (booked["at"] <= at + time)].margin_amount
    if before.isna().any() or after.isna().any():
        return np.nan, np.nan
    return before.sum(), after.sum()


def _rows(
    judged: pd.DataFrame, bands: list[str], segment: str, horizon: int, minimum_n: float
) -> Iterator[dict[str, object]]:
    eligible = judged[judged.eligibility == "eligible"]
    sizes = eligible.band.value_counts()
    enough = [band for band in bands if sizes.get(band, 0) >= minimum_n]
    changes = _changes(eligible, enough) if bands[0] in enough else {}
    for band in bands:
        of_band = eligible[eligible.band == band]
        reasons = judged[judged.band == band].eligibility.value_counts()
        yield {
            **dict(zip(QUESTION, judged[QUESTION].iloc[0], strict=True)),
            "segment_slug": segment,
            "horizon_days": horizon,
            "band": band,
            "customer_count": len(of_band),
            "reference_customer_count": sizes.get(bands[0], 0),
            **{column: reasons.get(reason, 0) for reason, column in REASONS.items()},
            "mean_score": of_band.score.mean(),
            "margin_before_amount": of_band.before.mean(),
            "margin_after_amount": of_band.after.mean(),
            "difference_amount": changes.get(band, np.nan),
        }


def _changes(eligible: pd.DataFrame, bands: list[str]) -> dict[str, float]:
    """Ordinary least squares of the change, all regressors side by side."""
    eligible = eligible[eligible.band.isin(bands)]
    tenure = (eligible.answered_at - eligible.first_seen_at) / DAY
    regressors = pd.concat(
        [
            pd.DataFrame({"one": 1.0, "before": eligible.before, "tenure": np.log1p(tenure)}),
            pd.get_dummies(eligible.band, dtype=float)[bands[1:]],
            pd.get_dummies(eligible.segment_slug, prefix="segment", dtype=float).iloc[:, 1:],
        ],
        axis=1,
    )
    change = eligible.after - eligible.before
    found = np.linalg.lstsq(regressors.to_numpy(), change.to_numpy(), rcond=None)[0]
    return {band: dict(zip(regressors, found, strict=True))[band] for band in bands[1:]}
