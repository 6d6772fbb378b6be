"""From what profiles showed to customers, on profiles written here."""

import random
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR
from orchestration.warehouse.dbt_invocation import failures

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
    "region",
    "government_id",
    "segment_slug",
    "merged_profile_id",
)

COLUMNS = ("source_name", "source_profile_id", "profile_key", *TRAITS, "first_seen_at")

SEEDS = (
    "blocked_values",
    "identifier_types",
    "identity_settings",
    "placeholder_names",
    "placeholder_traits",
    "survivorship_rules",
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


def two_joined_by_a_third(name, left, right):
    """The third shares an e-mail with the one and a phone with the other."""
    number = 700_000_000 + zlib.crc32(name.encode()) % 1_000_000
    return [
        profile(f"{name}:left", email=f"{name}@mail.pl", **left),
        profile(f"{name}:third", email=f"{name}@mail.pl", phone=str(number)),
        profile(f"{name}:right", phone=str(number), **right),
    ]


def named(given_name, surname="Kos"):
    return {"given_name": given_name, "surname": surname}


CONFLICTS = {
    "logins": ({"account_id": "L1"}, {"account_id": "L2"}, "unique_identifier"),
    "cards": ({"loyalty_card": "K-1"}, {"loyalty_card": "K-2"}, "unique_identifier"),
    "birthdays": ({"birth_date": "1980-05-06"}, {"birth_date": "1991-05-06"}, "birth_date"),
    "names": (named("Anna"), named("Piotr"), "full_name"),
    "shortnames": (named("Jan"), named("Ewa"), "full_name"),
}
ONE_PERSON = {
    "marriage": (named("Anna"), named("Anna", "Lis")),
    "typo": (named("Katarzyna"), named("Katarzna")),
    "initial": (named("Anna"), named("A.")),
    "swapped": (named("Anna"), named("Kos", "Anna")),
    "given_alone": (named("Anna"), {"given_name": "Piotr"}),
}


def center_in_conflict():
    """The value's least profile is another person; the two others are one."""
    return [
        profile("center:a", social_handle="@center", birth_date="1950-01-02"),
        profile("center:b", social_handle="@center", email="b@center.pl"),
        profile("center:b2", email="b@center.pl", birth_date="1980-03-04"),
        profile("center:c", social_handle="@center", email="c@center.pl"),
        profile("center:c2", email="c@center.pl", birth_date="1980-03-04"),
        profile("center:either", social_handle="@center"),
    ]


def forced_merge():
    return [
        profile("forced:1", account_id="F1", birth_date="1980-05-06", email="forced@mail.pl"),
        profile("forced:2", account_id="F2", birth_date="1980-06-05"),
        profile("forced:friend", email="forced@mail.pl"),
    ]


def forced_split():
    return [profile(f"split:{name}", email="split@mail.pl") for name in ("a", "b", "c", "d")]


DECISIONS = [("merge", "forced:2", "forced:1"), ("split", "split:b", "split:a")]

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
    *(
        row
        for name, (left, right, *_) in {**CONFLICTS, **ONE_PERSON}.items()
        for row in two_joined_by_a_third(name, left, right)
    ),
    *center_in_conflict(),
    *forced_merge(),
    *forced_split(),
]


class Resolved(NamedTuple):
    """What came out: the customer key of each profile, and the refused links."""

    customers: dict[str, str]
    refused: list[tuple[str, ...]]


def resolve(folder: Path, profiles: list[dict], decisions: list[tuple] = ()) -> Resolved:
    """Resolve these profiles, by these decisions instead of the seed's."""
    with new_warehouse(folder) as connection:
        connection.executemany(
            f"insert into observed values ({', '.join('?' * len(COLUMNS))})",
            [[row[column] for column in COLUMNS] for row in profiles],
        )
        for decision in decisions:
            connection.execute(
                "insert into reference.identity_decisions values (?, ?, ?, 'reviewed')", decision
            )
    build(folder)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        customers = connection.execute(
            "select profile_key, customer_key from intermediate.int_identity__customer_profiles"
        ).fetchall()
        refused = connection.execute(
            "select left_profile_key, right_profile_key, refusal_reason, left_value, right_value "
            "from intermediate.int_identity__refused_links order by all"
        ).fetchall()
    return Resolved(dict(customers), refused)


@contextmanager
def new_warehouse(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose table `observed` is to be filled."""
    (folder / "build").mkdir(parents=True)
    fields = ", ".join(f"{column} varchar" for column in COLUMNS)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema intermediate")
        connection.execute("create schema reference")
        connection.execute(
            "create table reference.identity_decisions (decision varchar, "
            "left_profile_key varchar, right_profile_key varchar, reason varchar)"
        )
        connection.execute(f"create table observed ({fields})")
        yield connection
        connection.execute(
            "create table intermediate.int_shapes__observations as "
            "select * replace (birth_date::date as birth_date, "
            "first_seen_at::timestamp as first_seen_at), "
            "first_seen_at::timestamp as last_seen_at, 1::bigint as _load_id from observed"
        )
        connection.execute(
            "create table intermediate.int_company__settings as select 'PL' as default_country"
        )
        connection.execute(
            "create schema staging; create table staging.stg_ledger__loads as "
            "select 1 as load_id, date '2026-01-31' as file_date"
        )


def build(folder: Path) -> None:
    """Run the identity models and their tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder))
        outcome = dbtRunner().invoke(
            [
                *("--quiet", "build", "--full-refresh"),
                *("--select", *SEEDS, "int_shapes__observations+,+int_identity__customers"),
                *("int_identity__refused_links", "int_identity__links"),
                *("--exclude", "int_shapes__observations", "int_company__settings"),
                *("--exclude", "stg_ledger__loads"),
                *("--exclude", "test_type:unit"),
                *("--indirect-selection", "cautious"),
                *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
                *("--target", "warehouse"),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            ]
        )
    assert outcome.success, failures(outcome)


@pytest.fixture(scope="module")
def resolved(tmp_path_factory):
    return resolve(tmp_path_factory.mktemp("once") / "data", EVERYONE, DECISIONS)


@pytest.fixture(scope="module")
def customers(resolved):
    return resolved.customers


@pytest.fixture(scope="module")
def resolved_in_another_order(tmp_path_factory):
    shuffled = random.Random(5).sample(EVERYONE, len(EVERYONE))  # noqa: S311
    return resolve(tmp_path_factory.mktemp("again") / "data", shuffled, DECISIONS)


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


@pytest.mark.parametrize("name", CONFLICTS)
def test_what_no_two_people_share_refuses_the_weaker_link(resolved, name):
    left, right, reason = CONFLICTS[name]

    customers = customers_of(resolved.customers, two_joined_by_a_third(name, left, right))

    assert len(customers) == 2
    assert resolved.customers[f"{name}:left"] == resolved.customers[f"{name}:third"]
    (refusal,) = [row for row in resolved.refused if row[0].startswith(f"{name}:")]
    assert refusal[:3] == (f"{name}:right", f"{name}:third", reason)


@pytest.mark.parametrize("name", ONE_PERSON)
def test_what_one_person_may_show_refuses_nothing(customers, name):
    profiles = two_joined_by_a_third(name, *ONE_PERSON[name])

    assert len(customers_of(customers, profiles)) == 1


def test_a_star_whose_center_is_another_person_still_joins_the_others(customers):
    names = ("b", "b2", "c", "c2")

    assert len({customers[f"center:{name}"] for name in names}) == 1
    assert customers["center:a"] != customers["center:b"]


def test_who_could_be_either_of_two_people_is_neither(resolved):
    customers = resolved.customers

    assert customers["center:either"] not in (customers["center:a"], customers["center:b"])
    assert ("center:a", "center:either", "ambiguous", None, None) in resolved.refused


def test_a_forced_merge_outweighs_what_its_profiles_show(customers):
    assert len(customers_of(customers, forced_merge())) == 1


def test_a_forced_split_takes_one_profile_out_and_leaves_the_others_together(customers):
    assert customers["split:a"] == customers["split:c"] == customers["split:d"]
    assert customers["split:b"] != customers["split:a"]


def test_the_order_of_rows_changes_nothing(resolved, resolved_in_another_order):
    assert resolved == resolved_in_another_order


@pytest.mark.slow
def test_a_chain_and_a_hub_of_100_000_profiles(tmp_path):
    """The chain is one person; the mailbox that 100,000 show joins nobody."""
    with new_warehouse(tmp_path / "data") as connection:
        connection.execute("""
            insert into observed by name
            select
                'chain' as source_name,
                -- 0 is what programs write for nobody.
                number + 1 as source_profile_id,
                'chain:' || lpad(number::varchar, 6, '0') as profile_key,
                'link' || (number + 1) // 2 || '@mail.pl' as email,
                'handle' || number // 2 as social_handle,
                '2026-01-01' as first_seen_at
            from range(100_000) as numbers(number)
            union all by name
            select
                'hub' as source_name,
                number + 1 as source_profile_id,
                'hub:' || lpad(number::varchar, 6, '0') as profile_key,
                'office@firm.pl' as email,
                'own' || number as social_handle,
                '2026-01-01' as first_seen_at
            from range(100_000) as numbers(number)
        """)

    started = time.process_time()
    build(tmp_path / "data")
    seconds = time.process_time() - started

    with duckdb.connect(str(tmp_path / "data" / "warehouse.duckdb")) as connection:
        customers = connection.execute("""
            select split_part(profile_key, ':', 1) as shape, count(distinct customer_key), count(*)
            from intermediate.int_identity__customer_profiles
            group by shape
            order by shape
        """).fetchall()
    assert customers == [("chain", 1, 100_000), ("hub", 100_000, 100_000)]
    assert seconds < 60
