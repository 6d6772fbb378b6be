"""What Dagster's catalogue says of dbt's models and tests: where, whose, and what they ask."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from orchestration.warehouse.operating import owner

_OPEN_FLOOR = "intermediate"
_MARTS = ("marts", "metrics")
# What a generic test asks, in words; of any other its name is a sentence.
_ASKS = {
    "unique": "Each {column} is there once.",
    "not_null": "No {column} is missing.",
    "accepted_values": "{column} is a word of its list.",
    "relationships": "Each {column} has its row in {to}.",
    "unique_together": "Each combination of {columns} is there once.",
}


class Catalogue(DagsterDbtTranslator):
    """The catalogue entry of a model: its folder as group, its description without its SQL."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """A model, seed or snapshot."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        return spec.replace_attributes(
            group_name=group_of(node),
            description=node["description"],
            owners=spec.owners or [owner()],
        )

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """A test, with what it asks."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        return spec._replace(description=check_text(manifest["nodes"][unique_id]))


def group_of(node: Mapping[str, Any]) -> str:
    """The box of the lineage in which a node stands.

    A mart by its owners, what is between by floor and folder, anything else by its schema.
    """
    floor, *folders = node["fqn"][1:-1] or [""]
    if floor in _MARTS:
        return f"marts_{node['config'].get('group') or 'others'}"
    if floor == _OPEN_FLOOR and folders:
        return "_".join(folders[:2])
    schema: str = node["schema"]
    return schema


def check_text(test: Mapping[str, Any]) -> str:
    """What a test asks, as a sentence."""
    if test.get("description"):
        return str(test["description"])
    about = test.get("test_metadata") or {}
    arguments = about.get("kwargs") or {}
    name = str(test["name"])
    if about.get("name") in _ASKS and name.startswith(about["name"]):
        return _ASKS[about["name"]].format(
            column=f"`{arguments.get('column_name')}`",
            columns=", ".join(f"`{column}`" for column in arguments.get("columns", [])),
            to=_referred(str(arguments.get("to", ""))),
        )
    words = name.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}."


def _referred(reference: str) -> str:
    """`dim_days` of `ref('dim_days')`."""
    parts = reference.replace('"', "'").split("'")
    return f"`{parts[1]}`" if len(parts) > 2 else reference
