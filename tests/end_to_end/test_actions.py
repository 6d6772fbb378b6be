"""Next best action: on the built company, and on customers drawn at random, no rule is broken."""

import csv
import json
import shutil
import stat

import numpy as np
import pandas as pd
import pytest

from orchestration.acting.audiences import COLUMNS, AudienceError, export
from orchestration.paths import REFERENCE_DIR
from tests.company import opened, run_dbt

CLASSES = {"service": 1, "promise": 2, "care": 3, "offer": 4}
CHAIN = ("eligible", "responses", "options", "judged", "choices", "decisions")


def seed(name):
    return pd.read_csv(REFERENCE_DIR / "acting" / f"{name}.csv", keep_default_na=True)


def table(connection, name):
    return connection.execute(f"from warehouse.intermediate.{name}").df()


def broken_rules(connection):
    """Each decision that a rule forbids, and each customer who was wronged, by the definition."""
    actions, policies = seed("actions").set_index("action_slug"), seed("contact_policies")
    policies = policies.set_index("channel_slug")
    settings = table(connection, "int_company__settings")
    now = settings["as_of"].item()
    decisions = table(connection, "int_actions__decisions")
    judged = table(connection, "int_actions__judged")
    people = table(connection, "int_identity__golden_records").set_index("customer_key")
    consents = table(connection, "int_consent__current")
    allowed = {
        (row.customer_key, row.purpose_slug, row.channel_slug): row.is_allowed
        for row in consents.itertuples()
    }
    sent = table(connection, "int_campaigns__marketing_messages")
    sent["days"] = (now - sent["sent_at"]).dt.total_seconds() / 86_400
    measures = table(connection, "int_actions__customer_measures")
    with_case = set(measures.query("measure == 'open_cases' and measure_value > 0")["customer_key"])
    hurt = table(connection, "int_bad_experiences__incidents")
    hurt = hurt.groupby("customer_key")["occurred_at"].max()
    episodes = table(connection, "int_warnings__episodes").query("is_open")["episode_key"]
    exposed = table(connection, "int_warnings__exposed_customers").query("is_exposed")
    exposed = set(exposed[exposed["episode_key"].isin(episodes)]["customer_key"])
    done = (
        seed("messages")
        .dropna(subset="template_id")
        .merge(
            table(connection, "int_campaigns__contacts").dropna(subset="delivered_at"),
            left_on="template_id",
            right_on="campaign_key",
        )
    )
    done = done.groupby(["action_slug", "customer_key"])["delivered_at"].max()
    broken = []
    for row in decisions[decisions["action_slug"] != "nothing"].itertuples():
        action, policy = actions.loc[row.action_slug], policies.loc[row.channel_slug]
        key, channel = row.customer_key, row.channel_slug
        last = done.get((row.action_slug, key))
        if last is not None and now - last <= pd.Timedelta(days=action.cooldown_days):
            broken.append((key, "cooldown"))
        if action.purpose == "marketing":
            if allowed.get((key, "marketing", channel)) is not True:
                broken.append((key, "consent"))
            if key in with_case:
                broken.append((key, "open case"))
            if key in exposed:
                broken.append((key, "exposed"))
            if key in hurt.index and (now - hurt[key]).days < action.rest_days:
                broken.append((key, "rest"))
        elif allowed.get((key, "service", channel)) is False:
            broken.append((key, "refused service"))
        if not (action.purpose == "service" and policy.is_service_exempt):
            own = sent[sent["customer_key"] == key]
            for days, column in ((7, "most_per_7_days"), (30, "most_per_30_days")):
                within = own[own["days"] <= days]
                if len(within) >= policies.loc["all", column]:
                    broken.append((key, f"pressure of all {days}"))
                if (within["channel_slug"] == channel).sum() >= policy[column]:
                    broken.append((key, f"pressure {days}"))
        address = {"email": "email", "sms": "phone", "phone": "phone"}.get(channel)
        if address and people.loc[key, address] is None:
            broken.append((key, "address"))
        hours = range(int(row.hour_block), int(row.hour_block) + 3)
        start, end = policy.quiet_from_hour, policy.quiet_until_hour
        if any(hour >= start or hour < end for hour in hours):
            broken.append((key, "quiet hours"))
        if row.expected_value <= 0:
            broken.append((key, "not worth it"))
    # In both directions: who could have had an action of a higher class, or a better one, has it.
    free = judged[judged["refusal_slug"].isna()].assign(
        order=lambda rows: rows["priority_class"].map(CLASSES)
    )
    best = free.sort_values(
        ["customer_key", "order", "expected_value", "action_slug"],
        ascending=[True, True, False, True],
    ).drop_duplicates("customer_key")
    expected = dict(zip(best["customer_key"], best["action_slug"], strict=True))
    known = table(connection, "int_identity__customers").query("is_identified")["customer_key"]
    decided = dict(zip(decisions["customer_key"], decisions["action_slug"], strict=True))
    assert decided.keys() == set(known)
    broken += [
        (key, "another was better") for key in known if decided[key] != expected.get(key, "nothing")
    ]
    return broken


@pytest.fixture
def databases(company, tmp_path):
    company.copy_databases(tmp_path)
    with opened(tmp_path) as connection:
        yield connection


def test_no_decision_breaks_a_rule(databases):
    decisions = table(databases, "int_actions__decisions")

    assert broken_rules(databases) == []
    assert len(decisions[decisions["action_slug"] != "nothing"]) > 30


def test_conditions_hold_for_all_whom_an_action_is_meant_for_and_for_nobody_else(databases):
    measures = table(databases, "int_actions__customer_measures")
    values = measures.pivot_table(index="customer_key", columns="measure", values="measure_value")
    known = table(databases, "int_identity__customers").query("is_identified")["customer_key"]
    values = values.reindex(known)
    conditions = seed("action_conditions")
    for measure in set(conditions["measure"]):
        if measure not in values:
            values[measure] = np.nan
        if not measure.startswith("days_"):
            values[measure] = values[measure].fillna(0)
    expected = set()
    for action, rows in conditions.groupby("action_slug"):
        holds = pd.Series(True, index=values.index)
        for row in rows.itertuples():
            value = values[row.measure]
            holds &= value >= row.bound if row.comparison == "at_least" else value <= row.bound
        expected |= {(action, key) for key in holds.index[holds]}
    eligible = table(databases, "int_actions__eligible")

    assert set(zip(eligible["action_slug"], eligible["customer_key"], strict=True)) == expected


@pytest.mark.parametrize("draw", [1, 2, 3])
def test_over_customers_drawn_at_random_no_decision_breaks_a_rule(databases, company, draw):
    random = np.random.default_rng(draw)
    keys = table(databases, "int_identity__customers").query("is_identified")["customer_key"]
    now = table(databases, "int_company__settings")["as_of"].item()

    def some(share):
        return keys[random.random(len(keys)) < share].reset_index(drop=True)

    def times(count, days):
        return now - pd.to_timedelta(random.uniform(0, days, count), unit="D")

    def replace(name, rows):
        databases.register("drawn", rows)
        target = f"warehouse.intermediate.{name}"
        databases.execute(f"delete from {target}")
        databases.execute(f"insert into {target} by name from drawn")
        databases.unregister("drawn")

    consents = [
        pd.DataFrame(
            {
                "customer_key": (chosen := some(0.6)),
                "purpose_slug": purpose,
                "channel_slug": channel,
                "is_allowed": random.random(len(chosen)) < 0.7,
            }
        )
        for purpose in ("marketing", "service")
        for channel in ("email", "sms", "push", "phone")
    ]
    replace("int_consent__current", pd.concat(consents))
    messages = [
        pd.DataFrame(
            {
                "touchpoint_key": [f"{channel}{number}{index}" for index in range(len(chosen))],
                "customer_key": chosen,
                "channel_slug": channel,
                "sent_at": times(len(chosen), 40),
            }
        )
        for channel in ("email", "sms", "push")
        for number in range(4)
        for chosen in [some(0.4)]
    ]
    replace("int_campaigns__marketing_messages", pd.concat(messages))
    measures = [
        pd.DataFrame(
            {
                "customer_key": (chosen := some(share)),
                "measure": measure,
                "measure_value": random.integers(1, most, len(chosen)).astype(float),
            }
        )
        for measure, share, most in (
            ("open_detractor_answers", 0.1, 3),
            ("overdue_orders", 0.1, 3),
            ("recent_bad_experiences", 0.2, 3),
            ("open_cases", 0.2, 3),
            ("days_since_order", 0.7, 250),
            ("days_past_rhythm", 0.3, 90),
        )
    ]
    replace("int_actions__customer_measures", pd.concat(measures))
    chosen = some(0.4)
    contacts = pd.DataFrame({"customer_key": chosen, "delivered_at": times(len(chosen), 120)})
    contacts["campaign_contact_key"] = contacts["customer_key"]
    contacts["conversion_matures_at"] = contacts["delivered_at"] + pd.Timedelta(days=7)
    contacts["opened_at"] = contacts["delivered_at"] + pd.Timedelta(hours=5)
    replace("int_campaigns__contacts", contacts.assign(campaign_key="CMP010", channel_slug="email"))
    chosen = some(0.4)
    hurt = pd.DataFrame({"customer_key": chosen, "occurred_at": times(len(chosen), 40)})
    hurt["bad_experience_key"] = hurt["customer_key"]
    replace("int_bad_experiences__incidents", hurt)
    chosen = some(0.2)
    replace("int_warnings__episodes", pd.DataFrame({"episode_key": ["e"], "is_open": [True]}))
    replace(
        "int_warnings__exposed_customers",
        pd.DataFrame({"episode_key": "e", "customer_key": chosen, "is_exposed": True}),
    )
    people = table(databases, "int_identity__golden_records")
    for column in ("email", "phone"):
        people[column] = people[column].where(random.random(len(people)) < 0.6, None)
    replace("int_identity__golden_records", people)

    compiled = company.compiled_tables()
    for name in CHAIN:
        relation, query = compiled[f"int_actions__{name}"]
        databases.execute(f"create or replace table {relation} as {query}")

    decisions = table(databases, "int_actions__decisions")
    assert broken_rules(databases) == []
    assert decisions["action_slug"].nunique() >= 5
    assert set(table(databases, "int_actions__options")["refusal_slug"].dropna()) >= {
        *("cooldown", "open_case", "bad_experience", "exposed", "no_address", "no_consent"),
        "contact_pressure",
    }


def test_arms_are_drawn_as_the_seed_says_and_one_by_one(databases):
    expression = (
        "cast('0x' || substr(md5(cast(to_json([cast({action} as varchar), "
        "cast(i as varchar)]) as varchar)), 1, 8) as bigint) / 4294967296.0"
    )
    one, other = (expression.format(action=f"'{action}'") for action in ("voucher", "call"))
    ((first, second, both),) = databases.execute(
        f"select avg(cast({one} < 0.1 as int)), avg(cast({other} < 0.1 as int)), "
        f"avg(cast({one} < 0.1 and {other} < 0.1 as int)) from range(20000) as numbers(i)"
    ).fetchall()
    arms = table(databases, "int_actions__arms")
    drawn = databases.execute(
        "select arm, cast('0x' || substr(arm_key, 1, 8) as bigint) / 4294967296.0 as draw, "
        "action_slug from warehouse.intermediate.int_actions__arms"
    ).df()
    shares = drawn["action_slug"].map(seed("actions").set_index("action_slug")["held_out_share"])

    assert first == pytest.approx(0.1, abs=0.005)
    assert second == pytest.approx(0.1, abs=0.005)
    assert both == pytest.approx(0.01, abs=0.003)
    assert len(arms) > 50
    assert ((drawn["arm"] == "held_out") == (drawn["draw"] < shares)).all()


def test_audiences_hold_keys_alone_and_nobody_who_is_held_out(company):
    audiences = company.published("from marts.audiences")
    decisions = company.published(
        "from marts.next_best_actions where action_slug != 'nothing'"
    ).set_index("customer_key")

    assert set(audiences["customer_key"]) == set(decisions.index[decisions["arm"] == "treated"])
    assert not {"address", "email", "phone", "given_name"} & set(audiences)


@pytest.fixture
def private(company, tmp_path, monkeypatch):
    """A copy of the data folder, to export from."""
    for folder in ("build", "published"):
        shutil.copytree(company.data / folder, tmp_path / "data" / folder, symlinks=True)
    shutil.copyfile(company.data / "warehouse.duckdb", tmp_path / "data" / "warehouse.duckdb")
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_an_export_joins_addresses_and_asks_for_consent_again(private, company, tmp_path):
    members = company.published(
        "select customer_key, channel_slug from marts.audiences "
        "where action_slug = 'next_order_voucher' order by 1"
    )
    refuser, speller = members["customer_key"].iloc[:2]
    with opened(private) as connection:
        connection.execute(
            "update warehouse.intermediate.int_consent__current set is_allowed = false "
            "where customer_key = $1",
            [refuser],
        )
        connection.execute(
            "update warehouse.intermediate.int_identity__golden_records "
            "set given_name = ' =cmd()' where customer_key = $1",
            [speller],
        )
    path = tmp_path / "audience.csv"
    done = export(path, "next_order_voucher")
    with path.open(newline="", encoding="utf-8") as file:
        rows = {row["customer_key"]: row for row in csv.DictReader(file)}

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert rows.keys() == set(members["customer_key"]) - {refuser}
    assert (done.written, done.without_consent, done.without_address) == (len(members) - 1, 1, 0)
    assert rows[speller]["given_name"] == "' =cmd()"
    assert all(("@" in row["address"]) == (row["channel_slug"] == "email") for row in rows.values())
    zones = {row["time_zone"] for row in rows.values()}
    assert zones <= {"Europe/Warsaw", "Europe/Berlin", "Europe/London", "Europe/Madrid"}
    assert len(zones) > 1
    assert tuple(next(iter(rows.values()))) == COLUMNS
    log = private / "audience_exports.jsonl"
    (line,) = (json.loads(text) for text in log.read_text().splitlines())
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    del line["exported_at"]
    assert line == {
        "action": "next_order_voucher",
        "channel": None,
        "written": len(members) - 1,
        "without_consent": 1,
        "without_address": 0,
    }


def test_an_export_says_what_it_cannot_do(private, tmp_path):
    with pytest.raises(AudienceError, match=r"no such action: fly; there are .*call_detractor"):
        export(tmp_path / "a.csv", "fly")
    assert not (tmp_path / "a.csv").exists()
    (tmp_path / "b.csv").write_text("mine")
    with pytest.raises(AudienceError, match="is there already"):
        export(tmp_path / "b.csv", "call_detractor")
    assert (tmp_path / "b.csv").read_text() == "mine"


def test_decisions_have_a_history_by_change(company):
    decisions = company.published(
        "select customer_key, count(*) as versions, count(*) filter (where is_current) as current "
        "from marts.fct_action_decisions group by 1"
    )
    now = company.published("select count(*) as customers from marts.next_best_actions")

    assert len(decisions) == now["customers"].item()
    assert (decisions["current"] == 1).all()


def test_hours_are_those_of_the_customers_own_zone(databases):
    """Where nobody else of the segment responds, the own hours alone make the block."""
    contacts = table(databases, "int_campaigns__contacts").dropna(subset="delivered_at")
    people = table(databases, "int_identity__golden_records").set_index("customer_key")
    known = set(table(databases, "int_identity__customers").query("is_identified")["customer_key"])
    contacts = contacts[contacts["customer_key"].isin(known)]
    zones = pd.read_csv(REFERENCE_DIR / "acting" / "country_time_zones.csv")
    zone_of = dict(zip(zones["country_code"], zones["time_zone"], strict=True))
    at = contacts["clicked_at"].fillna(contacts["replied_at"]).fillna(contacts["opened_at"])
    responded = contacts.assign(at=at).dropna(subset="at")
    local = [
        moment.tz_localize("UTC").tz_convert(zone_of.get(country, "Europe/Warsaw")).hour // 3 * 3
        for moment, country in zip(
            responded["at"], responded["customer_key"].map(people["country_code"]), strict=True
        )
    ]
    segments = table(databases, "int_identity__customers").set_index("customer_key")["segment_slug"]
    responded = responded.assign(block=local, segment=responded["customer_key"].map(segments))
    by_segment = responded.groupby(["segment", "channel_slug"])["block"].value_counts(
        normalize=True
    )
    own = responded.groupby(["customer_key", "channel_slug"])["block"].value_counts()
    shares = table(databases, "int_actions__responses")
    shares = shares[shares["channel_slug"] == "email"]
    counts = responded.groupby(["customer_key", "channel_slug"]).size()
    expected = [
        (own.get((key, "email", block), 0)
         + 20 * by_segment.get((segments[key], "email", block), 0))
        / (counts.get((key, "email"), 0) + 20)
        for key, block in zip(shares["customer_key"], shares["hour_block"], strict=True)
    ]  # fmt: skip

    assert len({zone_of.get(code) for code in people["country_code"].dropna()}) > 2
    np.testing.assert_allclose(shares["hour_share"], expected, rtol=1e-9)


@pytest.mark.slow
def test_a_run_of_the_next_day_adds_its_refusals_and_changes_no_earlier_one(company, tmp_path):
    company.copy_databases(tmp_path)

    def counts():
        with opened(tmp_path) as connection:
            return connection.execute(
                "select decided_date, action_slug, verdict_slug, customer_count "
                "from warehouse.intermediate.int_actions__refusal_history order by all"
            ).fetchall()

    def built(*statements):
        with opened(tmp_path) as connection:
            for statement in statements:
                connection.execute(statement)
        ran = run_dbt(
            tmp_path,
            *("run", "--select", "int_actions__refusal_history", "action_refusals"),
            *("--target", "warehouse"),
        )
        assert ran.returncode == 0, ran.stdout[-4000:]
        return counts()

    first = counts()
    some = "warehouse.intermediate.int_actions__judged set refusal_slug = 'exposed'"
    again = built(f"update {some} where action_slug = 'ask_after_trouble'")
    later = built(
        "update warehouse.intermediate.int_company__settings set as_of = as_of + interval 1 day",
        f"update {some} where action_slug = 'call_detractor'",
    )

    assert first
    # Another run for the same day replaces it; one of the next day leaves it as it was.
    assert {row[0] for row in again} == {row[0] for row in first}
    assert again != first
    assert [row for row in later if row[0] == again[0][0]] == again
    assert {row[1:] for row in later} - {row[1:] for row in again}
    assert len({row[0] for row in later}) == 2
    with opened(tmp_path) as connection:
        shown = connection.execute(
            "select decided_date, is_current from cx.marts.action_refusals group by all order by 1"
        ).fetchall()
    assert [is_current for _, is_current in shown] == [False, True]
