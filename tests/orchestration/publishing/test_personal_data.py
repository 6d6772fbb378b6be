import duckdb
import pytest

from orchestration.publishing.personal_data import (
    PersonalColumn,
    PersonalDataError,
    assert_no_personal_data,
    find_delivered_values,
    find_personal_data,
    plain_name,
)


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("ada@example.com", id="address"),
        pytest.param("Please write to Ada.B+x@mail.example.co.uk, thanks", id="address in a text"),
        pytest.param("+48601234567", id="E.164"),
        pytest.param("call +48 601-234-567 after six", id="number in a text"),
        pytest.param("601 234 567", id="three groups"),
        pytest.param("(212) 555-0187", id="American"),
    ],
)
def test_what_looks_like_a_person_is_found(connection, value):
    connection.execute("create table texts as select ? as body", [value])

    (finding,) = find_personal_data(connection, frozenset())

    assert (finding.table, finding.column) == ("main.texts", "body")
    assert value not in str(finding)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-03-01 12:00:00+00", id="timestamp"),
        pytest.param("d41d8cd9-8f00-3204-a980-0998ecf8427e", id="uuid"),
        pytest.param("d41d8cd98f00b204e9800998ecf8427e", id="key"),
        pytest.param("100234567", id="order number"),
        pytest.param("1,234,567.89", id="amount"),
        pytest.param("me @ home", id="at sign"),
        pytest.param("+5 points", id="plus sign"),
        pytest.param("[email] called [phone]", id="redacted"),
    ],
)
def test_what_only_resembles_a_person_passes(connection, value):
    connection.execute("create table texts as select ? as body", [value])

    assert find_personal_data(connection, frozenset()) == []


def test_a_value_within_a_list_is_found(connection):
    connection.execute("create table texts as select ['ada@example.com'] as addresses")

    assert [finding.column for finding in find_personal_data(connection, frozenset())] == [
        "addresses"
    ]


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


@pytest.fixture
def warehouse(tmp_path):
    """Forty delivered persons: one table with columns, one with the elements of a JSON file."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw_crm")
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
    return path


TAGGED = (
    PersonalColumn("raw_crm", "contacts", "Street Address", "address"),
    PersonalColumn("raw_crm", "contacts", "Record ID", "account"),
    PersonalColumn("raw_crm", "people", "post code", "address"),
    PersonalColumn("raw_crm", "forgotten", "email", "email"),
)


@pytest.mark.parametrize("values", [STREETS, POSTCODES, [text.upper() for text in STREETS]])
def test_tagged_values_are_found_under_another_name(connection, warehouse, values):
    connection.execute("create table customers as select unnest(?) as city", [values])

    (finding,) = find_delivered_values(connection, TAGGED, warehouse)

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

    assert find_delivered_values(connection, TAGGED, warehouse) == []


def test_of_a_namesake_few_shared_values_are_enough(connection, warehouse):
    values = STREETS[:3] + [f"{number} Elm Road" for number in range(20)]
    connection.execute("create table customers as select unnest(?) as street_address", [values])

    (finding,) = find_delivered_values(connection, TAGGED, warehouse)

    assert finding.column == "street_address"


def test_a_name_alone_is_no_personal_data_where_the_values_are_others(connection, warehouse):
    connection.execute("create table marts as select 12.5 as \"post code\", 'x' as email")

    assert_no_personal_data(connection, frozenset({"email", "post code"}), TAGGED, warehouse)
    with pytest.raises(PersonalDataError):
        assert_no_personal_data(connection, frozenset({"email"}))
