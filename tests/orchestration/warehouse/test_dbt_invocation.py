import json
import os
from argparse import Namespace
from pathlib import Path

import pytest
from dbt.config.runtime import load_profile
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context

from orchestration.paths import DBT_PROJECT_DIR
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


@pytest.mark.parametrize(("target", "folder"), [(None, "dev"), ("warehouse", "."), ("dev", "dev")])
def test_only_who_says_so_writes_into_the_warehouse(monkeypatch, tmp_path, target, folder):
    """A plain `dbt build`, typed or clicked, works in the analyst's copies."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.delenv("DBT_TARGET", raising=False)
    set_from_args(Namespace(profiles_dir=str(DBT_PROJECT_DIR)), None)
    set_invocation_context(os.environ)

    credentials = load_profile(str(DBT_PROJECT_DIR), {}, target_override=target).credentials

    written = {credentials.path, *(attached.path for attached in credentials.attach)}
    public = "build" if folder == "." else folder
    assert {Path(path) for path in written} == {
        tmp_path / folder / "warehouse.duckdb",
        tmp_path / public / "cx.duckdb",
    }


def test_the_daily_job_says_so(monkeypatch, tmp_path):
    """Whatever an analyst's shell exports: the warehouse is built, or nothing."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setenv("DBT_TARGET", "dev")
    commands = []
    monkeypatch.setattr(dbt_invocation.dbtRunner, "invoke", lambda _, words: commands.append(words))

    dbt_invocation.run_dbt("build")

    (words,) = commands
    assert words[words.index("--target") + 1] == "warehouse"
