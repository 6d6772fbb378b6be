"""How much people shop on each day: more in season and after payday, less before it.

Time is stretched where they shop less: what would fall on a slow day comes a little later, or in a
better week. So a gap between two purchases stays as long on the whole.
"""

from functools import cache

import numpy as np
import pandas as pd

from orchestration.sample_world.world import START

# From January to December; and by day of the month, paid on the first days or on the tenth.
SEASON = (1.0, 0.92, 0.98, 1.0, 1.06, 0.98, 0.86, 0.9, 1.0, 1.08, 1.3, 1.34)
AFTER_PAYDAY, BEFORE_PAYDAY = 1.25, 0.78
DAYS_AFTER_PAYDAY = (1, 2, 3, 4, 5, 10, 11, 12)
DAYS_BEFORE_PAYDAY = range(20, 27)
# Long after any world that is simulated.
DAYS = 4 * 366


@cache
def weights() -> np.ndarray:
    """The demand of each day from the start of the world on, 1 on a usual one."""
    days = pd.Timestamp(START) + pd.to_timedelta(np.arange(DAYS), unit="D")
    season = np.array(SEASON)[days.month - 1]
    is_after = np.isin(days.day, DAYS_AFTER_PAYDAY)
    is_before = np.isin(days.day, DAYS_BEFORE_PAYDAY)
    return season * np.where(is_after, AFTER_PAYDAY, np.where(is_before, BEFORE_PAYDAY, 1.0))


def spent(at: np.ndarray) -> np.ndarray:
    """The demand from the start of the world until each time; before it as on usual days."""
    total = np.interp(at, np.arange(DAYS + 1), _totals())
    return total + np.minimum(at, 0) + np.maximum(at - DAYS, 0)


def after(at: np.ndarray, usual_days: np.ndarray) -> np.ndarray:
    """The time as much demand after each time as there is in so many usual days."""
    until = spent(at) + usual_days
    time = np.interp(until, _totals(), np.arange(DAYS + 1))
    return time + np.minimum(until, 0) + np.maximum(until - _totals()[-1], 0)


@cache
def _totals() -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(weights())])
