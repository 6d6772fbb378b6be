"""The report of a version: one HTML page that needs nothing but itself.

It asks for nothing from anywhere: styles, script and data stand in the page, and its content
security policy allows only these, by their hashes. All figures come from the published marts.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from orchestration.reporting import (
    health,
    journeys,
    scorecard,
    service,
    understanding,
    warnings,
    words,
)
from orchestration.reporting.blocks import Flow, Section
from orchestration.reporting.headlines import headline_metrics

_PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Company:
    """What the page says of the company, and the KPIs that it shows first."""

    name: str
    currency: str
    as_of: datetime
    headlines: Sequence[str]


def company_report(
    warehouse: duckdb.DuckDBPyConnection,
) -> Callable[[duckdb.DuckDBPyConnection, int, datetime], str]:
    """What makes the report of this company, whose settings the warehouse knows."""
    ((name, currency, as_of),) = warehouse.execute(
        "select company_name, reporting_currency, as_of from intermediate.int_company__settings"
    ).fetchall()
    return partial(render, Company(name or "", currency or "", as_of, headline_metrics()))


def render(
    company: Company, connection: duckdb.DuckDBPyConnection, version: int, published_at: datetime
) -> str:
    """The page, from the marts that the connection reads."""
    sections = [
        scorecard.section(connection, company.currency, company.headlines),
        journeys.section(connection, company.currency),
        understanding.section(connection, company.currency),
        warnings.section(connection),
        service.section(connection, company.currency),
        health.section(connection),
    ]
    style, script = _file("report.css"), _file("d3-sankey.min.js") + "\n" + _file("report.js")
    return _template().render(
        company=company,
        version=version,
        published=words.day(published_at),
        as_of=words.day(company.as_of),
        sections=sections,
        flows=_as_json(sections),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
    )


def _as_json(sections: Sequence[Section]) -> str:
    """The links of every Sankey, as the script reads them; no text of it can end its element."""
    links = {
        block.slug: list(block.links)
        for section in sections
        for part in section.parts
        for block in part.blocks
        if isinstance(block, Flow)
    }
    return json.dumps(links, ensure_ascii=True).replace("<", "\\u003c")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _file(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
