"""Publishing: from an audited build to a version that readers may open.

Checkpoint, copy the file, open the copy and compare it, gate, export, sync, rename, switch. The
build itself is never what a reader opens; the definitions of its metrics go with it. Callers hold
`warehouse_lock`.
"""

import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.paths import public_build_path, warehouse_path
from orchestration.publishing import versions
from orchestration.publishing.personal_data import PersonalColumn, assert_no_personal_data
from orchestration.warehouse import build_state
from orchestration.warehouse.connections import SETTINGS, quoted

# The files that `mf` expects round the definitions.
_METRICS_PROJECT = Path(__file__).parent / "metrics"
_READABLE_BY_ALL = 0o644
_FOLDER_READABLE_BY_ALL = 0o755


class BrokenCopyError(Exception):
    """The copy of the build is not the build, or not fit for readers."""


@dataclass(frozen=True)
class Publication:
    """One published version."""

    version: int
    row_counts: dict[str, int]


def publish(
    marts: frozenset[str],
    tagged_columns: frozenset[str],
    metric_definitions: Path,
    personal_columns: Collection[PersonalColumn] = (),
) -> Publication:
    """Publish the audited build; whatever goes wrong, readers keep the version they have.

    `marts` are the relations that the code builds, as `schema.name`: what an older code left in
    the file goes. `metric_definitions` is dbt's semantic manifest of that code. The values of
    `personal_columns`, columns of deliveries, are never published.
    """
    inputs = build_state.audited_inputs()
    built = _finished_row_counts(public_build_path(), marts)
    version, folder = versions.start_version()
    copy = folder / "cx.duckdb"
    shutil.copyfile(public_build_path(), copy)
    with duckdb.connect(str(copy), read_only=True, config=SETTINGS) as connection:
        copied = _row_counts(connection)
        if copied != built:
            raise BrokenCopyError(f"the copy differs from the build: {_difference(built, copied)}")
        assert_no_personal_data(connection, tagged_columns, personal_columns, warehouse_path())
        _export_parquet(connection, list(copied), folder / "parquet")
    _add_metrics(metric_definitions, folder / "metrics")
    note = {
        "version": version,
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": inputs,
        "row_counts": built,
    }
    (folder / "version.json").write_text(json.dumps(note, indent=2) + "\n")
    _let_everybody_read(folder)
    versions.finish_version(version, folder)
    return Publication(version, built)


def _finished_row_counts(path: Path, marts: frozenset[str]) -> dict[str, int]:
    """Bring all commits into the file itself: a copy taken before loses rows."""
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        for relation, kind in _relations(connection).items():
            if relation not in marts:
                connection.execute(f"drop {kind} {_quoted_name(relation)}")
        connection.execute("checkpoint")
        row_counts = _row_counts(connection)
    missing = marts - row_counts.keys()
    if missing:
        raise BrokenCopyError(f"the build lacks {sorted(missing)}")
    if path.with_name(path.name + ".wal").exists():
        raise BrokenCopyError(f"{path.name} is still being written")
    return row_counts


def _relations(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every relation, as `schema.name`, and whether it is a table or a view."""
    return dict(
        connection.execute(
            "select table_schema || '.' || table_name, "
            "case table_type when 'VIEW' then 'view' else 'table' end "
            "from information_schema.tables "
            "where table_catalog = current_database() order by all"
        ).fetchall()
    )


def _quoted_name(relation: str) -> str:
    schema, name = relation.split(".", 1)
    return f'"{schema}"."{name}"'


def _row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = " union all ".join(
        f"select '{relation}', count(*) from {_quoted_name(relation)}"
        for relation in _relations(connection)
    )
    return dict(connection.execute(counts).fetchall()) if counts else {}


def _difference(built: dict[str, int], copied: dict[str, int]) -> list[str]:
    return sorted(name for name, _ in built.items() ^ copied.items())


def _export_parquet(
    connection: duckdb.DuckDBPyConnection, relations: list[str], folder: Path
) -> None:
    folder.mkdir()
    for relation in relations:
        name = relation.split(".", 1)[1]
        # All columns: the same rows always make the same file.
        connection.execute(
            f"copy (from {_quoted_name(relation)} order by all) "
            f"to {quoted(folder / f'{name}.parquet')} (format parquet, compression zstd)"
        )


def _add_metrics(definitions: Path, folder: Path) -> None:
    shutil.copytree(_METRICS_PROJECT, folder)
    (folder / "target").mkdir()
    shutil.copyfile(definitions, folder / "target" / "semantic_manifest.json")


def _let_everybody_read(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(_FOLDER_READABLE_BY_ALL if path.is_dir() else _READABLE_BY_ALL)
    folder.chmod(_FOLDER_READABLE_BY_ALL)
