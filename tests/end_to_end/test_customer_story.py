"""A customer's story on request: all of it is the marts', and no person shows unless asked for."""

import json

import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app


@pytest.fixture
def told(company, monkeypatch):
    """What `throughline customer` prints, with its exit code."""

    monkeypatch.setenv("THROUGHLINE_DATA", str(company.data))

    def tell(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["customer", *arguments])
        return result.exit_code, result.output

    return tell


@pytest.fixture(scope="module")
def writer(company):
    """A customer who has an address and wrote something, with most moments of these."""
    return company.warehouse("""
        select golden.customer_key, golden.email, golden.surname, texts.body
        from intermediate.int_identity__golden_records as golden
        inner join intermediate.int_texts__texts as texts using (customer_key)
        where golden.email is not null and golden.surname is not null and length(texts.body) > 20
        order by count(*) over (partition by customer_key) desc, customer_key, texts.text_key
        limit 1
    """).iloc[0]


def test_the_story_is_what_the_marts_say(company, told, writer):
    _, output = told(writer["customer_key"], "--json", "--last", "1000")
    story = json.loads(output)
    of_marts = company.published(f"""
        select
            (select count(*) from marts.customer_timeline where customer_key = key) as moments,
            (select count(*) from marts.fct_journeys where customer_key = key) as journeys,
            (select count(*) from marts.closed_loop where customer_key = key) as loops,
            (select order_count from marts.dim_customers where customer_key = key) as orders
        from (select '{writer["customer_key"]}' as key)
    """).iloc[0]

    assert of_marts["moments"] > 0
    assert len(story["moments"]) == of_marts["moments"]
    assert len(story["journeys"]) == of_marts["journeys"]
    assert len(story["loops"]) == of_marts["loops"]
    assert story["customer"]["order_count"] == of_marts["orders"]
    times = [moment["occurred_at"] for moment in story["moments"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_person_shows_only_if_asked_for(told, writer, form):
    _, output = told(writer["customer_key"], *form)
    for value in (writer["email"], writer["surname"], writer["body"][:20]):
        assert value not in output

    _, output = told(writer["customer_key"], "--show-values", "--last", "1000")
    for value in (writer["email"], writer["surname"], writer["body"][:20]):
        assert value in output


def test_an_unknown_key_is_one_sentence(told):
    code, output = told("nobody")

    assert code == 1
    assert output == (
        "no customer has the key nobody in the last build; dim_customers lists the keys\n"
    )


def test_what_a_customer_wrote_steers_no_terminal():
    from orchestration.reporting.customer import _printable

    assert _printable("\x1b[31mred\u202e\a") == " [31mred  "
