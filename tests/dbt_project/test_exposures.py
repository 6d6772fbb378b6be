"""The exposures name what the published pages read."""

import re

import pytest
import yaml

from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR

EXPOSURES = DBT_PROJECT_DIR / "models" / "_exposures.yml"
REPORTING = PROJECT_DIR / "orchestration" / "reporting"
PAGES = {
    "report": [
        REPORTING / f"{name}.py"
        for name in (
            *("scorecard", "journeys", "understanding", "warnings", "service", "health"),
            *("pieces", "headlines", "report"),
        )
    ],
    "documentation": sorted((REPORTING / "documents").glob("*.py")),
}


@pytest.fixture(scope="module")
def declared():
    exposures = yaml.safe_load(EXPOSURES.read_text())["exposures"]
    return {
        exposure["name"]: [
            re.fullmatch(r"ref\('(\w+)'\)", ref)[1] for ref in exposure["depends_on"]
        ]
        for exposure in exposures
    }


@pytest.mark.parametrize("name", PAGES)
def test_an_exposure_names_the_marts_that_its_page_reads(declared, name):
    marts = {
        path.stem
        for folder in ("marts", "metrics")
        for path in (DBT_PROJECT_DIR / "models" / folder).rglob("*.sql")
    }
    named = {
        table for path in PAGES[name] for table in re.findall(r"\bmarts\.(\w+)", path.read_text())
    }

    assert declared[name] == sorted(named & marts)
