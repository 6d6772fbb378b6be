import json

import pytest

from orchestration.warehouse import dbt_invocation
from orchestration.warehouse.dbt_invocation import UnparsableProjectError, manifest_path


@pytest.fixture
def parsed(tmp_path, monkeypatch):
    """How often the project was parsed; each time its two artifacts are written anew."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    times = []

    def parse():
        times.append("parsed")
        for name in ("manifest.json", "semantic_manifest.json"):
            (tmp_path / "dbt" / name).write_text(json.dumps({"parsed": len(times)}))

    monkeypatch.setattr(dbt_invocation, "_parse", parse)
    manifest_path()
    return times


@pytest.fixture
def broken(monkeypatch):
    """The project has a mistake from now on, and is newer than what was parsed of it."""

    def parse():
        raise UnparsableProjectError("unexpected '}' in stg_crm__contacts.sql")

    def break_project():
        monkeypatch.setattr(dbt_invocation, "_parse", parse)
        monkeypatch.setattr(dbt_invocation, "_last_change", lambda: float("inf"))

    return break_project


def test_what_is_parsed_is_parsed_once(parsed):
    assert json.loads(manifest_path().read_text()) == {"parsed": 1}


@pytest.mark.parametrize("name", ["manifest.json", "semantic_manifest.json"])
@pytest.mark.parametrize("content", [b"", b'{"nodes": {"model.th', b"\0" * 100, b"\xff"])
def test_what_a_kill_has_cut_is_parsed_again(parsed, tmp_path, name, content):
    (tmp_path / "dbt" / name).write_bytes(content)

    manifest = manifest_path()

    assert json.loads(manifest.read_text()) == {"parsed": 2}


def test_a_mistake_in_a_model_leaves_the_manifest_of_before(parsed, broken):
    """Landing needs no model; the build says what is wrong."""
    broken()

    assert json.loads(manifest_path().read_text()) == {"parsed": 1}


def test_without_a_manifest_of_before_the_mistake_is_told(parsed, broken, tmp_path):
    broken()
    (tmp_path / "dbt" / "manifest.json").write_text("{")

    with pytest.raises(UnparsableProjectError, match="stg_crm__contacts"):
        manifest_path()
