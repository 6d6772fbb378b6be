"""What the pages for readers say is typed as it stands there, beside a published version."""

import re
import subprocess
import sys

import pytest

from orchestration.paths import DBT_PROJECT_DIR

PAGES = sorted((DBT_PROJECT_DIR / "docs" / "reading").glob("*.md"))
BLOCKS = [
    pytest.param(language, text, id=f"{path.stem}-{language}-{number}")
    for path in PAGES
    for number, (language, text) in enumerate(
        re.findall(r"^```(python|sql)\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)
    )
]


@pytest.fixture(scope="module")
def desk(company, tmp_path_factory):
    """A folder in which `data/published` is that of the company."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "data").mkdir()
    (folder / "data" / "published").symlink_to(company.data / "published")
    return folder


def test_every_tool_has_a_page():
    assert {path.stem for path in PAGES} == {
        *("README", "duckdb", "pandas", "polars", "sqlalchemy"),
        *("power_bi", "tableau", "metabase", "superset", "excel"),
    }
    assert len(BLOCKS) >= 8


@pytest.mark.parametrize(("language", "text"), BLOCKS)
def test_a_first_query_answers(company, desk, language, text):
    if language == "sql":
        assert len(company.published(text)) > 1
        return
    if "import polars" in text:
        pytest.importorskip("polars")
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", text], cwd=desk, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) > 2


def test_what_a_shell_is_told_to_ask_answers(company, tmp_path):
    """The queries within commands; the command line of DuckDB is not installed here."""
    queries = [
        query
        for path in PAGES
        for query in re.findall(r'duckdb -readonly \S+ "([^"]+)"', path.read_text())
    ]
    assert len(queries) == 2
    for query in queries:
        inner = re.fullmatch(r"copy \((.*)\) to .*", query)
        assert len(company.published(inner[1] if inner else query)) > 1


def test_every_name_of_a_page_is_published(company):
    """A `table.column` or table that is told stands in the file."""
    columns = company.published(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    )
    tables = set(columns["table_name"])
    named = {
        name
        for path in PAGES
        for name in re.findall(r"`((?:dim|fct|agg|cx)_\w+)`", path.read_text())
    }
    assert named <= tables
    assert len(named) >= 12
