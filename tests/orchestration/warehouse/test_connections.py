"""The private database is read where it may be; where not, one sentence says why."""

import subprocess
import sys

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.paths import DBT_PROJECT_DIR, warehouse_path
from orchestration.warehouse.connections import (
    UnreadableWarehouseError,
    open_warehouse,
    read_warehouse,
)

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
BUSY = "A run is writing the warehouse: ask again when it has ended."
OWN_CODE_ONLY = ("autoinstall_known_extensions", "autoload_known_extensions")
NONE = "There is no warehouse yet: `throughline run` makes one."


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))


@pytest.fixture
def held():
    """A warehouse that another process writes."""
    duckdb.connect(str(warehouse_path())).close()
    writer = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLD, str(warehouse_path())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    writer.stdout.readline()
    yield
    writer.communicate(b"\n")


@pytest.mark.parametrize("connect", [open_warehouse, read_warehouse])
def test_no_database_of_ours_fetches_or_loads_code_by_itself(connect):
    duckdb.connect(str(warehouse_path())).close()

    with connect() as connection:
        for setting in OWN_CODE_ONLY:
            assert connection.execute(f"select current_setting('{setting}')").fetchall() == [
                (False,)
            ]


def test_no_target_of_dbt_fetches_or_loads_code_by_itself():
    text = (DBT_PROJECT_DIR / "profiles.yml").read_text()
    (profile,) = [one for one in yaml.safe_load(text).values() if "outputs" in one]

    assert profile["outputs"]
    for target in profile["outputs"].values():
        assert [target["settings"][setting] for setting in OWN_CODE_ONLY] == [False, False]


def test_a_warehouse_that_is_not_there_is_said():
    with pytest.raises(UnreadableWarehouseError, match=NONE), read_warehouse():
        pass


def test_a_warehouse_that_a_run_writes_is_said(held):
    with pytest.raises(UnreadableWarehouseError, match=BUSY), read_warehouse():
        pass


@pytest.mark.parametrize("command", [["landing", "status"], ["customer", "someone"]])
def test_a_command_that_reads_ends_with_the_sentence(held, command):
    result = CliRunner().invoke(app, command)

    assert (result.exit_code, result.output) == (1, f"{BUSY}\n")


def test_a_warehouse_that_was_never_built_has_no_customer():
    duckdb.connect(str(warehouse_path())).close()
    result = CliRunner().invoke(app, ["customer", "someone"])

    assert result.exit_code == 1
    assert result.output == "nothing is built yet: `throughline run` does it\n"
