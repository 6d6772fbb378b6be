"""What vendors do to identity is in the exports, and the truth says whose each was."""

import gzip
import json

import pandas as pd
import pytest

from orchestration.sample_world.delivery import Delivery, gather_truth
from orchestration.sample_world.simulation import simulate
from orchestration.sample_world.sources import calls, messaging, tickets


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """The folder of a company's calls, tickets and messages."""
    folder = tmp_path_factory.mktemp("exports")
    world = simulate(range(6_000), days=180, seed=6)
    out = Delivery(folder, end=world.end)
    for source in (calls, tickets, messaging):
        source.write(world, out)
    out.truth("persons", world.persons.reset_index(drop=True))
    out.write_truth()
    gather_truth(folder)
    return folder


def truth(exports, table):
    return pd.read_parquet(exports / "truth" / f"{table}.parquet")


def test_some_callers_withhold_their_number_and_the_truth_knows_them(exports):
    records = {}
    for path in (exports / "landing" / "calls").iterdir():
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            record = json.loads(line)
            records[record["ContactId"]] = record
    withheld = truth(exports, "withheld_calls")
    persons = truth(exports, "persons").set_index("person")

    hidden = {key for key, record in records.items()
              if record["CustomerEndpoint"]["Address"] in calls.WITHHELD}  # fmt: skip
    first_legs = {key for key in hidden if records[key]["InitialContactId"] is None}

    delivered = {calls.call_id(int(contact)) for contact in withheld["contact"]} & set(records)
    assert first_legs == delivered
    assert 3 < len(first_legs) < 0.06 * len(records)
    # A leg that is handed on hides the number too.
    own_numbers = set(persons.loc[withheld["person"], "phone"])
    for key, record in records.items():
        if record["InitialContactId"] in hidden:
            assert key in hidden
            assert record["CustomerEndpoint"]["Address"] not in own_numbers


def test_some_help_desk_users_are_erased_and_nothing_of_them_is_left(exports):
    users = []
    for path in sorted((exports / "landing" / "tickets").glob("users_*.json")):
        users += json.loads(path.read_text())["users"]
    redactions = truth(exports, "redactions").set_index("source_profile_id")
    profiles = truth(exports, "profiles").query("source_name == 'tickets'")

    erased = [user for user in users if user["name"] == tickets.ERASED_NAME]

    assert 3 < len(erased) < 0.1 * len(users)
    assert {str(user["id"]) for user in erased} == set(redactions.index)
    for user in erased:
        assert (user["email"], user["phone"], user["external_id"]) == (None, None, None)
        before = [other for other in users if other["id"] == user["id"] and other is not user]
        assert [other["email"] is not None for other in before] == [True]
        assert before[0]["updated_at"] < user["updated_at"]
        owners = profiles[profiles["source_profile_id"] == str(user["id"])]["person"]
        assert redactions.loc[str(user["id"]), "person"] in set(owners)


def test_every_campaign_message_names_the_kind_of_its_campaign(exports):
    paths = (exports / "landing" / "messaging").glob("messages_*.csv")
    messages = pd.concat([pd.read_csv(path) for path in paths])

    tags = messages["Tags"].dropna().map(json.loads)

    assert len(tags) > 100
    assert {tag["campaign_kind"] for tag in tags} == {"promo"}
