"""The `connected_components` materialization, in a small project of its own."""

import random

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR

PROJECT = """
name: closure
version: 0.1.0
profile: closure
model-paths: [models]
macro-paths: ["{macros}"]
flags: {{send_anonymous_usage_stats: false}}
"""

PROFILE = """
closure:
  target: here
  outputs:
    here: {{type: duckdb, path: "{path}", schema: main, threads: 1}}
"""

MODEL = """
{{{{ config(materialized='connected_components', maximum_rounds={maximum_rounds}) }}}}

select left_key, right_key from read_csv('{edges}', header = true, all_varchar = true)
"""


@pytest.fixture
def components(tmp_path):
    """Build the components of a list of edges; return (node, component) pairs."""
    (tmp_path / "models").mkdir()
    macros = DBT_PROJECT_DIR / "materializations"
    (tmp_path / "dbt_project.yml").write_text(PROJECT.format(macros=macros))
    (tmp_path / "profiles.yml").write_text(PROFILE.format(path=tmp_path / "graph.duckdb"))

    def build(edges, maximum_rounds=200):
        lines = [f"{left},{right}\n" for left, right in edges]
        (tmp_path / "edges.csv").write_text("left_key,right_key\n" + "".join(lines))
        model = MODEL.format(maximum_rounds=maximum_rounds, edges=tmp_path / "edges.csv")
        (tmp_path / "models" / "components.sql").write_text(model)
        folders = ["--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)]
        outcome = dbtRunner().invoke(["--quiet", "run", *folders])
        if not outcome.success:
            raise RuntimeError(outcome.result.results[0].message)
        with duckdb.connect(str(tmp_path / "graph.duckdb")) as connection:
            return set(connection.sql("select node_key, component_key from components").fetchall())

    return build


def test_nodes_are_joined_over_any_number_of_hops(components):
    one_hop = [("A", "email 1"), ("C", "email 1"), ("B", "phone 2"), ("C", "phone 2")]
    chain = [(f"n{step:02}", f"n{step + 1:02}") for step in range(30)]

    found = components([*one_hop, *chain, ("x", "y"), ("z", "z")])

    assert {component for node, component in found if node in "ABC"} == {"A"}
    assert {component for node, component in found if node.startswith("n")} == {"n00"}
    assert {component for node, component in found if node in "xyz"} == {"x"}
    assert not [node for node, _ in found if node == "z"]


def test_components_do_not_depend_on_the_order_of_edges(components):
    draw = random.Random(7)  # noqa: S311
    edges = [(f"n{draw.randrange(300)}", f"n{draw.randrange(300)}") for _ in range(200)]
    turned = [(right, left) for left, right in edges]
    draw.shuffle(turned)

    assert components(edges) == components(turned)


def test_a_graph_that_has_not_converged_fails_the_run(components):
    chain = [(f"n{step}", f"n{step + 1}") for step in range(1000)]

    with pytest.raises(RuntimeError, match="not converged"):
        components(chain, maximum_rounds=2)


def test_a_long_chain_and_a_large_hub_converge(components):
    chain = [(f"c{step:06}", f"c{step + 1:06}") for step in range(100_000)]
    hub = [("a hub", f"h{spoke}") for spoke in range(100_000)]

    found = components([*chain, *hub])

    assert len(found) == 200_002
    assert {component for _, component in found} == {"c000000", "a hub"}


def test_no_edges_are_no_components(components):
    assert components([]) == set()
