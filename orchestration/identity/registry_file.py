"""The registry of customer keys as one file: saved beside the archive, given to another warehouse.

A zip of one Parquet file per table and a note. What the tables are is in `registry`.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.identity.key_rotation import SecretError, assert_secret_of_registry
from orchestration.identity.registry import (
    FORMER_NAMES,
    SCHEMA,
    TABLES,
    existing_tables,
    rename_former,
    rows_of_suppressed,
)
from orchestration.landing.suppression import Suppression
from orchestration.paths import warehouse_path
from orchestration.warehouse import build_state
from orchestration.warehouse.connections import open_warehouse, quoted, read_warehouse

_FORMAT = 1
_NOTE = "registry.json"
_PRIVATE_FILE = 0o600
_KEYS = TABLES[0]


class RegistryError(Exception):
    """There is nothing to save, or what was saved cannot be taken."""


def export(path: Path) -> dict[str, int]:
    """Save the tables; returns the rows of each. Hold `warehouse_lock`."""
    if not path.parent.is_dir():
        raise RegistryError(f"there is no folder {path.parent}")
    if not warehouse_path().exists():
        raise RegistryError("there is no warehouse yet: `throughline run` makes one")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, read_warehouse() as connection:
        tables = existing_tables(connection, warehouse_path().stem)
        if _KEYS not in tables:
            raise RegistryError("no customer key has been given out yet: `throughline run` does it")
        row_counts = {}
        for table, stored in tables.items():
            file = Path(folder) / f"{table}.parquet"
            ((row_counts[table],),) = connection.execute(
                f"copy (from {SCHEMA}.{stored} order by all) to {quoted(file)} (format parquet)"
            ).fetchall()
        complete = Path(folder) / "complete.zip"
        with zipfile.ZipFile(complete, "w") as archive:
            archive.writestr(_NOTE, json.dumps({"format": _FORMAT, "row_counts": row_counts}))
            for table in tables:
                archive.write(Path(folder) / f"{table}.parquet", f"{table}.parquet")
        complete.chmod(_PRIVATE_FILE)
        complete.replace(path)
    return row_counts


def restore(path: Path, *, replace: bool) -> dict[str, int]:
    """Check a saved registry and put it in the place of the warehouse's own.

    Keys that the warehouse has given out and the file doesn't know would be lost: only `replace`
    allows that. Hold `warehouse_lock`; the next run builds everything on it.
    """
    with tempfile.TemporaryDirectory(dir=warehouse_path().parent) as folder:
        row_counts = _unpacked(path, Path(folder))
        with open_warehouse() as connection:
            rename_former(connection)
            for table in row_counts:
                file = Path(folder) / f"{table}.parquet"
                connection.execute(f"create temp table saved_{table} as from {quoted(file)}")
            _check(connection, row_counts)
            suppression = Suppression.load()
            for table in row_counts:
                theirs = rows_of_suppressed(connection, f"saved_{table}", suppression)
                connection.execute(f"delete from saved_{table} where {theirs}")
            if not replace:
                _refuse_to_forget(connection)
            _replace_tables(connection, row_counts)
    build_state.forget_build()
    return row_counts


def _replace_tables(connection: duckdb.DuckDBPyConnection, saved: Iterable[str]) -> None:
    connection.execute("begin")
    connection.execute(f"create schema if not exists {SCHEMA}")
    for table in TABLES:
        connection.execute(f"drop table if exists {SCHEMA}.{table}")
    for table in saved:
        connection.execute(f"create table {SCHEMA}.{table} as from saved_{table}")
    connection.execute("commit")


def _unpacked(path: Path, folder: Path) -> dict[str, int]:
    """The saved tables as files in a folder; returns the rows that each should have."""
    if not path.is_file():
        raise RegistryError(f"there is no file {path}")
    if not zipfile.is_zipfile(path):
        raise RegistryError(f"{path} is no export of a registry")
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if _NOTE not in names:
            raise RegistryError(f"{path} is no export of a registry: it has no {_NOTE}")
        note = json.loads(archive.read(_NOTE))
        if note.get("format") != _FORMAT:
            raise RegistryError(
                f"{path} has format {note.get('format')}; this version reads {_FORMAT}"
            )
        saved = note["row_counts"]
        unknown = saved.keys() - {*TABLES, *FORMER_NAMES}
        missing = {f"{table}.parquet" for table in {*saved, _KEYS}} - names
        if unknown or missing:
            raise RegistryError(f"{path} is broken: {sorted(unknown | missing)}")
        row_counts = {}
        for stored, row_count in saved.items():
            table = FORMER_NAMES.get(stored, stored)
            row_counts[table] = row_count
            Path(archive.extract(f"{stored}.parquet", folder)).rename(folder / f"{table}.parquet")
    return row_counts


def _check(connection: duckdb.DuckDBPyConnection, row_counts: dict[str, int]) -> None:
    for table, expected in row_counts.items():
        ((found,),) = connection.execute(f"select count(*) from saved_{table}").fetchall()
        if found != expected:
            raise RegistryError(f"{table} has {found} rows, where {expected} were saved")
        _check_columns(connection, table)
    keys = f"saved_{_KEYS}"
    for complaint, query in {
        "customer keys are registered twice": (
            f"select customer_key from {keys} group by customer_key having count(*) > 1"
        ),
        "redirects lead to no living customer": (
            f"select redirects.customer_key from {keys} as redirects left join {keys} as living "
            "on redirects.live_customer_key = living.customer_key and living.is_live "
            "where redirects.live_customer_key is not null and living.customer_key is null"
        ),
        "profiles stand for two customers": (
            f"select unnest(profile_keys) as profile_key from {keys} where is_live "
            "group by profile_key having count(*) > 1"
        ),
    }.items():
        ((count,),) = connection.execute(f"select count(*) from ({query})").fetchall()
        if count:
            raise RegistryError(f"the registry contradicts itself: {count} {complaint}")
    try:
        assert_secret_of_registry(connection, keys)
    except SecretError as error:
        raise RegistryError(str(error)) from error


def _check_columns(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """The next run adds to the tables: they must be those of this version."""
    if table not in existing_tables(connection, warehouse_path().stem):
        return
    saved, current = (
        dict(row[:2] for row in connection.execute(f"describe {relation}").fetchall())
        for relation in (f"saved_{table}", f"{SCHEMA}.{table}")
    )
    if saved != current:
        different = sorted(name for name, _ in saved.items() ^ current.items())
        raise RegistryError(f"{table} was saved by another version: {different} differ")


def _refuse_to_forget(connection: duckdb.DuckDBPyConnection) -> None:
    if _KEYS not in existing_tables(connection, warehouse_path().stem):
        return
    ((count,),) = connection.execute(
        f"select count(*) from {SCHEMA}.{_KEYS} anti join saved_{_KEYS} using (customer_key)"
    ).fetchall()
    if count:
        raise RegistryError(
            f"{count} customer keys of this warehouse are not in the file and would be lost: "
            "--replace takes the file all the same"
        )
