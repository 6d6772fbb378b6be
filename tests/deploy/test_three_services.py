"""The three services of a server, started apart: a file is dropped, and a version is there."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager

import pytest

from orchestration.paths import PROJECT_DIR
from orchestration.publishing.versions import current_version

_SECONDS = 900


@contextmanager
def started(service, data, log, *arguments):
    """A service, ended as its supervisor ends it."""
    process = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-m", "orchestration.commands.throughline", "service", service),
            *map(str, arguments),
        ],
        cwd=PROJECT_DIR,
        env=os.environ | {"THROUGHLINE_DATA": str(data)},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(what, services, folder):
    deadline = time.monotonic() + _SECONDS
    while not what():
        logs = {log.name: log.read_text()[-3000:] for log in folder.glob("*.log")}
        assert all(service.poll() is None for service in services), logs
        assert time.monotonic() < deadline, logs
        time.sleep(0.5)


@pytest.mark.slow
def test_a_file_that_is_dropped_becomes_a_version(company, tmp_path, monkeypatch):
    data = company.copied(tmp_path / "data").data
    shutil.rmtree(data / ".dagster", ignore_errors=True)
    monkeypatch.setenv("THROUGHLINE_DATA", str(data))
    before = current_version()
    last = "select max(file_date) as day from ledger.loads where source_name = 'tickets'"
    # A day further, and `as_of` would lie after all touchpoints.
    name = f"tickets_{company.warehouse(last)['day'][0]:%Y-%m-%d}_late.json"
    socket = tmp_path / "code"
    with ExitStack() as stack:
        services = [
            stack.enter_context(
                started(name, data, tmp_path / f"{name}.log", "--socket", socket, *more)
            )
            for name, more in {"code": (), "daemon": (), "web": ("--port", 0)}.items()
        ]
        folder = data / "landing" / "tickets"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"tickets": []}')
        (folder / f"{name}.done").touch()

        wait_for(lambda: "/enter?code=" in (tmp_path / "web.log").read_text(), services, tmp_path)
        link = next(
            word for word in (tmp_path / "web.log").read_text().split() if "/enter?code=" in word
        )
        with pytest.raises(urllib.error.HTTPError, match=r"403|401"):
            urllib.request.urlopen(link.split("/enter")[0] + "/server_info")  # noqa: S310
        wait_for(lambda: current_version() != before, services, tmp_path)

    assert not (folder / name).exists()
