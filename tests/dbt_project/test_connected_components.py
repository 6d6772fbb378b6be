"""The `connected_components` materialization, in a small project of its own."""

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.dbt_project.own_project import write_own_project

MODEL = """
{{{{ config(materialized='connected_components', maximum_rounds={maximum_rounds}, maximum_changed_share=1000) }}}}
{hook}
select {columns} from read_csv('{edges}', header = true, all_varchar = true)
"""  # noqa: E501

STATE = ("components", "components__link_checksums", "components__links")


@dataclass(frozen=True)
class Graph:
    """A folder with a model of the components of a list of edges, and the database it builds."""

    folder: Path

    @property
    def command(self) -> list[str]:
        folder = str(self.folder)
        return ["--quiet", "run", "--project-dir", folder, "--profiles-dir", folder]

    def write(self, edges, maximum_rounds=200, columns="left_key, right_key", hook=""):
        lines = [",".join([*map(str, edge), "0"][:3]) + "\n" for edge in edges]
        path = self.folder / "edges.csv"
        path.write_text("left_key,right_key,link_group\n" + "".join(lines))
        model = MODEL.format(maximum_rounds=maximum_rounds, columns=columns, hook=hook, edges=path)
        (self.folder / "models" / "components.sql").write_text(model)

    def build(self, edges, *arguments, **settings) -> set[tuple[str, str]]:
        """Build the components; return (node, component) pairs."""
        self.write(edges, **settings)
        outcome = dbtRunner().invoke([*self.command, *arguments])
        DuckDBConnectionManager.close_all_connections()
        if not outcome.success:
            raise RuntimeError(outcome.result.results[0].message)
        return self.found()

    def found(self) -> set[tuple[str, str]]:
        rows = self.query("select node_key, component_key from components")
        assert len(rows) == len(set(rows))
        return set(rows)

    def rows(self) -> dict[str, list]:
        """All rows of all tables that the materialization keeps."""
        return {table: self.query(f"from {table} order by all") for table in STATE}

    def tables(self) -> dict[str, int]:
        """The tables of the database; one that is created again has another number."""
        return dict(self.query("select table_name, table_oid from duckdb_tables()"))

    def query(self, sql) -> list[tuple]:
        with duckdb.connect(str(self.folder / "own.duckdb")) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def graph(tmp_path):
    write_own_project(tmp_path)
    return Graph(tmp_path)


def true_components(edges):
    """What a union-find says, each component named by its least node."""
    parents = {}

    def root(node):
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for left, right, *_ in edges:
        if left != right:
            one, other = (root(parents.setdefault(node, node)) for node in (left, right))
            parents[max(one, other)] = min(one, other)
    return {(node, root(node)) for node in parents}


def chain(length, prefix="c"):
    return [(f"{prefix}{step:06}", f"{prefix}{step + 1:06}") for step in range(length)]


def test_nodes_are_joined_over_any_number_of_hops(graph):
    one_hop = [("A", "email 1"), ("C", "email 1"), ("B", "phone 2"), ("C", "phone 2")]

    found = graph.build([*one_hop, *chain(30, "n"), ("x", "y"), ("z", "z")])

    assert {component for node, component in found if node in "ABC"} == {"A"}
    assert {component for node, component in found if node.startswith("n")} == {"n000000"}
    assert {component for node, component in found if node in "xyz"} == {"x"}
    assert not [node for node, _ in found if node == "z"]


def test_components_do_not_depend_on_the_order_of_edges(graph):
    draw = random.Random(7)  # noqa: S311
    edges = [(f"n{draw.randrange(300)}", f"n{draw.randrange(300)}") for _ in range(200)]
    turned = [(right, left) for left, right in edges]
    draw.shuffle(turned)

    assert graph.build(edges) == graph.build(turned) == graph.build(turned, "--full-refresh")


def test_a_long_chain_and_a_large_hub_converge_and_can_be_joined_and_cut(graph):
    parts = [*chain(100_000), *(("a hub", f"h{spoke}") for spoke in range(100_000))]
    joined = [*parts, ("c050000", "h7")]
    cut = [edge for edge in joined if edge != ("c070000", "c070001")]

    assert {component for _, component in graph.build(parts)} == {"c000000", "a hub"}
    assert {component for _, component in graph.build(joined)} == {"a hub"}
    assert graph.build(cut) == true_components(cut)


def test_no_edges_are_no_components(graph):
    assert graph.build([]) == set()
    assert graph.build([("a", "b")]) == {("a", "a"), ("b", "a")}
    assert graph.build([]) == set()


@settings(
    max_examples=3,
    deadline=None,
    database=None,
    # A shorter sequence tells no more than the seed, and each takes seconds.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), has_groups=st.booleans())
def test_any_sequence_of_added_and_removed_links_gives_what_a_full_run_gives(
    graph, seed, has_groups
):
    """Forty small graphs side by side, so that one run of dbt tries forty changes."""
    draw = random.Random(seed)  # noqa: S311
    columns = "left_key, right_key" + (", link_group" if has_groups else "")
    graphs = [[] for _ in range(40)]
    for _ in range(5):
        for number, links in enumerate(graphs):
            kept_share = draw.choice([1, 1, 0.9, 0.5])
            links[:] = [link for link in links if draw.random() < kept_share]
            nodes = [f"{number:02}-{node:02}" for node in range(draw.choice([2, 4, 12]))]
            links += [
                (draw.choice(nodes), draw.choice(nodes), draw.randrange(3))
                for _ in range(draw.choice([0, 0, 1, 3]))
            ]
        all_links = [link for links in graphs for link in links]
        draw.shuffle(all_links)

        assert graph.build(all_links, columns=columns) == true_components(all_links)

    continued = graph.rows()
    graph.build(all_links, "--full-refresh", columns=columns)
    # How often a link is kept that came several times is of no consequence.
    assert {name: set(rows) for name, rows in continued.items()} == {
        name: set(rows) for name, rows in graph.rows().items()
    }
    assert continued["components"] == graph.rows()["components"]


def test_only_what_a_change_touches_is_written(graph):
    links = [(f"a{number}", f"b{number}") for number in range(2000)]
    graph.build(links)
    before = graph.tables()
    places = dict(graph.query("select node_key, rowid from components"))

    graph.build([*links[1:], ("b7", "a8")])

    assert graph.tables()["components"] == before["components"]
    assert graph.tables()["components__links"] == before["components__links"]
    moved = {
        node
        for node, place in graph.query("select node_key, rowid from components")
        if places[node] != place
    }
    assert moved == {"a8", "b8"}


def test_a_run_without_a_change_writes_nothing(graph):
    links = chain(50)
    graph.build(links)
    before = (graph.folder / "own.duckdb").read_bytes()

    graph.build([*reversed(links)])

    assert (graph.folder / "own.duckdb").read_bytes() == before


def test_a_link_that_changes_its_group_changes_no_component(graph):
    links = [(f"a{number}", f"b{number}", 1) for number in range(20)]
    built = graph.build(links, columns="left_key, right_key, link_group")

    moved = [("a0", "b0", 2), *links[1:]]

    assert graph.build(moved, columns="left_key, right_key, link_group") == built
    groups = graph.query("select link_group, count(*) from components__links group by all")
    assert sorted(groups) == [("1", 19), ("2", 1)]


def test_a_model_that_changes_its_columns_is_built_anew(graph):
    links = [("a", "b", 1), ("b", "c", 2)]
    graph.build(links)

    found = graph.build(links, columns="left_key, right_key, link_group")

    assert found == true_components(links)
    assert graph.query("select distinct link_group from components__links order by all") == [
        ("1",),
        ("2",),
    ]


def test_a_table_or_view_of_another_materialization_is_replaced(graph):
    graph.query("create view components as select 1 as node_key")
    assert graph.build([("a", "b")]) == {("a", "a"), ("b", "a")}

    graph.query("create or replace table components as select 'a' as node_key")
    assert graph.build([("a", "b")]) == {("a", "a"), ("b", "a")}


def test_the_hash_of_a_link_may_come_with_it(graph):
    links = [("a", "b"), ("c", "d")]
    columns = "left_key, right_key, hash(left_key, right_key) as link_hash"

    assert graph.build(links, columns=columns) == true_components(links)
    assert graph.build([("a", "b"), ("b", "c")], columns=columns) == true_components(
        [("a", "b"), ("b", "c")]
    )


@pytest.mark.parametrize("column", ["link_hash", "link_group"])
def test_a_link_that_would_not_be_compared_fails_the_run(graph, column):
    with pytest.raises(RuntimeError, match="is null"):
        graph.build([("a", "b")], columns=f"left_key, right_key, cast(null as integer) as {column}")


def test_what_is_built_next_has_as_many_threads_as_before(graph):
    hook = """{{ config(post_hook="create table next as select current_setting('threads')") }}"""

    graph.build([("a", "b")], hook=hook)

    assert graph.query("from next") == [(2,)]


@pytest.mark.parametrize("is_known", [False, True], ids=["full", "incremental"])
def test_a_graph_that_has_not_converged_fails_the_run_and_changes_nothing(graph, is_known):
    if is_known:
        graph.build([("a", "b")])
        before = graph.rows()

    with pytest.raises(RuntimeError, match="not converged"):
        graph.build([("a", "b"), *chain(1000)], maximum_rounds=2)

    if is_known:
        assert graph.rows() == before
        assert graph.build([("a", "b")]) == {("a", "a"), ("b", "a")}


@pytest.mark.parametrize("is_known", [False, True], ids=["full", "incremental"])
def test_two_keys_of_one_hash_fail_the_run(graph, is_known):
    """A hash of one's own: the length of the text."""
    short_hash = """{{ config(pre_hook="create or replace temp macro hash(key) as
        case when typeof(key) = 'VARCHAR' then cast(length(cast(key as varchar)) as ubigint)
        else cast(key as ubigint) end") }}"""
    columns = "left_key, right_key, 7 + row_number() over () as link_hash"
    if is_known:
        graph.build([("a", "bb")], hook=short_hash, columns=columns)

    with pytest.raises(RuntimeError, match="share a hash"):
        graph.build([("a", "bb"), ("bb", "c")], hook=short_hash, columns=columns)


@pytest.mark.parametrize("is_full", [False, True], ids=["incremental", "full"])
def test_a_killed_run_leaves_the_tables_as_they_were(graph, is_full):
    graph.build([("a", "b"), ("c", "d")])
    before = graph.rows()
    graph.write([("a", "b"), ("b", "c")], hook="""{{ config(post_hook="select die()") }}""")
    dbt = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *graph.command]

    killed = subprocess.run(  # noqa: S603
        [*dbt, "--full-refresh"] if is_full else dbt, check=False, capture_output=True
    )

    assert killed.returncode == 9
    assert graph.rows() == before
    assert graph.build([("a", "b"), ("b", "c")]) == {("a", "a"), ("b", "a"), ("c", "a")}
    assert set(graph.tables()) == set(STATE)
