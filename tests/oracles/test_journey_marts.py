"""Journeys, their marts and the curves of defection, computed again from the facts.

What needs a long history is asked of the short one under settings that are quicker to judge, and
of a long one by the real settings (`slow`).
"""

import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.statistics.tables import correlations
from tests.company import opened, refill
from tests.oracles import cutting, defection, facts, journey_marts, lifecycle, measures, resampled
from tests.oracles.comparison import assert_mart_is_that_of_the_oracle
from tests.oracles.facts import Facts

KEYS = {
    "channel_consistency": ["measure_slug", "contact_reason_slug", "channel_slug"],
    "defection_curve": ["experience_number", "group_slug", "day_number"],
    "fct_journey_transitions": [
        "journey_key",
        "from_touchpoint_type_slug",
        "to_touchpoint_type_slug",
    ],
    "fct_journeys": ["journey_key", "outcome_slug"],
    "journey_paths": journey_marts.MOVE,
    "journey_performance": [
        *("metric_slug", "period_type", "period_start_date"),
        *("journey_slug", "segment_slug", "entry_channel_slug"),
    ],
    "journey_variants": ["journey_slug", "variant"],
    "journey_vs_touchpoint": ["journey_slug", "segment_slug", "outcome_slug"],
    "lifecycle_moves": [
        *("period_start_date", "segment_slug"),
        *("from_stage_slug", "to_stage_slug"),
    ],
    "peak_end": ["journey_slug", "segment_slug", "moment_band"],
}
ORACLES = {
    "defection_curve": defection.defection_curve,
    "fct_journey_transitions": journey_marts.journey_transitions,
    "fct_journeys": journey_marts.fct_journeys,
    "journey_paths": journey_marts.journey_paths,
    "journey_performance": journey_marts.journey_performance,
    "journey_variants": journey_marts.journey_variants,
    "lifecycle_moves": lifecycle.lifecycle_moves,
    "peak_end": journey_marts.peak_end,
}
# Differences of clocks in seconds since 1970; variances of means that are all but equal; a curve
# that is rounded to so many digits. Of the others only the order of additions differs.
TOLERANCES = {
    "defection_curve": 1.1e-6,
    "fct_journey_transitions": 1e-6,
    "fct_journeys": 1e-6,
    "journey_paths": 1e-6,
    "journey_performance": 1e-5,
    "journey_variants": 1e-6,
    "peak_end": 1e-8,
}

# Ninety days hold few returns, and few journeys with several scores.
QUICK_TO_JUDGE = {
    "kpi_windows": {
        "churn_minimum_gaps": 1,
        "churn_minimum_returns": 1,
        "churn_minimum_at_risk": 1,
        "churn_percentile": 0.5,
        "defection_controls": 2,
        "defection_minimum_at_risk": 1,
    },
    "journey_settings": {
        "minimum_scored_moments": 1,
        "minimum_touchpoints": 2,
        "outcome_horizon_days": 5,
    },
}
# What depends on these settings, in the order in which it is built.
DEPENDENT = (
    "int_company__windows",
    "int_churn__expected_gaps",
    "int_churn__limits",
    "int_churn__silences",
    "int_churn__defections",
    "defection_curve",
    "int_journeys__scores",
    "fct_journeys",
    "peak_end",
    "int_journeys__score_pairs",
    "int_journeys__correlations",
    "journey_vs_touchpoint",
)


class Marts:
    """One warehouse: what its marts say, and its facts for the oracles."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self.connection = connection
        self.facts = Facts(lambda sql: connection.execute(sql).df())

    def mart(self, name: str) -> pd.DataFrame:
        return self.connection.execute(f"select * from cx.marts.{name}").df()


@pytest.fixture(scope="module")
def marts(company):
    with opened(company.data, read_only=True) as connection:
        yield Marts(connection)


@pytest.fixture(scope="module")
def quick_marts(company, tmp_path_factory):
    """The same facts under the settings above, for the marts and for the oracles."""
    folder = tmp_path_factory.mktemp("quick")
    company.copy_databases(folder)
    seeds = folder / "seeds"
    shutil.copytree(facts.REFERENCE_DIR, seeds)
    with opened(folder) as connection, pytest.MonkeyPatch.context() as patch:
        for seed, settings in QUICK_TO_JUDGE.items():
            _change(connection, seeds, seed, ("setting", "setting_value"), settings)
        _change(connection, seeds, "mart_rules", ("mart", "minimum_n"), {"defection_curve": 5})
        _rebuild(company, connection)
        patch.setattr(facts, "REFERENCE_DIR", seeds)
        yield Marts(connection)


def _change(connection, seeds, seed, columns, values):
    """Other values in a seed, for dbt's models and for the oracles."""
    key, changed = columns
    (path,) = seeds.glob(f"*/{seed}.csv")
    rows = pd.read_csv(path, dtype=str).set_index(key)
    for name, value in values.items():
        rows.loc[name, changed] = str(value)
        connection.execute(
            f"update reference.{seed} set {changed} = ? where {key} = ?", [value, name]
        )
    rows.to_csv(path)


def _rebuild(company, connection):
    """Build the dependent models as dbt compiled them, and the correlations as dbt calls them."""
    tables = company.compiled_tables()
    for name in DEPENDENT:
        if name == "int_journeys__correlations":
            pairs = connection.execute("select * from intermediate.int_journeys__score_pairs").df()
            settings = journey_marts.journey_settings() | QUICK_TO_JUDGE["journey_settings"]
            connection.register("correlations", correlations(pairs, settings))
            relation, query = f"intermediate.{name}", "select * from correlations"
        else:
            relation, query = tables[name]
        refill(connection, [(relation, query)])


# Few customers with much at one moment, about a few orders or none: what a tidy world hardly shows.
ENTANGLE = """
    update intermediate.int_touchpoints__all
    set
        customer_key = 'customer ' || hash(customer_key) % 40,
        order_key = case
            when hash(touchpoint_key, 1) % 3 > 0
                then 'order ' || hash(customer_key) % 40 || ' ' || hash(touchpoint_key, 2) % 4
        end,
        occurred_at = time_bucket(interval 12 hour, occurred_at)
    where customer_key is not null
"""


@pytest.fixture(scope="module")
def entangled_marts(company, tmp_path_factory):
    """Journeys of customers whose touchpoints were thrown together."""
    folder = tmp_path_factory.mktemp("entangled")
    company.copy_databases(folder)
    tables = company.compiled_tables("int_touchpoints__all", "int_journeys__journeys")
    del tables["int_touchpoints__all"]
    with opened(folder) as connection:
        connection.execute(ENTANGLE)
        refill(connection, tables.values())
        yield Marts(connection)


def assert_as_computed_again(marts, name):
    found = ORACLES[name](marts.facts)

    assert_mart_is_that_of_the_oracle(
        marts.mart(name), found, KEYS[name], TOLERANCES.get(name, 1e-9)
    )


def assert_channels_differ_as_computed_again(marts):
    """The number of reasons for which channels are compared: none where each has few contacts."""
    found, resamples = resampled.channel_consistency(marts.facts)
    mart = marts.mart("channel_consistency")

    assert_mart_is_that_of_the_oracle(mart, found, KEYS["channel_consistency"])
    cells = mart.dropna(subset="tau").drop_duplicates(["measure_slug", "contact_reason_slug"])
    assert len(cells) == len(resamples)
    for cell in cells.itertuples():
        taus = resamples[cell.measure_slug, cell.contact_reason_slug]
        assert_interval(cell.tau_ci_low, cell.tau_ci_high, taus)
    return len(cells)


def assert_satisfactions_tell_what_is_computed_again(marts, outcomes):
    found, resamples = resampled.journey_vs_touchpoint(marts.facts)
    mart = marts.mart("journey_vs_touchpoint")

    assert_mart_is_that_of_the_oracle(mart, found, KEYS["journey_vs_touchpoint"])
    assert set(mart.outcome_slug) >= outcomes
    for cell in mart.itertuples():
        of_cell = resamples[cell.journey_slug, cell.segment_slug, cell.outcome_slug]
        for name, drawn in of_cell.items():
            bounds = (getattr(cell, f"{name}_ci_{side}") for side in ("low", "high"))
            assert_interval(*bounds, drawn)


def assert_interval(low, high, resamples):
    assert resampled.is_quantile(low, 0.025, resamples), (low, np.nanquantile(resamples, 0.025))
    assert resampled.is_quantile(high, 0.975, resamples), (high, np.nanquantile(resamples, 0.975))


def assert_cut_as_read_from_the_beginning(marts):
    found = cutting.journey_steps(marts.facts)
    steps = marts.connection.execute(
        "select journey_slug, start_touchpoint_key, touchpoint_key, step_number, is_inferred, "
        "ended_outcome_slug as outcome from intermediate.int_journeys__steps "
        "join intermediate.int_journeys__journeys using (journey_key, journey_slug)"
    ).df()

    assert len(found) == len(steps)
    assert _rows(found) == _rows(steps)
    assert found.is_inferred.sum() > 5
    assert set(found.outcome.dropna()) == {"reached", "failed"}

    measured = measures.journey_measures(marts.facts, found)
    journeys = marts.connection.execute("select * from intermediate.int_journeys__journeys").df()
    assert_mart_is_that_of_the_oracle(journeys, measured, measures.JOURNEY)


def _rows(frame):
    return set(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def test_a_journey_holds_what_a_reader_of_the_timeline_puts_into_it(marts):
    assert_cut_as_read_from_the_beginning(marts)


def test_journeys_are_told_apart_when_much_happens_at_once(entangled_marts):
    assert_cut_as_read_from_the_beginning(entangled_marts)


@pytest.mark.parametrize(
    "name",
    [
        "fct_journey_transitions",
        "fct_journeys",
        "journey_paths",
        "journey_performance",
        "journey_variants",
        "lifecycle_moves",
    ],
)
def test_a_mart_of_journeys_is_that_of_its_definition(marts, name):
    assert_as_computed_again(marts, name)


def test_channels_differ_by_the_spread_of_their_means(marts):
    assert_channels_differ_as_computed_again(marts)


@pytest.mark.parametrize("name", ["defection_curve", "peak_end"])
def test_what_takes_long_to_judge_is_that_of_its_definition(quick_marts, name):
    assert_as_computed_again(quick_marts, name)


def test_two_satisfactions_tell_of_later_orders(quick_marts):
    """And of churn, if anybody whose rhythm is known has answered in time."""
    assert_satisfactions_tell_what_is_computed_again(quick_marts, {"repurchase"})


def test_the_oracle_of_defection_gives_the_golden_survival():
    days = pd.Series([10, 20, 30, 30, 60, 90])
    is_churned = pd.Series([True, False, True, False, True, False])

    curve = defection.survival_by_day(days, is_churned).survival_share

    assert curve[[10, 30, 60]].round(4).tolist() == [0.8333, 0.6250, 0.3125]


@pytest.mark.slow
def test_a_long_history_tells_the_same_of_journeys_twice(long_history):
    with opened(long_history.data, read_only=True) as connection:
        marts = Marts(connection)
        assert_cut_as_read_from_the_beginning(marts)
        # Of 300 customers too few come back often enough for a rhythm: nobody's silence is judged,
        # and so few close their account that there may be no curve.
        for name in sorted(set(ORACLES) - {"peak_end", "defection_curve"}):
            assert_as_computed_again(marts, name)
        curve = defection.defection_curve(marts.facts)
        assert len(curve) == len(marts.mart("defection_curve"))
        if len(curve):
            assert_as_computed_again(marts, "defection_curve")
        assert marts.facts.table("int_churn__silences").churns_at.isna().all()
        assert assert_channels_differ_as_computed_again(marts) > 0
        assert_satisfactions_tell_what_is_computed_again(marts, {"repurchase"})
