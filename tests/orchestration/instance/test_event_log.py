import dagster as dg
import pytest

from orchestration.paths import PROJECT_DIR


@dg.asset
def customers():
    return dg.MaterializeResult(metadata={"dagster/row_count": 3})


@pytest.fixture
def open_instance(tmp_path, monkeypatch):
    """The instance that `dagster.yaml` describes, with its memory in a folder of the test's."""
    monkeypatch.setenv("THROUGHLINE_STATE", str(tmp_path / ".dagster"))
    (tmp_path / "dagster.yaml").write_text((PROJECT_DIR / "dagster.yaml").read_text())
    return lambda: dg.DagsterInstance.from_config(str(tmp_path))


def test_another_process_reads_what_was_logged(open_instance):
    with open_instance() as instance:
        result = dg.materialize([customers], instance=instance)

        with open_instance() as reader:
            materialization = reader.get_latest_materialization_event(customers.key)
            events = reader.all_logs(result.run_id)

    assert materialization.asset_materialization.metadata["dagster/row_count"].value == 3
    assert events[-1].dagster_event_type == dg.DagsterEventType.RUN_SUCCESS


def test_more_runs_than_databases_kept_open_are_all_there(open_instance):
    with open_instance() as instance:
        runs = [dg.materialize([customers], instance=instance).run_id for _ in range(10)]

        logged = [bool(instance.all_logs(run)) for run in runs]

    assert logged == [True] * 10


def test_nothing_is_written_beside_the_state_folder(open_instance, tmp_path):
    with open_instance() as instance:
        dg.materialize([customers], instance=instance)

    assert {path.name for path in tmp_path.iterdir()} == {".dagster", "dagster.yaml"}
