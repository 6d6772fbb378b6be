"""The project's own definitions, as Dagster loads them."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from orchestration.definitions import defs
from orchestration.paths import PROJECT_DIR
from orchestration.warehouse.dbt_invocation import manifest_path


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Definitions and dbt manifest, parsed once in a data folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        data = tmp_path_factory.mktemp("data")
        patch.setenv("THROUGHLINE_DATA", str(data))
        (data / "fetching").mkdir()
        (data / "fetching" / "tickets.yaml").write_text("origin: {kind: no_such}")
        yield defs(), json.loads(manifest_path().read_text())


@pytest.fixture(scope="module")
def definitions(project):
    return project[0]


@pytest.fixture(scope="module")
def manifest(project):
    return project[1]


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def test_every_source_that_a_model_reads_is_landed_here(graph, manifest):
    keys = {
        dg.AssetKey([source["source_name"], source["name"]])
        for source in manifest["sources"].values()
    }

    assert keys
    assert keys - graph.materializable_asset_keys == set()


def test_the_boxes_of_the_lineage_are_those_of_the_project(graph, manifest):
    """Folders of a floor, and the marts by who answers for them; none is too full to be read."""
    groups = {
        node["name"]: graph.get(dg.AssetKey([node["schema"], node["name"]])).group_name
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["config"]["materialized"] != "ephemeral"
    }

    assert groups["int_journeys__steps"] == "facts_journeys"
    assert groups["int_identity__customers"] == "identity"
    assert groups["int_kpis__cells"] == "measures_kpis"
    assert groups["stg_pos__receipt_lines"] == "staging"
    assert groups["kpis"] == "reference"
    assert groups["fct_journeys"] == "marts_journeys"
    assert groups["dim_days"] == "marts_experience"
    sizes = Counter(group for group in groups.values() if group not in ("reference", "staging"))
    assert len(sizes) > 25
    assert max(sizes.values()) <= 50


def test_everything_has_an_owner(graph):
    assert [key for key in graph.materializable_asset_keys if not graph.get(key).owners] == []


def test_every_check_says_what_it_asks(definitions):
    silent = [
        spec.name
        for asset in definitions.assets or []
        for spec in asset.check_specs
        if not spec.description
    ]

    assert silent == []


def test_every_test_on_one_model_is_a_check_and_its_severity_decides_what_it_stops(
    definitions, manifest
):
    severities = {
        test["name"]: test["config"]["severity"].lower() == "error"
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test" and test.get("attached_node")
    }

    (dbt_build,) = [asset for asset in definitions.assets or [] if asset.op.name == "dbt_build"]
    checks = {spec.name: spec.blocking for spec in dbt_build.check_specs}

    assert {name: checks.get(name) for name in severities} == severities


def test_every_mart_has_an_owner_and_is_published(graph, manifest):
    marts = {
        dg.AssetKey([node["config"]["schema"], node["name"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["database"] == "cx"
    }

    assert marts
    assert graph.get(dg.AssetKey(["published", "cx"])).parent_keys == marts
    assert [key for key in marts if not graph.get(key).owners] == []


def test_every_landed_table_tells_an_analyst_what_it_is(graph):
    landed = [
        key for key in graph.materializable_asset_keys if graph.get(key).group_name == "landing"
    ]

    assert landed
    assert [key for key in landed if not graph.get(key).description] == []


def test_what_is_fetched_is_upstream_of_its_landing_also_where_its_declaration_is_wrong(graph):
    fetched = dg.AssetKey(["fetched", "tickets"])

    assert graph.get(fetched).group_name == "fetching"
    assert {key.path[0] for key in graph.get(fetched).child_keys} == {"tickets"}
    assert graph.get(dg.AssetKey(["tickets", "tickets"])).parent_keys == {fetched}
    assert graph.get(dg.AssetKey(["shop", "orders"])).parent_keys == set()


@pytest.mark.parametrize("job", ["daily", "land", "rebuild", "publish"])
def test_every_job_runs_in_one_process(definitions, job):
    assert definitions.resolve_job_def(job).executor_def.name == "in_process"


def test_sensors_and_schedule_are_on_from_the_start(definitions):
    automation = [*definitions.sensors, *definitions.schedules]

    assert {instigator.name: instigator.default_status.value for instigator in automation} == {
        "complete_delivery_sensor": "RUNNING",
        "failure_alert": "RUNNING",
        "stopped_run_sensor": "RUNNING",
        "daily_schedule": "RUNNING",
    }


def test_a_rebuild_is_configured_by_its_job_alone(definitions):
    """Its command and the page of the UI once said the same thing apart."""
    run_config = definitions.resolve_job_def("rebuild").run_config

    assert run_config["resources"]["warehouse"]["config"] == {"from_archive": True}
    assert run_config["ops"]["dbt_build"]["config"] == {"full_refresh": True}


@pytest.mark.slow
def test_dg_finds_the_project_sound(tmp_path):
    command = shutil.which("dg", path=Path(sys.executable).parent)
    folders = {"THROUGHLINE_DATA": str(tmp_path), "THROUGHLINE_STATE": str(tmp_path)}
    checked = subprocess.run(  # noqa: S603
        [command or "dg", "check", "defs"],
        cwd=PROJECT_DIR,
        env=os.environ
        | folders
        | {"DAGSTER_HOME": str(PROJECT_DIR), "DAGSTER_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "All definitions loaded successfully" in checked.stdout + checked.stderr
