import json

import duckdb
import pytest

from orchestration.publishing.impersonal import (
    FolderInUseError,
    buildable_marts,
    copy_without_personal_data,
)
from orchestration.publishing.known_values import PersonalColumn
from orchestration.publishing.personal_data import PersonalDataError
from orchestration.warehouse.connections import open_warehouse

PEOPLE = [f"person{n}@example.com" for n in range(20)]
PERSONAL = [PersonalColumn("raw_crm", "contacts", "Email", "email")]


def node(path, depends_on=(), resource_type="model"):
    folder, name = path.rsplit("/", 1)
    return {
        "unique_id": name,
        "name": name,
        "alias": name,
        "resource_type": resource_type,
        "schema": {"reference": "reference", "marts": "marts"}.get(folder, "intermediate"),
        "database": "cx" if folder == "marts" else "warehouse",
        "path": f"{folder}/{name}.sql",
        "columns": {"store_id": {}} if resource_type == "seed" else {},
        "depends_on": {"nodes": list(depends_on)},
    }


MANIFEST = {
    "metadata": {"user_id": "of a laptop"},
    "nodes": {
        found["unique_id"]: found
        for found in (
            node("reference/store_hours", resource_type="seed"),
            node("intermediate/shapes/cases/int_shapes__cases"),
            node("intermediate/shapes/observations/int_shapes__observations"),
            node("intermediate/identity/int_identity__golden_records"),
            node("intermediate/identity/int_identity__customer_profiles"),
            node("intermediate/facts/cases/int_cases__cases"),
            node("marts/fct_cases", ["int_cases__cases", "store_hours"]),
            node("marts/identity_quality", ["int_identity__golden_records"]),
        )
    },
}


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    with open_warehouse() as connection:
        connection.execute("create schema raw_crm; create schema intermediate")
        connection.execute("create schema reference")
        connection.execute("create table raw_crm.contacts (Email varchar)")
        connection.executemany(
            "insert into raw_crm.contacts values (?)", [[person] for person in PEOPLE]
        )
        connection.execute("""
            create table reference.store_hours as select 'S1' as store_id;
            create view intermediate.int_shapes__cases as
            select
                'crm:' || Email as profile_key, Email as case_id, Email as email, 'S1' as store_id
            from raw_crm.contacts;
            create table intermediate.int_shapes__observations as from raw_crm.contacts;
            create table intermediate.int_identity__golden_records as from raw_crm.contacts;
            create table intermediate.int_identity__customer_profiles as
            select profile_key, md5(profile_key) as customer_key
            from intermediate.int_shapes__cases;
            create table intermediate.int_cases__cases as
            select profile_key, case_id, email as told, 3 as wait_seconds
            from intermediate.int_shapes__cases;
        """)
    published = tmp_path / "data" / "published"
    published.mkdir()
    with duckdb.connect(str(published / "cx.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.fct_cases (n int)")
    return tmp_path


def copied(folder):
    return copy_without_personal_data(folder, MANIFEST, frozenset({"Email"}), PERSONAL)


def test_what_is_above_identity_is_there_without_people(warehouse):
    database, marts = copied(warehouse / "analysts")

    assert not any(person.encode() in database.read_bytes() for person in PEOPLE)
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = {
            name
            for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        }
        assert tables == {
            *(
                "store_hours",
                "int_shapes__cases",
                "int_identity__customer_profiles",
                "int_cases__cases",
            )
        }
        # A name that a contract tags, and a value that somebody delivered under another name.
        assert connection.execute(
            "select count(email), count(*) from intermediate.int_shapes__cases"
        ).fetchall() == [(0, 20)]
        assert connection.execute(
            "select count(told), sum(wait_seconds) from intermediate.int_cases__cases"
        ).fetchall() == [(0, 60)]
        # Keys join as before; the id of a seed's row is no key of a source.
        assert connection.execute(
            "select count(*) from intermediate.int_cases__cases "
            "inner join intermediate.int_shapes__cases using (profile_key, case_id) "
            "inner join intermediate.int_identity__customer_profiles using (profile_key) "
            "inner join reference.store_hours using (store_id)"
        ).fetchall() == [(20,)]
    assert {path.stat().st_mode & 0o777 for path in (database, marts)} == {0o644}
    state = json.loads((warehouse / "analysts" / "dev" / "state" / "manifest.json").read_text())
    assert state["metadata"] == {}


def test_two_copies_share_no_key(warehouse):
    keys = []
    for name in ("one", "other"):
        database, _ = copied(warehouse / name)
        with duckdb.connect(str(database), read_only=True) as connection:
            keys.append(
                set(
                    connection.execute(
                        "select profile_key from intermediate.int_cases__cases"
                    ).fetchall()
                )
            )

    assert len(keys[0]) == len(keys[1]) == 20
    assert not keys[0] & keys[1]


def test_a_folder_of_something_else_is_left_alone(warehouse):
    (warehouse / "letters").mkdir()
    (warehouse / "letters" / "letter.txt").write_text("Dear …")

    with pytest.raises(FolderInUseError):
        copied(warehouse / "letters")

    assert [path.name for path in (warehouse / "letters").iterdir()] == ["letter.txt"]


def test_what_cannot_be_emptied_is_not_copied(warehouse):
    """The name of a column that is an address: no value of it is the reason."""
    with open_warehouse() as connection:
        connection.execute(
            'create or replace table intermediate.int_cases__cases as select 1 as "a@example.com"'
        )

    with pytest.raises(PersonalDataError):
        copied(warehouse / "analysts")

    assert not list((warehouse / "analysts").rglob("*.duckdb"))


def test_a_mart_can_be_built_where_all_that_it_reads_is_there():
    assert buildable_marts(MANIFEST) == (1, 2)
