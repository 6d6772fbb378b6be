"""The one list of sources, which the models read: what each source fills, and what stages it.

It is derived from the folders: a contract, and models named `int_<shape>__<source>`. dbt has to
know at parse time what a model reads, and its Jinja reads no folder: so the list is a macro that is
written here, by every command that starts dbt, whenever a folder says something else.
"""

import os
import re
from pathlib import Path

from orchestration.landing import SourceContract, TableContract, load_contracts
from orchestration.paths import dbt_project_dir
from orchestration.publishing.personal_data import plain_name

SOURCE_LIST = Path("macros") / "shapes" / "source_list.sql"
_SHAPE = re.compile(r"int_shapes__([a-z0-9_]+)")
_READ = re.compile(r"""source\(\s*['"]([a-z0-9_]+)['"]\s*,\s*['"]([a-z0-9_]+)['"]\s*\)""")
# What is in no view row for row: a ticket's audits unfold into the changes of its fields.
UNFOLDED = "nothing"


class SourceListError(ValueError):
    """A folder of a source that contradicts itself: the file, and what to do."""


def write_source_list(project: Path | None = None) -> bool:
    """Write the list where it differs from the folders; returns whether it did.

    Raises ContractError or SourceListError.
    """
    project = project or dbt_project_dir()
    return replace_if_different(project / SOURCE_LIST, source_list(project))


def replace_if_different(path: Path, text: str) -> bool:
    """Write a file that dbt reads where it says something else; returns whether it did."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    # By rename: the webserver, the daemon and a run may all read it at once.
    written = path.with_suffix(f".{os.getpid()}.new")
    written.write_text(text, encoding="utf-8")
    written.replace(path)
    return True


def source_list(project: Path | None = None) -> str:
    """The macro `source_list`, in order of names."""
    project = project or dbt_project_dir()
    models = _models(project)
    filled = filled_shapes(project)
    sources = [
        _source(contract, filled[contract.source_name], models, _views_with_issues(contract))
        for contract in load_contracts(project / "models" / "staging")
    ]
    return "\n".join(
        [
            "{# Written from the folders of the sources: see `throughline sources`. #}",
            "{% macro source_list() %}",
            "    {{ return({",
            *(line for source in sources for line in source),
            "    }) }}",
            "{% endmacro %}",
            "",
        ]
    )


def filled_shapes(project: Path | None = None) -> dict[str, list[str]]:
    """The shapes that each source has a branch of, by source."""
    project = project or dbt_project_dir()
    models = _models(project)
    shapes = sorted(shape[1] for name in models if (shape := _SHAPE.fullmatch(name)))
    return {
        contract.source_name: [
            shape for shape in shapes if f"int_{shape}__{contract.source_name}" in models
        ]
        for contract in load_contracts(project / "models" / "staging")
    }


def _models(project: Path) -> set[str]:
    return {file.stem for file in (project / "models").rglob("*.sql")}


def _views_with_issues(contract: SourceContract) -> dict[str, list[str]]:
    """The staging views that list the values which they could not read, by the table they read."""
    views: dict[str, list[str]] = {}
    for path in sorted(contract.path.parent.glob(f"stg_{contract.source_name}__*.sql")):
        text = path.read_text(encoding="utf-8")
        tables = {table for source, table in _READ.findall(text) if source == contract.source_name}
        if "_issues" not in text or not tables:
            continue
        if "_line" not in text:
            raise SourceListError(
                f"{path.resolve()}: it lists values that cannot be read, but not the line of "
                "their row: select _line beside _load_id"
            )
        for table in sorted(tables):
            views.setdefault(table, []).append(path.stem)
    return views


def _source(
    contract: SourceContract,
    filled: list[str],
    models: set[str],
    views_with_issues: dict[str, list[str]],
) -> list[str]:
    source = contract.source_name
    tables = [
        line
        for table in contract.tables
        for line in _table(contract, table, models, views_with_issues.get(table.table_name, []))
    ]
    if "orders" in filled and not any(table.staged_amount for table in contract.tables):
        raise SourceListError(
            f"{contract.path.resolve()}: {source} has orders, but no table of it says which "
            "staged column is their money: add staged_amount and staged_currency to that table's "
            "config.meta"
        )
    return [
        f"        {source!r}: {{",
        f"            'description': {_one_line(contract.description)!r},",
        f"            'fills': [{', '.join(map(repr, filled))}],",
        "            'tables': {",
        *tables,
        "            },",
        "        },",
    ]


def _table(
    contract: SourceContract, table: TableContract, models: set[str], views_with_issues: list[str]
) -> list[str]:
    staged_by = table.staged_by or f"stg_{table.source_name}__{table.table_name}"
    if staged_by != UNFOLDED and staged_by not in models:
        raise SourceListError(
            f"{contract.path.resolve()}: no model {staged_by} stages the table "
            f"{table.table_name}: write it, or name the model that does in the table's "
            f"config.meta as staged_by ({UNFOLDED!r} where its rows unfold into several)"
        )
    values = {
        "staged_by": None if staged_by == UNFOLDED else staged_by,
        "key": list(table.staged_key or table.landing_key),
        "keeps_versions": table.staged_versions,
        "is_tabular": table.is_tabular,
        "amount": table.staged_amount,
        "currency": table.staged_currency,
        "views_with_issues": views_with_issues,
        "tagged": sorted(_words_of_tags(table)),
    }
    return [
        f"                {table.table_name!r}: {{",
        *(f"                    {name!r}: {_jinja(value)}," for name, value in values.items()),
        "                },",
    ]


def _words_of_tags(table: TableContract) -> set[str]:
    """Names of the columns that hold personal data, and their tags: staging may use either."""
    tagged = [column for column in table.columns if column.personal_data]
    return {plain_name(column.name) for column in tagged} | {
        str(column.personal_data) for column in tagged
    }


def _jinja(value: str | list[str] | bool | None) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return repr(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
