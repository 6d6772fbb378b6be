"""What a run says of requests that a kill has left unfinished."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from orchestration.instance.writer import WarehouseWriter
from orchestration.paths import erasure_request_path, retention_mark_path


@pytest.mark.parametrize(
    ("mark", "command"), [(erasure_request_path, "erase"), (retention_mark_path, "retain")]
)
def test_a_run_says_what_was_begun_and_has_not_ended(tmp_path, monkeypatch, mark, command):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    mark().parent.mkdir()

    def warnings() -> list[str]:
        context = SimpleNamespace(log=Mock(), run_id="run")
        with WarehouseWriter().yield_for_execution(context):
            return [call.args[0] for call in context.log.warning.call_args_list]

    assert warnings() == []
    mark().write_text("{}")
    (said,) = warnings()
    assert f"throughline privacy {command}" in said
