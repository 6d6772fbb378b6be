"""No delivered value stops a run: absurd and hostile ones in every column of every contract.

The committed sample is landed. Then each number and each time in it comes again in copies of its
row, once per absurd value, and each column and each field of JSON once per hostile one. One build
of every model has to pass.
"""

import shutil

import pytest
from typer.testing import CliRunner

from orchestration.landing.__main__ import app as landing
from orchestration.paths import PROJECT_DIR
from orchestration.warehouse.dbt_invocation import failures, run_dbt
from tests.end_to_end.spoiling import is_number_or_time, spoil_everything
from tests.faults import figures

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
# Where a number, a time, a word, an id, a person or a text is expected.
HOSTILE = (
    *("=cmd|' /C calc'!A0", "'; drop table x; --", "{{ 1 / 0 }}", "{% for x in y %}", "$(id)"),
    *("../../etc/passwd", "data/*.csv", "%s %n", "<script>alert(1)</script>", "\\", '"', "''"),
    # Right to left, joined, of no width, beyond the basic plane, half a letter.
    *("\u202eabc", "\u0627\u0644", "\u200b", "\U0001f469\u200d\U0001f680", "e\u0301" * 50),
    *(
        "[" * 500,
        '{"a": ' * 200,
        "[]",
        "{}",
        "null",
        "true",
        "-0",
        "-0.0",
        "1e400",
        "0x1F",
        "1_000",
    ),
    *("x" * 100_000, "\t", "\n", " ", "a@b", "@", "+", "+48", "0" * 40, "inf", "-Infinity", "nan"),
)


def is_anything(_table, _place, _text):
    return True


def can_hold_nul(table, _place, _text):
    """A text format with one is refused by its line."""
    return table.landing_format == "parquet"


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
        thrown = spoil_everything(HOSTILE, is_anything, first_copy=400_000)
        nul = spoil_everything(["a\0b"], can_hold_nul, first_copy=900_000)
        outcome = run_dbt("build", "--exclude-resource-type", "unit_test", "test")
        figures.record(
            "values thrown at columns",
            sum(spoilt.values()) * len(ABSURD) + sum(thrown.values()) * len(HOSTILE),
            {"nodes that failed": len(failures(outcome))},
            columns=sum(thrown.values()),
            with_nul=sum(nul.values()),
        )
        yield data, (spoilt, thrown), outcome


def test_no_delivered_value_fails_a_node(built):
    _data, (spoilt, thrown), outcome = built

    assert sum(spoilt.values()) > 100
    assert sum(thrown.values()) > 400
    assert failures(outcome) == []
