"""The published version as an asset, downstream of every public mart.

How a version is made is in `orchestration.publishing`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.instance.writer import WarehouseWriter
from orchestration.paths import published_path
from orchestration.publishing.clock import StaleClockError, assert_clock_fits
from orchestration.publishing.personal_data import PersonalColumn
from orchestration.publishing.publish import publish
from orchestration.warehouse.connections import read_warehouse

PUBLIC_DATABASE = "cx"


class PublishedMarts(dg.Component, dg.Model):
    """The public marts of one dbt manifest, published once their audit has passed."""

    manifest_path: Path

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """One asset: its dependencies are what makes an audit's failure stop it."""
        manifest = json.loads(self.manifest_path.read_text())
        marts, tagged = public_marts(manifest), tagged_columns(manifest)
        personal = personal_columns(manifest)
        definitions = self.manifest_path.with_name("semantic_manifest.json")
        if not marts:
            return dg.Definitions()

        @dg.asset(
            key=["published", "cx"],
            deps=list(marts.values()),
            group_name="published",
            kinds={"duckdb", "parquet"},
            description="What readers open: `published/cx.duckdb`, Parquet files, metrics.",
        )
        def published_marts(
            context: dg.AssetExecutionContext, warehouse: WarehouseWriter
        ) -> dg.MaterializeResult[None]:
            with read_warehouse() as connection:
                try:
                    assert_clock_fits(connection)
                except StaleClockError as error:
                    raise dg.Failure(str(error), allow_retries=False) from error
            publication = publish(frozenset(marts), tagged, definitions, personal)
            context.log.info(f"Published version {publication.version}: {published_path()}")
            return dg.MaterializeResult(
                metadata={
                    "version": publication.version,
                    "tables": len(publication.row_counts),
                    "dagster/row_count": sum(publication.row_counts.values()),
                    "path": dg.MetadataValue.path(published_path()),
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
