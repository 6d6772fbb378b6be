"""A data folder for analysts who may not see who the customers are.

It holds what was published, and what the models above identity read: nothing that was delivered,
no identity but the customers themselves, and of that

- `profile_key` and the `…_id`s of sources only as keys that join within this copy;
- nothing in a column of shapes and facts that bears the name of one that a contract tags as
  personal data;
- nothing in a column in which the gate before publishing finds a value of a person.

That gate then judges what is left, as it judges what is published.
"""

import json
import secrets
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.contract import quote_identifier
from orchestration.paths import published_path, warehouse_path
from orchestration.publishing.known_values import PersonalColumn
from orchestration.publishing.personal_data import (
    assert_no_personal_data,
    find_personal_data,
    plain_name,
)
from orchestration.reporting.dbt_artifacts import without_places
from orchestration.warehouse.connections import SETTINGS, quoted

# Above identity, and below it what is no person's.
_FLOORS = ("intermediate/facts/", "intermediate/measures/", "intermediate/shapes/")
# There a column of this name is what the source says; a measure's `subject` is a key of ours.
_AS_SOURCES_SAY = ("intermediate/facts/", "intermediate/shapes/")
_LEFT_OUT = "intermediate/shapes/observations/"
# A customer is a key; which profiles are one customer says nobody's name.
_OF_IDENTITY = ("int_identity__customers", "int_identity__customer_profiles")
# Decisions on single people.
_SEEDS_OF_PEOPLE = ("identity_decisions", "blocked_values")
_KEYS_OF_SOURCES = ("profile_key", "_id")
_READABLE_BY_ALL = 0o644
_FOLDER_READABLE_BY_ALL = 0o755


@dataclass(frozen=True)
class _Column:
    relation: str
    name: str
    data_type: str


class FolderInUseError(Exception):
    """There is something else where the copies are to go."""


def copy_without_personal_data(
    folder: Path,
    manifest: Mapping[str, Any],
    tagged_columns: frozenset[str],
    personal_columns: Collection[PersonalColumn],
) -> list[Path]:
    """Make `folder` a data folder in which analysts build marts; returns both copies in it.

    Everybody may read it. What an earlier call left there is replaced. Raises PersonalDataError
    if what is left still holds a person's data: then nothing is there.
    """
    dev = folder / "dev"
    if folder.exists() and any(path != dev for path in folder.iterdir()):
        raise FolderInUseError(f"{folder} holds something else: name a folder of its own")
    new = folder / "dev.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        _copy_tables(new, manifest, tagged_columns, personal_columns)
        shutil.copyfile(published_path(), new / "cx.duckdb")
        (new / "state").mkdir()
        (new / "state" / "manifest.json").write_text(json.dumps(without_places(manifest)))
        for path in (folder, new, *new.rglob("*")):
            path.chmod(_FOLDER_READABLE_BY_ALL if path.is_dir() else _READABLE_BY_ALL)
        shutil.rmtree(dev, ignore_errors=True)
        new.rename(dev)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return [dev / "warehouse.duckdb", dev / "cx.duckdb"]


def buildable_marts(manifest: Mapping[str, Any]) -> tuple[int, int]:
    """How many marts can be built in such a copy, and how many there are."""
    nodes = manifest["nodes"]
    there = {unique_id for unique_id, node in nodes.items() if _is_kept(node)}
    marts = [node for node in nodes.values() if _is_mart(node)]
    there |= {node["unique_id"] for node in marts}
    return sum(there.issuperset(node["depends_on"]["nodes"]) for node in marts), len(marts)


def _copy_tables(
    folder: Path,
    manifest: Mapping[str, Any],
    tagged_columns: frozenset[str],
    personal_columns: Collection[PersonalColumn],
) -> None:
    kept = {f"{n['schema']}.{n['alias']}": n for n in manifest["nodes"].values() if _is_kept(n)}
    tagged = {plain_name(name) for name in tagged_columns}
    of_seeds = {name for node in kept.values() if _is_seed(node) for name in node["columns"]}
    salt = secrets.token_hex(16)

    def keep(column: _Column) -> str:
        node = kept[column.relation]
        if plain_name(column.name) in tagged and node["path"].startswith(_AS_SOURCES_SAY):
            return _nothing(column)
        is_key = column.name.endswith(_KEYS_OF_SOURCES) and column.name not in of_seeds
        if is_key and column.data_type == "VARCHAR" and not _is_seed(node):
            # The same value is the same key in every table: what joined, joins.
            return f"md5('{salt}' || {quote_identifier(column.name)})"
        return quote_identifier(column.name)

    draft, copy = folder / "draft.duckdb", folder / "warehouse.duckdb"
    _copy(warehouse_path(), draft, kept, keep)
    judged = (tagged_columns, personal_columns, warehouse_path())
    with duckdb.connect(str(draft), read_only=True, config=SETTINGS) as connection:
        found = find_personal_data(connection, *judged)
    personal = {(finding.table, finding.column) for finding in found}
    # A file that never held them: DuckDB keeps blocks of what is overwritten.
    _copy(
        draft,
        copy,
        kept,
        lambda column: (
            _nothing(column)
            if (column.relation, column.name) in personal
            else quote_identifier(column.name)
        ),
    )
    draft.unlink()
    with duckdb.connect(str(copy), read_only=True, config=SETTINGS) as connection:
        assert_no_personal_data(connection, *judged)


def _copy(
    origin: Path, copy: Path, relations: Collection[str], value: Callable[[_Column], str]
) -> None:
    """Copy relations of a file into a new one, each column as `value` says."""
    with duckdb.connect(str(copy), config=SETTINGS) as connection:
        connection.execute(f"attach {quoted(origin)} as origin (read_only)")
        columns = connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type "
            "from duckdb_columns() where database_name = 'origin' "
            "order by schema_name, table_name, column_index"
        ).fetchall()
        for relation, rows in groupby(columns, key=lambda row: row[0]):
            if relation not in relations:
                continue
            selected = ", ".join(
                f"{value(column)} as {quote_identifier(column.name)}"
                for column in (_Column(*row) for row in rows)
            )
            name = ".".join(map(quote_identifier, relation.split(".", 1)))
            connection.execute(f"create schema if not exists {name.rsplit('.', 1)[0]}")
            connection.execute(f"create table {name} as select {selected} from origin.{name}")


def _nothing(column: _Column) -> str:
    return f"cast(null as {column.data_type})"


def _is_seed(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "seed"


def _is_kept(node: Mapping[str, Any]) -> bool:
    if _is_seed(node):
        return node["name"] not in _SEEDS_OF_PEOPLE
    return (
        node["resource_type"] == "model"
        and not _is_mart(node)
        and (
            (node["path"].startswith(_FLOORS) and not node["path"].startswith(_LEFT_OUT))
            or node["name"] in _OF_IDENTITY
        )
    )


def _is_mart(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "model" and node["database"] == "cx"
