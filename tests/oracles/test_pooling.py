"""Counts add up over days, and a value is that of its counts: nothing is a mean of means."""

import pytest

ADDITIVE = ("rate", "mean", "nps")
COUNTS = [
    "numerator",
    "denominator",
    "promoters",
    "detractors",
    "n_immature",
    "n_unknown",
    "n_excluded",
]
MEMBER = ["metric_slug", "dimension", "member"]


@pytest.fixture(scope="module")
def scorecard(company):
    return company.published("select * from marts.cx_scorecard")


@pytest.mark.parametrize("period_type", ["week", "month", "total"])
def test_the_counts_of_days_add_up_to_those_of_longer_periods(scorecard, period_type):
    additive = scorecard[scorecard.kind.isin(ADDITIVE)]
    by_period = additive.groupby(["period_type", *MEMBER])[COUNTS].sum()

    of_days = by_period.loc["day"]

    difference = (by_period.loc[period_type] - of_days).abs()
    assert set(by_period.loc[period_type].index) == set(of_days.index)
    assert difference.max().max() < 1e-6


def test_members_of_a_dimension_add_up_to_all(scorecard):
    periods = ["metric_slug", "period_type", "period_start_date"]
    units = scorecard.set_index(periods)[["dimension", "denominator", "n_immature", "n_excluded"]]
    of_all = units[units.dimension == "total"].drop(columns="dimension")
    # How long journeys of any kind take is no figure.
    in_all = units.index.isin(of_all.index)
    assert set(units[~in_all].index.get_level_values("metric_slug")) == {"journey_duration"}

    members = units[in_all & (units.dimension != "total")]
    by_dimension = members.groupby([*periods, "dimension"], dropna=False)

    difference = by_dimension.sum().sub(of_all)
    assert difference.notna().all().all()
    assert not difference.abs().max().max()


def test_what_becomes_of_checkouts_adds_up_to_all_of_them(scorecard):
    cell = ["period_type", "period_start_date", "dimension", "member"]
    outcomes = ["checkout_completion", "checkout_completed_elsewhere", "checkout_abandonment"]
    checkouts = scorecard[scorecard.metric_slug.isin(outcomes)]

    cells = checkouts.groupby(cell, dropna=False)

    assert (cells.numerator.sum() == cells.denominator.max()).all()
    assert (cells.denominator.min() == cells.denominator.max()).all()
    assert (cells.size() == len(outcomes)).all()


@pytest.fixture(scope="module")
def per(company):
    """How many units the value of a KPI is told for."""
    return company.published("select metric_slug, per from marts.dim_kpis").set_index(
        "metric_slug"
    )["per"]


def test_a_value_is_that_of_its_own_counts(scorecard, per):
    counted = scorecard[scorecard.denominator > 0]
    shares = counted[counted.kind.isin(["rate", "mean"])]
    scores = counted[counted.kind == "nps"]

    of_counts = shares.metric_slug.map(per) * shares.numerator / shares.denominator
    of_bands = 100 * (scores.promoters - scores.detractors) / scores.denominator

    assert (shares.value - of_counts).abs().max() < 1e-9
    assert (scores.value - of_bands).abs().max() < 1e-9
    assert (scores.promoters + scores.passives + scores.detractors == scores.denominator).all()


def test_a_share_of_any_mart_is_that_of_its_own_counts(company, per):
    """Each mart that tells counts beside their share, whatever it is a mart of."""
    columns = company.published(
        "select table_name, list(column_name) as names from information_schema.columns "
        "where table_schema = 'marts' group by table_name"
    ).set_index("table_name")["names"]
    shares = [table for table in columns.index if {*COUNTS[:2], "value"} <= set(columns[table])]
    empty = set()
    for table in shares:
        rows = company.published(f"select * from marts.{table} where denominator > 0")
        if "kind" in rows:
            rows = rows[rows.kind.isin(["rate", "mean"])]
        of_counts = rows.numerator / rows.denominator
        if "metric_slug" in rows:
            of_counts *= rows.metric_slug.map(per)
        assert ((rows.value - of_counts).abs() < 1e-9).all(), table
        if "kind" in rows:
            rows = rows[rows.kind == "rate"]
        assert rows.numerator.between(0, rows.denominator).all(), table
        if rows.empty:
            empty.add(table)

    assert len(shares) >= 10
    assert empty <= {"churn", "repurchase", "retention_cohorts"}, "only these need a long history"
