"""How long each model, seed and test took: the table `ledger.build_times` of the warehouse.

`select node_name, seconds from ledger.build_times where run_id = … order by seconds desc`
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb
import pyarrow as pa
from dbt.artifacts.schemas.run import RunResult

# Some years of nights; a run has about two thousand nodes.
KEPT_ROWS = 2_000_000


def record_build_times(
    connection: duckdb.DuckDBPyConnection, run_id: str, results: Sequence[RunResult]
) -> None:
    """Add a row for each node of a build, in the order in which they ran; the oldest rows go."""
    built_at = datetime.now(UTC).replace(tzinfo=None)
    if results:
        # As one table: row by row, two thousand would take more than a second.
        rows = pa.table(
            {
                "run_id": [run_id] * len(results),
                "built_at": [built_at] * len(results),
                "position": range(1, len(results) + 1),
                "node_type": [result.node.resource_type.value for result in results],
                "node_name": [result.node.name for result in results],
                "status": [str(result.status) for result in results],
                "seconds": [result.execution_time for result in results],
            }
        )
        connection.register("build_times_of_run", rows)
        connection.execute("insert into ledger.build_times by name from build_times_of_run")
        connection.unregister("build_times_of_run")
    connection.execute(
        "delete from ledger.build_times where built_at < "
        "(select min(built_at) from (select built_at from ledger.build_times "
        f"order by built_at desc limit {KEPT_ROWS}))"
    )
