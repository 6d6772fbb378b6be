"""The source tables of the contracts as assets, and the ledger that accounts for them.

Each table is keyed `[source, table]`: the key that dagster-dbt gives the dbt `source()`, so
lineage joins up without a mapping. How a file is read is in `orchestration.landing`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.components.fetched_sources import fetched_key
from orchestration.instance.writer import WarehouseWriter
from orchestration.landing import (
    LandingSummary,
    SourceContract,
    TableContract,
    check_accounting,
    enabled_sources,
    ensure_tables,
    land,
    land_unknown_files,
    load_contracts,
    record_unlanded,
)
from orchestration.landing import ledger as landing_ledger
from orchestration.landing.inbox import shown
from orchestration.landing.switches import enabled_now
from orchestration.paths import landing_dir

GROUP = "landing"
LOADS = dg.AssetKey(["ledger", "loads"])
ACCOUNTED_FOR = "every_line_is_accounted_for"
UNLANDED = dg.AssetKey(["ledger", "unlanded_files"])
LANDED = "nothing_is_left_in_landing"
FRESH = "deliveries_are_fresh"
DELIVERIES = "throughline/deliveries"
NONE_REFUSED = "no_delivery_is_refused"
# What the checks ask, in words.
_ASKS = {
    FRESH: "The source delivers in the rhythm that its contract states.",
    NONE_REFUSED: "No file of the last 30 days was refused without a sound one of its name since.",
    ACCOUNTED_FOR: "Each delivered line is loaded, refused, header or blank, and where it was put.",
    LANDED: "Nothing lies in landing that no run lands.",
}
_REFUSALS_SINCE = timedelta(days=30)
_MOST_TOLD = 50


class SourceTables(dg.Component, dg.Model):
    """Every table of every contract, landed by one step per source, then accounted for."""

    manifest_path: Path
    owner: str
    # Their files are brought before they are landed.
    fetched: Sequence[str] = ()

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Build an asset and a check per table, and the ledger downstream of them all."""
        contracts = load_contracts()
        sources = json.loads(self.manifest_path.read_text())["sources"].values()
        freshness = {
            (source["source_name"], source["name"]): source["freshness"] for source in sources
        }
        ledger_tables = [
            (source["name"], source["description"])
            for source in sources
            if source["source_name"] == "ledger"
        ]
        texts = {
            (source["source_name"], source["name"], column["name"]): column["description"]
            for source in sources
            for column in source.get("columns", {}).values()
        }
        enabled = enabled_now(contract.source_name for contract in contracts)
        landed = [
            self._landed_source(contract, freshness, texts, contract.source_name in enabled)
            for contract in contracts
        ]
        return dg.Definitions(assets=[*landed, self._ledger(contracts, ledger_tables)])

    def _landed_source(
        self,
        contract: SourceContract,
        freshness: Mapping[tuple[str, str], Mapping[str, Any]],
        texts: Mapping[tuple[str, str, str], str],
        is_on: bool,
    ) -> dg.AssetsDefinition:
        tables = {asset_key(table): table for table in contract.tables}

        @dg.multi_asset(
            name=f"land_{contract.source_name}",
            specs=[self._spec(table, texts, is_on) for table in contract.tables],
            check_specs=[
                dg.AssetCheckSpec(name, asset=key, description=_ASKS[name])
                for key in tables
                for name in (FRESH, NONE_REFUSED)
            ],
            can_subset=True,
        )
        def landed_source(
            context: dg.AssetExecutionContext, warehouse: WarehouseWriter
        ) -> Iterator[dg.MaterializeResult[None]]:
            folder = landing_dir() / contract.source_name
            with warehouse.connect() as connection:
                ensure_tables(connection, [contract])
                is_enabled = bool(enabled_sources([contract.source_name], connection))
                if is_enabled:
                    # First, so that the checks below know of them.
                    unknown = land_unknown_files(
                        connection, contract, folder, run_id=context.run_id
                    )
                    _log(context, unknown)
                for key in sorted(context.selected_asset_keys):
                    table = tables[key]
                    # Files of a source that is switched off wait until it is switched on.
                    summary = LandingSummary(table.source_name, table.table_name)
                    if is_enabled:
                        summary = land(connection, table, folder, run_id=context.run_id)
                    _log(context, summary)
                    fresh = freshness_check(
                        key,
                        last_loaded_at(connection, table),
                        freshness[(contract.source_name, table.table_name)],
                        is_enabled=is_enabled,
                    )
                    # A file of no table is told at the first.
                    is_first = table is contract.tables[0]
                    none_refused = refused_check(
                        key, refused_files(connection, table, is_first) if is_enabled else []
                    )
                    row_count = _scalar(connection, f"select count(*) from {table.relation}")
                    yield dg.MaterializeResult(
                        asset_key=key,
                        metadata={
                            "dagster/row_count": row_count,
                            "loaded rows": summary.loaded_rows,
                            "rejected rows": summary.rejected_rows,
                            "deliveries": dg.MetadataValue.json(summary.deliveries),
                        },
                        check_results=(
                            [fresh, none_refused] if context.selected_asset_check_keys else []
                        ),
                    )

        return landed_source

    def _spec(
        self, table: TableContract, texts: Mapping[tuple[str, str, str], str], is_on: bool
    ) -> dg.AssetSpec:
        # Of a source that the company does not have the page says so; it may be switched on.
        off = "" if is_on else "Switched off: the company does not have this source. "
        return dg.AssetSpec(
            asset_key(table),
            deps=[fetched_key(table.source_name)] if table.source_name in self.fetched else [],
            group_name=GROUP,
            kinds={table.landing_format, "duckdb"},
            owners=[self.owner],
            tags={} if is_on else {"switched_off": ""},
            description=off + table.description,
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [
                        dg.TableColumn(
                            column.name,
                            column.data_type,
                            description=texts.get(
                                (table.source_name, table.table_name, column.name)
                            ),
                            tags=(
                                {"personal_data": column.personal_data}
                                if column.personal_data
                                else None
                            ),
                        )
                        for column in table.columns
                    ]
                )
            },
        )

    def _ledger(
        self, contracts: list[SourceContract], tables: list[tuple[str, str]]
    ) -> dg.AssetsDefinition:
        everything = [asset_key(table) for contract in contracts for table in contract.tables]

        @dg.multi_asset(
            name="ledger",
            specs=[
                dg.AssetSpec(
                    ["ledger", name],
                    deps=everything,
                    group_name=GROUP,
                    kinds={"duckdb"},
                    owners=[self.owner],
                    description=description,
                )
                for name, description in tables
            ],
            # A line that is nowhere is a defect of ours: nothing may be built on it.
            check_specs=[
                dg.AssetCheckSpec(
                    ACCOUNTED_FOR, asset=LOADS, blocking=True, description=_ASKS[ACCOUNTED_FOR]
                ),
                dg.AssetCheckSpec(LANDED, asset=UNLANDED, description=_ASKS[LANDED]),
            ],
            can_subset=True,
        )
        def ledger(
            context: dg.AssetExecutionContext, warehouse: WarehouseWriter
        ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
            with warehouse.connect() as connection:
                ensure_tables(connection, contracts)
                for setting, value in connection.execute("from ledger.run_settings").fetchall():
                    context.log.info(f"Run setting in force: {setting} = {value}")
                _tag_with_deliveries(context, connection)
                overdue = record_unlanded(connection, contracts)
                for line in overdue:
                    context.log.warning(line)
                for key in sorted(context.selected_asset_keys):
                    row_count = _scalar(connection, f"select count(*) from ledger.{key.path[-1]}")
                    yield dg.MaterializeResult(
                        asset_key=key, metadata={"dagster/row_count": row_count}
                    )
                selected_checks = context.selected_asset_check_keys
                if dg.AssetCheckKey(LOADS, ACCOUNTED_FOR) in selected_checks:
                    yield accounting_check(connection)
                if dg.AssetCheckKey(UNLANDED, LANDED) in selected_checks:
                    yield landed_check(overdue)

        return ledger


def asset_key(table: TableContract) -> dg.AssetKey:
    """The key that dagster-dbt gives the dbt source."""
    return dg.AssetKey([table.source_name, table.table_name])


def accounting_check(connection: duckdb.DuckDBPyConnection) -> dg.AssetCheckResult:
    """Every delivered line is loaded, rejected, header or blank; what was loaded is there."""
    problems = check_accounting(connection)
    return dg.AssetCheckResult(
        asset_key=LOADS,
        check_name=ACCOUNTED_FOR,
        passed=not problems,
        metadata={"problems": dg.MetadataValue.json(problems)},
    )


def landed_check(overdue: list[str]) -> dg.AssetCheckResult:
    """Whether nothing lies in landing that no run lands. It warns: the rest is landed."""
    return dg.AssetCheckResult(
        asset_key=UNLANDED,
        check_name=LANDED,
        passed=not overdue,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"not landed": dg.MetadataValue.json(overdue)},
    )


def freshness_check(
    key: dg.AssetKey,
    last_loaded: datetime | None,
    policy: Mapping[str, Any] | None,
    *,
    is_enabled: bool,
    now: datetime | None = None,
) -> dg.AssetCheckResult:
    """Whether the source keeps to the rhythm its contract states.

    It warns and stops nothing: a silent source is no reason to hold the others back. A source
    that the company does not have is never late.
    """
    now = now or datetime.now(UTC)
    age = None if last_loaded is None else now - last_loaded
    is_late, is_very_late = (
        limit is not None and (age is None or age > limit)
        for limit in (_limit(policy, "warn_after"), _limit(policy, "error_after"))
    )
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=FRESH,
        passed=not is_enabled or not (is_late or is_very_late),
        severity=dg.AssetCheckSeverity.ERROR if is_very_late else dg.AssetCheckSeverity.WARN,
        metadata={"last loaded": "never" if last_loaded is None else last_loaded.isoformat()},
    )


def refused_check(key: dg.AssetKey, refused: list[str]) -> dg.AssetCheckResult:
    """Whether no file of the table waits for its sender. It warns: what was sound is landed."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=NONE_REFUSED,
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"refused": dg.MetadataValue.json(refused)},
    )


def refused_files(
    connection: duckdb.DuckDBPyConnection,
    table: TableContract,
    with_unknown: bool,
    now: datetime | None = None,
) -> list[str]:
    """The files of a table that wait for their sender, the newest first: name and reason."""
    since = ((now or datetime.now(UTC)) - _REFUSALS_SINCE).replace(tzinfo=None)
    told = [
        f"{shown(file.file_name)}: {file.reason}"
        for file in landing_ledger.refused_files(connection, table.source_name)
        if file.received_at >= since
        and (file.table_name == table.table_name or (file.table_name is None and with_unknown))
    ]
    return told[::-1][:_MOST_TOLD]


def last_loaded_at(connection: duckdb.DuckDBPyConnection, table: TableContract) -> datetime | None:
    """When the table's last load was committed; a duplicate delivery is no news."""
    last = _scalar(
        connection,
        "select max(committed_at) from ledger.loads where source_name = ? and table_name = ?",
        [table.source_name, table.table_name],
    )
    return None if last is None else last.replace(tzinfo=UTC)


def _tag_with_deliveries(
    context: dg.AssetExecutionContext, connection: duckdb.DuckDBPyConnection
) -> None:
    """Have the list of runs say what each brought."""
    counts = connection.execute(
        "select source_name, count(*) from ledger.deliveries where run_id = ? "
        "group by source_name order by source_name",
        [context.run_id],
    ).fetchall()
    told = ", ".join(f"{source_name} {count}" for source_name, count in counts)
    context.instance.add_run_tags(context.run_id, {DELIVERIES: told or "none"})


def _log(context: dg.AssetExecutionContext, summary: LandingSummary) -> None:
    """Lines for a person, if anything happened."""
    for line in summary.told():
        context.log.info(line)


def _limit(policy: Mapping[str, Any] | None, name: str) -> timedelta | None:
    limit = (policy or {}).get(name) or {}
    if not limit.get("count"):
        return None
    return timedelta(**{f"{limit['period']}s": limit["count"]})


def _scalar(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[str] | None = None
) -> Any:
    ((value,),) = connection.execute(query, parameters or []).fetchall()
    return value
