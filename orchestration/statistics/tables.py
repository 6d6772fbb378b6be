"""From the rows of a dbt model to those of another: one generator per cell, whatever the order."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from orchestration.statistics.correlation import compared
from orchestration.statistics.hazards import Watch, hazard_ratio, hazard_ratio_interval
from orchestration.statistics.resampling import cell_generator
from orchestration.statistics.spread import Channel, share_variance, spread_between

CONSISTENCY_CELL = ["measure_slug", "contact_reason_slug"]
CONSISTENCY_COLUMNS = {
    **dict.fromkeys([*CONSISTENCY_CELL, "channel_slug"], "string"),
    **dict.fromkeys(["unit_count", "customer_count"], "int64"),
    **dict.fromkeys(["value", "standard_error"], "float64"),
    "is_compared": "bool",
    "compared_channel_count": "int64",
    **dict.fromkeys(["pooled_value", "tau", "tau_ci_low", "tau_ci_high"], "float64"),
}
CORRELATION_CELL = ["comparison_slug", "journey_slug", "segment_slug", "outcome_slug"]
_INTERVALS = ("left", "right", "difference")
CORRELATION_COLUMNS = {
    **dict.fromkeys(CORRELATION_CELL, "string"),
    "journey_count": "int64",
    **dict.fromkeys(["left_mean", "right_mean", "outcome_mean"], "float64"),
    **{
        f"{name}{suffix}": "float64"
        for name in _INTERVALS
        for suffix in ("_correlation", "_ci_low", "_ci_high")
    },
}


HAZARD_COLUMNS = {
    **dict.fromkeys(["experience_number", "customer_count", "control_count"], "int64"),
    **dict.fromkeys(["left_count", "control_left_count"], "int64"),
    **dict.fromkeys(["hazard_ratio", "ci_low", "ci_high"], "float64"),
}


def hazard_ratios(
    defections: pd.DataFrame, as_of: pd.Timestamp, settings: Mapping[str, float]
) -> pd.DataFrame:
    """One row per number of bad experiences: who leaves after it, against the controls.

    `defections` has one row per person watched: `group_slug`, `index_customer_key`,
    `customer_key`, `index_at`, and `churned_at` and `censored_at` if any.
    """
    watched = defections[defections["index_at"] < as_of].copy()
    until = watched[["churned_at", "censored_at"]].min(axis=1).fillna(as_of).clip(upper=as_of)
    watched["has_left"] = watched["churned_at"].eq(until) & (until < as_of)
    watched["days"] = (until - watched["index_at"]) // pd.Timedelta(days=1)
    ordered = watched.sort_values(["experience_number", "index_customer_key", "customer_key"])
    rows: list[dict[str, object]] = []
    for number, of_number in ordered.groupby("experience_number", sort=True):
        watch = Watch(
            of_number["days"].to_numpy(dtype=np.int64),
            of_number["has_left"].to_numpy(dtype=bool),
            (of_number["group_slug"] == "after_bad_experience").to_numpy(dtype=bool),
            of_number["index_customer_key"].to_numpy(dtype=object).astype(str),
        )
        low, high = hazard_ratio_interval(
            watch,
            int(settings["bootstrap_replicates"]),
            cell_generator(("hazard ratio", str(number)), int(settings["bootstrap_seed"])),
        )
        rows.append(
            {
                "experience_number": number,
                "customer_count": int(watch.is_exposed.sum()),
                "control_count": int((~watch.is_exposed).sum()),
                "left_count": int((watch.is_exposed & watch.has_left).sum()),
                "control_left_count": int((~watch.is_exposed & watch.has_left).sum()),
                "hazard_ratio": hazard_ratio(watch),
                "ci_low": low,
                "ci_high": high,
            }
        )
    return _frame(rows, HAZARD_COLUMNS)


def consistency(units: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    """One row per measure, reason and channel, with τ between the channels that have enough units.

    `units` has one row per measure, reason, channel and customer: `unit_count`, `value_sum`, and
    `is_share` where values lie within 0 and 1.
    """
    rows = []
    ordered = units.sort_values([*CONSISTENCY_CELL, "channel_slug", "customer_key"])
    for cell, of_cell in ordered.groupby(CONSISTENCY_CELL, sort=True):
        rows.extend(_consistency_rows(cell, of_cell, settings))
    return _frame(rows, CONSISTENCY_COLUMNS)


def correlations(pairs: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    """One row per cell of journeys: two scores, each against one outcome.

    `pairs` has one row per cell and journey: `left_score`, `right_score` (null where there is only
    one) and `outcome_value`.
    """
    rows = []
    ordered = pairs.sort_values([*CORRELATION_CELL, "journey_key"])
    for cell, of_cell in ordered.groupby(CORRELATION_CELL, sort=True):
        left, right, outcome = (
            of_cell[column].to_numpy(dtype=float)
            for column in ("left_score", "right_score", "outcome_value")
        )
        result = compared(
            left,
            right,
            outcome,
            int(settings["bootstrap_replicates"]),
            cell_generator(cell, int(settings["bootstrap_seed"])),
        )
        row = {
            **dict(zip(CORRELATION_CELL, cell, strict=True)),
            "journey_count": len(of_cell),
            "left_mean": left.mean(),
            "right_mean": right.mean(),
            "outcome_mean": outcome.mean(),
        }
        for name in _INTERVALS:
            row[f"{name}_correlation"] = getattr(result, name)
            row[f"{name}_ci_low"], row[f"{name}_ci_high"] = getattr(result, f"{name}_interval")
        rows.append(row)
    return _frame(rows, CORRELATION_COLUMNS)


def _consistency_rows(
    cell: tuple[str, ...], units: pd.DataFrame, settings: Mapping[str, float]
) -> list[dict[str, object]]:
    of_channels = {
        slug: Channel(
            of_channel["unit_count"].to_numpy(dtype=float),
            of_channel["value_sum"].to_numpy(dtype=float),
        )
        for slug, of_channel in units.groupby("channel_slug", sort=True)
    }
    is_share = bool(units["is_share"].iloc[0])
    variances = {
        slug: share_variance(channel) if is_share else channel.variance
        for slug, channel in of_channels.items()
    }
    enough = [
        slug
        for slug, channel in of_channels.items()
        if channel.unit_count >= settings["minimum_channel_units"] and variances[slug] > 0
    ]
    spread = None
    if len(enough) > 1:
        spread = spread_between(
            [of_channels[slug] for slug in enough],
            [variances[slug] for slug in enough],
            int(settings["bootstrap_replicates"]),
            cell_generator(cell, int(settings["bootstrap_seed"])),
        )
    return [
        {
            **dict(zip(CONSISTENCY_CELL, cell, strict=True)),
            "channel_slug": slug,
            "unit_count": channel.unit_count,
            "customer_count": len(channel.unit_counts),
            "value": channel.mean,
            "standard_error": np.sqrt(variances[slug]),
            "is_compared": slug in enough and spread is not None,
            "compared_channel_count": len(enough) if spread else 0,
            "pooled_value": spread.pooled_mean if spread else None,
            "tau": spread.tau if spread else None,
            "tau_ci_low": spread.ci_low if spread else None,
            "tau_ci_high": spread.ci_high if spread else None,
        }
        for slug, channel in of_channels.items()
    ]


def _frame(rows: list[dict[str, object]], columns: Mapping[str, str]) -> pd.DataFrame:
    """With its types also where it has no row."""
    return pd.DataFrame(rows, columns=list(columns)).astype(dict(columns))
