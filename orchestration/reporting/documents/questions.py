"""The questions of the project, each with the query that answers it on the published file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.paths import DBT_PROJECT_DIR

QUESTIONS = DBT_PROJECT_DIR / "docs" / "questions"
_TITLE = "-- "


@dataclass(frozen=True)
class Question:
    """A question in words, its query, and the tables that it reads."""

    slug: str
    words: str
    sql: str
    tables: Sequence[str]


def questions(folder: Path = QUESTIONS) -> list[Question]:
    """Every question, in the order of its number."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        title, _, sql = path.read_text(encoding="utf-8").partition("\n")
        tables = sorted(set(re.findall(r"\bmarts\.(\w+)", sql)))
        found.append(Question(path.stem, title.removeprefix(_TITLE), sql.strip(), tables))
    return found
