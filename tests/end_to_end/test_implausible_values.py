"""No delivered value stops a run: absurd numbers and times in every column of every contract.

The committed sample is landed. Then each number and each time in it comes again in copies of its
row, once per absurd value. One build of every model has to pass.
"""

import shutil

import pytest
from typer.testing import CliRunner

from orchestration.landing.__main__ import app as landing
from orchestration.paths import PROJECT_DIR
from orchestration.warehouse.dbt_invocation import failures, run_dbt
from tests.end_to_end.spoiling import is_number_or_time, spoil_everything

ABSURD = (
    *("4006381333931", "9" * 30, "-5", "-4006381333931", "NaN", "Infinity", "1e308", "-1e308"),
    # The last plausible ones, and those beside them.
    *("1000000", "-1000000", "10000000000", "1000000000", "100000", "31622400", "1000", "3.5", "0"),
    # Seconds as milli-, micro- and nanoseconds.
    *("1777712400000", "1777712400000000", "1777712400000000000"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "58010-01-01T00:00:00Z", "infinity"),
    *("1990-01-01 00:00:00", "2099-12-31T23:59:59+14:00", "2026-02-30T10:00:00Z"),
    *("01.01.0001", "31.12.9999", "99:99:99", "2026-W99", "9999-W01", "", "absurd"),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    data = tmp_path_factory.mktemp("absurd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(data))
        shutil.copytree(PROJECT_DIR / "seeds" / "sample", data / "landing")
        (data / "build").mkdir()
        landed = CliRunner().invoke(landing, [])
        assert landed.exit_code == 0, landed.output
        spoilt = spoil_everything(ABSURD, is_number_or_time)
        outcome = run_dbt("build", "--exclude-resource-type", "unit_test", "test")
        yield data, spoilt, outcome


def test_no_delivered_value_fails_a_node(built):
    _data, spoilt, outcome = built

    assert sum(spoilt.values()) > 100
    assert failures(outcome) == []
