"""The same warehouse over several runs of dbt: what a run before has decided is kept."""

import shutil

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from orchestration.identity import dry_runs
from orchestration.paths import dbt_dir, warehouse_path
from tests.dbt_project.identity.test_resolution import COLUMNS, build, new_warehouse, profile

OBSERVATIONS = "intermediate.int_shapes__observations"

ADA = profile("crm:ada", day=1, email="ada@mail.pl")
BOB = profile("calls:bob", day=2, phone="601 100 200")
EVE = profile("chat:eve", day=3, email="eve@mail.pl")
# As it came, and as the corrected file has it.
WRONG_FORM = profile("surveys:form", day=4, email="ada@mail.pl", phone="601 100 200")
RIGHT_FORM = WRONG_FORM | {"phone": None}


def observe(profiles):
    """From now on, these are the profiles that are delivered."""
    with duckdb.connect(str(warehouse_path())) as connection:
        connection.execute("delete from observed")
        connection.executemany(
            f"insert into observed values ({', '.join('?' * len(COLUMNS))})",
            [[row[column] for column in COLUMNS] for row in profiles],
        )
        connection.execute(f"delete from {OBSERVATIONS}")
        connection.execute(
            f"insert into {OBSERVATIONS} by name select *, first_seen_at as last_seen_at, "
            "1 as _load_id from observed"
        )
        connection.execute("update staging.stg_ledger__loads set file_date = file_date + 1")


def customers():
    with duckdb.connect(str(warehouse_path()), read_only=True) as connection:
        return dict(
            connection.execute(
                "select profile_key, customer_key from intermediate.int_identity__customer_profiles"
            ).fetchall()
        )


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Customers after each of three runs: apart, merged by a form, the form corrected."""
    folder = tmp_path_factory.mktemp("runs") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder))
        with new_warehouse(folder) as connection:
            connection.execute(
                "insert into reference.identity_decisions "
                "values ('merge', 'crm:ada', 'chat:eve', 'reviewed')"
            )
        outcomes = []
        for profiles in (
            [ADA, BOB, EVE],
            [ADA, BOB, EVE, WRONG_FORM],
            [ADA, BOB, EVE, RIGHT_FORM],
        ):
            observe(profiles)
            build(folder)
            # The adapter would keep the file open, with settings of its own.
            DuckDBConnectionManager.close_all_connections()
            outcomes.append(customers())
        # dbt has parsed the project already.
        shutil.copytree(folder / "target", dbt_dir())
        yield outcomes


def test_a_full_refresh_keeps_the_older_key_in_a_merge(runs):
    apart, merged, _ = runs

    assert apart["crm:ada"] == apart["chat:eve"] != apart["calls:bob"]
    assert set(merged.values()) < set(apart.values())
    assert len(set(merged.values())) == 1


def test_a_corrected_file_gives_both_customers_their_keys_back(runs):
    apart, _, corrected = runs

    assert corrected == {**apart, "surveys:form": apart["crm:ada"]}


def test_a_dry_run_tells_what_the_seeds_would_change_and_writes_nothing(runs):
    """The warehouse was built with a decision that the seed of the repository doesn't have."""
    *_, corrected = runs
    before = warehouse_path().read_bytes()
    killed = warehouse_path().parent / ".dry_run-killed"
    killed.mkdir()

    outcome = dry_runs.dry_run()

    assert (outcome.customers_before, outcome.customers_after) == (2, 3)
    assert outcome.unchanged == 1
    assert list(outcome.split) == [corrected["crm:ada"]]
    assert list(outcome.new.values()) == [[corrected["crm:ada"]]]
    assert outcome.merged == {}
    assert outcome.profiles_moved in (1, 2)
    assert "1 split" in outcome.in_words()
    assert warehouse_path().read_bytes() == before
    assert not list(warehouse_path().parent.glob(".dry_run*"))
