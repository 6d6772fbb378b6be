"""From sums of arms, and from weeks around an improvement, to what can be said of each experiment.

What does not belong here: the formulas (`readouts`), and the words for a finding (the mart).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from orchestration.acting.readouts import (
    Arm,
    Interval,
    adjusted,
    detectable_mean,
    detectable_share,
    newcombe,
    pre_trend_p,
    sample_ratio_p,
    sequential,
    smoothed_share,
    welch,
)

# Their outcome is an amount and not a share of customers.
MEAN_METRICS = ("spends",)
# With fewer successes or failures in an arm, a share is not normal.
_FEWEST_OF_A_KIND = 5
_FIGURES = [
    *("treated_value", "held_out_value", "difference", "ci_low", "ci_high"),
    *("sequential_ci_low", "sequential_ci_high"),
    *("adjusted_difference", "adjusted_ci_low", "adjusted_ci_high"),
    *("minimum_detectable_difference", "sample_ratio_p"),
]
READOUT_COLUMNS = {"arm_sums_key": "string", **dict.fromkeys(_FIGURES, "float64")}
_CHANGES = [
    *("value_before", "value_after", "comparison_before", "comparison_after"),
    *("change_ci_low", "change_ci_high", "difference", "ci_low", "ci_high"),
    *("minimum_detectable_difference", "pre_trend_p"),
]
CHANGE_COLUMNS = {
    "experiment_slug": "string",
    **dict.fromkeys(
        ["weeks_before", "weeks_after", "unit_count", "comparison_unit_count"], "Int64"
    ),
    **dict.fromkeys(_CHANGES, "float64"),
}


def randomised_readouts(arm_sums: pd.DataFrame, experiments: pd.DataFrame) -> pd.DataFrame:
    """One row per experiment and segment: what the arms show, and could have shown.

    Args:
        arm_sums: Sums of both arms, as in `int_outcomes__arm_sums`.
        experiments: `experiment_slug`, `metric_slug`, and `held_out_share` where it is declared.
    """
    of_slug = experiments.set_index("experiment_slug")
    rows = arm_sums.sort_values("arm_sums_key")
    share = rows["experiment_slug"].map(of_slug["held_out_share"]).to_numpy(dtype=float)
    metric = rows["experiment_slug"].map(of_slug["metric_slug"])
    is_share = ~metric.isin(MEAN_METRICS).to_numpy(dtype=bool)

    treated, control = _arm(rows, "treated"), _arm(rows, "held_out")
    of_shares = tuple(_only(is_share, arm) for arm in (treated, control))
    plain = _either(is_share, newcombe(*of_shares), welch(treated, control))
    always = sequential(treated, control, is_share)
    less_before = adjusted(
        treated,
        control,
        (_arm(rows, "treated_before"), _arm(rows, "held_out_before")),
        (_numbers(rows, "treated_products"), _numbers(rows, "held_out_products")),
    )
    # Adjusted values have no bounds of Newcombe's: Welch's are of many successes and failures.
    is_normal = ~is_share | (np.minimum(_rarest(treated), _rarest(control)) >= _FEWEST_OF_A_KIND)
    figures = {
        "treated_value": treated.mean,
        "held_out_value": control.mean,
        "difference": plain.estimate,
        "ci_low": plain.low,
        "ci_high": plain.high,
        "sequential_ci_low": _within(always.low, is_share),
        "sequential_ci_high": _within(always.high, is_share),
        "adjusted_difference": less_before.estimate,
        "adjusted_ci_low": np.where(is_normal, less_before.low, np.nan),
        "adjusted_ci_high": np.where(is_normal, less_before.high, np.nan),
        "minimum_detectable_difference": np.where(
            is_share,
            detectable_share(smoothed_share(of_shares[1]), of_shares[0].count, of_shares[1].count),
            detectable_mean(treated, control),
        ),
        "sample_ratio_p": sample_ratio_p(treated.count, control.count, share),
    }
    return rows.assign(**figures)[list(READOUT_COLUMNS)]


def before_after_readouts(weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per improvement: how much more its series changed than the one it is compared with.

    A week is one observation: what happens to all units of a week at once, in both series, is no
    evidence of the improvement, and more units within it would not make it one. So the bounds are
    Welch's, of the weekly differences after against those before.

    Args:
        weeks: Counts and totals of both series by week, as in `int_outcomes__weeks`.
    """
    rows = [
        _change(str(slug), of_experiment.sort_values("week_number"))
        for slug, of_experiment in weeks.groupby("experiment_slug", sort=True)
    ]
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _change(slug: str, weeks: pd.DataFrame) -> Mapping[str, object]:
    is_after = (weeks["week_number"] >= 0).to_numpy()
    affected, comparison = (
        _numbers(weeks, f"{series}_total") / _numbers(weeks, f"{series}_count")
        for series in ("affected", "comparison")
    )
    difference = affected - comparison
    own = welch(_weeks(affected[is_after]), _weeks(affected[~is_after]))
    more = welch(_weeks(difference[is_after]), _weeks(difference[~is_after]))
    detectable = detectable_mean(_weeks(difference[is_after]), _weeks(difference[~is_after]))
    before = weeks["week_number"].to_numpy(dtype=float)[~is_after]
    return {
        "experiment_slug": slug,
        "weeks_before": int((~is_after).sum()),
        "weeks_after": int(is_after.sum()),
        "unit_count": int(weeks["affected_count"].sum()),
        "comparison_unit_count": int(weeks["comparison_count"].sum()),
        "value_before": _mean(affected[~is_after]),
        "value_after": _mean(affected[is_after]),
        "comparison_before": _mean(comparison[~is_after]),
        "comparison_after": _mean(comparison[is_after]),
        "change_ci_low": own.low[0],
        "change_ci_high": own.high[0],
        "difference": more.estimate[0],
        "ci_low": more.low[0],
        "ci_high": more.high[0],
        "minimum_detectable_difference": detectable[0],
        "pre_trend_p": pre_trend_p(before, difference[~is_after]),
    }


def _arm(rows: pd.DataFrame, name: str) -> Arm:
    """The arm of whom it tells, also where the sums are those of the measure before."""
    counted = name.removesuffix("_before")
    return Arm(
        _numbers(rows, f"{counted}_count"),
        _numbers(rows, f"{name}_total"),
        _numbers(rows, f"{name}_squares"),
    )


def _only(is_kept: np.ndarray, arm: Arm) -> Arm:
    """Without the customers of the other rows: what is no share has no bounds of a share."""
    return Arm(*(np.where(is_kept, sums, 0.0) for sums in (arm.count, arm.total, arm.squares)))


def _rarest(arm: Arm) -> np.ndarray:
    """The successes or the failures, of which there are fewer."""
    return np.minimum(arm.total, arm.count - arm.total)


def _weeks(values: np.ndarray) -> Arm:
    """Weeks as one arm."""
    return Arm(*(np.array([value]) for value in (len(values), values.sum(), (values**2).sum())))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _numbers(rows: pd.DataFrame, column: str) -> np.ndarray:
    return rows[column].to_numpy(dtype=float)


def _either(is_first: np.ndarray, first: Interval, second: Interval) -> Interval:
    return Interval(
        np.where(is_first, first.estimate, second.estimate),
        np.where(is_first, first.low, second.low),
        np.where(is_first, first.high, second.high),
    )


def _within(bound: np.ndarray, is_share: np.ndarray) -> np.ndarray:
    """A difference of two shares lies between -1 and 1."""
    return np.where(is_share, np.clip(bound, -1.0, 1.0), bound)
