"""The registry of customer keys over many runs, by its compiled SQL on profiles written here.

Components are given: who is who is another test's business, what they are called is this one's.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import pytest
from dbt.cli.main import dbtRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.paths import DBT_PROJECT_DIR
from orchestration.warehouse.key_secret import key_secret, set_variables

# In the order in which dbt builds them, with what makes a row of theirs the same row.
MODELS = {
    "int_identity__customer_keys": ("customer_key",),
    "int_identity__customer_profiles": None,
    "customer_key_redirects": None,
    "int_identity__profile_beliefs": ("profile_key", "from_run_number"),
    "int_identity__customer_key_changes": (),
}
INPUTS = {
    "intermediate.int_identity__profiles": "profile_key varchar, source_name varchar, "
    "first_seen_at timestamp",
    "intermediate.int_identity__components": "node_key varchar, component_key varchar",
    "staging.stg_ledger__loads": "load_id bigint, file_date date",
}
FIRST_DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def statements(tmp_path_factory):
    folder = tmp_path_factory.mktemp("registry")
    (folder / "build").mkdir()
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        create_inputs(connection)
    first = compiled(folder)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for model, statement in first.items():
            connection.execute(f"create table intermediate.{model} as {statement}")
    return Statements(first, compiled(folder))


def create_inputs(connection):
    connection.execute("create schema intermediate; create schema staging")
    for table, columns in INPUTS.items():
        connection.execute(f"create table {table} ({columns})")


def compiled(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder))
        outcome = dbtRunner().invoke(
            [
                *("--quiet", "compile", "--select", *MODELS),
                *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
                *("--target", "warehouse"),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            ]
        )
    assert outcome.success, outcome.exception
    nodes = {result.node.name: result.node for result in outcome.result.results}
    return {model: nodes[model].compiled_code for model in MODELS}


@dataclass(frozen=True)
class Statements:
    """What dbt would run for each model: the first time, and ever after."""

    first: dict[str, str] = field(repr=False)
    later: dict[str, str] = field(repr=False)


@dataclass
class Registry:
    """A warehouse in memory that lives through runs."""

    statements: Statements
    connection: duckdb.DuckDBPyConnection = field(init=False)
    day: int = 0

    def __post_init__(self):
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("attach ':memory:' as warehouse; use warehouse")
        set_variables(self.connection, key_secret())
        create_inputs(self.connection)

    def run(self, *components, days=1):
        """Build on these components of profiles; `days` more have been delivered."""
        self.day += days
        delivered = FIRST_DAY + timedelta(days=self.day - 1)
        self.connection.execute("delete from staging.stg_ledger__loads")
        self.connection.execute(
            "insert into staging.stg_ledger__loads values (?, ?)", [self.day, delivered]
        )
        profiles = [(p, "crm", seen_at(p)) for component in components for p in component]
        self._fill("int_identity__profiles", profiles)
        linked = [component for component in components if len(component) > 1]
        nodes = [(p, min(component)) for component in linked for p in component]
        self._fill("int_identity__components", nodes)
        is_first = not self.connection.execute(
            "select 1 from duckdb_tables() where table_name = 'int_identity__customer_keys'"
        ).fetchall()
        for model, unique_key in MODELS.items():
            self._build(model, unique_key, is_first)
        return self.keys()

    def _fill(self, table, rows):
        self.connection.execute(f"delete from intermediate.{table}")
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.connection.executemany(f"insert into intermediate.{table} values ({marks})", rows)

    def _build(self, model, unique_key, is_first):
        if is_first or unique_key is None:
            statement = self.statements.first[model]
            self.connection.execute(f"create or replace table intermediate.{model} as {statement}")
            return
        self.connection.execute(
            f"create or replace temp table new_rows as {self.statements.later[model]}"
        )
        if unique_key:
            same = " and ".join(f"{model}.{column} = new_rows.{column}" for column in unique_key)
            self.connection.execute(f"delete from intermediate.{model} using new_rows where {same}")
        self.connection.execute(f"insert into intermediate.{model} by name from new_rows")

    def rows(self, query):
        return self.connection.execute(query).fetchall()

    def keys(self):
        """Customer key of each profile."""
        return dict(
            self.rows(
                "select profile_key, customer_key from intermediate.int_identity__customer_profiles"
            )
        )

    def redirects(self):
        return dict(
            self.rows(
                "select old_customer_key, customer_key from intermediate.customer_key_redirects"
            )
        )

    def believed_at(self, at):
        """Customer key of each profile as it was believed at an instant."""
        rows = self.connection.execute(
            "select profile_key, customer_key from intermediate.int_identity__profile_beliefs "
            "where valid_from <= $at and ($at < valid_to or valid_to is null)",
            {"at": at},
        ).fetchall()
        assert len(dict(rows)) == len(rows)
        return dict(rows)

    def latest_change_at(self):
        ((at,),) = self.rows("select max(changed_at) from intermediate.int_identity__customer_keys")
        return at

    def changes(self):
        """What the log says of the last run that changed something."""
        return self.rows(
            "select change_kind, from_customer_key, to_customer_key, profile_count "
            "from intermediate.int_identity__customer_key_changes where run_number = "
            "(select max(changed_run_number) from intermediate.int_identity__customer_keys) "
            "order by all"
        )

    def stored(self):
        """All that is kept from run to run."""
        return {
            model: self.rows(f"from intermediate.{model} order by all")
            for model, unique_key in MODELS.items()
            if unique_key is not None
        }


def seen_at(profile):
    """Profiles are seen in the order of their names, from the end of the alphabet."""
    return date(2025, 12, 1) - timedelta(days=ord(profile[0]))


@pytest.fixture
def registry(statements):
    return Registry(statements)


def test_a_merge_keeps_the_older_key_and_redirects_the_other(registry):
    older = registry.run({"m"})["m"]
    younger = registry.run({"m"}, {"z"})["z"]

    merged = registry.run({"m", "z"})

    assert merged == {"m": older, "z": older}
    assert registry.redirects() == {younger: older}
    assert registry.changes() == [("merged", younger, older, 1)]


def test_an_unmerge_restores_the_keys_of_before(registry):
    before = registry.run({"a", "b"}, {"c", "d"}, {"e"})
    merged = registry.run({"a", "b", "c", "d", "e"})

    after = registry.run({"a", "b"}, {"c", "d"}, {"e"})

    assert len(set(merged.values())) == 1
    assert after == before
    assert registry.redirects() == {}
    assert {kind for kind, *_ in registry.changes()} == {"split"}


def test_who_joins_a_merged_customer_goes_with_whom_it_is_linked_to(registry):
    before = registry.run({"a"}, {"c"})
    registry.run({"a", "c", "n"})

    after = registry.run({"a"}, {"c", "n"})

    assert after == {**before, "n": before["c"]}


def test_an_older_profile_that_joins_renames_nobody(registry):
    before = registry.run({"a"})

    assert registry.run({"a", "z"}) == {"a": before["a"], "z": before["a"]}


def test_a_key_stays_when_its_anchor_is_no_longer_delivered(registry):
    key = registry.run({"a", "b", "z"})["z"]

    assert registry.run({"a", "b"}) == {"a": key, "b": key}
    assert registry.run({"a"}) == {"a": key}


def test_an_anchor_that_vanishes_while_merged_is_missed_at_the_unmerge(registry):
    registry.run({"z"})
    before = registry.run({"z"}, {"a", "b"})
    registry.run({"z", "a", "b"})

    registry.run({"z", "a"})
    after = registry.run({"z"}, {"a"})

    assert after == {"z": before["z"], "a": before["a"]}


def test_a_vanished_anchor_renames_no_customer_that_its_profiles_went_over_to(registry):
    registry.run({"y"})
    registry.run({"y"}, {"h", "t"})
    before = registry.run({"t", "y"}, {"g", "h"})

    assert registry.run({"y"}, {"g", "h"}) == {p: before[p] for p in "ghy"}


def test_a_profile_whose_key_moved_on_founds_another_customer(registry):
    key = registry.run({"a", "z"})["z"]
    registry.run({"a"})

    returned = registry.run({"a"}, {"z"})

    assert returned["a"] == key != returned["z"]
    assert registry.run({"a"}, {"z"}) == returned


def test_a_customer_that_comes_back_has_the_key_of_before(registry):
    before = registry.run({"a", "b"}, {"c"})
    gone = registry.run({"c"})

    assert gone == {"c": before["c"]}
    assert registry.changes() == [("retired", before["a"], None, 2)]
    assert registry.run({"b"}, {"c"}) == {"b": before["a"], "c": before["c"]}
    assert registry.changes() == [("returned", None, before["a"], 1)]


def test_a_profile_that_changes_customers_has_moved(registry):
    before = registry.run({"b", "z"}, {"a"})

    registry.run({"z"}, {"a", "b"})

    assert registry.changes() == [("moved", before["z"], before["a"], 1)]


def test_a_second_run_on_the_same_deliveries_has_an_instant_of_its_own(registry):
    before = registry.run({"a"}, {"b"})
    first_at = registry.latest_change_at()

    merged = registry.run({"a", "b"}, days=0)

    assert registry.latest_change_at() == first_at + timedelta(microseconds=1)
    assert registry.believed_at(first_at) == before
    assert registry.believed_at(registry.latest_change_at()) == merged


# Ten profiles are enough for every way of merging, splitting, leaving and coming back.
partitions = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 4), min_size=1).map(
    lambda groups: tuple(
        frozenset(profile for profile, group in groups.items() if group == label)
        for label in sorted(set(groups.values()))
    )
)


def partition_of(keys):
    customers = defaultdict(set)
    for profile, key in keys.items():
        customers[key].add(profile)
    return {frozenset(profiles) for profiles in customers.values()}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(partitions, min_size=1, max_size=5))
def test_whatever_happens_keys_hold(statements, history):
    registry = Registry(statements)
    beliefs = {}
    living = set()
    before, keys_before = (), {}
    for components in history:
        keys = registry.run(*components)

        assert partition_of(keys) == set(components)
        for component in set(before) & set(components):
            profile = min(component)
            assert keys[profile] == keys_before[profile]
        redirects = registry.redirects()
        assert not redirects.keys() & set(keys.values())
        assert set(redirects.values()) <= set(keys.values())

        beliefs[registry.latest_change_at()] = keys
        assert {at: registry.believed_at(at) for at in beliefs} == beliefs

        if keys != keys_before:
            for kind, from_key, to_key, _ in registry.changes():
                if kind in ("merged", "retired"):
                    living.remove(from_key)
                if kind in ("minted", "returned", "split"):
                    living.add(to_key)
        assert living == set(keys.values())

        stored = registry.stored()
        assert registry.run(*components) == keys
        assert registry.stored() == stored
        before, keys_before = components, keys


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(apart=partitions, merges=st.lists(st.integers(0, 4), min_size=5, max_size=5))
def test_whatever_was_merged_an_unmerge_restores(statements, apart, merges):
    registry = Registry(statements)
    keys = registry.run(*apart)
    merged = defaultdict(set)
    for number, component in enumerate(apart):
        merged[merges[number]] |= component
    registry.run(*merged.values())

    assert registry.run(*apart) == keys
