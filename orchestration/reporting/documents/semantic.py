"""The published marts and KPIs as other tools' semantic models: Apache Ossie (once OSI), and Cube.

Both are written from the same: tables, joins and KPIs of the version, and keys of the manifest. A
KPI that does not add up (a median, a duration) is in neither: it is in `cx_scorecard` alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import yaml

from orchestration.reporting.documents.dictionary import Column, Join, Table

OSSIE_VERSION = "0.2.0.dev0"
MODEL = "throughline"
# Where the counts of all KPIs are that add up.
_COUNTS = "agg_kpis_daily"
_UNIQUE = ("unique_together",)
_DATABASE, _SCHEMA = "cx", "marts"


@dataclass(frozen=True)
class Metric:
    """A KPI that is computed from sums."""

    slug: str
    name: str
    description: str
    kind: str
    per: int | None

    def expression(self, prefix: str) -> str:
        """Its formula over any rows of the counts, whose columns bear the prefix."""

        def total(column: str) -> str:
            return f"SUM(CASE WHEN {prefix}metric_slug = '{self.slug}' THEN {prefix}{column} END)"

        units = f"NULLIF({total('denominator')}, 0)"
        if self.kind == "nps":
            return f"100.0 * ({total('promoters')} - {total('detractors')}) / {units}"
        return f"{self.per or 1}.0 * {total('numerator')} / {units}"


def metrics(connection: duckdb.DuckDBPyConnection) -> list[Metric]:
    """Every KPI that adds up, in order of slugs."""
    rows = connection.execute(
        "select metric_slug, coalesce(metric_name, metric_slug), "
        "concat_ws('. ', definition, 'Unit: ' || unit, 'Owner: ' || owner) || '.', kind, per "
        "from marts.dim_kpis where kind in ('rate', 'mean', 'nps') order by metric_slug"
    ).fetchall()
    return [Metric(*row) for row in rows]


def keys(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The columns that name a row of each mart, as its tests say; not of every mart is it said."""
    marts = {
        unique_id: node["name"]
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["database"] == _DATABASE
    }
    found = {
        name: list(primary)
        for unique_id, name in marts.items()
        if (primary := manifest["nodes"][unique_id].get("primary_key"))
    }
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") in _UNIQUE and node.get("attached_node") in marts:
            columns = test["kwargs"].get("columns", [])
            if all(column.isidentifier() for column in columns):
                found.setdefault(marts[node["attached_node"]], list(columns))
    return found


def ossie(
    tables: Sequence[Table],
    joins: Sequence[Join],
    kpis: Sequence[Metric],
    primary: Mapping[str, Sequence[str]],
) -> str:
    """The YAML of the Apache Ossie core specification."""
    model = {
        "name": MODEL,
        "description": "Customers, journeys and KPIs: the published marts.",
        "datasets": [_dataset(table, primary.get(table.name)) for table in tables],
        "relationships": [
            {
                "name": f"{join.table}_{join.column}",
                "from": join.table,
                "to": join.other_table,
                "from_columns": [join.column],
                "to_columns": [join.other_column],
            }
            for join in joins
        ],
        "metrics": [
            {
                "name": kpi.slug,
                "description": f"{kpi.name}: {kpi.description}",
                "expression": _expression(kpi.expression(f"{_COUNTS}.")),
                "datatype": "Float",
            }
            for kpi in kpis
        ],
    }
    return _yaml({"version": OSSIE_VERSION, "semantic_model": [model]})


def cube(
    tables: Sequence[Table],
    joins: Sequence[Join],
    kpis: Sequence[Metric],
    primary: Mapping[str, Sequence[str]],
) -> str:
    """The YAML of a data model of Cube, for a data source on `cx.duckdb`.

    Cube joins two cubes once: of several columns that hold keys of one table, the one that bears
    the name of the key joins. A table whose rows no test names joins nothing, nor is it joined.
    """
    cubes = []
    for table in tables:
        key = primary.get(table.name, ())
        dimensions = [_cube_dimension(column, column.name in key) for column in table.columns]
        measures: list[dict[str, Any]] = [{"name": "row_count", "type": "count"}]
        if table.name == _COUNTS:
            measures += [
                {
                    "name": kpi.slug,
                    "title": kpi.name,
                    "description": _plain(kpi.description),
                    "sql": kpi.expression("{CUBE}."),
                    "type": "number",
                }
                for kpi in kpis
            ]
        found: dict[str, Any] = {
            "name": table.name,
            "sql_table": f"{_SCHEMA}.{table.name}",
            "description": _plain(table.description),
        }
        if key and (ways := list(_cube_joins(table, joins, primary))):
            found["joins"] = ways
        cubes.append(found | {"dimensions": dimensions, "measures": measures})
    return _yaml({"cubes": cubes})


def _dataset(table: Table, key: Sequence[str] | None) -> dict[str, Any]:
    return {
        "name": table.name,
        "source": f"{_DATABASE}.{_SCHEMA}.{table.name}",
        **({"primary_key": list(key)} if key else {}),
        "description": table.description,
        "fields": [_field(column) for column in table.columns],
    }


def _field(column: Column) -> dict[str, Any]:
    kind = _kind(column)
    return {
        "name": column.name,
        "expression": _expression(column.name),
        "dimension": {"is_time": kind == "time"},
        "description": column.description,
        "datatype": _ossie_type(column),
    }


def _expression(text: str) -> dict[str, Any]:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": text}]}


def _cube_dimension(column: Column, is_key: bool) -> dict[str, Any]:
    return {
        "name": column.name,
        "sql": f"{{CUBE}}.{column.name}",
        "type": _kind(column),
        "description": _plain(column.description),
        **({"primary_key": True, "public": True} if is_key else {}),
    }


def _cube_joins(
    table: Table, joins: Sequence[Join], primary: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, str]]:
    chosen: dict[str, Join] = {}
    for join in joins:
        is_joined = join.table == table.name and list(primary.get(join.other_table, ())) == [
            join.other_column
        ]
        if is_joined and join.other_table != table.name:
            first = chosen.setdefault(join.other_table, join)
            if join.column == join.other_column and first.column != first.other_column:
                chosen[join.other_table] = join
    for join in chosen.values():
        yield {
            "name": join.other_table,
            "sql": f"{{CUBE}}.{join.column} = {{{join.other_table}}}.{join.other_column}",
            "relationship": "many_to_one",
        }


_OSSIE_TYPES = {
    "varchar": "String",
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "hugeint"), "Integer"),
    "decimal": "Decimal",
    **dict.fromkeys(("float", "real", "double"), "Float"),
    "boolean": "Boolean",
    "date": "Date",
    "timestamp": "DateTime",
}
_CUBE_TYPES = {"String": "string", "Boolean": "boolean", "Date": "time", "DateTime": "time"}


def _ossie_type(column: Column) -> str:
    """The type of a column; what a company's own mart has besides is shown as a text."""
    return _OSSIE_TYPES.get(column.data_type.split("(")[0].strip().lower(), "String")


def _kind(column: Column) -> str:
    return _CUBE_TYPES.get(_ossie_type(column), "number")


def _plain(text: str) -> str:
    """A text in which Cube finds no member of a cube and no template."""
    return text.replace("{", "(").replace("}", ")")


def _yaml(content: Mapping[str, Any]) -> str:
    written: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    return written
