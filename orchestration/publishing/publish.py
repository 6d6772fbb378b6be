"""Publishing: from an audited build to a version that readers may open.

Judge the build, write its marts into a fresh file, compare, export, then let readers see them. A
copy of the file would hold what no table shows any more: DuckDB keeps blocks of dropped tables.
Nothing lies below `published/` before it was judged. Callers hold `warehouse_lock`.
"""

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.paths import public_build_path, warehouse_path
from orchestration.publishing import cells, versions
from orchestration.publishing.known_values import PersonalColumn
from orchestration.publishing.personal_data import assert_no_personal_data
from orchestration.publishing.shrinkage import assert_no_mart_shrank
from orchestration.warehouse import build_state
from orchestration.warehouse.connections import SETTINGS, quoted
from orchestration.warehouse.state_files import write_state

# The files that `mf` expects round the definitions.
_METRICS_PROJECT = Path(__file__).parent / "metrics"
# BI tools embed older versions of DuckDB; dbt's profile says the same of the build.
_STORAGE_VERSION = "v1.4.0"


# What makes the report of a version: from its marts, its number and the time.
Report = Callable[[duckdb.DuckDBPyConnection, int, datetime], str]
# What writes its documentation into an empty folder, from the same.
Documentation = Callable[[duckdb.DuckDBPyConnection, int, datetime, Path], None]


class NotAuditedError(Exception):
    """The last build did not finish, or failed its audit, and there is none before it."""


class BrokenCopyError(Exception):
    """The copy of the build is not the build, or not fit for readers."""


@dataclass(frozen=True)
class Publication:
    """One published version."""

    version: int
    row_counts: dict[str, int]
    is_new: bool


def publish(
    marts: frozenset[str],
    tagged_columns: frozenset[str],
    metric_definitions: Path,
    personal_columns: Collection[PersonalColumn] = (),
    may_shrink: Collection[str] | None = (),
    in_order: Collection[str] = (),
    report: Report | None = None,
    documentation: Documentation | None = None,
) -> Publication:
    """Publish the audited build; whatever goes wrong, readers keep the version they have.

    Without an audited build, readers get the newest version: the last build that passed.

    `marts` are the relations that the code builds, as `schema.name`: what an older code left in
    the file goes. `metric_definitions` is dbt's semantic manifest of that code. The values of
    `personal_columns`, columns of deliveries, are never published. `may_shrink` are the marts that
    may lose most of their rows from one version to the next; None if all may. `in_order` are those
    whose rows lie in a total order in the build. `report` makes the page of the version from what
    is published, `documentation` its documentation.
    """
    inputs = build_state.audited_inputs()
    if inputs is None:
        return _last_publication()
    built = _finished_row_counts(public_build_path(), marts)
    if may_shrink is not None:
        assert_no_mart_shrank(built, may_shrink)
    with duckdb.connect(str(public_build_path()), read_only=True, config=SETTINGS) as connection:
        assert_no_personal_data(connection, tagged_columns, personal_columns, warehouse_path())
        profile = cells.profile(connection, warehouse_path())
    now = datetime.now(UTC)
    with versions.new_version() as (version, folder):
        copy = folder / "cx.duckdb"
        _write_fresh(public_build_path(), copy)
        with duckdb.connect(str(copy), read_only=True, config=SETTINGS) as connection:
            copied = _row_counts(connection)
            if copied != built:
                raise BrokenCopyError(
                    f"the copy differs from the build: {_difference(built, copied)}"
                )
            _export_parquet(connection, list(copied), in_order, folder / "parquet")
            if report:
                (folder / "report").mkdir()
                page = report(connection, version, now)
                (folder / "report" / "index.html").write_text(page, encoding="utf-8")
            if documentation:
                (folder / "docs").mkdir()
                documentation(connection, version, now, folder / "docs")
        _add_metrics(metric_definitions, folder / "metrics")
        note = {
            "version": version,
            "published_at": now.isoformat(timespec="seconds"),
            "inputs": inputs,
            "row_counts": built,
            "profile": profile,
        }
        write_state(folder / "version.json", note)
    return Publication(version, built, is_new=True)


def _last_publication() -> Publication:
    try:
        version = versions.go_to_newest()
    except versions.NoVersionError:
        raise NotAuditedError("the last build did not pass its audit: nothing to publish") from None
    note = versions.describe(version) or {}
    return Publication(version, note.get("row_counts", {}), is_new=False)


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


def _write_fresh(build: Path, copy: Path) -> None:
    """The tables of the build, with their comments, in a file that never held anything else."""
    settings = {**SETTINGS, "storage_compatibility_version": _STORAGE_VERSION}
    with duckdb.connect(str(copy), config=settings) as connection:
        connection.execute(f"attach {quoted(build)} as build (read_only)")
        connection.execute("copy from database build to cx")
        connection.execute("checkpoint")


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
    connection: duckdb.DuckDBPyConnection,
    relations: list[str],
    in_order: Collection[str],
    folder: Path,
) -> None:
    """Each table as a file: the same rows always make the same one."""
    folder.mkdir()
    for relation in relations:
        name = relation.split(".", 1)[1]
        # In the order of their keys, which are hashes, neighbours have little in common.
        order = "" if relation in in_order else "order by all"
        connection.execute(
            f"copy (from {_quoted_name(relation)} {order}) "
            f"to {quoted(folder / f'{name}.parquet')} (format parquet, compression zstd)"
        )


def _add_metrics(definitions: Path, folder: Path) -> None:
    shutil.copytree(_METRICS_PROJECT, folder)
    (folder / "target").mkdir()
    shutil.copyfile(definitions, folder / "target" / "semantic_manifest.json")
