"""The least that a warehouse can cost: each delivered file read once by DuckDB, its rows stored."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.landing.contract import TableContract
from tests.bench.bench_company.deliveries import delivered_files
from tests.bench.bench_identity.processes import cpu_seconds, peak_megabytes


def floor(landing: str) -> dict[str, float]:
    """What it takes, for a process of its own, with two threads as everywhere here."""
    files: dict[str, tuple[TableContract, list[str]]] = {}
    names: dict[str, list[str]] = defaultdict(list)
    for table, file in delivered_files(Path(landing)):
        key = f"{table.source_name}__{table.table_name}"
        names[key].append(str(file))
        files[key] = (table, names[key])
    with tempfile.TemporaryDirectory(dir=Path(landing).parent.parent) as scratch:
        path = Path(scratch) / "floor.duckdb"
        start = cpu_seconds()
        with duckdb.connect(str(path)) as connection:
            rows = sum(_store(connection, key, *files[key]) for key in files)
        used = cpu_seconds() - start
        written = path.stat().st_size
    return {
        "cpu_seconds": round(used, 2),
        "peak_mb": peak_megabytes(),
        "written_mb": round(written / 1e6, 1),
        "rows": rows,
        "files": sum(len(paths) for _, paths in files.values()),
        "delivered_mb": round(
            sum(Path(name).stat().st_size for _, paths in files.values() for name in paths) / 1e6, 1
        ),
    }


def _store(
    connection: duckdb.DuckDBPyConnection, name: str, table: TableContract, paths: list[str]
) -> int:
    if table.landing_format == "xlsx":
        # DuckDB has no reader for them in its package.
        connection.register("sheets", _sheets(paths))
        connection.execute(f'create table "{name}" as from sheets')
    else:
        connection.execute(f'create table "{name}" as {_reading(table)}', [paths])
    ((count,),) = connection.execute(f'select count(*) from "{name}"').fetchall()
    return count


def _reading(table: TableContract) -> str:
    match table.landing_format:
        case "csv":
            return (
                f"from read_csv(?, delim = '{table.landing_delimiter}', header = true, "
                f"quote = '\"', escape = '\"', skip = {table.landing_header_rows - 1}, "
                "all_varchar = true, union_by_name = true, ignore_errors = true, "
                f"encoding = '{_encoding(table)}')"
            )
        case "parquet":
            return "from read_parquet(?, union_by_name = true)"
        case "jsonl":
            return "from read_json_objects(?, format = 'newline_delimited')"
        case _ if table.landing_records_path:
            path = f"$.{table.landing_records_path}[*]"
            return (
                f"select unnest(json_extract(json, '{path}')) as json "
                "from read_json_objects(?, format = 'unstructured', "
                "maximum_object_size = 1000000000)"
            )
        case _:
            return "from read_json_objects(?, format = 'array')"


def _encoding(table: TableContract) -> str:
    return "latin-1" if table.landing_encoding == "iso8859-1" else "utf-8"


def _sheets(paths: Iterable[str]) -> pd.DataFrame:
    return pd.concat([pd.read_excel(path, dtype=str, header=1) for path in paths])
