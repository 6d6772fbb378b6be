"""From what profiles showed to customers, on profiles written here."""

import random
from pathlib import Path

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR

TRAITS = (
    "email",
    "phone",
    "loyalty_card",
    "account_id",
    "device_id",
    "social_handle",
    "contact_id",
    "given_name",
    "surname",
    "birth_date",
    "gender",
    "language",
    "country_code",
    "city",
    "postcode",
    "street_address",
    "segment_slug",
)

SEEDS = (
    "blocked_values",
    "identifier_types",
    "identity_settings",
    "trait_sources",
)


def profile(name, day=1, **traits):
    """One profile of the source before the colon of its name."""
    source_name, source_profile_id = name.split(":", 1)
    return {
        "source_name": source_name,
        "source_profile_id": source_profile_id,
        "profile_key": name,
        **dict.fromkeys(TRAITS),
        **traits,
        "first_seen_at": f"2026-01-{day:02}",
    }


def household():
    phone = {"phone": "600 100 200"}
    return [
        profile("crm:anna", given_name="Anna", surname="Nowak", email="anna@mail.pl", **phone),
        profile("crm:piotr", given_name="Piotr", surname="Nowak", email="piotr@mail.pl", **phone),
        profile("shop:anna", given_name="Anna", surname="Nowak", **phone),
        profile("calls:home", phone="+48600100200"),
    ]


def shared_mailbox():
    return [
        profile(f"tickets:{name}", given_name=name, surname="Info", email="info@firm.pl")
        for name in (chr(97 + number) * 5 for number in range(21))
    ]


def chain_of_thirty():
    return [
        profile(f"chain:{step:02}", email=f"link{step}@mail.pl", social_handle=f"@h{step + 1}")
        if step % 2
        else profile(f"chain:{step:02}", email=f"link{step + 1}@mail.pl", social_handle=f"@h{step}")
        for step in range(30)
    ]


def one_and_a_half_hops():
    return [
        profile("hop:A", email="Ada@Mail.pl"),
        profile("hop:B", phone="0048 601 100 200"),
        profile("hop:C", email=" ada+shop@mail.pl", phone="601100200"),
    ]


def placeholders():
    return [
        profile("junk:1", email="noreply@firm.pl", phone="000000000", account_id="null"),
        profile("junk:2", email="noreply@firm.pl", phone="000000000", account_id="null"),
        profile("junk:3", phone="12"),
        profile("junk:4", phone="12"),
    ]


def one_device():
    return [
        profile("web:A7", account_id="A7", device_id="d1"),
        profile("web:A8", account_id="A8", device_id="d1"),
        profile("web:anonymous:d1", device_id="d1"),
    ]


def father_and_son():
    common = {"given_name": "Jan", "surname": "Mazur", "email": "mazur@mail.pl"}
    return [
        profile("crm:father", birth_date="1950-01-01", **common),
        profile("crm:son", birth_date="1980-01-01", **common),
        profile("shop:either", **common),
    ]


def two_logins_of_one_name():
    common = {"given_name": "Olga", "surname": "Sikora", "phone": "602 100 200"}
    return [
        profile("accounts:B1", account_id="B1", **common),
        profile("accounts:B2", account_id="B2", **common),
    ]


def details_without_identifier():
    details = {"surname": "Żak", "birth_date": "1980-05-06", "postcode": "00-950"}
    return [
        profile("details:1", given_name="Łucja", **details),
        profile("details:2", given_name="LUCJA", **(details | {"postcode": "00 950"})),
        profile("details:3", given_name="Ewa", **details),
    ]


EVERYONE = [
    *household(),
    *shared_mailbox(),
    *chain_of_thirty(),
    *one_and_a_half_hops(),
    *placeholders(),
    *one_device(),
    *father_and_son(),
    *two_logins_of_one_name(),
    *details_without_identifier(),
]


def resolve(folder: Path, profiles: list[dict]) -> dict[str, str]:
    """Customer key of each profile."""
    (folder / "build").mkdir(parents=True)
    columns = ["source_name", "source_profile_id", "profile_key", *TRAITS, "first_seen_at"]
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema intermediate")
        fields = ", ".join(f"{column} varchar" for column in columns)
        connection.execute(f"create table observed ({fields})")
        connection.executemany(
            f"insert into observed values ({', '.join('?' * len(columns))})",
            [[row[column] for column in columns] for row in profiles],
        )
        connection.execute(
            "create table intermediate.int_identity__observations as "
            "select * replace (birth_date::date as birth_date, "
            "first_seen_at::timestamp as first_seen_at), "
            "first_seen_at::timestamp as last_seen_at, 1::bigint as _load_id from observed"
        )
        connection.execute(
            "create table intermediate.int_company__settings as select 'PL' as default_country"
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder))
        outcome = dbtRunner().invoke(
            [
                *("--quiet", "build", "--full-refresh"),
                *("--select", *SEEDS, "int_identity__observations+,+int_identity__customers"),
                *("--exclude", "int_identity__observations", "int_company__settings"),
                *("--exclude", "test_type:unit"),
                *("--indirect-selection", "cautious"),
                *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            ]
        )
    assert outcome.success, outcome.exception or outcome.result
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        return dict(
            connection.execute(
                "select profile_key, customer_key from intermediate.int_identity__customer_profiles"
            ).fetchall()
        )


@pytest.fixture(scope="module")
def customers(tmp_path_factory):
    return resolve(tmp_path_factory.mktemp("once") / "data", EVERYONE)


@pytest.fixture(scope="module")
def customers_of_another_order(tmp_path_factory):
    shuffled = random.Random(5).sample(EVERYONE, len(EVERYONE))  # noqa: S311
    return resolve(tmp_path_factory.mktemp("again") / "data", shuffled)


def customers_of(customers, profiles):
    return {customers[row["profile_key"]] for row in profiles}


def test_every_profile_has_one_customer(customers):
    assert customers.keys() == {row["profile_key"] for row in EVERYONE}


def test_an_email_then_a_phone_make_one_person(customers):
    assert len(customers_of(customers, one_and_a_half_hops())) == 1


def test_a_chain_of_thirty_profiles_is_one_person(customers):
    assert len(customers_of(customers, chain_of_thirty())) == 1


def test_a_shared_mailbox_joins_nobody(customers):
    assert len(customers_of(customers, shared_mailbox())) == 21


def test_a_household_phone_joins_only_profiles_of_one_full_name(customers):
    assert customers["crm:anna"] == customers["shop:anna"]
    assert len(customers_of(customers, household())) == 3


def test_placeholders_and_impossible_values_join_nobody(customers):
    assert len(customers_of(customers, placeholders())) == 4


def test_a_device_joins_nobody(customers):
    assert len(customers_of(customers, one_device())) == 3


def test_one_full_name_does_not_join_two_birth_dates(customers):
    assert len(customers_of(customers, father_and_son())) == 3


def test_one_full_name_does_not_join_two_logins(customers):
    assert len(customers_of(customers, two_logins_of_one_name())) == 2


def test_personal_details_join_profiles_without_a_common_identifier(customers):
    assert customers["details:1"] == customers["details:2"] != customers["details:3"]


def test_the_order_of_rows_changes_nothing(customers, customers_of_another_order):
    assert customers == customers_of_another_order
