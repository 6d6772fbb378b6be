import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest
import typer

from orchestration.commands import jobs
from orchestration.defs.automation.failure_alert import WEBHOOK_VARIABLE, failure_alert


@dg.op
def quote_a_customer():
    raise ValueError("no such customer: ada@example.com")


@dg.job
def failing():
    quote_a_customer()


@pytest.fixture
def failed_run_context():
    """What the sensor is given about a run that failed."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = failing.execute_in_process(instance=instance, raise_on_error=False)
        yield dg.build_run_status_sensor_context(
            sensor_name="failure_alert",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()


@pytest.fixture
def webhook(monkeypatch):
    """A web address on this machine; the list of what was posted to it."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv(WEBHOOK_VARIABLE, f"http://127.0.0.1:{server.server_port}/alerts")
    yield posted
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_failed_run_is_posted_without_a_value_from_its_error(failed_run_context, webhook):
    failure_alert(failed_run_context)

    (message,) = webhook
    assert "run " + failed_run_context.dagster_run.run_id in message["text"]
    assert "quote_a_customer" in message["text"]
    assert "ada@example.com" not in message["text"]


def test_without_a_webhook_the_log_is_enough(failed_run_context, monkeypatch):
    monkeypatch.delenv(WEBHOOK_VARIABLE, raising=False)
    logged = []
    monkeypatch.setattr(failed_run_context.log, "error", logged.append)

    failure_alert(failed_run_context)

    (message,) = logged
    assert failed_run_context.dagster_run.run_id in message
    assert "ada@example.com" not in message


def test_a_webhook_must_be_an_address_on_the_web(failed_run_context, monkeypatch):
    monkeypatch.setenv(WEBHOOK_VARIABLE, "file:///etc/passwd")

    with pytest.raises(ValueError, match=WEBHOOK_VARIABLE):
        failure_alert(failed_run_context)


def test_a_command_tells_of_a_failed_run_without_a_daemon(webhook, tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setattr("orchestration.definitions.defs", lambda: dg.Definitions(jobs=[failing]))
    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(dg.DagsterInstance, "get", lambda: instance)

        with pytest.raises(typer.Exit):
            jobs.execute("failing")

        (run,) = instance.get_runs()
        (message,) = webhook
        assert run.run_id in message["text"]
        assert "quote_a_customer" in message["text"]
        assert "ada@example.com" not in message["text"]
        # A daemon that is there finds that it was told.
        failure_alert(
            dg.build_run_status_sensor_context(
                sensor_name="failure_alert",
                dagster_instance=instance,
                dagster_run=run,
                dagster_event=instance.all_logs(
                    run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE
                )[0].dagster_event,
            ).for_run_failure()
        )
        assert len(webhook) == 1


def test_a_webhook_that_is_away_changes_nothing_for_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setenv(WEBHOOK_VARIABLE, "http://127.0.0.1:9/nobody")
    monkeypatch.setattr("orchestration.definitions.defs", lambda: dg.Definitions(jobs=[failing]))
    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(dg.DagsterInstance, "get", lambda: instance)

        with pytest.raises(typer.Exit):
            jobs.execute("failing")

    assert "could not be posted" in capsys.readouterr().err
