"""dbt's own documentation page, in one file: models, columns, tests and lineage.

`dbt docs generate` would parse, compile and ask the warehouse again (20 CPU-seconds). What its page
shows is known after a build: the manifest, and which columns there are.
"""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from orchestration.reporting.dbt_artifacts import without_places

# No address is asked for; Angular writes its code and styles as it goes.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'\">"
)
_HEAD = "<head>"


Columns = Mapping[tuple[str, str], Mapping[str, str]]


def page(manifest: Mapping[str, Any], columns: Columns) -> str:
    """The page; the manifest may hold what belongs to this machine: it is taken out.

    `columns` are those that relations have, by schema and name: their names and types.
    """
    public = documented(manifest)
    spec = find_spec("dbt")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("dbt's page of documentation is not where dbt is")
    template = Path(spec.submodule_search_locations[0], "task", "docs", "index.html")
    text = template.read_text(encoding="utf-8").replace(_HEAD, _HEAD + _POLICY, 1)
    for name, content in (("MANIFEST", public), ("CATALOG", catalog(public, columns))):
        text = text.replace(f'"{name}.JSON INLINE DATA"', _as_json(content))
    return text


def documented(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of a manifest: no tests of the code, nobody's address."""
    public = without_places(manifest)
    public["unit_tests"] = {}
    public["metadata"] = public.get("metadata", {}) | {"send_anonymous_usage_stats": False}
    for group in public.get("groups", {}).values():
        group["owner"] = {"name": group["owner"].get("name")}
    return public


def catalog(manifest: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """The relations of the manifest with their columns, in the form of dbt's `catalog.json`."""
    relational = ("model", "seed", "snapshot")
    nodes = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in relational
    }
    return {
        "metadata": {},
        "nodes": {unique_id: _table(node, unique_id, columns) for unique_id, node in nodes.items()},
        "sources": {
            unique_id: _table(source, unique_id, columns)
            for unique_id, source in manifest["sources"].items()
        },
        "errors": None,
    }


def _table(node: Mapping[str, Any], unique_id: str, columns: Columns) -> dict[str, Any]:
    alias = node.get("alias") or node["name"]
    declared = {
        name: column.get("data_type") or "" for name, column in node.get("columns", {}).items()
    }
    found = columns.get((node["schema"], alias)) or declared
    kind = "VIEW" if node.get("config", {}).get("materialized") == "view" else "BASE TABLE"
    listed = {
        name: {"type": data_type, "index": index, "name": name, "comment": None}
        for index, (name, data_type) in enumerate(found.items(), 1)
    }
    about = {
        "type": kind,
        "schema": node["schema"],
        "name": alias,
        "database": node.get("database"),
        "comment": None,
        "owner": None,
    }
    no_statistics = {
        "has_stats": {
            "id": "has_stats",
            "label": "Has Stats?",
            "value": False,
            "include": False,
            "description": "",
        }
    }
    return {
        "metadata": about,
        "columns": listed,
        "stats": no_statistics,
        "unique_id": unique_id,
    }


def _as_json(content: Mapping[str, Any]) -> str:
    """JSON of which no text can end the element in which it stands."""
    return json.dumps(content, ensure_ascii=True).replace("<", "\\u003c")
