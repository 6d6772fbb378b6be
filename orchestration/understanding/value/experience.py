"""What a better experience is worth: the margin after an answer, by how satisfied it was.

Satisfied customers buy more, and bought more before: raw means say little. So the change of margin
is compared (the difference of differences), between customers of the same earlier margin, tenure
and segment, by least squares. It tells what goes along with satisfaction, not what it causes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.statistics.resampling import CONFIDENCE, cell_generator
from orchestration.statistics.typed import RESAMPLES, frame_types

CELL = ["program_slug", "metric_slug", "scale_slug", "horizon_days", "segment_slug"]
ALL = "all"
BAND_COLUMNS = {
    **dict.fromkeys(["program_slug", "metric_slug", "scale_slug"], "string"),
    "horizon_days": "int64",
    **dict.fromkeys(["segment_slug", "band"], "string"),
    "band_rank": "int64",
    **dict.fromkeys(
        [
            "customer_count",
            "reference_customer_count",
            "immature_count",
            "uncovered_count",
            "too_new_count",
            "margin_unknown_count",
        ],
        "int64",
    ),
    **dict.fromkeys(
        [
            "mean_score",
            "margin_before_amount",
            "margin_after_amount",
            "difference_amount",
            "ci_low",
            "ci_high",
        ],
        "float64",
    ),
    **dict.fromkeys(["is_reference", "is_highest", "is_min_n"], "bool"),
    **dict.fromkeys(["money_per_point_amount", "money_ci_low", "money_ci_high"], "float64"),
    "money_draws": RESAMPLES,
}
# So many segments have a level of their own in the figure of all segments; the rest share one.
_OWN_LEVELS = 10
_UNJUDGED = {
    "immature": "immature_count",
    "not_covered": "uncovered_count",
    "too_new": "too_new_count",
    "margin_unknown": "margin_unknown_count",
}


@dataclass(frozen=True)
class BandEffects:
    """By band above the lowest: the adjusted difference from it, whole and in each resample.

    `points` are the differences of the mean score.
    """

    difference: np.ndarray
    points: np.ndarray
    drawn_difference: np.ndarray
    drawn_points: np.ndarray


def band_effects(
    band: np.ndarray,
    score: np.ndarray,
    margin_before: np.ndarray,
    margin_after: np.ndarray,
    adjusted_by: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> BandEffects:
    """How much more the margin changed in each band than in the lowest, all else alike.

    Args:
        band: 0 for the lowest, 1, 2 … for those above; each has customers.
        score: On the scale of the question.
        margin_before: Before the answer; it is adjusted for, too.
        margin_after: Of as long a time after it.
        adjusted_by: One row per customer, one column per further trait; may have no column.
        draws: Resamples of customers, who have one row each.
        rng: Where they come from.
    """
    count, bands = len(band), int(band.max()) + 1
    is_of = (band[:, None] == np.arange(bands)).astype(float)
    design = np.column_stack([is_of, _standardized(np.column_stack([margin_before, adjusted_by]))])
    change = margin_after - margin_before
    scale = np.abs(change).max() or 1.0
    outcome = change / scale
    told = np.column_stack([design, outcome, score])
    squares, moments, means = [], [], []
    for weight in _weights(count, draws, rng):
        # All that a resample needs are sums, weighted by how often it drew each customer.
        sums = (design * weight[:, None]).T @ told
        squares.append(sums[:, :-2])
        moments.append(sums[:, -2])
        with np.errstate(invalid="ignore", divide="ignore"):
            means.append(sums[:bands, -1] / np.diag(sums)[:bands])
    inverted = np.linalg.pinv(np.stack(squares), rcond=1e-10, hermitian=True)
    effects = (inverted @ np.stack(moments)[:, :, None])[:, :bands, 0]
    difference = (effects[:, 1:] - effects[:, :1]) * scale
    points = np.stack(means)[:, 1:] - np.stack(means)[:, :1]
    return BandEffects(difference[0], points[0], difference[1:], points[1:])


def _weights(count: int, draws: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The customers as they are, then as each resample drew them."""
    yield np.ones(count)
    for _ in range(draws):
        yield np.bincount(rng.integers(0, count, count), minlength=count).astype(float)


def experience_values(units: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    """One row per question, horizon, segment (`all` among them) and band.

    Args:
        units: One row per question, horizon and customer, as in `int_value__answer_margins`.
        settings: `value_minimum_customers` that each of two compared bands needs,
            `value_bootstrap_draws`, `value_bootstrap_seed`.
    """
    judged = units.assign(is_judged=_is_judged(units), own_segment_slug=units["segment_slug"])
    judged = pd.concat([judged.assign(segment_slug=ALL), judged], ignore_index=True)
    judged = judged.sort_values([*CELL, "customer_key"], ignore_index=True)
    table = _counted(judged)
    minimum = max(settings["value_minimum_customers"], 1)
    table["is_min_n"] = table[["customer_count", "reference_customer_count"]].min(axis=1) >= minimum
    told = table["is_min_n"] & ~table["is_reference"]
    cells = dict(tuple(judged[judged["is_judged"]].groupby(CELL, sort=True)))
    for key, rows in table[told].groupby(CELL, sort=True):
        lowest = table.loc[rows.index[0] - rows["band_rank"].iloc[0] + 1, "band"]
        effects = _effects(key, cells[key], [lowest, *rows["band"]], settings)
        for place, (index, is_highest) in enumerate(rows["is_highest"].items()):
            for column, value in _figures(effects, place, is_highest).items():
                table.at[index, column] = value
    return table.astype(frame_types(BAND_COLUMNS))[list(BAND_COLUMNS)]


def _is_judged(units: pd.DataFrame) -> np.ndarray:
    """Whose margins are known; what is not finite is no margin."""
    numbers = units[["score", "margin_before_amount", "margin_after_amount", "tenure_days"]]
    is_known = np.isfinite(numbers.to_numpy(dtype=float, na_value=np.nan)).all(axis=1)
    return (units["eligibility"] == "eligible").to_numpy(dtype=bool) & is_known


def _counted(judged: pd.DataFrame) -> pd.DataFrame:
    """One row per cell and band of its question, lowest first, with who is counted and who not."""
    question = [column for column in CELL if column != "segment_slug"]
    bands = judged[judged["segment_slug"] == ALL].groupby([*question, "band"])["score"].mean()
    bands = bands.reset_index().sort_values([*question, "score", "band"])
    bands["band_rank"] = bands.groupby(question).cumcount() + 1
    bands["band_count"] = bands.groupby(question)["band"].transform("size")
    table = judged[CELL].drop_duplicates().merge(bands.drop(columns="score"), on=question)
    keys = [*CELL, "band"]
    for slug, column in _UNJUDGED.items():
        of_reason = judged[judged["eligibility"] == slug].groupby(keys).size()
        table = table.merge(of_reason.rename(column).reset_index(), on=keys, how="left")
    means = (
        judged[judged["is_judged"]]
        .groupby(keys)
        .agg(
            customer_count=("score", "size"),
            mean_score=("score", "mean"),
            margin_before_amount=("margin_before_amount", "mean"),
            margin_after_amount=("margin_after_amount", "mean"),
        )
    )
    table = table.merge(means.reset_index(), on=keys, how="left")
    counts = [*_UNJUDGED.values(), "customer_count"]
    table[counts] = table[counts].fillna(0).astype("int64")
    table = table.sort_values([*CELL, "band_rank"], ignore_index=True)
    table["reference_customer_count"] = table.groupby(CELL)["customer_count"].transform("first")
    table["is_reference"] = table["band_rank"] == 1
    table["is_highest"] = (table["band_rank"] == table["band_count"]) & ~table["is_reference"]
    figures = ("difference_amount", "ci_low", "ci_high", "money_per_point_amount")
    for column in (*figures, "money_ci_low", "money_ci_high"):
        table[column] = np.nan
    table["money_draws"] = pd.Series([None] * len(table), index=table.index, dtype="object")
    return table


def _effects(
    cell: tuple[object, ...],
    units: pd.DataFrame,
    compared: list[str],
    settings: Mapping[str, float],
) -> BandEffects:
    units = units[units["band"].isin(compared)]
    segments = units["own_segment_slug"]
    levels = segments.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    own = [level for level in levels[:_OWN_LEVELS] if level != levels[0]]
    tenure = np.log1p(np.maximum(units["tenure_days"].to_numpy(dtype=float), 0))
    return band_effects(
        units["band"].map(compared.index).to_numpy(),
        units["score"].to_numpy(dtype=float),
        units["margin_before_amount"].to_numpy(dtype=float),
        units["margin_after_amount"].to_numpy(dtype=float),
        np.column_stack([tenure, *((segments == level).to_numpy(dtype=float) for level in own)]),
        int(settings["value_bootstrap_draws"]),
        cell_generator(cell, int(settings["value_bootstrap_seed"])),
    )


def _figures(effects: BandEffects, band: int, is_highest: bool) -> dict[str, object]:
    low, high = np.quantile(effects.drawn_difference[:, band], CONFIDENCE)
    figures: dict[str, object] = {
        "difference_amount": effects.difference[band],
        "ci_low": low,
        "ci_high": high,
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        money = effects.difference[band] / effects.points[band]
        drawn = effects.drawn_difference[:, band] / effects.drawn_points[:, band]
    if is_highest and np.isfinite(money) and np.isfinite(drawn).all():
        low, high = np.quantile(drawn, CONFIDENCE)
        figures |= {
            "money_per_point_amount": money,
            "money_ci_low": low,
            "money_ci_high": high,
            "money_draws": [float(value) for value in drawn],
        }
    return figures


def _standardized(columns: np.ndarray) -> np.ndarray:
    """Each column around 0 and of like size; one that never varies tells nothing and is 0."""
    centred = columns - columns.mean(axis=0)
    spread = centred.std(axis=0)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
