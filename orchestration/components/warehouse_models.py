"""The dbt project as assets: one per model and seed, one check per dbt test.

dbt runs in this process, quietly, and its results become events at the end: streamed through
dagster-dbt each node costs 75 ms more. For the same reason this is not a `DbtProjectComponent`,
which starts the `dbt` command. What a build means for publishing is in `publishing.inputs`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import NodeStatus
from dbt.artifacts.schemas.run import RunResult
from dbt.contracts.graph.nodes import CompiledNode

from orchestration.components.catalogue import Catalogue
from orchestration.identity import registry
from orchestration.landing.ledger import ensure_ledger
from orchestration.publishing import versions
from orchestration.publishing.inputs import inputs_fingerprint, is_published
from orchestration.reference_seeds import SeedError, check_seeds
from orchestration.warehouse import build_state
from orchestration.warehouse.build_times import record_build_times
from orchestration.warehouse.connections import open_warehouse, read_warehouse
from orchestration.warehouse.dbt_invocation import failures, node_results, run_dbt

_DBT_UNIQUE_ID = "dagster_dbt/unique_id"
_WITHOUT_ROWS_OF_THEIR_OWN = {"view", "ephemeral"}
# Each kind of node has statuses of its own, which are texts.
_PASSED: set[str] = {NodeStatus.Success, NodeStatus.Pass}
_SKIPPED: str = NodeStatus.Skipped
_WARNED: str = NodeStatus.Warn
_FAILED: str = NodeStatus.Fail
_MOST_TOLD_ROWS = 50


@dataclass(frozen=True)
class TestResult:
    """What one test of a build said; the rows are of published tables, and may be told."""

    unique_id: str
    status: str
    failed_rows: int
    told_rows: Sequence[str]


class BuildConfig(dg.Config):
    """How one run builds."""

    force: bool = False
    full_refresh: bool = False


class WarehouseModels(dg.Component, dg.Model):
    """Every model, seed and test of one dbt manifest."""

    manifest_path: Path

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """One step builds them all: each start of dbt costs seconds."""

        @dbt_assets(
            manifest=self.manifest_path, name="dbt_build", dagster_dbt_translator=Catalogue()
        )
        def dbt_build(context: dg.AssetExecutionContext, config: BuildConfig) -> Iterator[Any]:
            yield from _build(context, config)

        return dg.Definitions(assets=[dbt_build])


def _build(context: dg.AssetExecutionContext, config: BuildConfig) -> Iterator[Any]:
    """Build what is selected; a whole build that passes its tests may be published."""
    is_whole = not context.is_subset
    inputs = inputs_fingerprint()
    versions.show_what_was_decided()
    if is_whole and not config.force and is_published(inputs):
        # Dagster goes on showing what the checks said.
        context.log.info("Nothing new since the published version: nothing to build.")
        return

    try:
        check_seeds()
    except SeedError as error:
        raise dg.Failure(str(error), allow_retries=False) from error

    context.log.info("Building and testing the warehouse")
    build_state.forget_build()
    with open_warehouse() as connection:
        registry.rename_former(connection)
    outcome = run_dbt(
        "build",
        # `make test` runs them; they say nothing about today's data.
        *("--exclude-resource-type", "unit_test"),
        *(("--full-refresh",) if config.full_refresh or config.force else ()),
        *(() if is_whole else ("--select", *_selected_names(context))),
        on_event=_progress(context.log.info),
    )
    if outcome.exception:
        raise dg.Failure(f"dbt stopped: {outcome.exception}", allow_retries=False)
    results = node_results(outcome)
    told_rows = _told_rows(results)
    for unique_id, rows in told_rows.items():
        context.log.warning("\n".join([f"{unique_id.split('.')[2]}:", *rows]))
    yield from _materializations(context, results)
    tests = _tests(results, told_rows)
    yield from _check_results(context, tests)
    with open_warehouse() as connection:
        ensure_ledger(connection)
        record_build_times(connection, context.run_id, results)
    failed = failures(outcome)
    if failed:
        summary = f"{len(failed)} of {len(results)} dbt nodes failed; nothing is published."
        raise dg.Failure("\n".join([summary, *failed]), allow_retries=False)
    if is_whole:
        build_state.record_build(inputs)


def _selected_names(context: dg.AssetExecutionContext) -> list[str]:
    specs = context.assets_def.specs_by_key
    unique_ids = [specs[key].metadata[_DBT_UNIQUE_ID] for key in context.selected_asset_keys]
    return sorted(unique_id.split(".")[-1] for unique_id in unique_ids)


def _progress(log: Callable[[str], None]) -> Callable[[Any], None]:
    """One line for each table built, and for each test that did not pass."""

    def report(event: Any) -> None:
        name, data = event.info.name, event.data
        if name in ("LogModelResult", "LogSnapshotResult"):
            node = data.node_info
            if data.status == "error" or node.materialized not in _WITHOUT_ROWS_OF_THEIR_OWN:
                relation = f"{node.node_relation.schema}.{node.node_relation.alias}"
                outcome = "failed" if data.status == "error" else f"{data.execution_time:.2f} s"
                log(f"{data.index:>5}/{data.total} {relation} {outcome}")
        elif name == "LogTestResult" and data.status != "pass":
            log(f"{data.index:>5}/{data.num_models} test {data.name}: {data.status}")

    return report


def _materializations(
    context: dg.AssetExecutionContext, results: list[RunResult]
) -> Iterator[dg.MaterializeResult[None]]:
    keys = {
        spec.metadata[_DBT_UNIQUE_ID]: spec.key
        for spec in context.assets_def.specs
        if spec.key in context.selected_asset_keys
    }
    built = [
        result for result in results if result.status in _PASSED and result.node.unique_id in keys
    ]
    row_counts = _row_counts(built)
    for result in built:
        unique_id = result.node.unique_id
        row_count = row_counts.get(unique_id)
        yield dg.MaterializeResult(
            asset_key=keys[unique_id],
            metadata={
                "Execution Duration": result.execution_time,
                **({} if row_count is None else {"dagster/row_count": row_count}),
            },
        )


def _row_counts(built: list[RunResult]) -> dict[str, int]:
    """Rows of every table, by one query: one per model would triple the run."""
    tables = {
        result.node.unique_id: result.node.relation_name
        for result in built
        if result.node.config.get("materialized") not in _WITHOUT_ROWS_OF_THEIR_OWN
    }
    if not tables:
        return {}
    counts = " union all ".join(
        f"select '{unique_id}', count(*) from {relation}" for unique_id, relation in tables.items()
    )
    with read_warehouse() as connection:
        return dict(connection.execute(counts).fetchall())


def _told_rows(results: list[RunResult]) -> dict[str, list[str]]:
    """The rows behind each test that did not pass and says that they may be told, by its unique id.

    Those of published tables may: a log is read by whoever reads them.
    """
    telling = [
        node
        for node in (result.node for result in results if result.status in (_WARNED, _FAILED))
        if isinstance(node, CompiledNode) and node.config.meta.get("tells_rows")
    ]
    told: dict[str, list[str]] = {}
    if not telling:
        return told
    with read_warehouse() as connection:
        for node in telling:
            rows = connection.sql(f"from ({node.compiled_code}) limit {_MOST_TOLD_ROWS}")
            told[node.unique_id] = [
                # As Python writes a text: what a sender wrote begins no line of a log.
                ", ".join(
                    f"{name} {value!r}" for name, value in zip(rows.columns, row, strict=True)
                )
                for row in rows.fetchall()
            ]
    return told


def _tests(results: Sequence[RunResult], told_rows: Mapping[str, list[str]]) -> list[TestResult]:
    """What became of each test that ran."""
    return [
        TestResult(
            result.node.unique_id,
            str(result.status),
            result.failures or 0,
            told_rows.get(result.node.unique_id, []),
        )
        for result in results
        if result.node.resource_type == NodeType.Test and result.status != _SKIPPED
    ]


def _check_results(
    context: dg.AssetExecutionContext, tests: Sequence[TestResult]
) -> Iterator[dg.AssetCheckResult]:
    """A check of each test that ran; the others keep what they said last."""
    keys = {
        spec.metadata[_DBT_UNIQUE_ID]: spec.key
        for spec in context.assets_def.check_specs
        if spec.key in context.selected_asset_check_keys
    }
    for test in tests:
        key = keys.get(test.unique_id)
        if key is None:
            continue
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=test.status in _PASSED,
            severity=(
                dg.AssetCheckSeverity.WARN
                if test.status == _WARNED
                else dg.AssetCheckSeverity.ERROR
            ),
            metadata={
                "failed rows": test.failed_rows,
                **({"rows": "\n".join(test.told_rows)} if test.told_rows else {}),
            },
        )
