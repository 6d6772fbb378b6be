"""The scorecard is what its definitions say: every number of it, computed again from the facts."""

import numpy as np
import pandas as pd
import pytest

from tests.oracles import (
    campaigns,
    commerce,
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
COUNTS = ["denominator", "n_immature", "n_unknown", "n_excluded"]
BANDS = ["promoters", "passives", "detractors"]
# No survey of the sample company asks it.
NOT_ASKED = {"nps_transactional"}
# Their windows are longer than the 90 days of the sample company: all that they have is immature.
BEYOND_THE_WORLD = {
    "churn",
    "repurchase_30",
    "repurchase_90",
    "repurchase_365",
    "retention_month_2",
    "retention_month_3",
    "retention_month_6",
    "retention_month_12",
    "detractor_recovery",
}


@pytest.fixture(scope="module")
def expected(company):
    """Every cell of every KPI, from the facts."""
    facts = Facts(company.warehouse)
    kpis = seed("kpis").set_index("metric_slug")
    units: dict[str, list[pd.DataFrame]] = {kind: [] for kind in kpis.kind.unique()}
    for metric in kpis.index.intersection(list(ORACLES)):
        listed = kpis.dimensions[metric].split()
        counted = ORACLES[metric](facts)
        others = [name for name in DIMENSIONS if name in counted and name not in listed]
        units[kpis.kind[metric]].append(counted.drop(columns=others).assign(metric_slug=metric))
    return pd.concat(
        [cells(pd.concat(of_kind, ignore_index=True), kind) for kind, of_kind in units.items()]
    )


@pytest.fixture(scope="module")
def scorecard(company):
    rows = company.published("select * from marts.cx_scorecard")
    rows["period_start_date"] = pd.to_datetime(rows.period_start_date).fillna(NO_DATE)
    return rows.set_index(CELL)


def of_metric(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    return rows[rows.index.get_level_values("metric_slug") == metric].sort_index()


def assert_equal(actual: pd.Series, expected: pd.Series, tolerance: float) -> None:
    actual, expected = actual.astype(float), expected.astype(float)
    differ = ~np.isclose(actual, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    assert not differ.any(), pd.DataFrame({"mart": actual, "oracle": expected})[differ].head(20)


def test_every_kpi_has_an_oracle_and_every_oracle_a_kpi():
    assert set(seed("kpis").metric_slug) == set(ORACLES)


@pytest.mark.parametrize("metric", sorted(ORACLES))
def test_every_number_is_that_of_the_definition(scorecard, expected, metric):
    mart, oracle = of_metric(scorecard, metric), of_metric(expected, metric)
    kpi = seed("kpis").set_index("metric_slug").loc[metric]

    assert mart.index.equals(oracle.index)
    for count in COUNTS:
        assert_equal(mart[count], oracle[count], 0)
    for band in BANDS if kpi.kind == "nps" else []:
        assert_equal(mart[band], oracle[band], 0)
    if kpi.kind in ("rate", "mean", "duration"):
        assert_equal(mart.numerator, oracle.numerator, 1e-9)
    assert_equal(mart.value, oracle.value, 1e-9)
    # Student's quantiles for many degrees of freedom come of a series in the mart.
    for bound in ("ci_low", "ci_high"):
        assert_equal(mart[bound], oracle[bound], 1e-7 if kpi.kind == "mean" else 1e-9)
    if kpi.kind == "rate":
        assert_equal(mart.design_effect, oracle.design_effect.where(oracle.denominator > 0), 1e-9)
    assert mart.is_mature.eq(oracle.n_immature == 0).all()
    assert mart.is_min_n.eq(oracle.denominator >= kpi.minimum_n).all()


@pytest.mark.parametrize("metric", sorted(set(ORACLES) - NOT_ASKED))
def test_the_sample_company_puts_every_kpi_to_the_test(expected, metric):
    total = of_metric(expected, metric).xs("total", level="period_type")

    assert metric in BEYOND_THE_WORLD or total.denominator.max() > 0
    assert total[COUNTS].to_numpy().sum() > 0
