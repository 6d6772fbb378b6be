"""What moves a score, by how much, and whether that can be told: drivers of an outcome.

An effect is a coefficient of least squares beside all other drivers of the outcome, adjusted for
who was asked. Importance is Johnson's relative weight (2000): the Shapley share of R² to 0.01 where
drivers correlate by less than 0.4. Intervals are quantiles of a bootstrap that draws customers with
all their answers. All of it follows from one matrix of products per draw, so that a draw costs as
much as its columns.

Associations only: nothing here says that one thing causes another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.statistics.resampling import CONFIDENCE, cell_generator
from orchestration.statistics.typed import RESAMPLES, frame_types

EVERYONE = "all"
DRAWS = 200
# More categories of who was asked than these have one coefficient together.
MOST_CATEGORIES = 20
# A driver that is known of a smaller share of the answers would cost the others theirs.
LEAST_KNOWN_SHARE = 0.5
# Of a column's variance, what must be left beside the others for its coefficient to be told.
LEAST_VARIANCE = 1e-8
# So much of the variance all drivers together have to explain, and so many customers each of them
# has to have met and not met.
LEAST_R_SQUARED = 0.05
LEAST_CUSTOMERS = 10
# Of the resamples, what must tell an effect for it to have an interval.
LEAST_TELLING_SHARE = 0.95
_ROWS = 8192

OUTCOME = ["program_slug", "metric_slug", "journey_slug"]
_INTERVALS = ("effect", "mean_points", "importance_share")
EFFECT_COLUMNS = {
    **dict.fromkeys([*OUTCOME, "segment_slug", "driver_slug"], "string"),
    **dict.fromkeys(
        ["answer_count", "customer_count", "affected_count", "unaffected_count", "unlinked_count"],
        "int64",
    ),
    "mean_value": "float64",
    **{
        f"{name}{suffix}": "float64"
        for name in _INTERVALS
        for suffix in ("", "_ci_low", "_ci_high")
    },
    "r_squared": "float64",
    "derived_rank": "Int64",
    "has_effect": "boolean",
    "is_distinct": "boolean",
    "is_min_n": "bool",
    "reason_slug": "string",
    "mean_points_draws": RESAMPLES,
}
_MONEY = ["money_amount", "money_ci_low", "money_ci_high"]
MONEY_COLUMNS = {
    **EFFECT_COLUMNS,
    "horizon_days": "Int64",
    **dict.fromkeys(_MONEY, "float64"),
    "is_money_proven": "bool",
}


@dataclass(frozen=True)
class Weights:
    """Per resample and driver; NaN where a resample cannot tell the driver from others."""

    effect: np.ndarray
    share: np.ndarray
    r_squared: np.ndarray
    mean: np.ndarray


def relative_weights(
    correlations: np.ndarray, with_outcome: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Johnson's relative weights, which add up to R², and whether each coefficient can be told.

    `correlations` is one matrix of the drivers' correlations or a stack of them, `with_outcome`
    one vector of theirs with the outcome or a stack.
    """
    values, vectors = np.linalg.eigh(correlations)
    is_kept = values > LEAST_VARIANCE
    kept = np.where(is_kept, values, 1.0)
    roots = np.where(is_kept, np.sqrt(kept), 0.0)
    inverse_roots = np.where(is_kept, 1 / np.sqrt(kept), 0.0)
    flipped = vectors.swapaxes(-1, -2)
    to_drivers = (vectors * roots[..., None, :]) @ flipped
    turned = (vectors * inverse_roots[..., None, :]) @ (flipped @ with_outcome[..., None])
    weights = (to_drivers**2 @ turned**2)[..., 0]
    is_told = (vectors**2 * is_kept[..., None, :]).sum(-1) > 1 - 1e-6
    return weights, is_told


def weights_of(products: np.ndarray, driver_count: int) -> Weights:
    """Effects and importance from matrices of weighted products of columns.

    The columns are a constant, what is adjusted for, the drivers and the outcome, in this order;
    `products` has one matrix per resample. The mean is that of the driver's column.
    """
    adjusting = products.shape[-1] - driver_count - 1
    is_of = slice(0, adjusting), slice(adjusting, None)
    left = products[:, is_of[1], is_of[0]]
    base = np.linalg.pinv(products[:, is_of[0], is_of[0]], rcond=1e-10, hermitian=True)
    rest = products[:, is_of[1], is_of[1]] - left @ base @ left.swapaxes(-1, -2)
    count = products[:, 0, 0]
    variances = np.einsum("dii->di", rest) / count[:, None]
    varies = variances > LEAST_VARIANCE
    scales = np.sqrt(np.where(varies, variances, 1.0))
    correlations = rest / count[:, None, None] / (scales[:, :, None] * scales[:, None, :])
    correlations *= varies[:, :, None] & varies[:, None, :]
    between = correlations[:, :-1, :-1].copy()
    between[:, np.arange(driver_count), np.arange(driver_count)] = 1.0
    with_outcome = correlations[:, :-1, -1]
    weights, is_told = relative_weights(between, with_outcome)
    is_told &= varies[:, :-1]
    inverse = np.linalg.pinv(between, rcond=LEAST_VARIANCE, hermitian=True)
    betas = (inverse @ with_outcome[..., None])[..., 0]
    effects = betas * scales[:, -1:] / scales[:, :-1] * varies[:, -1:]
    r_squared = np.clip(weights.sum(-1), 0, 1)
    total = np.where(r_squared > 0, r_squared, np.nan)
    return Weights(
        effect=np.where(is_told, effects, np.nan),
        share=np.where(is_told, weights / total[:, None], np.nan),
        r_squared=r_squared,
        mean=products[:, 0, adjusting:-1] / count[:, None],
    )


def effects(values: pd.DataFrame, minimum_n: int, seed: int) -> pd.DataFrame:
    """One row per outcome, segment (`all` for all of them) and driver.

    `values` has one row per answer and driver: `response_key`, `customer_key`, `segment_slug`,
    `channel_slug`, `tenure_days`, `earlier_score`, `score`, the driver's `value` (null where it
    cannot be known) and `affected_above`, the size beyond which it counts as met. Where
    fewer than `minimum_n` answers tell, and where the reason says so, all is null but the counts.
    """
    rows: list[dict[str, object]] = []
    ordered = values.sort_values([*OUTCOME, "response_key", "driver_slug"], kind="stable")
    for outcome, of_outcome in ordered.groupby(OUTCOME, sort=True):
        answers, known, above = _answers(of_outcome)
        for segment, of_segment in _segments(answers["segment_slug"]):
            cell = (*outcome, segment)
            rows.extend(
                row | dict(zip([*OUTCOME, "segment_slug"], cell, strict=True))
                for row in _cell_rows(
                    answers[of_segment], known[of_segment], above, minimum_n,
                    cell_generator(cell, seed),
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)).astype(frame_types(EFFECT_COLUMNS))


def with_money(found: pd.DataFrame, money: pd.DataFrame) -> pd.DataFrame:
    """The effects with the money of each customer that goes with the points of a driver.

    `money` has one row per program, metric and segment: what customers brought for each point
    within `horizon_days` (`money_per_point_amount`, `draws`), and whether that `is_proven`. The
    interval is that of the products of the resamples of both; amounts that hold 0 are told too.
    Points that are lost are money above 0, for it is what there is to win.
    """
    key = ["program_slug", "metric_slug", "segment_slug"]
    wanted = [*key, "money_per_point_amount", "draws", "is_proven", "horizon_days"]
    rows = found.merge(money[wanted], on=key, how="left", validate="many_to_one")
    amounts = [_money(row) for row in rows.to_dict("records")]
    rows[_MONEY] = pd.DataFrame(amounts, columns=_MONEY, index=rows.index, dtype="float64")
    is_proven = rows["is_proven"].astype("boolean").fillna(False)
    rows["is_money_proven"] = is_proven.astype(bool) & (rows["money_ci_low"] > 0)
    rows["horizon_days"] = rows["horizon_days"].astype("Int64")
    return rows.drop(columns=["money_per_point_amount", "draws", "is_proven"])


def _money(row: dict[str, object]) -> tuple[float | None, float | None, float | None]:
    points, per_point = _number(row["mean_points"]), _number(row["money_per_point_amount"])
    if not row["is_min_n"] or not np.isfinite([points, per_point]).all():
        return None, None, None
    sign = -1.0 if points < 0 else 1.0
    pairs = zip(_draws(row["mean_points_draws"]), _draws(row["draws"]), strict=False)
    low, high = _interval(np.array([sign * one * other for one, other in pairs]))
    return _significant(sign * points * per_point), _significant(low), _significant(high)


def _draws(draws: object) -> list[float]:
    """The resamples of a cell, as a dbt model holds them; none where there are none."""
    if not isinstance(draws, list | np.ndarray):
        return []
    return [np.nan if draw is None else float(draw) for draw in draws]


def _answers(values: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """The answers of one outcome, what is known of each driver, and where a driver is met."""
    values = values.assign(
        value=_finite(values["value"]), affected_above=_finite(values["affected_above"])
    )
    answers = values.drop_duplicates("response_key").set_index("response_key")
    known = values.pivot_table(
        index="response_key", columns="driver_slug", values="value", aggfunc="first", dropna=False
    ).reindex(answers.index)
    above = values.groupby("driver_slug")["affected_above"].max().fillna(0.0)
    return answers, known.reindex(columns=sorted(above.index)), above


def _segments(segments: pd.Series) -> Iterator[tuple[str, np.ndarray]]:
    yield EVERYONE, np.ones(len(segments), dtype=bool)
    codes, names = pd.factorize(segments, sort=True)
    for code, name in enumerate(names):
        if name != EVERYONE:
            yield str(name), codes == code


def _cell_rows(
    answers: pd.DataFrame,
    known: pd.DataFrame,
    above: pd.Series,
    minimum_n: int,
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    """The rows of one outcome and segment, one per driver."""
    score = _finite(answers["score"])
    is_asked = (score.notna() & answers["customer_key"].notna()).to_numpy()
    is_linked = known.notna().to_numpy()
    shares = is_linked[is_asked].mean(0) if is_asked.any() else np.zeros(is_linked.shape[1])
    is_used = shares >= LEAST_KNOWN_SHARE
    is_whole = is_asked & is_linked[:, is_used].all(1)
    whole, drivers = answers[is_whole], known.loc[is_whole]
    customers = pd.factorize(whole["customer_key"], sort=True)[0]
    enough = is_whole.sum() >= max(minimum_n, 2) and is_used.any()
    found = None
    if enough:
        found = _found(whole, drivers.loc[:, is_used].to_numpy(), customers, rng)
    rows = []
    for place, name in enumerate(known.columns):
        value = drivers[name].to_numpy()
        affected = _customer_count(customers, np.abs(value) > above[name])
        unaffected = _customer_count(customers, np.abs(value) <= above[name])
        row: dict[str, object] = dict.fromkeys(EFFECT_COLUMNS)
        row |= {
            "driver_slug": name,
            "answer_count": int(is_whole.sum()),
            "customer_count": int(customers.max() + 1) if len(customers) else 0,
            "affected_count": affected,
            "unaffected_count": unaffected,
            "unlinked_count": int((~is_linked[:, place]).sum()),
            "is_min_n": False,
        }
        if not is_used[place]:
            row["reason_slug"] = "too_few_linked"
        elif found is None:
            row["reason_slug"] = "too_few_answers"
        else:
            row |= found.row(int(is_used[:place].sum()))
            if min(affected, unaffected) < LEAST_CUSTOMERS:
                row["reason_slug"] = "too_few_affected"
            elif found.r_squared < LEAST_R_SQUARED:
                row["reason_slug"] = "explains_too_little"
            elif row["effect_ci_low"] is None:
                row["reason_slug"] = "not_told_apart"
            else:
                row["is_min_n"] = True
        rows.append(row)
    _rank(rows)
    return rows


@dataclass(frozen=True)
class _Found:
    """What one cell tells, at its place and per resample, in the units of the drivers."""

    effect: np.ndarray
    points: np.ndarray
    share: np.ndarray
    mean: np.ndarray
    r_squared: float
    effect_draws: np.ndarray
    points_draws: np.ndarray
    share_draws: np.ndarray

    def row(self, place: int) -> dict[str, object]:
        """One driver; all is null where it cannot be told from the others."""
        row: dict[str, object] = {
            "mean_value": _significant(self.mean[place]),
            "r_squared": _significant(self.r_squared),
        }
        if np.isnan(self.effect[place]):
            return row
        row["mean_points_draws"] = [_significant(draw) for draw in self.points_draws[:, place]]
        if np.isnan(_interval(self.effect_draws[:, place])).any():
            return row
        for name, value, draws in (
            ("effect", self.effect, self.effect_draws),
            ("mean_points", self.points, self.points_draws),
            ("importance_share", self.share, self.share_draws),
        ):
            low, high = _interval(draws[:, place])
            row[name] = _significant(value[place])
            row[f"{name}_ci_low"], row[f"{name}_ci_high"] = _significant(low), _significant(high)
        return row


def _found(
    answers: pd.DataFrame, drivers: np.ndarray, customers: np.ndarray, rng: np.random.Generator
) -> _Found:
    score = _finite(answers["score"]).to_numpy()
    (columns, scales), (outcome, unit) = _unit_columns(drivers), _unit_columns(score[:, None])
    design = np.column_stack([np.ones(len(score)), _adjusting(answers), columns, outcome])
    count = drivers.shape[1]
    whole = weights_of(_products(design, np.ones((1, len(score)))), count)
    drawn = weights_of(_drawn_products(design, customers, rng), count)
    # Columns are centred on their mean, and the mean of a resample is told from there.
    centre = np.array([_mean(column) for column in drivers.T])
    with np.errstate(over="ignore", invalid="ignore"):
        per_unit, drawn_per_unit = whole.effect * unit / scales, drawn.effect * unit / scales
        points = per_unit[0] * centre
        drawn_points = drawn_per_unit * (centre + drawn.mean * scales)
    return _Found(
        effect=per_unit[0], points=points, share=whole.share[0], mean=centre,
        r_squared=float(whole.r_squared[0]), effect_draws=drawn_per_unit,
        points_draws=drawn_points, share_draws=drawn.share,
    )  # fmt: skip


def _adjusting(answers: pd.DataFrame) -> np.ndarray:
    """Who was asked: segment, channel, how long a customer, an earlier score where there is one."""
    tenure = _finite(answers["tenure_days"]).clip(lower=0)
    earlier = _finite(answers["earlier_score"])
    numbers = np.column_stack(
        [
            np.log1p(tenure.fillna(tenure.median() if tenure.notna().any() else 0.0)),
            earlier.fillna(earlier.mean() if earlier.notna().any() else 0.0),
            earlier.notna(),
        ]
    ).astype(float)
    categories = [_dummies(answers[column]) for column in ("segment_slug", "channel_slug")]
    return _unit_columns(np.column_stack([numbers, *categories]))[0]


def _dummies(categories: pd.Series) -> np.ndarray:
    """A column for each of the commonest categories but the first, and one for all others."""
    names = categories.astype("object").where(categories.notna(), "").astype(str).to_numpy()
    found, counts = np.unique(names.astype(str), return_counts=True)
    common = found[np.lexsort((found, -counts))][:MOST_CATEGORIES]
    columns = [names == name for name in common[1:]]
    return np.column_stack([*columns, ~np.isin(names.astype(str), common)]).astype(float)


def _unit_columns(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns of mean 0 and standard deviation 1, and their deviations; 0 where nothing varies."""
    largest = np.abs(columns).max(0, initial=0.0)
    largest = np.where(largest > 0, largest, 1.0)
    shrunken = columns / largest
    centred = shrunken - shrunken.mean(0)
    deviations = centred.std(0)
    varies = deviations > 1e-12
    scales = np.where(varies, deviations, 1.0)
    return np.where(varies, centred / scales, 0.0), scales * largest


def _products(design: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Per row of weights the matrix of the weighted products of all pairs of columns."""
    width = design.shape[1]
    first, second = np.triu_indices(width)
    sums = np.zeros((len(weights), len(first)))
    for start in range(0, len(design), _ROWS):
        rows = slice(start, start + _ROWS)
        sums += weights[:, rows] @ (design[rows, first] * design[rows, second])
    products = np.empty((len(weights), width, width))
    products[:, first, second] = products[:, second, first] = sums
    return products


def _drawn_products(
    design: np.ndarray, customers: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The products of each resample of as many customers as there are, with all their answers."""
    order = np.argsort(customers, kind="stable")
    number = int(customers.max()) + 1
    parts = []
    for _ in range(DRAWS // 50):
        taken = np.stack(
            [np.bincount(rng.integers(0, number, number), minlength=number) for _ in range(50)]
        )
        parts.append(_products(design[order], taken[:, customers[order]].astype(float)))
    return np.concatenate(parts)


def _rank(rows: list[dict[str, object]]) -> None:
    """Rank a cell's drivers by the points that they move the average answer, the most first.

    A rank is distinct where the next driver, or nothing at all, moves less in nearly all resamples;
    so must those do that are not shown because too few customers met them.
    """
    shown = [row for row in rows if row["is_min_n"]]
    shown.sort(key=lambda row: (-abs(_number(row["mean_points"])), str(row["driver_slug"])))
    hidden = [row for row in rows if not row["is_min_n"] and row["affected_count"]]
    unknown = [row for row in hidden if row["reason_slug"] == "not_told_apart"]
    sizes = [_sizes(row) for row in (*shown, *hidden)]
    for place, row in enumerate(shown):
        low, high = _number(row["effect_ci_low"]), _number(row["effect_ci_high"])
        row["has_effect"] = low > 0 or high < 0
        row["derived_rank"] = place + 1
        next_size = np.max([np.zeros(DRAWS), *sizes[place + 1 :]], axis=0)
        is_ahead = not unknown and _interval(sizes[place] - next_size)[0] > 0
        row["is_distinct"] = bool(row["has_effect"] and is_ahead)


def _sizes(row: dict[str, object]) -> np.ndarray:
    """The points of each resample without their sign; none where nobody drawn met the driver."""
    draws = _draws(row["mean_points_draws"])
    return np.abs(np.nan_to_num(np.array(draws))) if draws else np.zeros(DRAWS)


def _number(value: object) -> float:
    return float(value) if isinstance(value, float) else float("nan")


def _interval(draws: np.ndarray) -> tuple[float, float]:
    """The bounds of 95 % of the resamples; NaN where too many of them tell nothing."""
    told = draws[np.isfinite(draws)]
    if len(told) < LEAST_TELLING_SHARE * len(draws) or not len(told):
        return float("nan"), float("nan")
    low, high = np.quantile(told, CONFIDENCE)
    return float(low), float(high)


def _customer_count(customers: np.ndarray, is_counted: np.ndarray) -> int:
    return len(np.unique(customers[is_counted]))


def _finite(values: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _mean(column: np.ndarray) -> float:
    """The mean, also of numbers whose sum is too large for one."""
    largest = np.abs(column).max(initial=0.0)
    return float((column / largest).mean() * largest) if largest else 0.0


def _significant(value: float) -> float | None:
    """Ten digits: sums in another order, or on more threads, differ in the last ones."""
    return float(f"{value:.9e}") if np.isfinite(value) else None
