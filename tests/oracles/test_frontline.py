"""The front line sees the figures of the scorecard, and what no KPI has as its definition says."""

import numpy as np
import pandas as pd
import pytest

from tests.oracles.facts import Facts
from tests.oracles.frontline import PERIOD, UNIT, minimum, texts, trainings, visits, workloads

KEY = [*UNIT, *PERIOD]
# Column of the mart and of how many units, by KPI.
FIGURES = {
    "basket": ("basket_amount", "order_count"),
    "call_abandonment": ("call_abandonment_rate", "call_abandonment_unit_count"),
    "call_handle_time": ("call_handle_seconds", "call_handle_unit_count"),
    "call_wait_time": ("call_wait_seconds", "call_wait_unit_count"),
    "ces": ("ces_rate", "ces_unit_count"),
    "ces_5": ("ces_5_rate", "ces_5_unit_count"),
    "closed_loop": ("closed_loop_rate", "closed_loop_unit_count"),
    "csat": ("csat_rate", "csat_unit_count"),
    "employee_enablement": ("employee_enablement_score", "employee_enablement_answer_count"),
    "employee_mood": ("employee_mood_score", "employee_mood_answer_count"),
    "fcr": ("fcr_rate", "fcr_unit_count"),
    "first_response_time": ("first_response_seconds", "first_response_unit_count"),
    "first_response_within_target": (
        "first_response_within_target_rate",
        "first_response_within_target_unit_count",
    ),
    "one_touch_resolution": ("one_touch_resolution_rate", "one_touch_resolution_unit_count"),
    "refund_rate_lines": ("returned_line_rate", "order_line_count"),
    "reopening": ("reopening_rate", "reopening_unit_count"),
    "resolution_business_time_last": ("resolution_business_seconds", "resolution_unit_count"),
    "transfer": ("transfer_rate", "transfer_unit_count"),
}


@pytest.fixture(scope="module")
def facts(company):
    return Facts(company.warehouse)


@pytest.fixture(scope="module")
def mart(company):
    rows = company.published("select * from marts.frontline_scorecard")
    rows["unit_key"] = rows.team_key.where(rows.unit_type == "team", rows.store_key)
    rows["period_start_date"] = pd.to_datetime(rows.period_start_date)
    return rows.set_index(KEY, verify_integrity=True).sort_index()


def beside(mart, oracle, columns):
    """Both in the rows of the mart; what the oracle has and the mart has not is a mistake."""
    assert not set(oracle.index) - set(mart.index)
    return mart[columns], oracle[columns].reindex(mart.index)


@pytest.mark.parametrize("metric", sorted(FIGURES))
def test_a_figure_is_that_of_the_scorecard_or_hidden(mart, company, metric):
    value, count = FIGURES[metric]
    cells = company.published(
        "select dimension as unit_type, member as unit_key, period_type, period_start_date, value, "
        "denominator from marts.cx_scorecard where dimension in ('team', 'store') and "
        f"period_type in ('week', 'month') and member != 'unknown' and metric_slug = '{metric}'"
    )
    cells["period_start_date"] = pd.to_datetime(cells.period_start_date)
    expected = cells.set_index(KEY).rename(columns={"value": value, "denominator": count})
    shown, told = beside(mart, expected, [value, count])

    assert (shown[count] == told[count].fillna(0)).all()
    enough = told[count] >= minimum()
    np.testing.assert_allclose(
        shown[value].astype(float), told[value].where(enough).astype(float), rtol=1e-12
    )


@pytest.mark.parametrize("oracle", [workloads, visits, texts, trainings])
def test_what_no_kpi_has_is_that_of_its_definition(mart, facts, oracle):
    expected = oracle(facts)
    shown, told = beside(mart, expected, list(expected.columns))
    told = told.astype(float)
    if oracle is workloads:
        told["handled_case_count"] = told.handled_case_count.fillna(0)
    if oracle is visits:
        # Before the first visit of a store nobody counted, and a team has no entrance.
        periods = expected.reset_index().groupby(["unit_type", "unit_key", "period_type"])
        first = periods.period_start_date.min()
        began = first.reindex(told.index.droplevel("period_start_date")).to_numpy()
        is_counted = told.index.get_level_values("period_start_date").to_numpy() >= began
        told["visit_count"] = told.visit_count.fillna(0).where(is_counted)
    for column in told:
        np.testing.assert_allclose(shown[column].astype(float), told[column], rtol=1e-12)
    assert shown.notna().any().all()


def test_every_store_and_every_team_has_its_rows(mart, company):
    teams = company.published("select team_key from marts.dim_teams where is_listed").team_key
    stores = company.published("select store_key from marts.dim_stores where is_listed").store_key
    for period_type in ("week", "month"):
        rows = mart.xs(period_type, level="period_type").reset_index()
        assert set(rows[rows.unit_type == "team"].unit_key) == set(teams)
        assert set(rows[rows.unit_type == "store"].unit_key) == set(stores)
