"""Which words more customers write than before: counts of a week against the weeks before it.

A term's share of those who write is compared channel by channel and language by language, so that
a wave of surveys raises no word of surveys; the counts of all are then tested together. The count
expected of a week is negative binomial: the rate before is known only from its own count (a gamma
posterior with half a customer added), and counts of all terms vary more than chance by one factor,
estimated from the weeks before. Benjamini and Hochberg bound the share of false ones over all terms
in play.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import betainc

TERM = ["term_kind", "term"]
# So few terms are never in play: a small company would see chance.
_FEWEST_TERMS_IN_PLAY = 2_000
# Of the weeks before, three in four have to have texts.
_LEAST_KNOWN_SHARE = 0.75
# Half a customer: what a term that nobody wrote before is taken to have had (Jeffreys).
_PRIOR_COUNT = 0.5

EMERGENCE_COLUMNS = {
    "week_start_date": "datetime64[us]",
    **dict.fromkeys(TERM, "string"),
    **dict.fromkeys(["customer_count", "writing_customer_count", "customer_count_before"], "int64"),
    "writing_customer_count_before": "int64",
    **dict.fromkeys(["expected_count", "dispersion", "p_value", "q_value"], "float64"),
    "tested_term_count": "int64",
}


def emerging(counts: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    """One row per week and term that emerged in it.

    Args:
        counts: One row per `week_start_date`, `stratum` (channel and language), `term_kind` and
            `term`, with its `customer_count` there and its `week_customer_count` over all strata;
            of the kind `any` those who wrote anything.
        settings: `term_minimum_customers`, `term_baseline_weeks`, `term_false_share`.
    """
    ordered = counts.sort_values(["week_start_date", "stratum", *TERM], kind="stable")
    weeks = pd.to_datetime(ordered["week_start_date"])
    ordered = ordered.assign(week=weeks)
    is_any = ordered["term_kind"] == "any"
    writers = ordered[is_any].set_index(["week", "stratum"])["customer_count"].astype(float)
    terms = ordered[~is_any]
    found = [_emerged(week, terms, writers, settings) for week in sorted(terms["week"].unique())]
    kept = [rows for rows in found if len(rows)]
    if not kept:
        return pd.DataFrame(columns=list(EMERGENCE_COLUMNS)).astype(EMERGENCE_COLUMNS)
    result = pd.concat(kept, ignore_index=True)
    return result[list(EMERGENCE_COLUMNS)].astype(EMERGENCE_COLUMNS)


def tail(count: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Chance of so many or more, of a negative binomial with this mean and a greater variance."""
    size = mean**2 / (variance - mean)
    chance: np.ndarray = betainc(count, size, mean / (mean + size))
    return chance


def adjusted(p_values: np.ndarray, tested: int) -> np.ndarray:
    """The least false share at which each would be called true (Benjamini and Hochberg).

    `tested` counts those too whose p value is not among these, all of them larger.
    """
    order = np.argsort(p_values, kind="stable")
    raised = p_values[order] * tested / np.arange(1, len(order) + 1)
    q_values = np.empty(len(order))
    q_values[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q_values


def _emerged(
    week: pd.Timestamp,
    terms: pd.DataFrame,
    writers: pd.Series,
    settings: Mapping[str, float],
) -> pd.DataFrame:
    span = int(settings["term_baseline_weeks"])
    starts = week - pd.Timedelta(weeks=span)
    of_weeks = writers.index.get_level_values("week")
    before = writers[(of_weeks >= starts) & (of_weeks < week)]
    known_weeks = before.index.get_level_values("week").nunique()
    if known_weeks < _LEAST_KNOWN_SHARE * span:
        return pd.DataFrame()
    writing_before = before.groupby("stratum").sum()
    # Where nobody wrote before there is nothing to compare with.
    writing_now = writers[of_weeks == week].droplevel("week")
    writing_now = writing_now[writing_now.index.isin(writing_before.index)]

    earlier = terms[(terms["week"] >= starts) & (terms["week"] < week)]
    now = terms[(terms["week"] == week) & terms["stratum"].isin(writing_now.index)]
    sums = earlier.groupby([*TERM, "stratum"])["customer_count"].sum().astype(float)
    strata = sums.index.get_level_values("stratum")
    ratio = (writing_now / writing_before).reindex(writing_before.index).fillna(0.0)
    # Before, and what that lets expect of this week.
    table = pd.DataFrame(
        {
            "before": sums.groupby(TERM).sum(),
            "expected": (sums * ratio.reindex(strata).to_numpy()).groupby(TERM).sum(),
        }
    )
    # The half customer is expected to grow as those did who write where the term stands now.
    now = now.assign(growth=now["customer_count"] * ratio.reindex(now["stratum"]).to_numpy())
    of_terms = now.groupby(TERM)
    table = table.join(
        pd.DataFrame(
            {
                "count": of_terms["customer_count"].sum(),
                "customer_count": of_terms["week_customer_count"].max(),
                "growth": of_terms["growth"].sum() / of_terms["customer_count"].sum(),
            }
        ),
        how="outer",
    ).fillna(0.0)
    minimum = settings["term_minimum_customers"]
    in_play = int(((table["before"] + table["count"]) >= minimum).sum())
    tested = max(in_play, _FEWEST_TERMS_IN_PLAY)
    table = table[(table["count"] >= minimum) & (table["customer_count"] >= minimum)]
    if table.empty:
        return pd.DataFrame()

    dispersion = _dispersion(earlier, sums, before, writing_before)
    size = table["before"].to_numpy() + _PRIOR_COUNT
    mean = table["expected"].to_numpy() + _PRIOR_COUNT * table["growth"].to_numpy()
    variance = dispersion * mean + mean**2 / size
    p_values = tail(table["count"].to_numpy(), mean, variance)
    table = table.assign(
        expected_count=mean,
        p_value=p_values,
        q_value=adjusted(p_values, tested),
        dispersion=dispersion,
        tested_term_count=tested,
        week_start_date=week,
        writing_customer_count=int(writing_now.sum()),
        writing_customer_count_before=int(writing_before.sum()),
    )
    table = table[(table["q_value"] <= settings["term_false_share"])]
    return table.reset_index().rename(columns={"before": "customer_count_before"})


def _dispersion(
    earlier: pd.DataFrame, sums: pd.Series, before: pd.Series, writing_before: pd.Series
) -> float:
    """How much more the counts of single weeks vary than chance lets them; at least 1."""
    shares = before / writing_before.reindex(before.index.get_level_values("stratum")).to_numpy()
    squares = (shares**2).groupby("stratum").sum()
    weeks = earlier["week"].nunique()
    if weeks < 2:
        return 1.0
    index = pd.MultiIndex.from_frame(earlier[["week", "stratum"]])
    totals = sums.reindex(pd.MultiIndex.from_frame(earlier[[*TERM, "stratum"]])).to_numpy()
    observed = earlier["customer_count"].to_numpy(dtype=float)
    expected = totals * shares.reindex(index).to_numpy()
    of_terms = squares.reindex(sums.index.get_level_values("stratum")).to_numpy()
    # Weeks without the term differ from what was expected by all of it.
    deviation = (observed**2 - 2 * observed * expected).sum() + (
        sums.to_numpy() ** 2 * of_terms
    ).sum()
    return float(max(1.0, deviation / sums.sum() * weeks / (weeks - 1)))
