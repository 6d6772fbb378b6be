import duckdb
import pytest

from orchestration.publishing.known_values import PersonalColumn
from orchestration.publishing.personal_data import (
    PersonalDataError,
    assert_no_personal_data,
    find_personal_data,
    plain_name,
)

ADDRESS = "ada@example.com"


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        pytest.param("create table t as select '{}' as body", "body", id="text"),
        pytest.param("create table t as select ['{}'] as list", "list", id="list"),
        pytest.param("create table t as select {{'a': '{}'}} as s", "s", id="struct"),
        pytest.param("create table t as select {{'{}': 1}} as s", "s", id="field's name"),
        pytest.param("create table t as select map {{'{}': 1}} as m", "m", id="key of a map"),
        pytest.param('create table t as select \'{{"a":"{}"}}\'::json as j', "j", id="JSON"),
        pytest.param("create table t as select encode('żółw, {}') as b", "b", id="bytes"),
        pytest.param("create table t as select '\\xFF{}'::blob as b", "b", id="no UTF-8"),
        pytest.param("create table t as select '{}'::enum('{}') as e", "e", id="enum"),
    ],
)
def test_an_address_is_found_in_whatever_holds_it(connection, statement, column):
    connection.execute(statement.replace("{}", ADDRESS).replace("{{", "{").replace("}}", "}"))

    findings = find_personal_data(connection, frozenset())

    assert ("main.t", column) in {(finding.table, finding.column) for finding in findings}
    assert not any(ADDRESS in str(finding) for finding in findings)


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        pytest.param("comment on table t is '{}'", "comment", id="comment of a table"),
        pytest.param("comment on column t.n is '{}'", "comment of column 1", id="of a column"),
        pytest.param("create view v as select 'to {}' as x", "statement", id="text of a view"),
        pytest.param(
            "create table u (e enum('{}', 'b'))", "type of column 1", id="word that no row bears"
        ),
        pytest.param('create table u (s struct("{}" int))', "type of column 1", id="field"),
        pytest.param("create type mood as enum ('{}')", "type of its own", id="type"),
        pytest.param('create table "{}" (n int)', "name", id="name of a table"),
        pytest.param('create table u ("{}" int)', "name of column 1", id="name of a column"),
        pytest.param(
            "create table u (n varchar default '{}')", "default of column 1", id="default"
        ),
    ],
)
def test_an_address_is_found_in_what_the_file_says_of_itself(connection, statement, column):
    connection.execute("create table t as select 1 as n")
    connection.execute(statement.replace("{}", ADDRESS))

    findings = find_personal_data(connection, frozenset())

    assert column in {finding.column for finding in findings}
    assert not any(ADDRESS in str(finding) for finding in findings)


def test_a_phone_in_a_column_of_numbers_is_found_by_its_check(connection):
    connection.execute("create table t as select 4111111111111111 as number, 12 as n")

    assert [finding.column for finding in find_personal_data(connection, frozenset())] == ["number"]


@pytest.mark.parametrize("first", [4_111_111_111_111_000, 44_051_401_000, 48_501_234_000])
def test_order_numbers_that_count_stop_nobody(connection, first):
    connection.execute(
        f"create table t as select n, n::varchar as v from range({first}, "
        f"{first} + 3000) as numbers(n)"
    )

    assert find_personal_data(connection, frozenset()) == []


def test_a_tagged_column_is_found_whatever_it_holds(connection):
    connection.execute("create table people as select 1 as loyalty_card_no, 'x' as note")

    (finding,) = find_personal_data(connection, frozenset({"Loyalty Card No"}))

    assert finding.column == "loyalty_card_no"


@pytest.mark.parametrize(
    ("column", "name"),
    [("anonymousId", "anonymous_id"), ("Receipt No", "receipt_no"), ("E-Mail", "e_mail")],
)
def test_a_vendors_column_name_is_compared_as_staging_writes_it(column, name):
    assert plain_name(column) == name


STREETS = [f"{number} Mill Lane" for number in range(40)]
POSTCODES = [f"22{number:03}" for number in range(40)]
SURNAMES = [f"{first}owska{last}" for first in "ŁĄKPR" for last in "abcdefgh"]


@pytest.fixture
def warehouse(tmp_path):
    """Forty delivered persons: one table with columns, one with the elements of a JSON file."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        for schema in ("raw_crm", "intermediate", "reference"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            'create table raw_crm.contacts as select unnest(?) as "Street Address", '
            'unnest(range(40))::varchar as "Record ID"',
            [STREETS],
        )
        connection.execute(
            "create table raw_crm.people as select json_object('post code', code) as payload "
            "from (select unnest(?) as code)",
            [POSTCODES],
        )
        connection.execute(
            "create table intermediate.int_identity__profiles as "
            "select 'Zoë Anna' as given_name, unnest(?) as surname",
            [SURNAMES],
        )
        connection.execute(
            "create table intermediate.int_identity__identifiers as "
            "select unnest(['email', 'phone', 'phone', 'email']) as identifier_type, "
            "unnest(['ada@intranet', '+34612345678', '+48501234567;ext=12', 'none@none']) "
            "as identifier_value, unnest([false, false, false, true]) as is_junk union all "
            "select 'account_id', 'acc-' || n || 'x', false from range(20) as numbers(n)"
        )
        connection.execute(
            "create table reference.products as select 'Zoë-Anna Łowskaa' as product_name"
        )
    return path


TAGGED = (
    PersonalColumn("raw_crm", "contacts", "Street Address", "address"),
    PersonalColumn("raw_crm", "contacts", "Record ID", "account"),
    PersonalColumn("raw_crm", "people", "post code", "address"),
    PersonalColumn("raw_crm", "forgotten", "email", "email"),
)


def found(connection, warehouse):
    return find_personal_data(connection, frozenset(), TAGGED, warehouse)


@pytest.mark.parametrize("values", [STREETS, POSTCODES, [text.upper() for text in STREETS]])
def test_tagged_values_are_found_under_another_name(connection, warehouse, values):
    connection.execute("create table customers as select unnest(?) as city", [values])

    (finding,) = found(connection, warehouse)

    assert (finding.table, finding.column) == ("main.customers", "city")
    assert not any(value in str(finding) for value in values)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([str(number) for number in range(1000, 1040)], id="ids that count alike"),
        pytest.param(STREETS[:2] + [f"Store {n:03}" for n in range(40)], id="a lone coincidence"),
        pytest.param([None], id="nothing"),
    ],
)
def test_other_values_pass(connection, warehouse, values):
    connection.execute("create table facts as select unnest(?) as note", [values])

    assert found(connection, warehouse) == []


def test_of_a_namesake_few_shared_values_are_enough(connection, warehouse):
    values = STREETS[:3] + [f"{number} Elm Road" for number in range(20)]
    connection.execute("create table customers as select unnest(?) as street_address", [values])

    (finding,) = found(connection, warehouse)

    assert finding.column == "street_address"


FILLING = [f"order {chr(97 + n)}{chr(98 + n)}" for n in range(20)]


@pytest.mark.parametrize(
    ("values", "is_found"),
    [
        pytest.param([*FILLING, "ask ada@intranet."], True, id="address that only we know"),
        pytest.param([*FILLING, "none@none"], False, id="junk identifies nobody"),
        pytest.param([*FILLING, "tel 612.34.56.78"], True, id="phone of a country of nobody else"),
        pytest.param([*FILLING, "61234 5679"], False, id="no phone of anybody"),
        pytest.param([f"paid by acc-{n}x" for n in range(9)], True, id="ids within texts"),
        pytest.param([*FILLING, "acc-1x", "acc-2x"], False, id="ids of orders look alike"),
        pytest.param([*FILLING, "zoe-anna lowskab", "Ąowskaa, Zoë Anna"], True, id="two names"),
        pytest.param(["called: ZOË ANNA ŁOWSKAB"], True, id="nothing but a name"),
        pytest.param([*FILLING, "Zoë Anna Łowskab"], False, id="one name among many texts"),
        pytest.param(["Zoë-Anna Łowskaa"], False, id="word of the company"),
        pytest.param([*FILLING, *SURNAMES[:4]], False, id="half a name"),
    ],
)
def test_what_identifies_people_is_found_within_texts(connection, warehouse, values, is_found):
    connection.execute("create table facts as select unnest(?) as note", [values])

    findings = found(connection, warehouse)

    assert bool(findings) == is_found
    assert not any(value in str(finding) for value in values for finding in findings)


def test_nothing_is_left_in_the_connection(connection, warehouse):
    found(connection, warehouse)

    assert connection.execute("select table_name from duckdb_tables()").fetchall() == []
    assert ("delivered_to",) not in connection.execute(
        "select database_name from duckdb_databases()"
    ).fetchall()


def test_a_name_alone_is_no_personal_data_where_the_values_are_others(connection, warehouse):
    connection.execute("create table marts as select 12.5 as \"post code\", 'x' as email")

    assert_no_personal_data(connection, frozenset({"email", "post code"}), TAGGED, warehouse)
    with pytest.raises(PersonalDataError):
        assert_no_personal_data(connection, frozenset({"email"}))
