"""How long each model, seed and test took: the table `ledger.build_times` of the warehouse.

`select node_name, seconds from ledger.build_times where run_id = … order by seconds desc`
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb
from dbt.artifacts.schemas.run import RunResult

# Some years of nights; a run has about two thousand nodes.
KEPT_ROWS = 2_000_000


def record_build_times(
    connection: duckdb.DuckDBPyConnection, run_id: str, results: Sequence[RunResult]
) -> None:
    """Add a row for each node of a build, in the order in which they ran; the oldest rows go."""
    built_at = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        (
            run_id,
            built_at,
            position,
            result.node.resource_type.value,
            result.node.name,
            str(result.status),
            result.execution_time,
        )
        for position, result in enumerate(results, 1)
    ]
    if rows:
        connection.executemany("insert into ledger.build_times values (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute(
        "delete from ledger.build_times where built_at < "
        "(select min(built_at) from (select built_at from ledger.build_times "
        f"order by built_at desc limit {KEPT_ROWS}))"
    )
