from datetime import date, datetime

import pytest

from orchestration.instance import rebuild
from orchestration.landing import ensure_tables, land, set_run_settings
from orchestration.paths import archive_dir, landing_dir, public_build_path, warehouse_path
from orchestration.warehouse.connections import open_warehouse


@pytest.fixture
def landed(contracts, deliver, monkeypatch):
    """A warehouse into which a first version of a file, its correction and another were landed."""
    monkeypatch.setattr(rebuild, "load_contracts", lambda: contracts)
    with open_warehouse() as connection:
        ensure_tables(connection, contracts)
        for total in ("9.99", "8.88"):
            deliver("receipts_2026-01-01.csv", "receipt_no,total", f"1,{total}")
            land(connection, contracts[0].table("receipts"), landing_dir() / "pos")
        deliver("receipts_2026-01-02.csv", "receipt_no,total", "2,5.00")
        land(connection, contracts[0].table("receipts"), landing_dir() / "pos")
        set_run_settings(connection, [("as_of", "2026-03-01")])
    return contracts


def contents():
    with open_warehouse() as connection:
        return {
            table: connection.execute(f"select {columns} from {table} order by all").fetchall()
            for table, columns in {
                "raw_pos.receipts": "receipt_no, total, _load_id, _line, _file_date",
                "ledger.loads": "load_id, file_name, content_hash, loaded_rows, superseded_by",
                "ledger.run_settings": "*",
            }.items()
        }


def test_a_rebuilt_warehouse_holds_the_same(landed):
    before = contents()

    assert rebuild.replace_warehouse("run") == 3

    assert contents() == before


def test_a_manifest_that_was_cut_costs_a_rebuild_nothing(landed):
    before = contents()
    manifest = archive_dir() / "deliveries.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:200])

    rebuild.replace_warehouse("run")

    assert contents() == before


def test_a_rebuilt_warehouse_has_lost_what_the_archive_does_not_know(landed):
    with open_warehouse() as connection:
        connection.execute("insert into raw_pos.receipts (receipt_no) values ('by hand')")

    rebuild.replace_warehouse("run")

    assert "by hand" not in str(contents())


def test_a_rebuilt_warehouse_remembers_its_customer_keys(landed):
    registered = "intermediate.int_identity__customer_keys"
    with open_warehouse() as connection:
        connection.execute("create schema intermediate")
        connection.execute(f"create table {registered} as select 'k' as customer_key, 1 as run")
        connection.execute("create table intermediate.computed as select 1 as n")

    rebuild.replace_warehouse("run")

    with open_warehouse() as connection:
        assert connection.execute(f"from {registered}").fetchall() == [("k", 1)]
        assert connection.execute("show tables from intermediate").fetchall() == [
            ("int_identity__customer_keys",)
        ]


def test_a_rebuilt_warehouse_remembers_arms_decisions_and_refusals(landed):
    """As they were written: chance does not decide again, and no earlier day is lost."""
    remembered = {
        "int_actions__arms": [
            ("offer", "ada", "held_out", datetime(2026, 2, 1)),
            ("offer", "bo", "treated", datetime(2026, 2, 2)),
        ],
        "int_actions__decision_history": [
            ("ada", "nothing", datetime(2026, 1, 1), datetime(2026, 2, 1)),
            ("ada", "offer", datetime(2026, 2, 1), None),
        ],
        "int_actions__refusal_history": [
            (date(2026, 2, 1), "offer", "no_consent", 7),
            (date(2026, 2, 2), "offer", "no_consent", 9),
        ],
    }
    with open_warehouse() as connection:
        connection.execute("create schema intermediate")
        for table, rows in remembered.items():
            places = ", ".join("?" for _ in rows[0])
            connection.execute(
                f"create table intermediate.{table} as from (values ({places}))", rows[0]
            )
            for row in rows[1:]:
                connection.execute(f"insert into intermediate.{table} values ({places})", row)

    rebuild.replace_warehouse("run")

    with open_warehouse() as connection:
        assert {
            table: connection.execute(f"from intermediate.{table} order by all").fetchall()
            for table in remembered
        } == remembered


def test_a_rebuilt_warehouse_remembers_what_an_older_one_called_otherwise(landed):
    with open_warehouse() as connection:
        connection.execute("create schema intermediate")
        connection.execute("create table intermediate.customer_profiles as select 'p' as profile")
        connection.execute(
            "create table intermediate.identity_customer_key_changes as select 'k' as changed"
        )

    rebuild.replace_warehouse("run")

    with open_warehouse() as connection:
        assert connection.execute("show tables from intermediate").fetchall() == [
            ("int_identity__customer_key_changes",),
            ("int_identity__profile_beliefs",),
        ]
        assert connection.execute(
            "from intermediate.int_identity__customer_key_changes, "
            "intermediate.int_identity__profile_beliefs"
        ).fetchall() == [("k", "p")]


def test_a_rebuild_that_stops_leaves_the_warehouse_as_it_was(landed, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    before = contents()
    monkeypatch.setattr(rebuild, "replay", stop)

    with pytest.raises(KeyboardInterrupt):
        rebuild.replace_warehouse("run")

    assert contents() == before


def test_the_public_marts_are_built_anew_too(landed):
    public_build_path().parent.mkdir(parents=True)
    public_build_path().touch()

    rebuild.replace_warehouse("run")

    assert warehouse_path().exists()
    assert not public_build_path().exists()
