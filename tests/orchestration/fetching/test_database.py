"""Against a PostgreSQL server of the test's own, on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from orchestration.landing import load_contracts

dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")

PASSWORD = "pass/word of the test"  # noqa: S105
CONTRACT = """
sources:
  - name: pos
    schema: raw_pos
    config: {{meta: {{landing_format: {format}}}}}
    tables:
      - name: receipts
        config: {{meta: {{landing_file: "receipts_{{date}}*.{format}*"}}}}
        columns: [{{name: receipt_no, data_type: varchar}}, {{name: total, data_type: varchar}}]
"""


def server_programs():
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("postgres")
    return folders[-1] if folders else Path(found).resolve().parent if found else None


@pytest.fixture(scope="module")
def server():
    """An address as its owner, without a password in it; the server forgets all at its end."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    # It refuses to run as root, and pytest's folders are root's.
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="throughline-postgres-"))
    if user:
        shutil.chown(folder, user)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "password").write_text(PASSWORD)

    def run(program, *arguments):
        subprocess.run(  # noqa: S603
            [programs / program, "-D", folder / "data", *arguments],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    if user:
        shutil.chown(folder / "password", user)
    run("initdb", "-A", "scram-sha-256", "-U", "shop", f"--pwfile={folder / 'password'}", "-N")
    options = f"-c fsync=off -c listen_addresses=127.0.0.1 -p {port} -k {folder}"
    run("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
    yield port
    run("pg_ctl", "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def address(port, password=PASSWORD):
    spelled = password.replace("/", "%2F").replace(" ", "%20")
    return f"postgresql://shop:{spelled}@127.0.0.1:{port}/postgres"


@pytest.fixture(params=["csv"])
def contracts(tmp_path, request):
    folder = tmp_path / "contracts" / "pos"
    folder.mkdir(parents=True)
    (folder / "_pos__sources.yml").write_text(CONTRACT.format(format=request.param))
    return load_contracts(folder.parent)


@pytest.fixture
def sql(server, monkeypatch):
    """Speak to the shop's database, whose receipts are changed as time goes on."""
    monkeypatch.setenv("POS_URI", address(server))
    with dbapi.connect(address(server), autocommit=True) as connection:

        def run(*statements):
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)

        run(
            "drop table if exists receipts",
            "create table receipts (receipt_no integer, total numeric(9, 2), changed_at "
            "timestamptz not null default now() - interval '1 hour', local_at timestamp, "
            "note text)",
        )
        yield run


def declare(company, watermark="watermark: changed_at", query=None, lag=0):
    query = query or "select receipt_no, total, changed_at from receipts"
    company.declare(f"""
origin:
  kind: postgres
  secrets: {{uri: POS_URI}}
  tables:
    receipts: {{query: "{query}", {watermark}, lag_seconds: {lag}}}
""")


@pytest.mark.parametrize("contracts", ["csv", "parquet", "jsonl", "json"], indirect=True)
def test_rows_come_in_windows_that_neither_overlap_nor_leave_a_gap(sql, company):
    declare(company)
    sql("insert into receipts values (1, 5), (2, 6.50)")
    company.fetch()
    company.land()
    sql(
        "insert into receipts values (3, 7, now())",
        "insert into receipts values (4, 8, now() + interval '1 hour')",
    )
    before = company.fetch()
    company.land()
    after = company.fetch()

    assert [len(before.delivered), len(after.delivered)] == [1, 0]
    assert (before.problems, after.problems) == ([], [])
    is_tabular = company.contract.tables[0].is_tabular
    number = "receipt_no" if is_tabular else "payload ->> 'receipt_no'"
    total = "total" if is_tabular else "payload ->> 'total'"
    rows = company.query(f"select {number}, {total} from raw_pos.receipts order by all")
    assert rows == [("1", "5.00"), ("2", "6.50"), ("3", "7.00")]


def test_what_was_fetched_and_never_landed_is_in_the_next_file(sql, company):
    declare(company)
    sql("insert into receipts values (1, 5)")
    (name,) = company.fetch().delivered
    assert company.fetch().waiting == [name]
    for path in company.landing.iterdir():
        path.unlink()
    sql("insert into receipts values (2, 6)")

    assert company.fetch().delivered == [name]
    company.land()

    assert [receipt for receipt, _ in company.receipts()] == ["1", "2"]


def test_a_row_that_changes_comes_again(sql, company):
    declare(company)
    sql("insert into receipts values (1, 5)")
    company.fetch()
    company.land()
    sql("update receipts set total = 9, changed_at = now()")
    company.fetch()
    company.land()

    assert company.receipts() == [("1", "5.00"), ("1", "9.00")]


def test_rows_that_are_too_young_wait_for_transactions_that_end_late(sql, company):
    declare(company, lag=600)
    sql(
        "insert into receipts values (1, 5, now() - interval '11 minutes')",
        "insert into receipts values (2, 5, now() - interval '9 minutes')",
    )
    company.fetch()
    company.land()

    assert company.receipts() == [("1", "5.00")]


def test_a_number_that_grows_is_a_watermark_too(sql, company):
    declare(company, "watermark: receipt_no")
    for number in (1, 2):
        sql(f"insert into receipts values ({number}, 5)")
        company.fetch()
        company.land()

    assert [receipt for receipt, _ in company.receipts()] == ["1", "2"]


def test_without_a_watermark_all_rows_come_and_the_same_ones_count_once(sql, company):
    declare(company, "watermark: null")
    sql("insert into receipts values (1, 5)")
    for _ in range(2):
        company.fetch()
        company.land()

    assert company.receipts() == [("1", "5.00")]
    assert [status for _, status in company.deliveries()] == ["loaded", "duplicate"]


def test_a_time_without_zone_is_read_in_the_zone_that_is_declared(sql, company):
    query = "select receipt_no, total, local_at from receipts"
    declare(company, "watermark: local_at", query)
    sql(
        "insert into receipts (receipt_no, local_at) values "
        "(1, now() at time zone 'America/New_York' - interval '10 minutes'), "
        "(2, now() at time zone 'America/New_York' + interval '1 hour')"
    )
    (problem,) = company.fetch().problems
    assert problem.endswith("local_at has no zone: say time_zone beside it")

    declare(company, "watermark: local_at, time_zone: America/New_York", query)
    company.fetch()
    company.land()

    assert [receipt for receipt, _ in company.receipts()] == ["1"]


@pytest.mark.parametrize(
    ("watermark", "query", "problem"),
    [
        ("watermark: note", "select note, 1 as a from receipts", "note is text: a watermark is"),
        ("watermark: no_such", None, "(SQLSTATE 42703)"),
        ("watermark: null", "delete from receipts", "(SQLSTATE 42"),
        (
            "watermark: null",
            "select cast(note as integer) from receipts",
            "the database ended the query amid its rows",
        ),
    ],
)
def test_a_query_that_does_not_work_is_told_without_a_value(
    sql, company, watermark, query, problem
):
    sql("insert into receipts (receipt_no, note) values (1, 'anna@example.com')")
    declare(company, watermark, query)

    fetched = company.fetch()

    assert fetched.delivered == []
    assert problem in fetched.problems[0]
    assert "anna" not in fetched.problems[0]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_login_that_is_refused_and_a_server_that_is_not_there_are_told_without_the_secret(
    sql, server, company, monkeypatch, is_there
):
    monkeypatch.setenv("POS_URI", address(server if is_there else 1, "a wrong/password"))
    declare(company)

    fetched = company.fetch()

    assert len(fetched.problems) == 1
    assert "the database" in fetched.problems[0]
    assert "wrong" not in str(fetched)
