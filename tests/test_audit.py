"""An audit that looked nothing up is no good news."""

import importlib.util
import json

import pytest

from orchestration.paths import PROJECT_DIR

SOUND = {"name": "duckdb", "version": "2.0.0", "vulns": []}
FLAWED = {
    "name": "pillow",
    "version": "1.0",
    "vulns": [{"id": "CVE-2020-1", "fix_versions": ["1.1"]}],
}
SKIPPED = {"name": "dagster", "skip_reason": "not found"}


@pytest.fixture(scope="module")
def judged():
    spec = importlib.util.spec_from_file_location("audit", PROJECT_DIR / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.judged


@pytest.mark.parametrize(
    ("packages", "is_sound"),
    [
        ([SOUND], True),
        ([SOUND, FLAWED], False),
        ([SOUND, SKIPPED], False),
        ([SKIPPED], False),
        ([], False),
    ],
)
def test_only_what_was_looked_up_is_sound(judged, packages, is_sound):
    assert judged(json.dumps({"dependencies": packages}))[1] == is_sound


@pytest.mark.parametrize("report", ["", "{}", "[]", "ERROR: no network"])
def test_no_report_is_no_good_news(judged, report):
    assert judged(report) == (["the auditor gave no report: nothing was looked up"], False)


def test_a_flaw_is_named_with_the_version_that_mends_it(judged):
    words, _ = judged(json.dumps({"dependencies": [FLAWED, SKIPPED]}))

    assert words[0] == "pillow 1.0: CVE-2020-1, mended in 1.1"
    assert words[1].startswith("1 of 2 packages could not be looked up")
