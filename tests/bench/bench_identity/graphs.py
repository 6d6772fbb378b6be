"""Identifier graphs, and the project's own way to resolve one, for the sections on closure."""

from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR
from tests.bench.bench_identity.processes import cpu_seconds, peak_megabytes

LOADS = 100

PROJECT = f"""
name: closure
version: 0.1.0
profile: closure
model-paths: [models]
macro-paths: ["{DBT_PROJECT_DIR / "materializations"}"]
flags: {{send_anonymous_usage_stats: false}}
"""

PROFILE = """
closure:
  target: here
  outputs:
    here: {{type: duckdb, path: "{path}", schema: main, threads: 1, settings: {{threads: 2}}}}
"""

MODEL = """
{{ config(materialized='connected_components') }}

select left_key, right_key, link_group, link_hash from links
"""


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """As many threads as our full run takes: with two, scipy's and Splink's SQL is slower too."""
    return duckdb.connect(path, config={"threads": 4})


def write_links(path: Path, identifiers: int) -> None:
    """A graph of customers with three identifiers each, as text keys of 32 characters.

    1.2 links per identifier, each between two of one customer, which leaves some unlinked; one
    link in 2,400 joins two customers. They came in a hundred loads. What may come next, 1 % more
    links in one load: `next_links` are drawn as the others, and so are their customers, of whom
    there are now 1 % more; of `random_links` half join any two identifiers, half bring a new one.
    """

    def within_customers(customers: str, links: str, seed: int) -> str:
        return f"""
            select
                first_node + offset_one as one,
                first_node + (offset_one + offset_other) % 3 as other
            from (
                select
                    hash(range + {seed}) % ({customers}) * 3 as first_node,
                    hash(range + {seed} + 1000000007) % 3 as offset_one,
                    1 + hash(range + {seed} + 77) % 2 as offset_other
                from range(cast({links} as bigint))
            ) as draws
        """

    tables = {
        "links": f"""
            {within_customers(f"{identifiers} // 3", f"{identifiers} * 1.2", 0)}
            union all
            select hash(range + 5) % {identifiers}, hash(range + 9) % {identifiers}
            from range({identifiers} // 2000)
        """,
        "next_links": f"""
            {within_customers(f"{identifiers} * 101 // 300", f"{identifiers} * 0.012", 1 << 40)}
            union all
            select hash(range + 15) % {identifiers}, hash(range + 19) % {identifiers}
            from range({identifiers} // 200000)
        """,
        "random_links": f"""
            select
                hash(range + 31) % {identifiers} as one,
                case
                    when range % 2 = 0 then hash(range + 37) % {identifiers}
                    else {identifiers} * 2 + range
                end as other
            from range(cast({identifiers} * 0.012 as bigint))
        """,
    }
    with connect(path) as connection:
        for table, pairs in tables.items():
            load = f"hash(one, other) % {LOADS}" if table == "links" else str(LOADS)
            connection.execute(f"""
                create table {table} as
                select left_key, right_key, link_group, hash(left_key, right_key) as link_hash
                from (
                    select
                        md5(cast(one as varchar)) as left_key,
                        md5(cast(other as varchar)) as right_key,
                        cast({load} as integer) as link_group
                    from ({pairs}) as pairs
                    where one != other
                ) as links
                order by link_group
            """)


def resolve(path: Path, *options: str) -> dict[str, Any]:
    """Run the materialization by dbt; CPU-seconds from the start of the model to its end."""
    folder = path.parent / f"{path.stem}_project"
    (folder / "models").mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE.format(path=path))
    (folder / "models" / "components.sql").write_text(MODEL)
    marks = {}

    def mark(event: Any) -> None:
        if event.info.name in ("NodeStart", "NodeFinished"):
            marks[event.info.name] = cpu_seconds()

    folders = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    outcome = dbtRunner(callbacks=[mark]).invoke(["--quiet", "run", *folders, *options])
    DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        raise RuntimeError(outcome.result.results[0].message)
    return {
        "cpu_seconds": round(marks["NodeFinished"] - marks["NodeStart"], 2),
        "peak_megabytes": peak_megabytes(),
        **summary(path),
    }


def summary(path: Path) -> dict[str, int]:
    """Counts and a checksum of the table `components`, the same for the same rows."""
    with connect(path) as connection:
        found = connection.execute("""
            select count(*), count(distinct component_key), bit_xor(hash(node_key, component_key))
            from components
        """).fetchone()
    return dict(zip(("nodes", "components", "checksum"), found, strict=True))
