"""A wrong record merges two customers, its correction takes them apart; no total changes."""

import csv

import pytest

from orchestration.paths import SAMPLE_DIR
from tests.company import run_command

pytestmark = pytest.mark.slow

TOTALS = """
    select
        sum(order_count), sum(net_revenue_amount), sum(answer_count),
        (
            select count(*) from marts.fct_touchpoints
            where customer_key is not null and channel_slug != 'crm'
        )
    from marts.dim_customers
"""

# A customer of so many profiles, and what a source knows it by.
KNOWN_BY = """
    select profiles.customer_key, identifiers.identifier_value
    from intermediate.int_identity__customer_profiles as profiles
    join intermediate.int_identity__identifiers as identifiers using (profile_key)
    where
        not is_blocked and identifier_type = '{}' and source_name = '{}'
        and customer_key in (
            select customer_key
            from intermediate.int_identity__customer_profiles
            group by customer_key
            having count(*) {}
        )
    order by profiles.customer_key
    limit 1
"""


@pytest.fixture(scope="module")
def copy(company, tmp_path_factory):
    return company.copied(tmp_path_factory.mktemp("unmerge") / "company")


def deliver_contact(copy, **values):
    """A CRM export of the day after the last, with one contact."""
    with min((SAMPLE_DIR / "crm").glob("contacts_*.csv")).open() as sample:
        header = next(csv.reader(sample))
    contact = {
        "Record ID": "49999999999",
        "Create Date": "2026-04-01 09:00",
        "Last Modified Date": "2026-04-01 09:00",
        **values,
    }
    folder = copy.data / "landing" / "crm"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "contacts_2026-04-01.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerow(contact)
    ran = run_command(copy.data, "orchestration.commands.throughline", "run")
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]


def rows(frame):
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_totals_are_the_same_before_and_after_a_merge_and_an_unmerge(copy):
    ((buyer, email),) = rows(copy.warehouse(KNOWN_BY.format("email", "shop", "> 1")))
    # Nothing of who is known by a handle alone conflicts with anybody.
    ((fan, handle),) = rows(copy.warehouse(KNOWN_BY.format("social_handle", "social", "= 1")))
    totals = rows(copy.published(TOTALS))
    both = f"from marts.dim_customers where customer_key in ('{buyer}', '{fan}')"
    redirects = "select old_customer_key, customer_key from marts.customer_key_redirects"
    assert len(copy.published(both)) == 2

    deliver_contact(copy, **{"Email": email, "Twitter Username": handle})

    assert rows(copy.published(TOTALS)) == totals
    assert len(copy.published(both)) == 1
    assert [set(row) for row in rows(copy.published(redirects))] == [{buyer, fan}]

    deliver_contact(copy, **{"Email": email})

    assert rows(copy.published(TOTALS)) == totals
    assert len(copy.published(both)) == 2
    assert rows(copy.published(redirects)) == []
    log = copy.warehouse(
        "select change_kind from intermediate.int_identity__customer_key_changes "
        "where run_number > 1 order by run_number"
    )
    assert rows(log) == [("merged",), ("split",)]
