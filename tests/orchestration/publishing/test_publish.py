import json
import stat

import duckdb
import pandas as pd
import pytest
import sqlalchemy

from orchestration.paths import (
    public_build_path,
    published_dir,
    published_metrics_dir,
    published_path,
)
from orchestration.publishing import versions
from orchestration.publishing.personal_data import PersonalDataError
from orchestration.publishing.publish import BrokenCopyError, NotAuditedError
from orchestration.publishing.shrinkage import ShrunkMartsError

COUNT = "select count(*) from marts.dim_customers"


def read(query, path=None):
    with duckdb.connect(str(path or published_path()), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_reader_sees_what_was_built(customers, publish_marts):
    customers(3)

    publication = publish_marts("dim_customers")

    assert publication.version == 1
    assert publication.row_counts == {"marts.dim_customers": 3}
    assert read(COUNT) == [(3,)]


def test_a_reader_with_the_old_version_open_keeps_it_and_stops_nobody(customers, publish_marts):
    customers(3)
    publish_marts("dim_customers")

    with duckdb.connect(str(published_path().resolve()), read_only=True) as old_reader:
        customers(5)
        publish_marts("dim_customers")

        assert old_reader.execute(COUNT).fetchall() == [(3,)]
        assert read(COUNT, published_path().resolve()) == [(5,)]


def test_a_build_that_failed_its_audit_is_not_published(customers, publish_marts):
    customers(5, is_audited=False)

    with pytest.raises(NotAuditedError):
        publish_marts("dim_customers")

    assert not published_path().exists()


def test_a_build_with_personal_data_is_not_published(build, customers, publish_marts):
    customers(3)
    publish_marts("dim_customers")
    build("create table marts.notes as select 'write to ada@example.com' as note")

    with pytest.raises(PersonalDataError) as error:
        publish_marts("dim_customers", "notes")

    assert "marts.notes.note" in str(error.value)
    assert "ada@example.com" not in str(error.value)
    assert versions.current_version() == 1


def test_what_no_model_builds_any_more_is_not_published(customers, build, publish_marts):
    customers(3)
    build(
        "create table marts.dim_customers__dbt_tmp as select 1 as customer_key",
        "create view marts.old_view as select 1 as customer_key",
    )

    assert publish_marts("dim_customers").row_counts == {"marts.dim_customers": 3}


def test_a_build_that_lacks_a_mart_is_not_published(customers, publish_marts):
    customers(3)

    with pytest.raises(BrokenCopyError, match=r"marts\.fct_orders"):
        publish_marts("dim_customers", "fct_orders")

    assert not published_path().exists()


def test_a_view_that_leans_on_the_private_file_is_not_published(build, data_folder, publish_marts):
    build(
        f"attach '{data_folder}/private.duckdb' as private",
        "create table private.people as select 1 as customer_key",
        "create view marts.people as select customer_key from private.people",
    )

    with pytest.raises(duckdb.Error):
        publish_marts("people")

    assert not published_path().exists()


def test_a_copy_that_lost_rows_is_not_published(customers, monkeypatch, publish_marts):
    def lossy(build, copy):
        with duckdb.connect(str(copy)) as connection:
            connection.execute(f"attach '{build}' as build (read_only)")
            connection.execute("create schema marts")
            connection.execute(
                "create table marts.dim_customers as from build.marts.dim_customers limit 3"
            )

    customers(5)
    monkeypatch.setattr("orchestration.publishing.publish._write_fresh", lossy)

    with pytest.raises(BrokenCopyError, match=r"marts\.dim_customers"):
        publish_marts("dim_customers")

    assert not published_path().exists()
    assert not list((published_dir() / "versions").iterdir())


def test_what_a_gate_refused_is_in_no_later_version(build, customers, publish_marts):
    """DuckDB keeps the bytes of a dropped table in the file."""
    names = ", ".join(f"('Zdzisława Brzęczyszczykiewicz {number}')" for number in range(3000))
    build(f"create table marts.a_contacts as from (values {names}) as t(full_name)")
    customers(50_000)
    with pytest.raises(PersonalDataError):
        publish_marts("a_contacts", "dim_customers", tagged=("full_name",))
    below_published = list(published_dir().rglob("*"))
    customers(50_000)

    publish_marts("dim_customers")

    assert not below_published
    assert "Brzęczyszczykiewicz".encode() in public_build_path().read_bytes()
    published = [path for path in published_dir().rglob("*") if path.is_file()]
    assert published
    assert not [path for path in published if "Brzęczyszczykiewicz".encode() in path.read_bytes()]


def test_nobody_else_looks_into_an_unfinished_version(customers, monkeypatch, publish_marts):
    modes = {}

    def stop(connection, relations, in_order, folder):
        modes.update(
            {
                path.name: stat.S_IMODE(path.stat().st_mode)
                for path in folder.parent.parent.iterdir()
            }
        )
        raise OSError("no space left")

    customers(3)
    monkeypatch.setattr("orchestration.publishing.publish._export_parquet", stop)

    with pytest.raises(OSError, match="no space"):
        publish_marts("dim_customers")

    assert modes == {"1.tmp": 0o700}
    assert not list((published_dir() / "versions").iterdir())


def test_comments_of_tables_and_columns_are_published(build, publish_marts):
    build(
        "create or replace table marts.t as select 1 as n",
        "comment on table marts.t is 'One row.'",
        "comment on column marts.t.n is 'A number.'",
    )

    publish_marts("t")

    assert read("select comment from duckdb_tables()") == [("One row.",)]
    assert read("select comment from duckdb_columns() where table_name = 't'") == [("A number.",)]


def test_a_mart_that_lost_most_of_its_rows_is_not_published(customers, publish_marts):
    customers(200)
    publish_marts("dim_customers")
    customers(99)

    with pytest.raises(ShrunkMartsError, match=r"marts\.dim_customers: 99 rows, 200 before"):
        publish_marts("dim_customers")

    assert read(COUNT) == [(200,)]


@pytest.mark.parametrize(
    ("before", "after", "may_shrink"),
    [
        pytest.param(200, 100, (), id="half of the rows"),
        pytest.param(99, 0, (), id="a small mart"),
        pytest.param(200, 0, ("marts.dim_customers",), id="a list of what is wrong"),
        pytest.param(200, 0, None, id="somebody said that it is right"),
    ],
)
def test_a_mart_may_have_fewer_rows(before, after, may_shrink, customers, publish_marts):
    customers(before)
    publish_marts("dim_customers")
    customers(after)

    publish_marts("dim_customers", may_shrink=may_shrink)

    assert read(COUNT) == [(after,)]


def test_after_a_failed_build_readers_get_the_last_one_that_passed(customers, publish_marts):
    for rows in (3, 4):
        customers(rows)
        publish_marts("dim_customers")
    versions.roll_back()
    customers(5, is_audited=False)

    publication = publish_marts("dim_customers")

    assert (publication.version, publication.is_new) == (2, False)
    assert read(COUNT) == [(4,)]


def test_a_left_over_of_a_killed_publish_does_not_disturb_the_next(customers, publish_marts):
    left_over = published_dir() / "versions" / "1.tmp"
    left_over.mkdir(parents=True)
    (left_over / "cx.duckdb").write_text("half a file")
    customers(3)

    publish_marts("dim_customers")

    assert not left_over.exists()
    assert read(COUNT) == [(3,)]


def test_the_last_three_versions_are_kept(customers, publish_marts):
    for count in range(1, 6):
        customers(count)
        publish_marts("dim_customers")

    assert versions.version_numbers() == [3, 4, 5]


def test_published_files_are_for_everybody_to_read(customers, publish_marts):
    customers(3)

    publish_marts("dim_customers")

    files = [path for path in published_dir().rglob("*") if path.is_file()]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o644}


def test_the_same_marts_make_the_same_parquet_files(build, publish_marts):
    rows = ["('b', 2)", "('a', 1)", "('c', null)"]
    contents = []
    for order in (rows, rows[::-1]):
        build(f"create or replace table marts.t as from (values {', '.join(order)}) as t(k, n)")
        publish_marts("t")
        contents.append((published_dir() / "parquet" / "t.parquet").read_bytes())

    assert contents[0] == contents[1]
    assert pd.read_parquet(published_dir() / "parquet" / "t.parquet")["k"].tolist() == [*"abc"]


def test_a_mart_that_lies_in_order_is_exported_as_it_lies(build, publish_marts):
    build(
        "create table marts.t as select md5(i::varchar) as k, i as n from range(300000) as r(i) "
        "order by n"
    )
    publish_marts("t", in_order=["t"])

    exported = pd.read_parquet(published_dir() / "parquet" / "t.parquet")

    assert exported["n"].is_monotonic_increasing
    assert len(exported) == 300_000


def test_a_version_says_what_it_was_built_from(customers, publish_marts):
    customers(3, inputs="abc")

    publish_marts("dim_customers")

    note = json.loads((published_dir() / "current" / "version.json").read_text())
    assert note["inputs"] == "abc"
    assert note["row_counts"] == {"marts.dim_customers": 3}


def test_a_version_says_how_many_customers_stand_behind_what_it_shows(
    build, data_folder, publish_marts
):
    data_folder.mkdir()
    with duckdb.connect(str(data_folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create schema reference")
        warehouse.execute(
            "create table reference.identity_settings as "
            "select 'minimum_customers_per_public_cell' as setting, 3.0 as setting_value"
        )
    traits = "as t (customer_key, coarsening, birth_year, birth_decade, gender, city, country_code)"
    build(
        "create table marts.dim_customers as from (values "
        "('a', 'as_is', 1991, 1990, 'f', null, 'PL'), ('b', 'as_is', 1991, 1990, 'f', null, 'PL'), "
        "('c', 'country', null, null, null, null, 'PL'), "
        f"('d', 'nothing', null, null, null, null, null)) {traits}",
        "create table marts.customer_history as from (values "
        "('old', 'as_is', 1991, 1990, 'f', null, 'PL'), "
        "('e', 'country', null, null, null, null, 'PL'), "
        f"('f', 'country', null, null, null, null, 'PL')) {traits}",
        "create table marts.customer_key_redirects as "
        "select 'old' as old_customer_key, 'b' as customer_key",
    )

    publish_marts("dim_customers", "customer_history", "customer_key_redirects")

    note = json.loads((published_dir() / "current" / "version.json").read_text())
    assert note["profile"] == {
        "minimum_customers_per_cell": 3,
        "smallest_cell": 2,
        "customers_by_coarsening": {"as_is": 2, "country": 1, "nothing": 1},
    }


def test_a_version_has_the_definitions_of_its_own_metrics(customers, publish_marts):
    for definitions in ('{"metrics": ["old"]}', '{"metrics": ["new"]}'):
        customers(3)
        publish_marts("dim_customers", definitions=definitions)
    current = published_metrics_dir() / "target" / "semantic_manifest.json"
    new = current.read_text()

    versions.roll_back()

    assert (new, current.read_text()) == ('{"metrics": ["new"]}', '{"metrics": ["old"]}')


def test_pandas_and_sqlalchemy_read_the_published_file(customers, publish_marts):
    customers(3)
    publish_marts("dim_customers")

    with duckdb.connect(str(published_path()), read_only=True) as connection:
        frame = connection.sql("from marts.dim_customers").df()
    engine = sqlalchemy.create_engine(
        f"duckdb:///{published_path()}", connect_args={"read_only": True}
    )
    columns = sqlalchemy.inspect(engine).get_columns("dim_customers", schema="marts")
    by_engine = pd.read_sql("select * from marts.dim_customers", engine)
    engine.dispose()

    assert len(frame) == len(by_engine) == 3
    assert [column["name"] for column in columns] == ["customer_key", "is_identified"]


def test_the_published_file_can_be_read_by_duckdb_1_4(customers, publish_marts):
    customers(3)

    publish_marts("dim_customers")

    with duckdb.connect() as connection:
        connection.execute(f"attach '{published_path()}' as cx (read_only)")
        tags = connection.execute(
            "select tags from duckdb_databases() where database_name = 'cx'"
        ).fetchall()
    assert "v1.4.0" in str(tags)
