"""The whole outcome of a run, as far as two runs of the same deliveries must agree on it.

Left out are the moments of our own clock, the ids of runs, and the numbers that loads are given in
the order of their landing: what a killed run had claimed lands first the next time.
"""

import json
from collections import Counter
from pathlib import Path

import duckdb

from orchestration.identity.registry import TABLES as REGISTRY
from orchestration.landing import Archive, check_accounting

_LEDGER = {
    "deliveries": """
        select
            deliveries.* exclude (delivery_id, received_at, run_id, load_id),
            loads.file_name as loaded_as
        from ledger.deliveries
        left join ledger.loads on deliveries.load_id = loads.load_id
    """,
    "loads": """
        select
            loads.* exclude (load_id, superseded_by, committed_at),
            replacing.content_hash as superseded_by
        from ledger.loads
        left join ledger.loads as replacing on loads.superseded_by = replacing.load_id
    """,
    "rejects": """
        select loads.content_hash, rejects.* exclude (load_id)
        from ledger.rejects
        left join ledger.loads on rejects.load_id = loads.load_id
    """,
    "settings": "from ledger.run_settings",
    "unlanded": "select source_name, entry_name, reason_code from ledger.unlanded_files",
}
_CLOCKS = ("last_received_at", "first_received_at")


def outcome(data: Path) -> dict[str, object]:
    """By part: accounts, ledger, raw rows, registry, marts as built and as published, files."""
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        parts: dict[str, object] = {"accounts": check_accounting(warehouse)}
        for name, query in _LEDGER.items():
            parts[f"ledger {name}"] = _rows(warehouse, query)
        for schema, table in warehouse.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name like 'raw%' "
            "and database_name = current_database() order by all"
        ).fetchall():
            parts[f"raw {schema}.{table}"] = _rows(
                warehouse,
                f"select loads.content_hash, rows.* exclude (_load_id, _loaded_at) "
                f'from "{schema}"."{table}" as rows '
                "left join ledger.loads on rows._load_id = loads.load_id",
            )
        stored = {
            name
            for (name,) in warehouse.execute("select table_name from duckdb_tables()").fetchall()
        }
        for table in sorted(stored & set(REGISTRY)):
            parts[f"registry {table}"] = _rows(warehouse, f"from intermediate.{table}")
    parts |= _marts(data / "build" / "cx.duckdb", "built")
    parts |= _published(data)
    files = {
        "landing": _files(data / "landing"),
        "claimed": _files(data / "claimed"),
        "archive": [name for name in _files(data / "archive") if name != "deliveries.jsonl"],
        "quarantine": _files(data / "quarantine"),
        "manifest": _manifest(data),
        "left over": sorted(
            str(path.relative_to(data))
            for pattern in ("*.rebuild*", "published/**/*.tmp", "published/**/.*.new", "*.wal")
            for path in data.glob(pattern)
        ),
    }
    return parts | {f"files {name}": found for name, found in files.items()}


def differences(expected: dict[str, object], actual: dict[str, object]) -> list[str]:
    """The parts that are not equal: how many entries more and less, of files which."""
    return [
        f"{part}: {_told(part, expected.get(part), actual.get(part))}"
        for part in sorted(expected.keys() | actual.keys())
        if expected.get(part) != actual.get(part)
    ]


def _told(part: str, expected: object, actual: object) -> str:
    if not (isinstance(expected, list) and isinstance(actual, list)):
        return f"{expected} expected, {actual} found"
    less, more = Counter(expected) - Counter(actual), Counter(actual) - Counter(expected)
    if part.startswith("files"):
        return f"without {sorted(less)}, with {sorted(more)}"
    return f"{less.total()} of {len(expected)} are missing, {more.total()} are more"


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """Rows in an order of their own; each as a text."""
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return sorted(
        repr([value for name, value in zip(names, row, strict=True) if name not in _CLOCKS])
        for row in found.fetchall()
    )


def _marts(path: Path, kind: str) -> dict[str, object]:
    if not path.exists():
        return {}
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by all"
        ).fetchall()
        return {
            f"{kind} {table}": _rows(connection, f'from "{schema}"."{table}"')
            for schema, table in tables
        }


def _published(data: Path) -> dict[str, object]:
    current = data / "published" / "current"
    if not current.exists():
        return {}
    version = int(current.readlink().name)
    newest = max(
        int(one.name) for one in (data / "published" / "versions").iterdir() if one.name.isdigit()
    )
    note = json.loads((current / "version.json").read_text())
    return {
        **_marts(data / "published" / "cx.duckdb", "published"),
        "published is the newest": version == newest,
        "published row counts": note["row_counts"],
        "published parquet": sorted(path.name for path in (current / "parquet").iterdir()),
    }


def _files(folder: Path) -> list[str]:
    return (
        sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())
        if folder.exists()
        else []
    )


def _manifest(data: Path) -> list[str]:
    """Each archived delivery, without its moment, which is our clock's."""
    archive = Archive(data / "archive", data / "quarantine")
    return sorted(
        f"{one.source_name}/{one.file_name}/{one.content_hash}" for one in archive.deliveries()
    )
