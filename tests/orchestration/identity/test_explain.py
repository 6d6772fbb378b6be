"""Why two profiles are one customer or two, on a warehouse written here."""

import json

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.identity.explain import ExplainError, explain, masked_value
from orchestration.paths import warehouse_path

# A customer of six: a mailbox in which three meet, a phone, a match and a decision; and two others.
CUSTOMERS = {
    **dict.fromkeys(("a", "b", "c", "d", "e", "f"), "anna"),
    "p": "piotr",
    "z": "zofia",
}
LINKS = """
    ('1', 'a', 'b', 'shared_identifier', 2, 3, null, 'email', 'anna@mail.pl', null),
    ('2', 'a', 'c', 'shared_identifier', 2, 3, null, 'email', 'anna@mail.pl', null),
    ('3', 'c', 'd', 'shared_identifier', 2, 4, null, 'phone', '+48600100200', null),
    ('4', 'd', 'e', 'match', 3, 0, 0.987654, null, null, null),
    ('5', 'b', 'f', 'forced_merge', 1, 0, null, null, null, null)
"""


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    for variable in ("THROUGHLINE_STATE", "DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(variable, "")
    with duckdb.connect(str(warehouse_path())) as connection:
        connection.execute("create schema intermediate")
        connection.execute("""
            create table intermediate.int_identity__profiles (
                profile_key varchar, source_name varchar, source_profile_id varchar
            );
            create table intermediate.int_identity__customer_profiles (
                profile_key varchar, customer_key varchar
            );
        """)
        for profile_key, customer_key in CUSTOMERS.items():
            connection.execute(
                "insert into intermediate.int_identity__profiles values (?, 'crm', ?)",
                [profile_key, f"4000-{profile_key}"],
            )
            connection.execute(
                "insert into intermediate.int_identity__customer_profiles values (?, ?)",
                [profile_key, customer_key],
            )
        connection.execute(f"""
            create table intermediate.int_identity__links as
            select *, timestamp '2026-01-05' as linked_at
            from (values {LINKS}) as links (
                link_key, left_profile_key, right_profile_key, link_reason, precedence,
                type_priority, match_probability, identifier_type, identifier_value, full_name
            );
            create table intermediate.int_identity__refused_links as
            from (values (
                '6', 'd', 'p', 'shared_identifier', 'phone', '+48600100200', null, null,
                'birth_date', 'birth_date', '1980-05-06', '1991-02-03'
            )) as refused_links (
                link_key, left_profile_key, right_profile_key, link_reason, identifier_type,
                identifier_value, full_name, match_probability, refusal_reason, conflict_kind,
                left_value, right_value
            );
            create table intermediate.int_identity__identifiers as
            from (values
                ('a', 'email', 'office@firm.pl', 'Shared by 21 given names', true, true),
                ('z', 'email', 'office@firm.pl', 'Shared by 21 given names', true, true),
                ('z', 'email', 'zofia@mail.pl', null, false, true)
            ) as identifiers (
                profile_key, identifier_type, identifier_value, blocked_reason, is_blocked,
                is_linking
            );
        """)


@pytest.fixture
def asked(warehouse):
    """Type the command."""
    return lambda *words: CliRunner().invoke(app, ["identity", "explain", *words])


def reasons(path):
    return [(step.left.profile_key, step.right.profile_key, step.link_reason) for step in path]


def test_two_who_share_a_value_are_one_step_apart_whoever_is_its_center(warehouse):
    (step,) = explain("b", "c").path

    assert (step.identifier_type, step.identifier_value) == ("email", "anna@mail.pl")


def test_the_path_takes_every_kind_of_link(warehouse):
    assert reasons(explain("f", "e").path) == [
        ("f", "b", "forced_merge"),
        ("b", "c", "shared_identifier"),
        ("c", "d", "shared_identifier"),
        ("d", "e", "match"),
    ]


def test_two_customers_show_what_was_refused_and_what_joins_nobody(warehouse):
    (refused,) = explain("a", "p").refused_links
    (blocked,) = explain("a", "z").blocked_values

    assert (refused.refusal_reason, refused.left_value) == ("birth_date", "1980-05-06")
    assert blocked.blocked_reason == "Shared by 21 given names"


def test_a_profile_goes_by_its_source_too(warehouse):
    assert explain("crm:4000-a", "a").left.profile_key == "a"


@pytest.mark.parametrize("question", [("f", "e"), ("a", "p"), ("a", "z")])
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_no_value_is_shown_unless_asked_for(asked, question, form):
    secrets = ("anna@mail.pl", "600100200", "office@firm.pl", "1980-05-06", "4000-")

    hidden, shown = asked(*question, *form), asked(*question, *form, "--show-values")

    assert hidden.exit_code == shown.exit_code == 0
    assert not [secret for secret in secrets if secret in hidden.output]
    assert [secret for secret in secrets if secret in shown.output]


def test_the_answer_is_told_in_words(asked):
    assert asked("d", "e").output.splitlines()[2:] == [
        "One customer, anna:",
        "1. d – e: matched by likeness at 0.987654, since 2026-01-05",
    ]
    assert asked("a", "p", "--show-values").output.splitlines()[2:] == [
        "Two customers, anna and piotr:",
        "refused: d – p: both show phone +48600100200: "
        "two birth dates (birth_date 1980-05-06, 1991-02-03)",
    ]
    assert asked("p", "z").output.splitlines()[-1] == "Nothing that they show joins them."
    assert asked("p", "p").output.splitlines()[-1] == "One profile."


def test_the_answer_is_told_to_programs(asked):
    answer = json.loads(asked("b", "c", "--json").output)

    assert answer["is_one_customer"]
    assert answer["path"][0]["identifier_value"] == "an***"


def test_a_short_value_is_masked_whole():
    assert [masked_value(value) for value in ("1234", "12345")] == ["***", "12***"]


def test_an_unknown_profile_is_said(asked):
    outcome = asked("a", "crm:nobody")

    assert outcome.exit_code == 1
    assert "There is no profile 'crm:nobody'" in outcome.output


def test_a_warehouse_without_customers_is_said(tmp_path, monkeypatch, warehouse):
    with duckdb.connect(str(warehouse_path())) as connection:
        connection.execute("drop table intermediate.int_identity__profiles")
    with pytest.raises(ExplainError, match="Nothing has been resolved"):
        explain("a", "b")

    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "elsewhere"))
    with pytest.raises(ExplainError, match="throughline run"):
        explain("a", "b")
