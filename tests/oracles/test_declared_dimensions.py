"""A KPI that declares a dimension shows it: else a scorecard would be empty without a word."""

import pytest

from tests.oracles.comparison import NOT_ASKED, kpis

# What the sample company cannot show, and why. Whatever else is empty is a mistake: the row of the
# thing has no such column, and `kpis.csv` should not say that it had.
UNSHOWN = {
    **{
        (metric, dimension): "No survey of the sample company asks it."
        for metric in NOT_ASKED
        for dimension in (
            *("total", "channel", "segment", "contact_reason", "journey", "store", "program"),
            *(("team",) if metric.startswith("ces") else ()),
        )
    },
}


@pytest.fixture(scope="module")
def declared():
    return {
        (metric, dimension)
        for metric, dimensions in kpis().dimensions.items()
        for dimension in dimensions.split()
    }


@pytest.fixture(scope="module")
def shown(company):
    cells = company.warehouse(
        "select metric_slug, dimension from intermediate.int_kpis__cells where member != 'unknown'"
    )
    return set(cells.itertuples(index=False, name=None))


def test_every_declared_dimension_has_a_cell(declared, shown):
    assert sorted(declared - shown - set(UNSHOWN)) == []


def test_what_cannot_be_shown_is_declared_and_empty(declared, shown):
    assert set(UNSHOWN) <= declared
    assert not set(UNSHOWN) & shown
