"""Nothing is published under a clock that does not fit the touchpoints, unless somebody says so."""

import duckdb
import pytest

from orchestration.publishing.clock import StaleClockError, assert_clock_fits


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        for schema in ("reference", "ledger", "intermediate"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table reference.company_settings as from (values "
            "('as_of_early_days', '2'), ('as_of_early_share', '0.01'), ('as_of_late_days', '60'), "
            "('allow_stale_as_of', 'false')) as settings (setting, setting_value)"
        )
        connection.execute(
            "create table ledger.run_settings (setting varchar, setting_value varchar)"
        )

        def with_clock(as_of, *times):
            connection.execute(
                "create table intermediate.int_company__settings as "
                f"select timestamp '{as_of}' as as_of"
            )
            connection.execute(
                "create table intermediate.int_touchpoints__all as "
                "select unnest($times)::timestamp as occurred_at",
                {"times": list(times)},
            )
            return connection

        yield with_clock


def test_a_clock_at_the_end_of_the_touchpoints_fits(warehouse):
    # Some hours later, and one of two hundred at an impossible time.
    assert_clock_fits(
        warehouse("2026-01-31", *["2026-01-30 10:00"] * 198, "2026-01-31 05:00", "2099-01-01")
    )


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        ("1970-01-01", "as_of is 1970-01-01 00:00, but 1 of 1 touchpoints happened"),
        ("2026-06-01", "121 days after the newest touchpoint, at 2026-01-30 10:00"),
    ],
)
def test_a_clock_that_does_not_fit_is_told_with_both_times(warehouse, as_of, told):
    connection = warehouse(as_of, "2026-01-30 10:00")

    with pytest.raises(StaleClockError, match=told) as raised:
        assert_clock_fits(connection)
    assert "2026-01-30 10:00" in str(raised.value)
    assert "--set as_of=" in str(raised.value)

    connection.execute("insert into ledger.run_settings values ('allow_stale_as_of', 'true')")
    assert_clock_fits(connection)


def test_who_sets_the_clock_means_it(warehouse):
    connection = warehouse("2026-06-01", "2026-01-30 10:00")
    connection.execute("insert into ledger.run_settings values ('as_of', '2026-06-01')")

    assert_clock_fits(connection)


def test_a_warehouse_without_touchpoints_has_nothing_to_fit(warehouse):
    assert_clock_fits(warehouse("1970-01-01"))
