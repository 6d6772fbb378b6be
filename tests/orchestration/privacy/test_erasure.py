"""Erasing people from a data folder, killed after any step, and the search that proves it."""

import json
import os
from datetime import date, datetime
from itertools import count

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.instance.rebuild import replace_warehouse
from orchestration.landing import check_accounting, ensure_tables, land, load_contracts
from orchestration.paths import archive_dir, landing_dir, warehouse_path
from orchestration.privacy import erasure, retention
from orchestration.privacy.access import write_report
from orchestration.privacy.proof import search
from orchestration.privacy.subjects import Subject, UnknownSubjectError, subject_of
from orchestration.warehouse.connections import open_warehouse

ANNA = Subject(
    customer_keys=("a" * 32,),
    values=(
        ("email", "anna.ondrej77@mail.example"),
        ("card", "7040071596"),
        ("account", "A0000908"),
        ("shop", "6000000000908"),
    ),
    searched=("anna.ondrej77@mail.example", "7040071596", "A0000908", "6000000000908"),
)
BOB = Subject(
    values=(("email", "bob.petrescu31@mail.example"),), searched=("bob.petrescu31@mail.example",)
)
MEMBERS = "card_number,email,phone,first_name,last_name,tier,email_consent,sms_consent,consent_at"
DELIVERED = {
    "loyalty/members_2026-01-02.csv": (
        f"{MEMBERS},joined_at,updated_at\n"
        '7040071596,,,"Anna ""A"", née\nX",Y,,,,,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z\n'
        '7000000001,"Bob.Petrescu31@mail.example",,Bob,P,,,,,2026-01-01T00:00:00Z,'
        "2026-01-01T00:00:00Z\n"
        "7000000002,carla.weiss12@mail.example,,Carla,W,,,,,2026-01-01T00:00:00Z,"
        "2026-01-01T00:00:00Z\n"
    ).encode(),
    "shop/orders_2026-01-02.json": json.dumps(
        {"orders": [{"id": 140, "customer": {"id": 6000000000908}}, {"id": 141, "customer": None}]}
    ).encode(),
    "accounts/accounts_2026-01-02.jsonl": b'{"accountId":"A0000908"}\n{"accountId":"A0000909"}\n',
}


@pytest.fixture(autouse=True)
def _no_wait_for_the_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(os, "sync", lambda: None)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    return tmp_path


def deliver():
    for name, content in DELIVERED.items():
        path = landing_dir() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    path = landing_dir() / "product_usage" / "events_2026-01-02.parquet"
    path.parent.mkdir(exist_ok=True)
    texts = ("device_id", "event_type", "feature", "product_id", "platform")
    events = {
        "event_id": ["u-1", "u-2"],
        "account_id": ["A0000908", "A0000909"],
        **{name: ["x", "y"] for name in texts},
        "duration_seconds": [1.5, 2.5],
        **{name: [datetime(2026, 1, 2)] * 2 for name in ("occurred_at", "recorded_at")},
    }
    pq.write_table(pa.table(events), path)


def land_all():
    names = {"loyalty", "shop", "accounts", "product_usage"}
    with open_warehouse() as connection:
        contracts = load_contracts()
        ensure_tables(connection, contracts)
        for contract in contracts:
            if contract.source_name in names:
                for table in contract.tables:
                    land(connection, table, landing_dir() / contract.source_name, quiet_seconds=0)
        assert check_accounting(connection) == []


def rebuild():
    replace_warehouse(None)


def figures():
    with duckdb.connect(str(warehouse_path()), read_only=True) as connection:
        return connection.execute(
            "select table_name, lines, loaded_rows, erased_rows from ledger.loads "
            "where superseded_by is null order by all"
        ).fetchall()


def test_whoever_was_erased_is_found_nowhere_and_does_not_come_back(data):
    deliver()
    land_all()
    before = figures()
    spellings = [*ANNA.searched, *BOB.searched]
    assert len(search(spellings).found) >= len(DELIVERED)
    erasure.begin([ANNA, BOB])

    done = erasure.finish(rebuild)
    deliver()
    land_all()

    assert done.proof.count == 0
    assert not erasure.is_under_way()
    assert search(spellings).found == {}
    assert search(["carla.weiss12@mail.example"]).count > 0
    after = figures()
    assert [(name, lines) for name, lines, *_ in before] == [
        (name, lines) for name, lines, *_ in after
    ]
    # Lines and rows as they were delivered: what is not loaded is erased.
    assert [loaded for _, _, loaded, _ in before] == [
        loaded + erased for _, _, loaded, erased in after
    ]
    assert sum(erased for *_, erased in after) == done.scrubbed.rows > 0


def test_killed_after_any_step_the_next_try_finishes(data):
    for step in count():
        deliver()
        land_all()
        erasure.begin([ANNA])
        told = iter(range(step))

        def kill(_, told=told):
            next(told)

        try:
            erasure.finish(rebuild, kill)
        except StopIteration:
            assert erasure.is_under_way()
            done = erasure.finish(rebuild)
            assert done.proof.count == 0
            assert not erasure.is_under_way()
            assert search(ANNA.searched).found == {}
        else:
            break
    assert step == 7


def test_what_is_left_is_found_and_the_request_stays(data):
    deliver()
    land_all()
    (data / "notes.txt").write_text("ask ANNA.ONDREJ77@mail.example".upper())
    erasure.begin([ANNA])

    done = erasure.finish(rebuild)

    assert done.proof.found == {data / "notes.txt": 1}
    assert erasure.is_under_way()


def test_a_report_holds_what_was_delivered_and_only_its_maker_reads_it(data, tmp_path_factory):
    deliver()
    land_all()
    folder = tmp_path_factory.mktemp("report")

    counts = write_report(ANNA, folder)

    assert counts == {
        "delivered.accounts.accounts": 1,
        "delivered.loyalty.members": 1,
        "delivered.product_usage.events": 1,
        "delivered.shop.orders": 1,
    }
    assert "Carla" not in (folder / "delivered.loyalty.members.json").read_text()
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_rows_go_when_their_contract_says(data):
    deliver()
    land_all()
    # Usage is kept for 395 days, the others for years.
    assert retention.apply(rebuild, date(2027, 2, 1)).files == 0

    gone = retention.apply(rebuild, date(2027, 2, 2))

    assert (gone.files, gone.rows) == (1, 2)
    assert ("events", 2, 0, 2) in figures()
    assert retention.apply(rebuild, date(2027, 2, 2)).files == 0
    assert search(["A0000908"]).found.keys().isdisjoint(archive_dir().rglob("*.parquet"))


def test_an_identifier_that_names_nobody_is_refused(data):
    deliver()
    land_all()

    with pytest.raises(UnknownSubjectError, match="source:id"):
        subject_of("Anna")


def test_a_number_is_left_out_in_every_spelling(data):
    deliver()
    land_all()

    assert {("phone", "601234567"), ("phone", "48601234567"), ("phone", "0601234567")} <= set(
        subject_of("+48 601 234 567").values
    )
