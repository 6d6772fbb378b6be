"""The cells of the oracles beside those of the scorecard.

What belongs here: which oracle there is for which KPI, and when two cells are equal. What does not:
any KPI.
"""

import numpy as np
import pandas as pd

from tests.company import Company
from tests.oracles import (
    campaigns,
    commerce,
    coverage,
    digital,
    employees,
    feedback,
    journeys,
    service,
)
from tests.oracles.cells import CELL, DIMENSIONS, NO_DATE, cells
from tests.oracles.facts import Facts, seed

SUBJECTS = (campaigns, commerce, digital, employees, feedback, journeys, service)
ORACLES = {metric: oracle for subject in SUBJECTS for metric, oracle in subject.KPIS.items()}
# No survey of the sample company asks it.
NOT_ASKED = ("nps_transactional", "ces_5", "ces_5_mean")
COUNTS = ["denominator", "n_immature", "n_unknown", "n_excluded"]
BANDS = ["promoters", "passives", "detractors"]
# Of units that are all but equal the variance is the difference of two great sums: what floats lose
# of it shows in the bounds.
NEAR_BOUNDS = {"journey_cost": 1e-6, "journey_effort": 1e-6}


def kpis() -> pd.DataFrame:
    """The KPIs by their slug."""
    return seed("kpis").set_index("metric_slug")


def oracle_cells(company: Company) -> pd.DataFrame:
    """Every cell of every KPI, from the facts."""
    facts = Facts(company.warehouse)
    units: dict[str, list[pd.DataFrame]] = {}
    for metric, kpi in kpis().iterrows():
        if metric in ORACLES:
            counted = coverage.judged_units(facts, metric, ORACLES[metric](facts))
            listed = kpi.dimensions.split()
            others = [name for name in DIMENSIONS if name in counted and name not in listed]
            # What no source shows of a unit is unknown.
            missing = {name: None for name in listed if name in DIMENSIONS and name not in counted}
            others += [name for name in ("watched_from", "known_at") if name in counted]
            counted = counted.drop(columns=others).assign(metric_slug=metric, **missing)
            units.setdefault(kpi.kind, []).append(counted)
    found = pd.concat(
        [
            cells(pd.concat(of_kind, ignore_index=True), kind, facts.as_of)
            for kind, of_kind in units.items()
        ]
    )
    # A KPI has the dimensions that it lists: a duration over journeys of all kinds has no total.
    listed = kpis().dimensions.str.split().explode()
    cell = found.index.droplevel(
        [name for name in CELL if name not in ("metric_slug", "dimension")]
    )
    return found[cell.isin(pd.MultiIndex.from_arrays([listed.index, listed]))]


def scorecard_cells(company: Company) -> pd.DataFrame:
    """The published scorecard, keyed as the oracles are."""
    rows = company.published("select * from marts.cx_scorecard")
    rows["period_start_date"] = pd.to_datetime(rows.period_start_date).fillna(NO_DATE)
    return rows.set_index(CELL)


def of_metric(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The cells of one KPI."""
    return rows[rows.index.get_level_values("metric_slug") == metric].sort_index()


def _assert_close(actual: pd.Series, expected: pd.Series, tolerance: float) -> None:
    actual, expected = actual.astype(float), expected.astype(float)
    differ = ~np.isclose(actual, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    beside = pd.DataFrame({"mart": actual, "oracle": expected})
    assert not differ.any(), beside[differ].head(20).to_string()


def assert_mart_is_that_of_the_oracle(
    mart: pd.DataFrame, oracle: pd.DataFrame, key: list[str], tolerance: float = 1e-9
) -> None:
    """The same rows by this key, and the oracle's other columns as near as floats can tell."""
    mart, oracle = (_by_key(rows, key) for rows in (mart, oracle))
    assert len(oracle), "nothing to compare"
    assert mart.index.equals(oracle.index), mart.index.symmetric_difference(oracle.index)[:20]
    for column in oracle:
        _assert_close(mart[column], oracle[column], tolerance)


def _by_key(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Sorted by a key in which nothing is missing: no date and no name are values too."""
    rows = rows.reset_index() if rows.index.names[0] else rows
    for column in key:
        if column.endswith("_date"):
            rows[column] = pd.to_datetime(rows[column]).fillna(NO_DATE)
        elif rows[column].dtype.kind not in "iub":
            rows[column] = rows[column].astype(object).where(rows[column].notna(), "")
    return rows.set_index(key, verify_integrity=True).sort_index()


def assert_scorecard_is_that_of_the_oracle(
    scorecard: pd.DataFrame, expected: pd.DataFrame, metric: str
) -> None:
    """The same cells, the same counts, and values and intervals as near as floats can tell."""
    mart, oracle, kpi = (
        of_metric(scorecard, metric),
        of_metric(expected, metric),
        kpis().loc[metric],
    )
    assert mart.index.equals(oracle.index), mart.index.symmetric_difference(oracle.index)[:20]
    for count in COUNTS:
        _assert_close(mart[count], oracle[count], 0)
    for band in BANDS if kpi.kind == "nps" else []:
        _assert_close(mart[band], oracle[band], 0)
    if kpi.kind in ("rate", "mean", "duration"):
        _assert_close(mart.numerator, oracle.numerator, 1e-9)
    _assert_close(mart.value, oracle.value, 1e-9)
    for bound in ("ci_low", "ci_high"):
        # Student's quantiles for many degrees of freedom come of a series in the mart.
        near = NEAR_BOUNDS.get(metric, 1e-7 if kpi.kind == "mean" else 1e-9)
        _assert_close(mart[bound], oracle[bound], near)
    if kpi.kind == "rate":
        counted = oracle.denominator > 0
        _assert_close(mart.design_effect, oracle.design_effect.where(counted), 1e-9)
    assert mart.is_mature.eq(oracle.n_immature == 0).all()
    assert mart.is_min_n.eq(oracle.denominator >= kpi.minimum_n).all()
