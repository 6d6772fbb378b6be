"""Writes the documentation of a version: pages that need nothing but themselves, and exports.

    docs/index.html        what is here
    docs/dictionary.html   every table and column
    docs/diagram.html      what joins what, also as `diagram.mmd`
    docs/questions.html    questions with their queries
    docs/dbt.html          dbt's own page: models, tests, lineage of tables
    docs/lineage.html      lineage of columns, where the tool that draws it is installed
    docs/ossie.yaml        tables, joins and metrics for tools that read Apache Ossie
    docs/cube.yml          the same as a data model of Cube

Nobody's data and no path of the machine is in them: they say what the code says.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from orchestration.reporting import words
from orchestration.reporting.dbt_artifacts import without_places
from orchestration.reporting.documents import dbt_docs, diagram, lineage, semantic
from orchestration.reporting.documents.dictionary import Join, Table, joins, read_dictionary
from orchestration.reporting.documents.questions import questions

_PAGES = Path(__file__).parent / "pages"
_REPORT_STYLE = Path(__file__).parent.parent / "page" / "report.css"


@dataclass(frozen=True)
class Page:
    """A page of the documentation, as the others link to it."""

    file: str
    title: str
    about: str


_INDEX = Page("index.html", "Documentation", "")
_DICTIONARY = Page("dictionary.html", "Data dictionary", "what every table and column means")
_DIAGRAM = Page("diagram.html", "Diagram", "which tables join which, and by what")
_QUESTIONS = Page("questions.html", "Questions", "what people ask, and the query that answers it")
_DBT = Page("dbt.html", "dbt documentation", "every model with its SQL, its tests and its lineage")
_OSSIE = Page("ossie.yaml", "Apache Ossie", "tables, joins and metrics for tools that read it")
_CUBE = Page("cube.yml", "Cube", "the same as a data model of Cube, for a source on cx.duckdb")
_LINEAGE = Page(lineage.FILE, "Lineage of columns", "where each column comes from")


def write_documentation(
    company: str,
    manifest: Mapping[str, Any],
    columns: dbt_docs.Columns,
    connection: duckdb.DuckDBPyConnection,
    version: int,
    published_at: datetime,
    folder: Path,
) -> None:
    """Write all pages into an empty folder, from the marts that the connection reads.

    `columns` are those of the relations that the version was built from.
    """
    tables = read_dictionary(connection)
    found = joins(tables)
    folder.joinpath(_DBT.file).write_text(dbt_docs.page(manifest, columns), encoding="utf-8")
    folder.joinpath("diagram.mmd").write_text(diagram.mermaid(found), encoding="utf-8")
    kpis, keys = semantic.metrics(connection), semantic.keys(manifest)
    for export, written in ((_OSSIE, semantic.ossie), (_CUBE, semantic.cube)):
        text = written(tables, found, kpis, keys)
        folder.joinpath(export.file).write_text(text, encoding="utf-8")
    built = without_places(manifest, keeps_sql=True)
    has_lineage = lineage.draw_lineage(built, dbt_docs.catalog(built, columns), folder)
    pages = [_INDEX, _DICTIONARY, _DIAGRAM, _QUESTIONS, _DBT, *([_LINEAGE] if has_lineage else [])]
    about = {
        "company": company,
        "version": version,
        "published": words.day(published_at),
        "pages": pages,
        "has_lineage": has_lineage,
        "exports": [_OSSIE, _CUBE],
    }
    contents: Mapping[Page, Mapping[str, Any]] = {
        _INDEX: {},
        _DICTIONARY: {
            "tables": tables,
            "joined": {(join.table, join.column): join for join in found},
            "has_search": True,
        },
        _DIAGRAM: {"joins": found, "parts": list(_parts(tables, found))},
        _QUESTIONS: {"questions": questions()},
    }
    for page, content in contents.items():
        text = _render(page, {"has_search": False, **about, **content})
        folder.joinpath(page.file).write_text(text, encoding="utf-8")


def company_documentation(
    warehouse: duckdb.DuckDBPyConnection, manifest_path: Path
) -> Callable[[duckdb.DuckDBPyConnection, int, datetime, Path], None]:
    """What writes the documentation of a version of this company, built by this code.

    It reads the manifest when it is called: a build writes it anew.
    """
    ((name,),) = warehouse.execute(
        "select company_name from intermediate.int_company__settings"
    ).fetchall()
    columns = relation_columns(warehouse)

    def write(
        connection: duckdb.DuckDBPyConnection, version: int, published_at: datetime, folder: Path
    ) -> None:
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        write_documentation(
            name or "", manifest, columns, connection, version, published_at, folder
        )

    return write


def relation_columns(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    """The columns and types of every relation that the connection reads, by schema and name."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, name, column, data_type in warehouse.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where not internal order by schema_name, table_name, column_index"
    ).fetchall():
        found.setdefault((schema, name), {})[column] = data_type
    return found


def _parts(tables: list[Table], found: list[Join]) -> list[tuple[str, dict[str, Any]]]:
    """The joins by who owns the table that has the column."""
    owners = {table.name: table.owner for table in tables}
    by_owner = sorted(found, key=lambda join: (owners[join.table], join))
    return [
        (owner, {"joins": part, "svg": diagram.svg(part, f"Joins of {owner}")})
        for owner, part in (
            (owner, list(group))
            for owner, group in groupby(by_owner, key=lambda join: owners[join.table])
        )
    ]


def _render(page: Page, content: Mapping[str, Any]) -> str:
    style, script = _style(), _read("search.js")
    return (
        _environment()
        .get_template(f"{page.file}.j2")
        .render(
            title=page.title,
            style=style,
            style_hash=_hash(style),
            script=script,
            script_hash=_hash(script),
            **content,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _style() -> str:
    return _REPORT_STYLE.read_text(encoding="utf-8") + _read("documents.css")


def _read(name: str) -> str:
    return (_PAGES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
