"""People shop more in season and after payday, and no less on the whole."""

import numpy as np
import pytest

from orchestration.sample_world import demand
from orchestration.sample_world.simulation import simulate


@pytest.fixture(scope="module")
def year():
    """Sessions and orders of each day of a year."""
    world = simulate(range(4_000), days=366, seed=4)
    # Whoever was there before it began comes to know the company on no day of the year.
    is_old = world.persons["first_at"] < world.start
    moments = world.moments[is_old.loc[world.moments["person"]].to_numpy()]
    visits = moments[moments["landing"].notna()]
    return visits.groupby(visits["at"].dt.floor("D")).size()


def test_more_is_looked_at_in_season(year):
    by_month = year.groupby(year.index.month).mean()

    # People leave, so that each month is held against its neighbours only.
    assert by_month[[11, 12]].mean() > 1.15 * by_month[[9, 10]].mean()
    assert by_month[[7, 8]].mean() < 0.95 * by_month[[5, 6]].mean()


def test_more_is_looked_at_after_payday_than_before(year):
    day = year.index.day

    after = year[np.isin(day, demand.DAYS_AFTER_PAYDAY)].mean()
    before = year[np.isin(day, demand.DAYS_BEFORE_PAYDAY)].mean()

    planted = demand.AFTER_PAYDAY / demand.BEFORE_PAYDAY
    assert 0.85 * planted < after / before < 1.15 * planted


def test_time_stretches_and_comes_back():
    at = np.array([-3.0, 0.0, 17.25, 180.0, 365.5, demand.DAYS + 7.0])

    for gap in (0.0, 2.5, 90.0):
        later = demand.after(at, np.full(len(at), gap))
        assert (later >= at).all()
        assert np.allclose(demand.spent(later) - demand.spent(at), gap)


def test_a_slow_day_takes_longer():
    before_payday, after_payday = np.array([21.0]), np.array([0.0])

    slow = demand.after(before_payday, np.ones(1)) - before_payday
    quick = demand.after(after_payday, np.ones(1)) - after_payday

    assert slow > 1 > quick
