"""Questions of a head of CX, a service manager, a marketer, a store manager and a CFO.

Each has its query on the published file, as a BI user types it, in `dbt_project/docs/questions/`.
"""

import re

import pytest

from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR

QUESTIONS = sorted((DBT_PROJECT_DIR / "docs" / "questions").glob("*.sql"))

# The answer of a small company can be nobody: what is asked is rare.
MAY_BE_EMPTY: set[str] = set()


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in QUESTIONS])
def test_a_question_has_an_answer_in_the_published_file(company, path):
    answer = company.published(path.read_text())

    assert len(answer) or path.stem in MAY_BE_EMPTY
    assert len(answer.columns) > 1


def test_the_readme_names_each_question_with_its_marts():
    readme = (PROJECT_DIR / "README.md").read_text()
    assert len(QUESTIONS) == 29
    for path in QUESTIONS:
        sql = path.read_text()
        question = sql.splitlines()[0].removeprefix("-- ")
        (row,) = (line for line in readme.splitlines() if f"]({link(path)})" in line)
        assert question in row
        assert set(re.findall(r"marts\.(\w+)", sql)) == set(re.findall(r"`(\w+)`", row))


def link(path):
    return path.relative_to(PROJECT_DIR).as_posix()
