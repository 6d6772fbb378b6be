import json
import zipfile

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.paths import warehouse_path
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.key_secret import customer_key

KEYS = "intermediate.int_identity__customer_keys"


@pytest.fixture
def identity(tmp_path, monkeypatch):
    """Type a command of `throughline identity`, with a data folder of the test's own."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", "hidden")
    for variable in ("THROUGHLINE_STATE", "DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(variable, "")
    return lambda *words: CliRunner().invoke(app, ["identity", *map(str, words)])


def key_of(profile):
    return customer_key("hidden", profile)


def register(*profiles, merged=()):
    """Give out a key on each profile; the keys of those `merged` lead to that of the first."""
    with open_warehouse() as connection:
        connection.execute("create schema if not exists intermediate")
        connection.execute(
            f"create or replace table {KEYS} (customer_key varchar, minted_profile_key varchar, "
            "live_customer_key varchar, profile_keys varchar[], is_live boolean)"
        )
        for profile in profiles:
            live = profiles[0] if profile in merged else profile
            connection.execute(
                f"insert into {KEYS} values (?, ?, ?, ?, ?)",
                [key_of(profile), profile, key_of(live), [profile], live == profile],
            )


def registered():
    with open_warehouse() as connection:
        return connection.execute(f"from {KEYS} order by all").fetchall()


@pytest.fixture
def saved(identity, tmp_path):
    """An export of three keys, one of them redirected."""
    register("a", "b", "c", merged=["b"])
    assert identity("export", tmp_path / "keys.zip").exit_code == 0
    return tmp_path / "keys.zip"


def test_another_warehouse_goes_on_with_the_same_keys(identity, saved):
    before = registered()
    warehouse_path().unlink()

    assert identity("restore", saved).exit_code == 0

    assert registered() == before


def test_an_export_is_for_its_owner_only(saved):
    assert oct(saved.stat().st_mode)[-3:] == "600"


def test_keys_that_a_file_does_not_know_are_not_lost_by_accident(identity, saved):
    register("a", "b", "c", "d", merged=["b"])

    refused = identity("restore", saved)

    assert refused.exit_code == 1
    assert "1 customer keys" in refused.output
    assert len(registered()) == 4

    assert identity("restore", saved, "--replace").exit_code == 0
    assert len(registered()) == 3


def believe(table, *profiles):
    with open_warehouse() as connection:
        connection.execute(f"create table intermediate.{table} (profile_key varchar)")
        connection.executemany(
            f"insert into intermediate.{table} values (?)", [[each] for each in profiles]
        )


def beliefs():
    with open_warehouse() as connection:
        return {
            table: connection.execute(f"from intermediate.{table} order by all").fetchall()
            for (table,) in connection.execute("show tables from intermediate").fetchall()
            if table != "int_identity__customer_keys"
        }


@pytest.fixture
def saved_before(saved):
    """An export of an older version, which called the beliefs otherwise."""
    file = saved.with_name("customer_profiles.parquet")
    duckdb.sql("select unnest(['a', 'b']) as profile_key").write_parquet(str(file))
    with zipfile.ZipFile(saved) as archive:
        keys = archive.read("int_identity__customer_keys.parquet")
    older = saved.with_name("older.zip")
    counts = {"int_identity__customer_keys": 3, "customer_profiles": 2}
    with zipfile.ZipFile(older, "w") as archive:
        archive.writestr("registry.json", json.dumps({"format": 1, "row_counts": counts}))
        archive.writestr("int_identity__customer_keys.parquet", keys)
        archive.write(file, "customer_profiles.parquet")
    return older


def test_an_older_export_is_restored_under_the_names_of_now(identity, saved_before):
    warehouse_path().unlink()

    restored = identity("restore", saved_before)

    assert restored.exit_code == 0, restored.output
    assert beliefs() == {"int_identity__profile_beliefs": [("a",), ("b",)]}
    assert len(registered()) == 3


def test_an_older_export_takes_the_place_of_an_older_warehouses_tables(identity, saved_before):
    """What the warehouse believed under the former name must not come back beside it."""
    believe("customer_profiles", "z")

    assert identity("restore", saved_before).exit_code == 0

    assert beliefs() == {"int_identity__profile_beliefs": [("a",), ("b",)]}


def test_an_older_warehouse_is_saved_under_the_names_of_now(identity, saved, tmp_path):
    believe("customer_profiles", "a")
    believe("identity_customer_key_changes", "b")

    assert identity("export", tmp_path / "all.zip").exit_code == 0
    warehouse_path().unlink()
    assert identity("restore", tmp_path / "all.zip").exit_code == 0

    assert beliefs() == {
        "int_identity__profile_beliefs": [("a",)],
        "int_identity__customer_key_changes": [("b",)],
    }


def test_keys_of_another_secret_are_refused(identity, saved, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", "another")

    refused = identity("restore", saved)

    assert refused.exit_code == 1
    assert "another THROUGHLINE_KEY_SECRET" in refused.output


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        pytest.param(
            "insert into {keys} select * from {keys} where minted_profile_key = 'b'",
            "registered twice",
            id="a key twice",
        ),
        pytest.param(
            "update {keys} set live_customer_key = 'nobody' where minted_profile_key = 'b'",
            "no living customer",
            id="a redirect to nobody",
        ),
        pytest.param(
            "update {keys} set profile_keys = ['a'] where minted_profile_key = 'c'",
            "two customers",
            id="a profile of two",
        ),
    ],
)
def test_a_registry_that_contradicts_itself_is_refused(
    identity, saved, tmp_path, statement, complaint
):
    good = registered()
    with open_warehouse() as connection:
        connection.execute(statement.format(keys=KEYS))
    identity("export", tmp_path / "bad.zip")
    identity("restore", saved, "--replace")

    refused = identity("restore", tmp_path / "bad.zip", "--replace")

    assert refused.exit_code == 1
    assert complaint in refused.output
    assert registered() == good


def test_a_registry_of_another_version_is_refused(identity, saved):
    with open_warehouse() as connection:
        connection.execute(f"alter table {KEYS} add column mood varchar")

    refused = identity("restore", saved)

    assert refused.exit_code == 1
    assert "mood" in refused.output


def test_what_is_no_export_is_refused(identity, saved, tmp_path):
    (tmp_path / "text.zip").write_text("keys")
    with zipfile.ZipFile(tmp_path / "later.zip", "w") as archive:
        archive.writestr("registry.json", json.dumps({"format": 2, "row_counts": {}}))

    for name, complaint in {
        "none.zip": "there is no file",
        "text.zip": "no export",
        "later.zip": "format 2",
    }.items():
        refused = identity("restore", tmp_path / name)
        assert refused.exit_code == 1
        assert complaint in refused.output


def test_without_a_customer_there_is_nothing_to_save(identity, tmp_path):
    refused = identity("export", tmp_path / "keys.zip")

    assert refused.exit_code == 1
    assert "throughline run" in refused.output


def test_without_a_build_there_is_nothing_to_compare_with(identity):
    refused = identity("dry-run")

    assert refused.exit_code == 1
    assert "throughline run" in refused.output
