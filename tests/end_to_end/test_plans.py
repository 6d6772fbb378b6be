"""No join by inequality alone between two tables that grow: it compares everything with everything.

Such a join is right and quick on a small company; on a large one it takes the square of its time.
The plans of the engine tell, whatever the SQL looks like.
"""

import json
from collections.abc import Iterator

import pytest

from tests.company import opened

# Joins that test each pair of rows; an equality would have made a hash join of them.
PAIRWISE = {
    "NESTED_LOOP_JOIN",
    "BLOCKWISE_NL_JOIN",
    "PIECEWISE_MERGE_JOIN",
    "IE_JOIN",
    "CROSS_PRODUCT",
}
# A side with at most so many rows is a list of rules or settings, and does not grow.
FEW_ROWS = 1000
# What joins so all the same, and why it may.
KNOWN = {
    "int_identity__match_links": "matched records with the few profiles of two likely birth dates",
}


def growing_tables(node: dict, ctes: dict[str, dict], growing: set[str]) -> set[str]:
    """The tables that grow whose rows reach this node; an aggregate of all is one row."""
    name, extra = node["name"].strip(), node.get("extra_info", {})
    if name == "UNGROUPED_AGGREGATE":
        return set()
    if name == "CTE_SCAN":
        return growing_tables(ctes[extra["CTE Index"]], ctes, growing)
    found = {extra["Table"].rpartition(".")[2]} & growing if "Table" in extra else set()
    children = node["children"][1:] if name == "CTE" else node["children"]
    for child in children:
        found |= growing_tables(child, ctes, growing)
    return found


def nodes(node: dict) -> Iterator[dict]:
    yield node
    for child in node["children"]:
        yield from nodes(child)


def compared_pair_by_pair(plan: list[dict], growing: set[str]) -> list[str]:
    """The conditions of joins without an equality of which both sides grow."""
    every = list(nodes({"name": "", "children": plan}))
    ctes = {
        node["extra_info"]["Table Index"]: node["children"][0]
        for node in every
        if node["name"].strip() == "CTE"
    }
    return [
        str(node["extra_info"].get("Conditions", "every pair"))
        for node in every
        if node["name"].strip() in PAIRWISE
        and all(growing_tables(child, ctes, growing) for child in node["children"])
    ]


@pytest.fixture(scope="module")
def warehouse(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    company.copy_databases(folder)
    with opened(folder, read_only=True) as connection:
        yield connection


def test_no_two_tables_that_grow_are_compared_pair_by_pair(company, warehouse):
    growing = {
        name
        for schema, name, rows in warehouse.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables()"
        ).fetchall()
        if schema != "reference" and rows > FEW_ROWS
    }
    found: dict[str, list[str]] = {}
    for name, (_, query) in company.compiled_tables().items():
        ((_, plan),) = warehouse.execute(f"explain (format json) {query}").fetchall()
        conditions = compared_pair_by_pair(json.loads(plan), growing)
        if conditions:
            found[name] = conditions

    assert company.compiled_tables()
    assert {name: found[name] for name in found if name not in KNOWN} == {}
