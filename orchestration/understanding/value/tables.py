"""From purchases and days of customers to what may be predicted of them, and how far to trust it.

`model_rows` fits and judges, and says of each check whether it is met; `prediction_rows` predicts
with what it wrote down. So a prediction is never made by what was not judged.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from orchestration.statistics.correlation import spearman
from orchestration.statistics.resampling import NORMAL_QUANTILE
from orchestration.understanding.value.chances import Judgement, Logistic, fit_logistic, judge
from orchestration.understanding.value.purchases import (
    BgNbd,
    GammaGamma,
    Purchases,
    fit_bg_nbd,
    fit_gamma_gamma,
    fitted_numbers,
)

ORDERS, MARGIN = "expected_orders", "expected_margin"
# The prediction, the outcome that it is of, and the column without which a customer has none.
CHANCES = {
    "p_repurchase_30": ("has_purchased", "purchase_age_days"),
    "p_contact_30": ("has_contacted", "tenure_days"),
}
PREDICTIONS = (ORDERS, MARGIN, *CHANCES)
MODEL_COLUMNS = {
    **dict.fromkeys(["prediction_slug", "kind_slug", "name"], "string"),
    "fifth": "Int64",
    **dict.fromkeys(["value", "at_least", "at_most"], "float64"),
    "is_met": "boolean",
    "horizon_days": "Int64",
    "model_version": "string",
}
PREDICTION_COLUMNS = {
    "customer_key": "string",
    "horizon_days": "Int64",
    **dict.fromkeys(["p_alive", ORDERS, MARGIN, "margin_per_order_amount", *CHANCES], "float64"),
    **dict.fromkeys(
        ["value_fifth", "order_fifth", "risk_fifth", *(f"{slug}_fifth" for slug in CHANCES)],
        "Int64",
    ),
    **dict.fromkeys([f"{slug}_reason" for slug in PREDICTIONS], "string"),
    "model_version": "string",
}
_FIFTHS = range(1, 6)
_DAYS_AHEAD = 30
# Changed with each change of how something is computed here.
_CODE_VERSION = 1


def model_rows(
    events: pd.DataFrame,
    snapshots: pd.DataFrame,
    observed: Mapping[str, Any],
    horizons: list[int],
    settings: Mapping[str, float],
) -> pd.DataFrame:
    """One row per prediction and parameter, check or figure of it; some figures by fifth.

    Args:
        events: Purchases and what came back, as in `int_value__margin_events`.
        snapshots: Customers on some days, as in `int_value__snapshots`.
        observed: The time that orders are known for, as in `int_value__observed_time`.
        horizons: Days ahead that may be predicted; the longest that can be checked is.
        settings: Those of `value_settings` by name.
    """
    events = _ordered(events)
    rows = [
        *_purchase_rows(events, observed, horizons, settings),
        *(row for slug in CHANCES for row in _chance_rows(slug, snapshots, settings)),
    ]
    frame = pd.DataFrame(rows, columns=list(MODEL_COLUMNS))
    told = frame[["prediction_slug", "kind_slug", "name"]].astype("string")
    # The last digits are the machine's.
    told = told.assign(value=[f"{value:.6g}" for value in frame["value"].astype(float)])
    digest = hashlib.sha256(f"{_CODE_VERSION}{told.to_csv(index=False)}".encode()).hexdigest()
    frame["model_version"] = digest[:12]
    return frame.astype(MODEL_COLUMNS)


def prediction_rows(
    models: pd.DataFrame,
    events: pd.DataFrame,
    snapshots: pd.DataFrame,
    observed: Mapping[str, Any],
    settings: Mapping[str, float],
) -> pd.DataFrame:
    """One row per customer who bought or wrote: what they will do, or why nobody can say.

    The arguments are those of `model_rows`, and what it gave.
    """
    events = _ordered(events)
    today = snapshots[snapshots["snapshot_number"] == 0]
    end = _end(observed)
    summary = _summary(events, observed, end)
    keys = sorted(set(summary.index) | set(today["customer_key"]))
    table = pd.DataFrame(index=pd.Index(keys, name="customer_key"), columns=[*PREDICTION_COLUMNS])
    table = table.drop(columns="customer_key")
    horizon = models.loc[models["prediction_slug"] == ORDERS, "horizon_days"].max()
    if not pd.isna(horizon) and len(summary):
        ahead = _ahead(models, summary, float(horizon))
        for column in ("p_alive", ORDERS, MARGIN, "margin_per_order_amount"):
            if column in ahead:
                table[column] = ahead[column].reindex(table.index)
        table["horizon_days"] = int(horizon)
        if MARGIN in ahead:
            table["value_fifth"] = _fifths(ahead[MARGIN], settings).reindex(table.index)
        table["order_fifth"] = _fifths(ahead[ORDERS], settings).reindex(table.index)
        # Whoever bought once is alive by definition: the model says nothing of their risk.
        again = ahead[summary["repeats"] > 0]
        table["risk_fifth"] = _fifths(1 - again["p_alive"], settings).reindex(table.index)
    for slug, (_, needed) in CHANCES.items():
        of_slug = today[today[needed].notna()].set_index("customer_key")
        model = _logistic(models, slug)
        if model is not None and len(of_slug):
            chances = pd.Series(model.chances(columns_of(of_slug)), index=of_slug.index)
            table[slug] = chances.reindex(table.index)
            table[f"{slug}_fifth"] = _fifths(chances, settings).reindex(table.index)
    _withhold(table, models)
    table["model_version"] = models["model_version"].iloc[0] if len(models) else None
    return table.reset_index().astype(PREDICTION_COLUMNS)


def unmet(models: pd.DataFrame, slug: str, kind: str = "check") -> str | None:
    """The first check of a prediction that is not met; None where all are."""
    checks = models[(models["prediction_slug"] == slug) & (models["kind_slug"] == kind)]
    failed = checks.loc[~checks["is_met"].fillna(False).astype(bool), "name"]
    return str(failed.iloc[0]) if len(failed) else None


def columns_of(snapshots: pd.DataFrame) -> np.ndarray:
    """What a chance rests on: how lately and how often, from 0 for never."""
    fresh = [
        np.nan_to_num(1 / (1 + np.maximum(_numbers(snapshots, name), 0) / _DAYS_AHEAD))
        for name in ("purchase_age_days", "contact_age_days")
    ]
    counted = [
        np.log1p(np.maximum(np.nan_to_num(_numbers(snapshots, name)), 0))
        for name in ("purchase_count", "contact_count", "bad_experience_count", "tenure_days")
    ]
    score = _numbers(snapshots, "last_score_share")
    is_scored = np.isfinite(score)
    return np.column_stack([*fresh, *counted, is_scored, np.where(is_scored, score - 0.5, 0)])


def _numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].to_numpy(dtype=float, na_value=np.nan)


# Purchases and margin


def _purchase_rows(
    events: pd.DataFrame,
    observed: Mapping[str, Any],
    horizons: list[int],
    settings: Mapping[str, float],
) -> Iterator[dict[str, object]]:
    end = _end(observed)
    start = 0.0 if not pd.isna(observed["covered_from"]) else np.nan
    # As far ahead as the past could be checked: as long to learn from as to check.
    checkable = [days for days in horizons if 2 * days <= end - start]
    horizon = max(checkable, default=None)
    summary = _summary(events, observed, end)
    gap = _typical_gap(events, observed, end)
    bought = events[events["is_purchase"].astype(bool)]

    def row(slug: str, kind: str, name: str, value: float, **more: object) -> dict[str, object]:
        told = {"prediction_slug": slug, "kind_slug": kind, "name": name, "value": value}
        return {**told, "horizon_days": horizon, **more}

    common = [
        ("covered_time", end - start, 2.0 * min(horizons, default=0), None),
        (
            "repeat_customers",
            float((summary["repeats"] > 0).sum()),
            settings["value_minimum_repeat_customers"],
            None,
        ),
        ("history_in_gaps", (end - start) / gap, settings["value_minimum_gaps"], None),
        (
            "known_customer_share",
            _share(observed["known_customer_count"], observed["order_count"]),
            settings["value_minimum_known_customer_share"],
            None,
        ),
    ]
    of_margin = [
        (
            "known_margin_share",
            _share(bought["margin_amount"].notna().sum(), len(bought)),
            settings["value_minimum_known_margin_share"],
            None,
        ),
        (
            "margin_correlation",
            abs(_correlation(summary)),
            None,
            settings["value_maximum_margin_correlation"],
        ),
    ]
    fit = {"orders": _fitted(summary, settings), "margin": _fitted_margin(summary, settings)}
    for slug, checks in ((ORDERS, common), (MARGIN, [*common, *of_margin])):
        for name, value, least, most in checks:
            yield row(slug, "check", name, value, **_bounds(value, least, most))
    for slug, model in ((ORDERS, fit["orders"]), (MARGIN, fit["margin"])):
        if model is not None:
            for name, value in fitted_numbers(model).items():
                yield row(slug, "parameter", name, value)
    yield row(
        ORDERS,
        "check",
        "is_fitted",
        float(fit["orders"] is not None),
        **_bounds(float(fit["orders"] is not None), 1.0, None),
    )
    yield row(
        MARGIN,
        "check",
        "is_fitted",
        float(None not in fit.values()),
        **_bounds(float(None not in fit.values()), 1.0, None),
    )
    held_out = {} if horizon is None else _held_out(events, observed, end, horizon, settings)
    for slug in (ORDERS, MARGIN):
        figures = held_out.get(slug, {})
        most = settings["value_maximum_holdout_error_share"]
        rank, error = (figures.get(name, np.nan) for name in ("rank_ci_low", "error_share"))
        # No rank of a customer where the last ones told nothing; no amount where they were far off.
        yield row(slug, "check", "holdout_rank_ci_low", rank, **_bounds(rank, 0.0, None))
        yield row(slug, "level_check", "holdout_error_share", error, **_bounds(error, -most, most))
        for name in ("predicted", "actual", "past_rate_error_share", "rank_correlation"):
            yield row(slug, "figure", f"holdout_{name}", figures.get(name, np.nan))
        for fifth, name, value in figures.get("fifths", ()):
            yield row(slug, "figure", name, value, fifth=fifth)


def _held_out(
    events: pd.DataFrame,
    observed: Mapping[str, Any],
    end: float,
    horizon: int,
    settings: Mapping[str, float],
) -> dict[str, dict[str, Any]]:
    """What would have been predicted so many days before the end, beside what came."""
    cut = end - horizon
    summary = _summary(events, observed, cut)
    model = _fitted(summary, settings)
    if model is None:
        return {}
    purchases = _purchases(summary)
    expected = {ORDERS: pd.Series(model.expected(purchases, horizon), summary.index)}
    rate = summary["repeats"] / summary["watched"].where(summary["watched"] > 0)
    naive = {ORDERS: (rate.fillna(0) * horizon)}
    spend = _fitted_margin(summary, settings)
    if spend is not None:
        expected[MARGIN] = expected[ORDERS] * _margin_per_order(spend, summary)
        naive[MARGIN] = (naive[ORDERS] * summary["margin"]).fillna(0)
    # What came back of a purchase is taken from it, as everywhere.
    days = _days(events, observed, "purchased_at")
    later = events[(days > cut) & (days <= end)]
    bought = later[later["is_purchase"]].assign(day=np.floor(days[later.index]))
    actual = {
        ORDERS: bought.groupby("customer_key")["day"].nunique(),
        MARGIN: later.groupby("customer_key")["margin_amount"].sum(min_count=1),
    }
    found: dict[str, dict[str, Any]] = {}
    for slug, forecast in expected.items():
        came = actual[slug].reindex(summary.index).fillna(0.0).astype(float)
        fifths = _fifths(forecast, {**settings, "value_minimum_fifth_customers": 1})
        correlation = spearman(forecast.to_numpy(dtype=float), came.to_numpy(dtype=float))
        found[slug] = {
            "predicted": float(forecast.sum()),
            "actual": float(came.sum()),
            "error_share": _share(forecast.sum() - came.sum(), came.sum()),
            "past_rate_error_share": _share(naive[slug].sum() - came.sum(), came.sum()),
            "rank_correlation": correlation,
            "rank_ci_low": correlation - NORMAL_QUANTILE / np.sqrt(max(len(came) - 1, 1)),
            "fifths": [
                (fifth, name, float(values[fifths == fifth].mean()))
                for fifth in _FIFTHS
                for name, values in (
                    ("holdout_predicted_mean", forecast),
                    ("holdout_actual_mean", came),
                )
                if (fifths == fifth).any()
            ],
        }
    return found


def _ahead(models: pd.DataFrame, summary: pd.DataFrame, horizon: float) -> pd.DataFrame:
    """What each customer will do by the parameters that were written down."""
    ahead = pd.DataFrame(index=summary.index)
    numbers = _parameters(models, ORDERS)
    if not numbers:
        return ahead.assign(**{"p_alive": np.nan, ORDERS: np.nan})
    model = BgNbd(**numbers)
    purchases = _purchases(summary)
    ahead["p_alive"] = model.p_alive(purchases)
    ahead[ORDERS] = model.expected(purchases, horizon)
    spend = _parameters(models, MARGIN)
    if spend:
        ahead["margin_per_order_amount"] = _margin_per_order(GammaGamma(**spend), summary)
        ahead[MARGIN] = ahead[ORDERS] * ahead["margin_per_order_amount"]
    return ahead


def _ordered(events: pd.DataFrame) -> pd.DataFrame:
    """In an order of their own, so that no sum depends on the one that they came in."""
    return events.sort_values(["customer_key", "occurred_at", "source_key"], ignore_index=True)


def _summary(events: pd.DataFrame, observed: Mapping[str, Any], until: float) -> pd.DataFrame:
    """One row per customer who bought until a day: repeats, last, watched, margin.

    Purchases of one day are one. `margin` is what a repeat purchase brought on average, less what
    came back by then; null for who has none, and where the margin of one is unknown. A first
    purchase is another thing: what it brings tells of those after it less than it seems.
    """
    at, of = _days(events, observed), _days(events, observed, "purchased_at")
    known = events.assign(at=at, day=np.floor(of))[(of >= 0) & (at <= until)]
    bought = known[known["is_purchase"]]
    summary = bought.groupby("customer_key").agg(
        first=("at", "min"), newest=("at", "max"), days=("day", "nunique")
    )
    repeats = known[known["day"] > np.floor(known["customer_key"].map(summary["first"]))]
    margins = repeats.groupby("customer_key")["margin_amount"].agg(["sum", "size", "count"])
    margins = margins.reindex(summary.index)
    summary["repeats"] = (summary["days"] - 1).astype(float)
    is_known = (margins["size"] == margins["count"]) & np.isfinite(margins["sum"])
    summary["margin"] = (margins["sum"] / summary["repeats"]).where(
        is_known & (summary["repeats"] > 0)
    )
    summary["last"] = (summary["newest"] - summary["first"]).where(summary["repeats"] > 0, 0.0)
    summary["watched"] = until - summary["first"]
    return summary.sort_index()


def _purchases(summary: pd.DataFrame) -> Purchases:
    return Purchases(
        *(summary[name].to_numpy(dtype=float) for name in ("repeats", "last", "watched"))
    )


def _chosen(summary: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    """All customers, or of very many the same every time."""
    most = int(settings["value_most_fitted_customers"])
    if len(summary) <= most:
        return summary
    hashed = [
        hashlib.md5(str(key).encode(), usedforsecurity=False).hexdigest() for key in summary.index
    ]
    return summary.iloc[np.sort(np.argsort(hashed, kind="stable")[:most])]


def _fitted(summary: pd.DataFrame, settings: Mapping[str, float]) -> BgNbd | None:
    return fit_bg_nbd(_purchases(_chosen(summary, settings))) if len(summary) else None


def _fitted_margin(summary: pd.DataFrame, settings: Mapping[str, float]) -> GammaGamma | None:
    chosen = _chosen(summary[summary["margin"].notna()], settings)
    return fit_gamma_gamma(
        chosen["repeats"].to_numpy(dtype=float), chosen["margin"].to_numpy(dtype=float)
    )


def _margin_per_order(model: GammaGamma, summary: pd.DataFrame) -> pd.Series:
    """Whoever has no known margin of a repeat purchase is taken for the average customer."""
    counts = summary["repeats"].where(summary["margin"].notna(), 0).to_numpy(dtype=float)
    means = summary["margin"].fillna(0).to_numpy(dtype=float)
    return pd.Series(model.expected(counts, means), summary.index)


def _typical_gap(events: pd.DataFrame, observed: Mapping[str, Any], end: float) -> float:
    """The median of the gaps between two days of purchase that were seen to end."""
    days = _days(events, observed)
    bought = events.assign(day=np.floor(days))[events["is_purchase"] & (days >= 0) & (days <= end)]
    pairs = bought[["customer_key", "day"]].drop_duplicates().sort_values(["customer_key", "day"])
    gaps = pairs.groupby("customer_key")["day"].diff().dropna()
    return float(gaps.median()) if len(gaps) else np.nan


def _correlation(summary: pd.DataFrame) -> float:
    """Of how often with how dearly, among those who bought again."""
    again = summary[(summary["repeats"] > 0) & summary["margin"].notna()]
    if len(again) < 2 or not np.ptp(again["repeats"]) > 0 or not np.ptp(again["margin"]) > 0:
        return 0.0
    with np.errstate(all="ignore"):
        return float(np.corrcoef(again["repeats"], again["margin"])[0, 1])


def _days(
    events: pd.DataFrame, observed: Mapping[str, Any], column: str = "occurred_at"
) -> pd.Series:
    """When each event was, in days since orders are covered."""
    at = pd.to_datetime(events[column]) - pd.Timestamp(observed["covered_from"])
    return at / pd.Timedelta(days=1)


def _end(observed: Mapping[str, Any]) -> float:
    length = pd.Timestamp(observed["covered_until"]) - pd.Timestamp(observed["covered_from"])
    return float(length / pd.Timedelta(days=1)) if not pd.isna(length) else np.nan


# Chances


def _chance_rows(
    slug: str, snapshots: pd.DataFrame, settings: Mapping[str, float]
) -> Iterator[dict[str, object]]:
    outcome, needed = CHANCES[slug]
    told = snapshots[snapshots[outcome].notna() & snapshots[needed].notna()]
    told = told.sort_values(["snapshot_number", "customer_key"])
    is_later = told["snapshot_number"] == 1
    training, later = told[~is_later], told[is_later]
    minimum = settings["value_minimum_outcomes"]

    def row(kind: str, name: str, value: float, **more: object) -> dict[str, object]:
        told = {"prediction_slug": slug, "kind_slug": kind, "name": name, "value": value}
        return {**told, "horizon_days": _DAYS_AHEAD, **more}

    def check(
        name: str, value: float, least: float | None, most: float | None
    ) -> dict[str, object]:
        return row("check", name, value, **_bounds(value, least, most))

    fewest = {
        name: float(min((part[outcome] == did).sum() for did in (True, False)))
        for name, part in (("training_outcomes", training), ("later_outcomes", later))
    }
    yield row("figure", "training_customers", float(training["customer_key"].nunique()))
    yield row("figure", "later_customers", float(len(later)))
    for name, count in fewest.items():
        yield check(name, count, minimum, None)
    if min(fewest.values()) < max(minimum, 2):
        return
    model = fit_logistic(columns_of(training), training[outcome].to_numpy(dtype=float))
    yield row("parameter", "intercept", model.intercept)
    for place, slope in enumerate(model.slopes):
        yield row("parameter", f"slope_{place}", float(slope))
    found = judge(model, columns_of(later), later[outcome].to_numpy(dtype=float))
    yield from (row("figure", name, value) for name, value in _figures(found).items())
    slope_error = settings["value_maximum_slope_error_share"]
    level_error = settings["value_maximum_level_error_share"]
    yield check("auc_ci_low", found.auc_ci_low, found.best_rule_auc, None)
    yield check("brier", found.brier, None, found.base_brier)
    yield check("calibration_slope", found.calibration_slope, 1 - slope_error, 1 + slope_error)
    yield check("level_error_share", found.mean_chance - found.base_rate, -level_error, level_error)


def _figures(found: Judgement) -> dict[str, float]:
    return {
        name: value
        for name, value in asdict(found).items()
        if name not in ("auc_ci_low", "brier", "calibration_slope")
    }


def _logistic(models: pd.DataFrame, slug: str) -> Logistic | None:
    numbers = _parameters(models, slug)
    if not numbers:
        return None
    slopes = [numbers[f"slope_{place}"] for place in range(len(numbers) - 1)]
    return Logistic(numbers["intercept"], np.array(slopes))


# Both


def _withhold(table: pd.DataFrame, models: pd.DataFrame) -> None:
    """Takes out what may not be shown, and says why: ranks first, then amounts alone."""
    shown = {
        ORDERS: ([ORDERS], ["p_alive", "risk_fifth", "order_fifth"]),
        MARGIN: ([MARGIN], ["margin_per_order_amount", "value_fifth"]),
        **{slug: ([slug], [f"{slug}_fifth"]) for slug in CHANCES},
    }
    for slug, (amounts, ranks) in shown.items():
        reason, level_reason = unmet(models, slug), unmet(models, slug, "level_check")
        if reason is not None:
            table[ranks] = None
        if (reason := reason or level_reason) is not None:
            table[amounts] = None
        # Who never bought, in the time that is known, has no rhythm to go by.
        why = pd.Series(reason or "no_purchase", index=table.index, dtype="string")
        table[f"{slug}_reason"] = why.where(table[amounts[0]].isna())


def _parameters(models: pd.DataFrame, slug: str) -> dict[str, float]:
    of_slug = models[(models["prediction_slug"] == slug) & (models["kind_slug"] == "parameter")]
    return dict(zip(of_slug["name"], of_slug["value"].astype(float), strict=True))


def _fifths(values: pd.Series, settings: Mapping[str, float]) -> pd.Series:
    """5 for the highest; equal values share a fifth, and each fifth has enough or there is none."""
    known = values.dropna()
    ranks = known.rank(method="average")
    fifths = np.ceil(5 * (ranks - 0.5) / max(len(known), 1)).clip(1, 5)
    sizes = fifths.value_counts()
    if len(sizes) and sizes.min() < settings["value_minimum_fifth_customers"]:
        fifths = pd.Series(np.nan, known.index)
    return fifths.reindex(values.index)


def _bounds(value: float, least: float | None, most: float | None) -> dict[str, object]:
    is_met = bool(np.isfinite(value))
    is_met &= least is None or value >= least
    is_met &= most is None or value <= most
    return {"at_least": least, "at_most": most, "is_met": is_met}


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else np.nan
