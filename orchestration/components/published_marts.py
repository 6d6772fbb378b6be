"""The published version as an asset, downstream of every public mart.

How a version is made is in `orchestration.publishing`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.instance.writer import WarehouseWriter
from orchestration.paths import published_path, report_path
from orchestration.publishing.clock import StaleClockError, assert_clock_fits
from orchestration.publishing.known_values import PersonalColumn
from orchestration.publishing.personal_data import PersonalDataError
from orchestration.publishing.publish import NotAuditedError, publish
from orchestration.publishing.shrinkage import ShrunkMartsError
from orchestration.reporting.documents.write import company_documentation
from orchestration.reporting.report import company_report
from orchestration.warehouse.connections import read_warehouse
from orchestration.warehouse.key_secret import UnsafeSecretError, assert_secret_is_safe
from orchestration.warehouse.operating import owner

PUBLIC_DATABASE = "cx"
# What a gate says to whoever ran it, in words.
_REFUSALS = (
    UnsafeSecretError,
    StaleClockError,
    ShrunkMartsError,
    PersonalDataError,
    NotAuditedError,
)


class PublishConfig(dg.Config):
    """What whoever publishes knows better than the gates."""

    allow_fewer_rows: bool = False


class PublishedMarts(dg.Component, dg.Model):
    """The public marts of one dbt manifest, published once their audit has passed."""

    manifest_path: Path
    # The report reads the marts of the product: another project has a page of its own, or none.
    has_report: bool = False

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """One asset: its dependencies are what makes an audit's failure stop it."""
        manifest = json.loads(self.manifest_path.read_text())
        marts, tagged = public_marts(manifest), tagged_columns(manifest)
        personal, shrinking = personal_columns(manifest), shrinking_marts(manifest)
        in_order = marts_in_order(manifest)
        definitions = self.manifest_path.with_name("semantic_manifest.json")
        if not marts:
            return dg.Definitions()

        @dg.asset(
            key=["published", "cx"],
            deps=list(marts.values()),
            group_name="published",
            owners=[owner()],
            kinds={"duckdb", "parquet"},
            description="What readers open: `published/cx.duckdb`, Parquet, metrics, report, docs.",
        )
        def published_marts(
            context: dg.AssetExecutionContext, warehouse: WarehouseWriter, config: PublishConfig
        ) -> dg.MaterializeResult[None]:
            try:
                assert_secret_is_safe()
                with read_warehouse() as connection:
                    assert_clock_fits(connection)
                    report = company_report(connection) if self.has_report else None
                    documentation = (
                        company_documentation(connection, self.manifest_path)
                        if self.has_report
                        else None
                    )
                publication = publish(
                    frozenset(marts),
                    tagged,
                    definitions,
                    personal,
                    may_shrink=None if config.allow_fewer_rows else shrinking,
                    in_order=in_order,
                    report=report,
                    documentation=documentation,
                )
            except _REFUSALS as error:
                raise dg.Failure(str(error), allow_retries=False) from error
            context.log.info(
                f"Published version {publication.version}: {published_path()}"
                if publication.is_new
                else "The last build did not pass its audit. Readers see version "
                f"{publication.version}, the newest that did."
            )
            return dg.MaterializeResult(
                metadata={
                    "version": publication.version,
                    "tables": len(publication.row_counts),
                    "dagster/row_count": sum(publication.row_counts.values()),
                    "path": dg.MetadataValue.path(published_path()),
                    **({"report": dg.MetadataValue.path(report_path())} if self.has_report else {}),
                }
            )

        return dg.Definitions(assets=[published_marts])


def public_marts(manifest: Mapping[str, Any]) -> dict[str, dg.AssetKey]:
    """The asset key of every model that is built into the public file, by `schema.name`."""
    return {
        f"{node['schema']}.{node['alias']}": dg.AssetKey([node["config"]["schema"], node["name"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["database"] == PUBLIC_DATABASE
    }


def shrinking_marts(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Every public model that may lose most of its rows: it lists what is wrong, or due today."""
    return _marts_that_say("may_shrink", manifest)


def marts_in_order(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Every public model that writes its rows in a total order."""
    return _marts_that_say("lies_in_order", manifest)


def _marts_that_say(word: str, manifest: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["meta"].get(word)
    )


def tagged_columns(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Every column that a contract or a model tags as personal data."""
    resources = [*manifest["sources"].values(), *manifest["nodes"].values()]
    return frozenset(
        column["name"]
        for resource in resources
        for column in resource.get("columns", {}).values()
        if column["config"]["meta"].get("personal_data")
    )


def personal_columns(manifest: Mapping[str, Any]) -> frozenset[PersonalColumn]:
    """Every column of a delivery that its contract tags as personal data, with the tag."""
    return frozenset(
        PersonalColumn(source["schema"], source["name"], column["name"], tag)
        for source in manifest["sources"].values()
        for column in source["columns"].values()
        if (tag := column["config"]["meta"].get("personal_data"))
    )
