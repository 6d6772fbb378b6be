"""From the units of a KPI to its numbers in every period, dimension and member.

A unit is what a KPI counts once: a contact, an answer, a journey. What belongs here: the rules that
hold for every KPI. What does not: who is a unit of which KPI.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from tests.oracles.facts import seed

DIMENSIONS = (
    "channel",
    "segment",
    "contact_reason",
    "journey",
    "product",
    "store",
    "team",
    "program",
)
STATES = ("eligible", "immature", "unknown", "excluded")
CELL = ["metric_slug", "period_type", "period_start_date", "dimension", "member"]
Z = norm.ppf(0.975)
# A member of the total, and the period of all time, which has no first day.
ALL = "all"
UNKNOWN = "unknown"
NO_DATE = pd.Timestamp("1900-01-01")


def unit_states(
    index: pd.Index,
    *,
    excluded: pd.Series | bool = False,
    unknown: pd.Series | bool = False,
    immature: pd.Series | bool = False,
) -> pd.Series:
    """Why a unit does not count, the reasons in this order; else `eligible`."""
    reasons = [np.broadcast_to(np.asarray(r, dtype=bool), len(index)) for r in (excluded, unknown)]
    late = np.broadcast_to(np.asarray(immature, dtype=bool), len(index))
    states = np.select([*reasons, late], ["excluded", "unknown", "immature"], "eligible")
    return pd.Series(states, index=index)


def members(units: pd.DataFrame) -> pd.DataFrame:
    """One row per unit, period that it lies in, and member that it belongs to."""
    by_dimension = [units.assign(dimension="total", member=ALL)]
    for dimension in DIMENSIONS:
        if dimension in units:
            # Who has none is a member too: members add up to the total.
            member = units[dimension].astype(object).where(units[dimension].notna(), UNKNOWN)
            by_dimension.append(units.assign(dimension=dimension, member=member))
    placed = pd.concat(by_dimension, ignore_index=True)
    day = placed["date"]
    starts = {
        "day": day,
        "week": day - pd.to_timedelta(day.dt.weekday, unit="D"),
        "month": day - pd.to_timedelta(day.dt.day - 1, unit="D"),
        "total": pd.Series(NO_DATE, index=day.index),
    }
    return pd.concat(
        [
            placed.assign(period_type=kind, period_start_date=start)
            for kind, start in starts.items()
        ],
        ignore_index=True,
    )


def state_counts(placed: pd.DataFrame) -> pd.DataFrame:
    """How many units of each state a cell has."""
    counts = placed.groupby([*CELL, "state"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATES), fill_value=0)
    counts = counts.set_axis(["denominator", "n_immature", "n_unknown", "n_excluded"], axis=1)
    if "is_running" in placed:
        # A duration is a unit from its start: what still runs counts, and is not mature.
        counts["n_immature"] += placed.groupby(CELL)["is_running"].sum()
    return counts


def wilson(p: pd.Series, n: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Wilson's 95 % interval of a share of n."""
    center = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return center - half, center + half


def design_effect(eligible: pd.DataFrame) -> pd.Series:
    """How much wider the variance of a rate is because customers repeat."""
    by_cell = eligible.groupby(CELL)["value"]
    n, p = by_cell.size(), by_cell.mean()
    clusters = eligible.groupby([*CELL, "cluster"])["value"].agg(["size", "sum"])
    cell = clusters.index.droplevel("cluster")
    deviation = clusters["sum"].to_numpy() - p.loc[cell].to_numpy() * clusters["size"].to_numpy()
    squares = pd.Series(deviation**2, index=cell).groupby(level=CELL).agg(["size", "sum"])
    k = squares["size"]
    variance = k / (k - 1) * squares["sum"] / n**2
    effect = (variance / (p * (1 - p) / n)).clip(lower=1)
    # Where nobody repeats there is nothing to widen; one customer alone tells of no variance.
    return effect.where((k < n) & (k > 1) & (p > 0) & (p < 1), 1.0)


def rates(placed: pd.DataFrame) -> pd.DataFrame:
    """Shares with Wilson's interval, n divided by the design effect."""
    eligible = placed[placed.state == "eligible"]
    by_cell = eligible.groupby(CELL)["value"]
    cells = pd.DataFrame({"numerator": by_cell.sum(), "value": by_cell.mean()})
    cells["design_effect"] = design_effect(eligible)
    cells["ci_low"], cells["ci_high"] = wilson(cells["value"], by_cell.size() / cells.design_effect)
    return cells


def net_promoter_scores(placed: pd.DataFrame) -> pd.DataFrame:
    """Share of promoters (+1) less share of detractors (-1), with the adjusted Wald interval."""
    eligible = placed[placed.state == "eligible"]
    by_cell = eligible.groupby(CELL)["value"]
    n = by_cell.size()
    promoters = by_cell.agg(lambda bands: (bands == 1).sum())
    detractors = by_cell.agg(lambda bands: (bands == -1).sum())
    many, plus, minus = n + 3, promoters + 0.75, detractors + 0.75
    middle = (plus - minus) / many
    half = Z * np.sqrt(((plus + minus) / many - middle**2) / many)
    return pd.DataFrame(
        {
            "promoters": promoters,
            "passives": n - promoters - detractors,
            "detractors": detractors,
            "value": 100 * (promoters - detractors) / n,
            "ci_low": (100 * (middle - half)).clip(lower=-100),
            "ci_high": (100 * (middle + half)).clip(upper=100),
        }
    )


def on_scale(
    value: pd.Series, half: pd.Series, lowest: pd.Series, highest: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Value less and plus a half width; where a bound leaves its scale, on another scale.

    That of logarithms above a least value, that of log odds between a least and a greatest one,
    with the half width divided by the slope there (delta method).
    """
    low, high = value - half, value + half
    leaves = (low < lowest) | (high > highest)
    above, below = value - lowest, highest - value
    is_inside = leaves & (above > 0) & ~(below <= 0)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        step = half / above
        log = [lowest + above * np.exp(sign * step) for sign in (-1, 1)]
        width = highest - lowest
        odds_step = half * width / (above * below)
        odds = [
            lowest + width * (1 - 1 / (1 + above / below * np.exp(sign * odds_step)))
            for sign in (-1, 1)
        ]
    found = []
    for bound, by_log, by_odds in zip((low, high), log, odds, strict=True):
        inside = by_odds.where(highest.notna(), by_log)
        at_end = value.where(half.notna())
        found.append(bound.where(~leaves, inside.where(is_inside, at_end)))
    return found[0], found[1]


def means(
    placed: pd.DataFrame, lowest: float | None = None, highest: float | None = None
) -> pd.DataFrame:
    """Means with Student's interval, within the scale of the KPI; none for a single unit.

    Each unit counts to six decimals, like every measure that is added up. What is said per hundred
    units is a hundred times the mean; its numerator is the plain sum.
    """
    eligible = placed[placed.state == "eligible"]
    by_cell = eligible.assign(value=eligible["value"].astype(float).round(6)).groupby(CELL)["value"]
    n = by_cell.size()
    half = t.ppf(0.975, (n - 1).where(n > 1)) * by_cell.std() / np.sqrt(n)
    scales = seed("kpis").set_index("metric_slug")[["per", "lowest", "highest"]]
    metric = n.index.get_level_values("metric_slug")
    per = pd.Series(metric.map(scales["per"]).to_numpy(), index=n.index).astype(float).fillna(1)
    half = per * pd.Series(half, index=n.index)
    value = per * by_cell.mean()
    ends = [
        pd.Series(metric.map(scales[name]).to_numpy(), index=value.index).astype(float)
        if end is None
        else pd.Series(float(end), index=value.index)
        for name, end in (("lowest", lowest), ("highest", highest))
    ]
    low, high = on_scale(value, half, *ends)
    return pd.DataFrame(
        {"numerator": by_cell.sum(), "value": value, "ci_low": low, "ci_high": high}
    )


def medians(placed: pd.DataFrame) -> pd.DataFrame:
    """Medians between the two middle values, with the interval of their ranks."""
    eligible = placed[placed.state == "eligible"].sort_values("value")
    by_cell = eligible.groupby(CELL)["value"]
    n = by_cell.size()
    rank = by_cell.cumcount() + 1
    ranked = eligible.assign(rank=rank).set_index([*CELL, "rank"])["value"]

    def value_at(ranks: pd.Series) -> pd.Series:
        keys = ranks.index.to_frame(index=False).assign(rank=ranks.to_numpy())
        wanted = pd.MultiIndex.from_frame(keys)
        return pd.Series(ranked.reindex(wanted).to_numpy(), index=ranks.index)

    low = np.floor(n / 2 - 0.98 * np.sqrt(n)).astype(int)
    high = np.ceil(n / 2 + 1 + 0.98 * np.sqrt(n)).astype(int)
    return pd.DataFrame(
        {"value": by_cell.median(), "ci_low": value_at(low), "ci_high": value_at(high)}
    )


def survival(placed: pd.DataFrame) -> pd.DataFrame:
    """Kaplan and Meier's curve of each cell, a row per moment at which something ended.

    Greenwood's variance on the log-log scale gives `low` and `high`.
    """
    eligible = placed[placed.state == "eligible"]
    moments = eligible.groupby([*CELL, "value"])["is_censored"].agg(["size", "sum"])
    moments = moments.sort_index()
    leaving = moments["size"]
    total = leaving.groupby(level=CELL).transform("sum")
    at_risk = total - leaving.groupby(level=CELL).cumsum() + leaving
    events = leaving - moments["sum"]
    curve = (1 - events / at_risk).groupby(level=CELL).cumprod()
    term = events / (at_risk * (at_risk - events)).where(at_risk > events)
    spread = np.sqrt(term.groupby(level=CELL).cumsum(skipna=False))
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.exp(Z * spread / np.log(curve).abs())
        low, high = curve**exponent, curve ** (1 / exponent)
    # Where nobody is left the lower bound is nobody too, and the upper one is not known.
    low = low.where(curve > 0, 0.0)
    table = pd.DataFrame({"survival": curve, "low": low, "high": high})[events > 0]
    return table.reset_index(level="value")


def durations(placed: pd.DataFrame) -> pd.DataFrame:
    """The time by which half are done, where some are not done yet; `numerator` counts the done."""
    curve = survival(placed)
    following = curve.groupby(level=CELL)["value"].shift(-1)
    # Exactly half: the median lies between this moment and the next one, as in a plain median.
    between = (curve["value"] + following.fillna(curve["value"])) / 2
    middle = curve["value"].where(~np.isclose(curve.survival, 0.5, atol=1e-12, rtol=0), between)

    def first_below_half(shares: pd.Series, times: pd.Series) -> pd.Series:
        return times[shares <= 0.5 + 1e-12].groupby(level=CELL).first()

    ended = placed[placed.state == "eligible"].groupby(CELL)["is_censored"]
    return pd.DataFrame(
        {
            "numerator": ended.size() - ended.sum(),
            "value": first_below_half(curve.survival, middle),
            "ci_low": first_below_half(curve.low, curve["value"]),
            "ci_high": first_below_half(curve.high, curve["value"]),
        }
    )


def cells(units: pd.DataFrame, kind: str, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Every number of the units of one kind of KPI, by cell; of delivered days alone."""
    if as_of is not None:
        units = units[~(units["date"] >= as_of.normalize())]
    units = units.reset_index(drop=True)
    cluster = units["customer"].astype(object)
    units["cluster"] = cluster.where(
        cluster.notna(), units.index.astype(str).to_series(units.index)
    )
    # Kept to six decimals, so that they add up to the same sum in any order.
    units["value"] = units["value"].astype(float).round(6)
    placed = members(units)
    estimate = {
        "rate": rates,
        "nps": net_promoter_scores,
        "mean": means,
        "median": medians,
        "duration": durations,
    }[kind]
    estimated = estimate(placed)
    joined = state_counts(placed).join(estimated)
    # Nothing counted yet: a sum of nothing is 0, a share of nothing is not.
    sums = [name for name in ("numerator", "promoters", "passives", "detractors") if name in joined]
    return joined.fillna(dict.fromkeys(sums, 0))
