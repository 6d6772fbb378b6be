"""The SQL of the `connected_components` materialization, read as a linter reads any model.

The statements are pure text: rendered here without dbt, with a name for each relation.
"""

import pytest
from jinja2 import Environment, FileSystemLoader
from sqlfluff.core import FluffConfig, Linter

from orchestration.paths import DBT_PROJECT_DIR

MATERIALIZATIONS = DBT_PROJECT_DIR / "materializations"
STATEMENTS = sorted(path.stem for path in MATERIALIZATIONS.glob("*_sql.sql"))

ARGUMENTS = {
    "compiled_code": "select * from model",
    "columns": ["left_key", "right_key"],
    "links_sql": "select * from model",
    "links_relation": "components__links",
    "checksums_relation": "components__link_checksums",
    "target_relation": "components",
    "nodes_table": "components_nodes",
    "round": 3,
}


@pytest.fixture(scope="module")
def templates():
    # No extension and no context: what needs dbt is no statement.
    return Environment(loader=FileSystemLoader(MATERIALIZATIONS), autoescape=False)  # noqa: S701


@pytest.fixture(scope="module")
def linter():
    overrides = {"templater": "raw", "exclude_rules": "structure.column_order,LT12"}
    return Linter(config=FluffConfig.from_root(overrides=overrides))


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_linted(templates, linter, name):
    macro = getattr(templates.get_template(f"{name}.sql").module, name)
    arguments = {argument: ARGUMENTS[argument] for argument in macro.arguments}

    linted = linter.lint_string(str(macro(**arguments)))

    assert not [
        f"{violation.line_no}: {violation.rule_code()} {violation.desc()}"
        for violation in linted.get_violations()
    ]
