"""A project of one model, really built by dbt: what its tests say decides what may be published."""

import dagster as dg
import duckdb
import pytest

from orchestration.components import PublishedMarts, WarehouseModels
from orchestration.instance.writer import WarehouseWriter
from orchestration.landing import ensure_ledger
from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR, published_path
from orchestration.publishing import versions
from orchestration.reference_seeds import check
from orchestration.warehouse import dbt_invocation
from orchestration.warehouse.connections import open_warehouse

PROJECT = """
name: small
profile: throughline
model-paths: [models]
seed-paths: [../seeds]
macro-paths: [macros]
models: {small: {+schema: marts, +database: cx, +materialized: table}}
"""
PROPERTIES = """
models:
  - name: dim_customers
    description: One row per customer.
    columns:
      - name: customer_key
        data_tests: [unique]
  - name: customer_names
    description: One row per customer.
    columns:
      - name: customer_name
        data_tests:
          - not_null: {config: {severity: warn, meta: {tells_rows: true}}}
"""
MODELS = {
    "dim_customers": "select 'a' as customer_key union all select 'b'",
    "customer_names": "select 'a' as customer_name from {{ ref('dim_customers') }}",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A dbt project and a data folder of the test's own; returns the folder of its models."""
    folder, seeds = tmp_path / "dbt_project", tmp_path / "seeds"
    (folder / "models").mkdir(parents=True)
    (folder / "macros").mkdir()
    seeds.mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT)
    for copied in ("profiles.yml", "macros/generate_schema_name.sql"):
        (folder / copied).write_text((DBT_PROJECT_DIR / copied).read_text())
    (folder / "models" / "models.yml").write_text(PROPERTIES)
    for name, sql in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(dbt_invocation, "dbt_project_dir", lambda: folder)
    monkeypatch.setattr(dbt_invocation, "reference_dir", lambda: seeds)
    monkeypatch.setattr(check, "REFERENCE_DIR", seeds)
    with open_warehouse() as connection:
        ensure_ledger(connection)
    return folder / "models"


@pytest.fixture
def build(project):
    """Build and publish, as `daily` does after landing."""

    def build_and_publish(instance=None, **config):
        manifest = dbt_invocation.manifest_path()
        definitions = [
            dg.build_defs_for_component(component)
            for component in (
                WarehouseModels(manifest_path=manifest),
                PublishedMarts(manifest_path=manifest),
            )
        ]
        return dg.materialize(
            [asset for defs in definitions for asset in defs.assets],
            resources={"warehouse": WarehouseWriter()},
            run_config={"ops": {"dbt_build": {"config": config}}},
            raise_on_error=False,
            instance=instance,
        )

    return build_and_publish


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """Dagster's memory as `dagster.yaml` describes it, in a folder of the test's."""
    monkeypatch.setenv("THROUGHLINE_STATE", str(tmp_path / ".dagster"))
    (tmp_path / "dagster.yaml").write_text((PROJECT_DIR / "dagster.yaml").read_text())
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        yield opened


def published_customers():
    with duckdb.connect(str(published_path().resolve()), read_only=True) as connection:
        return connection.execute("select count(*) from marts.dim_customers").fetchall()[0][0]


def checks(result):
    return {
        check.check_name.split("_customer_")[0]: (check.passed, check.severity.value)
        for check in result.get_asset_check_evaluations()
    }


def test_models_become_assets_with_rows_and_their_tests_become_checks(build):
    result = build()

    assert result.success
    (customers,) = result.asset_materializations_for_node("dbt_build")[:1]
    assert customers.asset_key.path in (["marts", "dim_customers"], ["marts", "customer_names"])
    rows = {
        materialization.asset_key.path[-1]: materialization.metadata["dagster/row_count"].value
        for materialization in result.asset_materializations_for_node("dbt_build")
    }
    assert rows == {"dim_customers": 2, "customer_names": 2}
    assert {passed for passed, _ in checks(result).values()} == {True}
    assert published_customers() == 2


def test_a_table_that_no_archive_gives_back_is_built_upon_under_its_new_name(build, project):
    (project / "int_identity__profile_beliefs.sql").write_text(
        "{{ config(database='warehouse', schema='intermediate', materialized='incremental') }} "
        "select 'today' as believed_at"
    )
    with open_warehouse() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.customer_profiles as select 'long ago' as believed_at"
        )

    assert build().success

    with open_warehouse() as connection:
        assert connection.execute("show tables from intermediate").fetchall() == [
            ("int_identity__profile_beliefs",)
        ]
        assert connection.execute(
            "from intermediate.int_identity__profile_beliefs order by all"
        ).fetchall() == [("long ago",), ("today",)]


def test_a_failed_test_leaves_the_old_version(build, project):
    build()
    (project / "dim_customers.sql").write_text("select 'a' as customer_key union all select 'a'")

    result = build()

    assert not result.success
    assert (False, "ERROR") in checks(result).values()
    assert versions.version_numbers() == [1]
    assert published_customers() == 2


def test_a_failed_model_leaves_the_old_version(build, project):
    build()
    (project / "dim_customers.sql").write_text("select 1 / nothing as customer_key")

    result = build()

    assert not result.success
    assert published_customers() == 2


def test_a_mistake_in_a_seed_stops_the_run_before_anything_is_built(build, project):
    build()
    seeds = project.parent.parent / "seeds"
    (seeds / "colours.csv").write_text("colour\nred\nred\n")
    (seeds / "seeds.yml").write_text(
        "seeds: [{name: colours, config: {column_types: {colour: varchar}},"
        " columns: [{name: colour, data_tests: [unique]}]}]"
    )

    result = build()

    (failure,) = result.get_step_failure_events()
    assert "colours.csv:3: colour 'red' as in line 2" in failure.step_failure_data.error.message
    assert result.get_asset_materialization_events() == []
    assert published_customers() == 2


def test_a_warning_is_shown_and_stops_nothing(build, project):
    (project / "customer_names.sql").write_text("select cast(null as varchar) as customer_name")

    result = build()

    assert result.success
    assert (False, "WARN") in checks(result).values()
    (warned,) = [found for found in result.get_asset_check_evaluations() if not found.passed]
    assert warned.metadata["rows"].value == "customer_name None"
    assert versions.version_numbers() == [1]


def test_nothing_new_keeps_what_the_tests_said(build, project, instance):
    (project / "customer_names.sql").write_text("select cast(null as varchar) as customer_name")
    built = build(instance=instance)
    said = {check.asset_check_key: check for check in built.get_asset_check_evaluations()}

    repeated = build(instance=instance)

    assert repeated.get_asset_check_evaluations() == []
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([*said])
    assert len(said) == 2
    assert {key: record.evaluation for key, record in latest.items()} == said
    assert {record.run_id for record in latest.values()} == {built.run_id}
    (warned,) = [check for check in said.values() if not check.passed]
    assert warned.metadata["rows"].value == "customer_name None"


def test_each_build_leaves_its_times(build, project):
    build()
    build()
    build(force=True)

    with open_warehouse() as connection:
        rows = connection.execute(
            "select run_id, string_agg(node_name, ' ' order by node_name), min(seconds) > 0, "
            "bool_and(status in ('success', 'pass')) from ledger.build_times group by run_id"
        ).fetchall()
    # With nothing new, nothing was built.
    assert len(rows) == 2
    for _, names, took_time, succeeded in rows:
        assert "customer_names dim_customers" in names
        assert took_time
        assert succeeded


def test_a_model_and_a_test_say_where_they_stand_and_what_they_ask(build, project):
    component = WarehouseModels(manifest_path=dbt_invocation.manifest_path())
    (asset,) = dg.build_defs_for_component(component).assets

    assert {spec.description for spec in asset.check_specs} == {
        "Each `customer_key` is there once.",
        "No `customer_name` is missing.",
    }


def test_nothing_new_changes_nothing(build, project):
    build()

    result = build()

    assert result.success
    assert result.get_asset_materialization_events() == []
    assert versions.version_numbers() == [1]


def test_forced_nothing_new_is_built_and_published_again(build):
    build()

    result = build(force=True)

    assert result.success
    assert versions.version_numbers() == [1, 2]


def test_a_run_setting_is_something_new(build):
    build()
    with open_warehouse() as connection:
        connection.execute("insert into ledger.run_settings values ('as_of', '2026-03-01')")

    build()

    assert versions.version_numbers() == [1, 2]


def test_after_a_failure_the_corrected_code_is_built_again(build, project):
    build()
    good = (project / "dim_customers.sql").read_text()
    (project / "dim_customers.sql").write_text("select 1 / nothing as customer_key")
    build()
    (project / "dim_customers.sql").write_text(good)

    result = build()

    assert result.success
    assert versions.version_numbers() == [1, 2]
