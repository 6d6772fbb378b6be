"""Connected components of text keys: ours, scipy's and Splink's on the same graph.

All start from the table of links in a DuckDB file. Ours and scipy's write back each key with the
least key of its component; Splink, which names clusters in its own way, is given the list of nodes.
"""

import argparse
import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.bench_identity import graphs
from tests.bench.bench_identity.processes import cpu_seconds, in_own_process, peak_megabytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sizes of the graphs."""
    parser.add_argument(
        "--identifiers",
        type=int,
        nargs="+",
        default=[1_000_000, 5_000_000],
        help="sizes of the graphs of `closure`, and the last of `closure_incremental`",
    )


def resolve_with_scipy(path: Path) -> dict[str, Any]:
    """Codes for the keys, transfer, components, and back: the cheapest way of several tried."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    with graphs.connect(path) as connection:
        start = cpu_seconds()
        connection.execute("""
            create temp table codes as
            select node_key, cast(row_number() over () - 1 as integer) as code
            from (select left_key as node_key from links union select right_key from links) as nodes
        """).fetchall()
        (nodes,) = connection.execute("select count(*) from codes").fetchone()
        ends = connection.execute("""
            select left_codes.code as left_code, right_codes.code as right_code
            from links
            inner join codes as left_codes on links.left_key = left_codes.node_key
            inner join codes as right_codes on links.right_key = right_codes.node_key
        """).fetchnumpy()
        ones = np.ones(len(ends["left_code"]), dtype=np.int8)
        matrix = coo_array((ones, (ends["left_code"], ends["right_code"])), shape=(nodes, nodes))
        _, labels = connected_components(matrix, directed=False)
        connection.register("found", {"code": np.arange(nodes, dtype=np.int32), "label": labels})
        connection.execute("""
            create table components as
            select
                codes.node_key,
                min(codes.node_key) over (partition by found.label) as component_key
            from codes
            inner join found on codes.code = found.code
        """).fetchall()
        used = cpu_seconds() - start
    return {
        "cpu_seconds": round(used, 2),
        "peak_megabytes": peak_megabytes(),
        **graphs.summary(path),
    }


def resolve_with_splink(path: Path) -> dict[str, Any]:
    """Splink's clustering of the same links."""
    from splink import DuckDBAPI
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    with graphs.connect(path) as connection:
        connection.execute("""
            create table nodes as
            select left_key as node_key from links union select right_key from links
        """).fetchall()
        database = DuckDBAPI(connection)
        start = cpu_seconds()
        clusters = cluster_pairwise_predictions_at_threshold(
            database.register("nodes"),
            database.register("links"),
            db_api=database,
            node_id_column_name="node_key",
            edge_id_column_name_left="left_key",
            edge_id_column_name_right="right_key",
        )
        used = cpu_seconds() - start
        found = connection.execute(
            f"select count(*), count(distinct cluster_id) from {clusters.physical_name}"
        ).fetchone()
    return {
        "cpu_seconds": round(used, 2),
        "peak_megabytes": peak_megabytes(),
        "nodes": found[0],
        "components": found[1],
    }


TOOLS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "throughline": graphs.resolve,
    "scipy": resolve_with_scipy,
    "splink": resolve_with_splink,
}


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Figures by size and tool, and how they grow from the least size to the greatest."""
    sizes = sorted(arguments.identifiers)
    figures = {}
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            links = Path(scratch) / f"{size}.duckdb"
            in_own_process(graphs.write_links, links, size)
            figures[size] = {}
            for name, tool in TOOLS.items():
                path = shutil.copyfile(links, Path(scratch) / f"{name}.duckdb")
                figures[size][name] = in_own_process(tool, path)
                path.unlink()
            links.unlink()
    least, greatest = figures[sizes[0]], figures[sizes[-1]]
    ours, scipy = greatest["throughline"], greatest["scipy"]
    return {
        "identifiers": figures,
        "growth_exponent": {
            name: round(
                math.log(greatest[name]["cpu_seconds"] / least[name]["cpu_seconds"])
                / math.log(sizes[-1] / sizes[0]),
                2,
            )
            for name in TOOLS
        }
        if len(sizes) > 1
        else None,
        "cpu_ratio_to_scipy": round(ours["cpu_seconds"] / scipy["cpu_seconds"], 2),
        "same_result_as_scipy": ours["checksum"] == scipy["checksum"],
    }
