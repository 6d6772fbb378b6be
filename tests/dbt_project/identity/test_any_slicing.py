"""However deliveries are cut and ordered, and whatever is corrected: the same customers.

Many small worlds live side by side in one warehouse, so that one run of the real models tries them
all. In another warehouse one run from nothing resolves each world as it is on each day.
"""

import random
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.identity.match_models import write_version
from orchestration.identity.training import train
from orchestration.paths import DBT_PROJECT_DIR
from orchestration.warehouse.connections import quoted
from orchestration.warehouse.dbt_invocation import failures
from tests.dbt_project.identity.histories import (
    DAYS,
    LINKING_TRAITS,
    History,
    Keys,
    Partition,
    World,
    closure,
    examples,
    sharing,
)
from tests.dbt_project.identity.test_resolution import COLUMNS, SEEDS, new_warehouse, profile
from tests.orchestration.identity.test_matching import misspelled, person, records_of

MODELS = (
    *("--select", "int_shapes__observations+,+int_identity__customer_profiles"),
    *("customer_key_redirects", "int_identity__links", "int_identity__profile_beliefs"),
    *("int_identity__customer_key_changes", "int_identity__refused_links"),
    *("--exclude", "int_shapes__observations"),
)
# For each world so many pairs of profiles that nothing happens to: a day changes few links, as it
# does, and continues from the day before.
IDLE_PAIRS = 30


class Resolved(NamedTuple):
    """What one run left of the worlds."""

    # Each profile that came out, as often as it did, with its customer.
    profiles: list[tuple[str, str]]
    # What the rows of each customer are worth.
    amounts: dict[str, int]
    # Of all worlds and of those who stand still.
    proposed_links: set[tuple[str, str]]
    links: list[tuple[str, str, str]]
    refusals: list[tuple[str, str, str]]
    redirects: dict[str, str]

    def keys(self) -> dict[str, Keys]:
        """By world, the customer key of each profile."""
        keys = defaultdict(dict)
        for profile_key, customer_key in self.profiles:
            world, letter = profile_key.split(":")
            keys[world][letter] = customer_key
        return keys


@dataclass(frozen=True)
class Warehouse:
    """A data folder that lives through runs."""

    folder: Path
    project: Manifest

    def deliver(self, worlds: Sequence[tuple[World, int]], idle_pairs: int = 0) -> None:
        """From now on each world is as on its day, in whatever order its rows come."""
        rows = [row for world, day in worlds for row in world.rows(day)]
        rows += [
            profile(f"idle:{pair}{side}", email=f"idle{pair}@mail.pl")
            for pair in range(idle_pairs)
            for side in "ab"
        ]
        random.Random(len(rows)).shuffle(rows)  # noqa: S311
        delivered = pd.DataFrame(rows, columns=COLUMNS)
        decided = pd.DataFrame(
            [each for world, day in worlds for each in world.decisions(day)],
            columns=["decision", "left_profile_key", "right_profile_key"],
        )
        blocked = pd.DataFrame(
            {each for world, day in worlds for each in world.blocked(day)},
            columns=["identifier_type", "blocked_value"],
        )
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            for name, frame in (("delivered", delivered), ("decided", decided)):
                connection.register(name, frame)
            connection.register("blocked", blocked)
            connection.execute("""
                delete from intermediate.int_shapes__observations;
                insert into intermediate.int_shapes__observations by name
                select *, first_seen_at as last_seen_at, 1 as _load_id from delivered;
                delete from reference.identity_decisions;
                insert into reference.identity_decisions by name
                select *, 'Of a test' as reason from decided;
                delete from reference.blocked_values where reason = 'Of a test';
                insert into reference.blocked_values by name
                select *, 'exact' as match_kind, 'Of a test' as reason from blocked;
                update staging.stg_ledger__loads set file_date = file_date + 1
            """)

    def run(self, *arguments: str) -> Resolved:
        """Resolve what was delivered."""
        run_dbt(self.folder, "run", *MODELS, *arguments, project=self.project)
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            marts = quoted(self.folder / "build" / "cx.duckdb")
            connection.execute(f"attach {marts} as cx (read_only); use intermediate")

            def rows(query: str) -> list[tuple]:
                return connection.execute(query).fetchall()

            return Resolved(
                profiles=rows("""
                    select profile_key, customer_key from int_identity__customer_profiles
                    where source_name != 'idle'
                """),
                amounts=dict(
                    rows("""
                        select customer_key, sum(day(observations.first_seen_at))
                        from int_shapes__observations as observations
                        inner join int_identity__customer_profiles using (profile_key)
                        group by customer_key
                    """)
                ),
                proposed_links=set(
                    rows("""
                        select left_profile_key, right_profile_key
                        from int_identity__proposed_links
                    """)
                ),
                links=rows("""
                    select left_profile_key, right_profile_key, link_reason
                    from int_identity__links
                    where not starts_with(left_profile_key, 'idle:')
                """),
                refusals=rows("""
                    select left_profile_key, right_profile_key, refusal_reason
                    from int_identity__refused_links
                """),
                redirects=dict(
                    rows("""
                        select old_customer_key, customer_key
                        from cx.marts.customer_key_redirects
                    """)
                ),
            )


def run_dbt(folder: Path, *arguments: str, project: Manifest | None = None) -> Any:
    """Run a command of dbt on a data folder; a project that was parsed is not parsed again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder))
        outcome = dbtRunner(project).invoke(
            [
                *("--quiet", *arguments),
                *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
                *("--target", "warehouse"),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            ]
        )
    # The adapter would keep the file open, with settings of its own.
    DuckDBConnectionManager.close_all_connections()
    assert outcome.success, failures(outcome)
    return outcome.result


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Warehouse:
    """A warehouse with the seeds, and with a model of matching that somebody trained."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    with new_warehouse(folder):
        pass
    project = run_dbt(folder, "parse")
    run_dbt(folder, "seed", "--select", *SEEDS, project=project)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        # No type has a limit as delivered.
        connection.execute("""
            update reference.identifier_types set maximum_per_customer = 1
            where identifier_type = 'contact_id'
        """)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder))
        write_version(train(records_of(people_twice())))
    return Warehouse(folder, project)


def people_twice() -> dict[str, dict]:
    """People of few given names, each of them misspelled once, to learn likeness from."""
    draw = random.Random(3)  # noqa: S311
    records = {}
    for number in range(300):
        one = person(draw) | {"given_name": draw.choice(("anna", "piotr", "ewa", "jan"))}
        records[f"one:{number}"] = one
        records[f"double:{number}"] = misspelled(draw, one)
    return records


@dataclass(frozen=True)
class Runs:
    """Worlds, and what they were resolved to."""

    histories: list[History]
    # Run by run, each of which continues what the one before left.
    by_day: list[Resolved]
    # Then without what the models keep, but with the registry.
    refreshed: Resolved
    # From nothing, every world on every day beside the others.
    at_once: Resolved

    def days(self, histories: Iterable[History] | None = None) -> Iterator["Day"]:
        """Every day of every world, or of some."""
        chosen = set(self.histories if histories is None else histories)
        at_once = self.at_once.keys()
        for day, resolved in enumerate(self.by_day):
            keys = resolved.keys()
            for number, history in enumerate(self.histories):
                if history in chosen:
                    yield Day(
                        history,
                        day,
                        keys[living(number, history).name],
                        at_once[frozen(number, history, day).name],
                    )

    def lives(self) -> Iterator[tuple[History, list[Keys]]]:
        """Every world with the customer keys of its profiles, day by day."""
        by_day = [resolved.keys() for resolved in self.by_day]
        for number, history in enumerate(self.histories):
            yield history, [keys[living(number, history).name] for keys in by_day]


class Day(NamedTuple):
    """A world on one day."""

    history: History
    day: int
    keys: Keys
    keys_at_once: Keys


def living(number: int, history: History) -> World:
    """A world as it lives from day to day."""
    return World(number * (DAYS + 1), history, f"w{number:04}")


def frozen(number: int, history: History, day: int) -> World:
    """The same as it is on one day, seen for the first time, under other names."""
    return World(number * (DAYS + 1) + 1 + day, history, f"w{number:04}d{day}")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((240, 0, 240), id="quick"),
        # Beyond so many at once, birth dates come back and likeness joins worlds.
        pytest.param((2160, 0, 720), id="first_720", marks=pytest.mark.slow),
        pytest.param((2160, 720, 1440), id="second_720", marks=pytest.mark.slow),
        pytest.param((2160, 1440, 2160), id="third_720", marks=pytest.mark.slow),
    ],
)
def runs(request, prepared, tmp_path_factory) -> Runs:
    number, first, end = request.param
    histories = examples(number)[first:end]
    folder = tmp_path_factory.mktemp("runs")
    daily, at_once = (
        Warehouse(shutil.copytree(prepared.folder, folder / name), prepared.project)
        for name in ("daily", "at_once")
    )
    by_day = []
    for day in range(DAYS):
        daily.deliver(
            [(living(*numbered), day) for numbered in enumerate(histories)],
            idle_pairs=IDLE_PAIRS * len(histories),
        )
        by_day.append(daily.run())
    refreshed = daily.run("--full-refresh")
    at_once.deliver(
        [(frozen(*numbered, day), day) for numbered in enumerate(histories) for day in range(DAYS)]
    )
    return Runs(histories, by_day, refreshed, at_once.run())


def partition(keys: Keys) -> Partition:
    """Who is who, whatever it is called."""
    customers = defaultdict(set)
    for letter, customer_key in keys.items():
        customers[customer_key].add(letter)
    return {frozenset(letters) for letters in customers.values()}


def simplest(found: Iterable[tuple]) -> tuple | None:
    """Of what is wrong, each with its world first, the one whose world has least in it."""
    return min(found, key=lambda wrong: len(wrong[0].shown), default=None)


def test_any_slicing_gives_the_partition_of_one_full_run(runs):
    wrong = [each for each in runs.days() if partition(each.keys) != partition(each.keys_at_once)]

    assert simplest(wrong) is None


def test_no_world_is_joined_to_another(runs):
    for resolved in (*runs.by_day, runs.at_once):
        members = defaultdict(set)
        for profile_key, customer_key in resolved.profiles:
            members[customer_key].add(profile_key)
        joined = [keys for keys in members.values() if len({key.split(":")[0] for key in keys}) > 1]

        assert joined == []


def test_contacts_and_decisions_join_those_whom_they_should(runs):
    """By plain reasoning on what is shown: no model, no order, no link."""
    wrong = [
        (each.history.on(each.day), broken)
        for each in runs.days(examples_of_contacts(runs))
        for broken in broken_rules(each.history.on(each.day), partition(each.keys))
    ]

    assert simplest(wrong) is None


def examples_of_contacts(runs: Runs) -> list[History]:
    """The worlds in which nobody shows who he is."""
    return [
        history
        for history in runs.histories
        if {said.trait for said in history.shown} <= {*LINKING_TRAITS, "device_id"}
    ]


def broken_rules(history: History, customers: Partition) -> Iterator[str]:
    """What does not hold of the customers of a world in which nobody shows who he is."""
    of = {letter: customer for customer in customers for letter in customer}
    merges, splits = (
        [
            (each.left, each.right)
            for each in history.decided
            if each.decision == decision and {each.left, each.right} <= of.keys()
        ]
        for decision in ("merge", "split")
    )
    parted = {frozenset((of[left], of[right])) for left, right in splits}
    yield from (f"merge of {pair}" for pair in merges if of[pair[0]] != of[pair[1]])
    yield from (f"split of {pair}" for pair in splits if of[pair[0]] == of[pair[1]])
    for value, bearers in sharing(history).items():
        for customer, other in combinations({of[letter] for letter in bearers}, 2):
            if frozenset((customer, other)) not in parted:
                yield f"nothing but {value} is between {set(customer)} and {set(other)}"
    for customer in customers:
        bearers = [bearers & customer for bearers in sharing(history).values()]
        stars = [(min(some), letter) for some in bearers for letter in some]
        leads_to = closure([*merges, *stars], customer)
        if len({leads_to[letter] for letter in customer}) > 1:
            yield f"nothing joins {set(customer)}"


def test_no_link_joins_two_customers_and_links_join_each(runs):
    for resolved in (*runs.by_day, runs.refreshed, runs.at_once):
        customers = dict(resolved.profiles)

        reached = closure(((left, right) for left, right, _ in resolved.links), customers)

        assert reached.keys() == customers.keys()
        assert len(set(reached.values())) == len(set(customers.values()))
        assert len(set(zip(reached.values(), map(customers.get, reached), strict=True))) == len(
            set(customers.values())
        )
        assert not [
            refusal
            for refusal in resolved.refusals
            if customers[refusal[0]] == customers[refusal[1]]
        ]


def test_no_profile_and_no_amount_is_lost_or_doubled(runs):
    """Each row is worth the day on which it was seen."""
    for day, resolved in enumerate(runs.by_day):
        worth = defaultdict(int)
        for number, history in enumerate(runs.histories):
            for said in history.on(day).shown:
                worth[living(number, history).key(said.profile)] += said.seen
        assert sorted(key for key, _ in resolved.profiles) == sorted(worth)
        of_customers = defaultdict(int)
        for profile_key, customer_key in resolved.profiles:
            of_customers[customer_key] += worth[profile_key]
        assert {key: resolved.amounts[key] for key in of_customers} == of_customers


def test_every_redirect_leads_to_a_living_customer_in_one_step(runs):
    for resolved in (*runs.by_day, runs.refreshed):
        living_keys = set(resolved.amounts)

        assert not resolved.redirects.keys() & living_keys
        assert set(resolved.redirects.values()) <= living_keys


def test_a_customer_that_nothing_happens_to_keeps_its_key(runs):
    wrong = [
        (history, set(customer))
        for history, by_day in runs.lives()
        for before, after in pairwise(by_day)
        for customer in partition(before) & partition(after)
        if before[min(customer)] != after[min(customer)]
    ]

    assert simplest(wrong) is None


def test_an_unmerge_restores_the_keys_of_before(runs):
    """Who was one customer, was not and is again; of whoever goes away, another bears the key."""
    returns, wrong = 0, []
    for history, by_day in runs.lives():
        for first, last in combinations(range(DAYS), 2):
            before, *meanwhile, after = days = by_day[first : last + 1]
            if any(keys.keys() - following.keys() for keys, following in pairwise(days)):
                continue
            for customer in partition(before) & partition(after):
                if all(customer not in partition(keys) for keys in meanwhile):
                    returns += len(meanwhile) > 0
                    if before[min(customer)] != after[min(customer)]:
                        wrong.append((history, first, last, set(customer)))

    assert simplest(wrong) is None
    assert returns > len(runs.histories) / 10


def test_a_full_refresh_renames_nobody(runs):
    last = runs.by_day[-1]

    assert dict(runs.refreshed.profiles) == dict(last.profiles)
    assert runs.refreshed.redirects == last.redirects


def test_the_worlds_hold_all_that_is_to_be_proved(runs):
    """Or the others would prove little; and a day is continued from the last, not made anew."""
    assert {reason for *_, reason in runs.at_once.links} == {
        *("forced_merge", "shared_identifier", "shared_identifier_and_name", "match")
    }
    assert {reason for *_, reason in runs.at_once.refusals} >= {
        *("unique_identifier", "birth_date", "maximum_per_customer", "forced_split", "ambiguous")
    }
    for before, after in pairwise(runs.by_day):
        changed = before.proposed_links ^ after.proposed_links
        assert 0 < len(changed) < len(after.proposed_links) / 5
        assert before.proposed_links - after.proposed_links
        assert after.redirects
