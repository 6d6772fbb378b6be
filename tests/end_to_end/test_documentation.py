"""The documentation of the built company: it says what the file holds, and nothing of anybody."""

import html
import re
import shutil
from datetime import datetime

import duckdb
import pytest

from orchestration.paths import PROJECT_DIR
from orchestration.reporting.documents.questions import questions
from orchestration.reporting.documents.write import write_documentation

OURS = ("index", "dictionary", "diagram", "questions")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def documents(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    with duckdb.connect(str(company.data / "published" / "cx.duckdb"), read_only=True) as marts:
        write_documentation(
            "Ours <b>", company.manifest(), {}, marts, 7, datetime(2026, 4, 2), folder
        )
    return folder


def test_every_published_column_is_explained(company, documents):
    page = (documents / "dictionary.html").read_text()
    columns = company.published(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    )
    tables = re.split(r'<details class="part" id="', page)[1:]
    explained = {
        (table[: table.index('"')], column)
        for table in tables
        for column in re.findall(r'<tr><th scope="row">(\w+)</th>', table)
    }

    assert explained == set(columns.itertuples(index=False, name=None))
    assert all(re.search(r"<td>[^<]{5,}</td>", table) for table in tables)


def test_every_join_of_the_diagram_holds_in_the_file(company, documents):
    """Of what a table says about another, all but what is not known is there."""
    lines = (documents / "diagram.mmd").read_text().splitlines()
    rows = re.findall(
        r'>(\w+)</a></th><td>(\w+)</td><td><a href="[^"]*">(\w+)\.(\w+)<',
        (documents / "diagram.html").read_text(),
    )

    assert len(lines) - 1 == len(rows) > 100
    lost = " union all ".join(
        f"select '{table}.{column} -> {other}' as j, count(*) as n from marts.{table} as a "
        f"anti join marts.{other} as b on a.{column} = b.{key} where a.{column} is not null"
        for table, column, other, key in rows
    )
    orphans = company.published(f"from ({lost}) where n > 0")
    assert orphans.empty, orphans.to_string()


def test_every_question_is_there_with_its_query(documents):
    page = html.unescape((documents / "questions.html").read_text())

    assert len(questions()) == 29
    for question in questions():
        assert question.words in page
        assert question.sql in page


def test_the_pages_ask_for_nothing_and_run_nothing_of_others(documents):
    for name in OURS:
        page = (documents / f"{name}.html").read_text()
        assert "default-src 'none'" in page
        assert "Ours <b>" not in page
        assert not re.search(r"https?://", page)
        linked = [target.split("#")[0] for target in re.findall(r'href="([^"]*)"', page)]
        assert all(not target or (documents / target).exists() for target in linked)


def test_nobody_and_no_place_of_the_machine_is_in_it(company, documents):
    people = company.truth("persons")
    known = {*(people["given_name"] + " " + people["surname"]), *people["phone"].dropna()}
    known |= set(people["email"].dropna())
    for path in documents.iterdir():
        text = path.read_text()
        assert str(company.data) not in text
        assert str(PROJECT_DIR) not in text
        assert not [value for value in known if value in text], path.name


@in_a_browser
def test_the_pages_open_without_a_message(documents):
    from playwright.sync_api import sync_playwright

    heard, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.on("console", lambda message: heard.append(message.text))
        tab.on("pageerror", lambda error: heard.append(str(error)))
        tab.on("request", lambda asking: asked.append(asking.url))
        for name in OURS:
            tab.goto((documents / f"{name}.html").as_uri())
        assert heard == []
        assert set(asked) == {(documents / f"{name}.html").as_uri() for name in OURS}

        tab.goto((documents / "dictionary.html").as_uri() + "#cx_scorecard")
        assert tab.locator("#cx_scorecard table").is_visible()
        tab.fill("#search", "peak_end_key")
        shown = tab.locator("details.part:visible").count()
        assert 0 < shown < 20
        assert tab.inner_text("#found").startswith(f"{shown} of ")

        # Its own pictures are asked for as files beside it; nothing else is.
        tab.goto((documents / "dbt.html").as_uri() + "#!/model/model.throughline.cx_scorecard")
        tab.get_by_text("cell_key", exact=True).first.wait_for(timeout=30_000)
        assert {url.split(":")[0] for url in asked} <= {"file", "data"}
        browser.close()
