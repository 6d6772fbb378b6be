"""The UI as it is served: who may give it orders, and what is left when it ends."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration.paths import PROJECT_DIR

PATIENCE_SECONDS = 120
JSON = {"Content-Type": "application/json"}
FOREIGN = "https://evil.example"
OF_THE_WAREHOUSE = ["-m", "orchestration.commands.throughline", "ui", "--port", "0"]
OF_ONE_JOB = [
    "-c",
    "from orchestration.ui.server import serve; serve(0, 'tests.end_to_end.ui_jobs')",
]


@dataclass
class Ui:
    """A UI that runs, and the cookie of a browser that has entered."""

    process: subprocess.Popen
    state: Path
    address: str
    link: str
    cookie: dict[str, str]

    def ask(self, method, path, body=None, **headers):
        connection = HTTPConnection(self.address, timeout=PATIENCE_SECONDS)
        connection.request(method, path, body, {**self.cookie, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def graphql(self, query):
        status, answer = self.ask(
            *("POST", "/graphql", json.dumps({"query": query})),
            **{**JSON, "Origin": f"http://{self.address}", "Sec-Fetch-Site": "same-origin"},
        )
        assert status == 200, answer
        return json.loads(answer)["data"]

    def runs(self):
        """The status of each run there is."""
        asked = self.graphql("{ runsOrError { ... on Runs { results { runId status } } } }")
        return {run["runId"]: run["status"] for run in asked["runsOrError"]["results"]}

    def web_socket(self, origin):
        return connect(
            f"ws://{self.address}/graphql",
            origin=origin,
            subprotocols=["graphql-ws"],
            additional_headers=self.cookie,
        )


def started(data, command, **environment):
    """The process of a UI on a free port."""
    state = data / ".dagster"
    state.mkdir(parents=True, exist_ok=True)
    # As a shell starts a job in the background; it may make all that it starts deaf to SIGTERM.
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, *command],
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "THROUGHLINE_DATA": str(data),
            "THROUGHLINE_STATE": str(state),
            "DAGSTER_HOME": str(PROJECT_DIR),
            **environment,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, heard)
    return process


@contextmanager
def running(data, command, **environment):
    """A UI that has started, entered by its link."""
    process = started(data, command, **environment)
    try:
        entries = (re.search(r"http://(\S+)(/enter\?code=\S+)", line) for line in process.stdout)
        address, link = next(entry.groups() for entry in entries if entry)
        ui = Ui(process, data / ".dagster", address, link, {})
        connection = HTTPConnection(address)
        connection.request("GET", link)
        cookie = connection.getresponse().getheader("Set-Cookie").partition(";")[0]
        ui.cookie["Cookie"] = cookie
        yield ui
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def launch(job, location):
    """The mutation that a click on "Launch run" sends."""
    return f"""mutation {{ launchRun(executionParams: {{selector: {{
        repositoryLocationName: "{location}", repositoryName: "__repository__", jobName: "{job}"
    }}}}) {{ ... on LaunchRunSuccess {{ run {{ runId }} }} ... on PythonError {{ message }} }} }}"""


def wait_until(condition, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def processes_below(root):
    """What a process has started, and what that has started, as the system lists it now."""
    children = {}
    for pid, parent, *_ in processes():
        children.setdefault(parent, []).append(pid)
    below, seen = [root], []
    while below:
        seen.append(below.pop())
        below += children.get(seen[-1], [])
    return seen[1:]


def processes():
    command = ["ps", "-ewwo", "pid=,ppid=,stat=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    for line in listed.stdout.splitlines():
        pid, parent, state, command_line = line.split(maxsplit=3)
        if not state.startswith("Z"):
            yield int(pid), int(parent), command_line


@pytest.fixture(scope="module")
def may_end(tmp_path_factory):
    """The file that lets the job of `ui_jobs.py` end."""
    return tmp_path_factory.mktemp("ui") / "may_end"


@pytest.fixture(scope="module")
def ui(tmp_path_factory, may_end):
    with running(tmp_path_factory.mktemp("data"), OF_ONE_JOB, TEST_MAY_END=str(may_end)) as ui:
        yield ui
        may_end.touch()


@pytest.fixture
def order():
    return launch("waiting", "tests.end_to_end.ui_jobs")


def test_no_other_page_starts_a_run(ui, order):
    query = urlencode({"query": order})
    body = json.dumps({"query": order})
    tries = {
        "by GET": ("GET", f"/graphql?{query}", None, {}),
        "an image of another page": (
            *("GET", f"/graphql?{query}", None),
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"},
        ),
        "as text": ("POST", "/graphql", body, {"Content-Type": "text/plain"}),
        "as text, in the address": (
            "POST",
            f"/graphql?{query}",
            "",
            {"Content-Type": "text/plain"},
        ),
        "as text that poses": (
            *("POST", "/graphql", body),
            {"Content-Type": "text/plain; application/json"},
        ),
        "foreign origin": ("POST", "/graphql", body, {**JSON, "Origin": FOREIGN}),
        "foreign site": ("POST", "/graphql", body, {**JSON, "Sec-Fetch-Site": "cross-site"}),
        "foreign host": ("POST", "/graphql", body, {**JSON, "Host": "evil.example"}),
        "without the key": ("POST", "/graphql", body, {**JSON, "Cookie": ""}),
    }

    answers = {name: ui.ask(*asked, **headers)[0] for name, (*asked, headers) in tries.items()}

    assert answers == {
        "by GET": 405,
        "an image of another page": 403,
        "as text": 415,
        "as text, in the address": 415,
        "as text that poses": 415,
        "foreign origin": 403,
        "foreign site": 403,
        "foreign host": 421,
        "without the key": 401,
    }
    assert ui.runs() == {}


def test_no_other_page_listens(ui):
    with pytest.raises(InvalidStatus) as refused:
        ui.web_socket(FOREIGN)
    assert refused.value.response.status_code == 403

    with ui.web_socket(f"http://{ui.address}") as own:
        own.send(json.dumps({"type": "connection_init"}))
        assert json.loads(own.recv(timeout=PATIENCE_SECONDS)) == {"type": "connection_ack"}


def test_the_page_is_whole_for_who_has_the_key_and_nothing_for_others(ui):
    status, page = ui.ask("GET", "/")
    script = re.search(r'src="(/[^"]+\.js)"', page)[1]

    assert status == 200
    assert ui.ask("GET", script)[0] == 200
    for path in ("/", script, "/server_info"):
        assert ui.ask("GET", path, Cookie="")[0] == 401
    assert ui.ask("GET", ui.link, Cookie="")[0] == 403


# The last one: it ends the UI of this file.
def test_a_kill_leaves_no_process_but_lets_a_run_end(ui, order, may_end):
    run_id = ui.graphql(order)["launchRun"]["run"]["runId"]
    wait_until(lambda: ui.runs()[run_id] == "STARTED")
    others = set(processes_below(ui.process.pid))
    assert len(others) >= 4, "code server, what it loads, daemon and run"

    ui.process.kill()
    ui.process.wait()

    def left():
        return others & {pid for pid, *_ in processes()}

    # Daemon first; the run, and the code server for its sake, are still there.
    wait_until(lambda: len(left()) < len(others))
    assert left()
    may_end.touch()
    wait_until(lambda: not left(), 60)
    with sqlite3.connect(ui.state / "runs.db") as runs:
        assert runs.execute("select run_id, status from runs").fetchall() == [(run_id, "SUCCESS")]


@pytest.mark.slow
def test_a_kill_while_it_starts_leaves_no_process(tmp_path):
    process = started(tmp_path / "data", OF_ONE_JOB, TEST_LOADING_SECONDS="20")
    # The code server, and what loads the definitions for it.
    wait_until(lambda: len(processes_below(process.pid)) >= 2)
    time.sleep(5)
    others = processes_below(process.pid)

    process.kill()
    process.wait()

    wait_until(lambda: not {pid for pid, *_ in processes()}.intersection(others))


@pytest.mark.slow
def test_the_ui_does_not_stand_without_its_daemon(tmp_path):
    with running(tmp_path / "data", OF_ONE_JOB) as ui:
        others = processes_below(ui.process.pid)
        listed = {line: pid for pid, _, line in processes() if pid in others}
        (daemon,) = (listed[line] for line in listed if "dagster._daemon" in line)

        os.kill(daemon, signal.SIGKILL)

        assert ui.process.wait(PATIENCE_SECONDS) == 1
        wait_until(lambda: not {pid for pid, *_ in processes()}.intersection(others))


@pytest.mark.slow
def test_the_warehouse_is_landed_from_its_page_and_the_command_ends_whole(tmp_path):
    with running(tmp_path / "data", OF_THE_WAREHOUSE) as ui:
        order = launch("land", "orchestration.definitions")
        run_id = ui.graphql(order)["launchRun"]["run"]["runId"]
        wait_until(lambda: ui.runs()[run_id] == "SUCCESS")
        others = processes_below(ui.process.pid)

        ui.process.send_signal(signal.SIGINT)

        assert ui.process.wait(PATIENCE_SECONDS) == 0
        wait_until(lambda: not {pid for pid, *_ in processes()}.intersection(others))
