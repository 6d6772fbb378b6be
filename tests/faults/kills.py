"""Runs that are killed at random moments, and what the next run makes of it.

`Stage` starts runs of the small project on copies of data folders. A kill is drawn from a seed: the
phase, the moment within it, and whom it hits. The moment is counted from what shows that the phase
has begun, so that it falls into the phase however busy the machine is.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.outcome import differences, outcome

TARGETS = ("parent", "child", "both")
_SERVER = Path(__file__).with_name("run_server.py")
_POLL_SECONDS = 0.002
_MOST_SECONDS = 600


@dataclass(frozen=True)
class Phase:
    """A stretch of a run: its command, the state that it starts from, how it begins and ends.

    `begins` and `ends` are texts of the log; without `begins`, the moment it may write.
    """

    name: str
    command: str
    state: str
    begins: str | None
    ends: str
    targets: tuple[str, ...] = ("parent",)


# One more is one more line: what is killed in it is checked as the others are.
PHASES = (
    Phase("landing", "landing", "delivered", None, "rows, ", TARGETS),
    Phase("dbt", "run", "landed", "Building and testing", "customer_consents"),
    Phase(
        "registry", "run", "landed", "int_identity__link_decisions", "int_identity__profile_beliefs"
    ),
    Phase("publish", "publish", "published", None, "Published version"),
    Phase("rebuild", "rebuild", "built", None, "A fresh warehouse", TARGETS),
)


@dataclass
class Run:
    """A run that goes on, in a process group of its own."""

    process_id: int
    log: Path
    stage: "Stage"

    def told(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait(self) -> int:
        """Its exit code, negative for a signal."""
        return self.stage.code()

    def child(self) -> int | None:
        """The process that reads deliveries, if there is one."""
        children = (one for one, parent, _ in _living() if parent == self.process_id)
        return next(children, None)

    def kill(self, target: str) -> bool:
        """Whether there was somebody to kill."""
        with suppress(ProcessLookupError):
            if target == "parent":
                os.kill(self.process_id, signal.SIGKILL)
            elif target == "both":
                os.killpg(self.process_id, signal.SIGKILL)
            else:
                child = self.child()
                if child is None:
                    return False
                os.kill(child, signal.SIGKILL)
            return True
        return False

    def survivors(self) -> list[int]:
        """Processes of it that are still there a while after its end."""
        deadline = time.monotonic() + 20
        while True:
            alive = [one for one, _, group in _living() if group == self.process_id]
            if not alive or time.monotonic() > deadline:
                return alive
            time.sleep(0.05)


def _living() -> Iterator[tuple[int, int, int]]:
    """Each process that has not ended, with its parent and its group."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        # It may end while it is read.
        with suppress(OSError, ValueError):
            state, parent, group, *_ = status.read_text().rpartition(")")[2].split()
            if state != "Z":
                yield int(status.parent.name), int(parent), int(group)


class Stage:
    """Data folders of the small project, and runs on them, one at a time."""

    def __init__(
        self, project: Path, folder: Path, environment: Mapping[str, str | None] | None = None
    ) -> None:
        self.project, self.folder = project, folder
        self._runs = 0
        variables = {
            **os.environ,
            "PYTHONPATH": str(project),
            "THROUGHLINE_QUIET_SECONDS": "0",
            **(environment or {}),
        }
        self._server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", str(_SERVER)],
            cwd=project,
            env={name: value for name, value in variables.items() if value is not None},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    def close(self) -> None:
        self._server.stdin.close()
        self._server.wait()

    def _answer(self) -> str:
        return self._server.stdout.readline().strip()

    def code(self) -> int:
        return int(self._answer())

    def start(self, data: Path | str, command: str, limits: Mapping[str, int] | None = None) -> Run:
        """Begin a run, within limits of the system."""
        self._runs += 1
        log = self.folder / f"{self._runs}.log"
        request = {
            "arguments": [command],
            "data": str(data),
            "log": str(log),
            "limits": dict(limits or {}),
        }
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return Run(int(self._answer()), log, self)

    def run(self, data: Path | str, command: str) -> str:
        """A run to its end; what it said."""
        run = self.start(data, command)
        code = run.wait()
        assert code == 0, run.told()[-4000:]
        return run.told()

    @contextmanager
    def copy(self, state: Path, name: str = "spoilt") -> Iterator[Path]:
        """The data folder of a state, to be spoilt."""
        data = self.folder / name
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(state, data, symlinks=True)
        yield data
        shutil.rmtree(data)


@dataclass(frozen=True)
class Kill:
    """What was done to a run, and what was wrong after the next one."""

    phase: str
    target: str
    share: float
    wrong: list[str]


class Killer:
    """Kills runs of some phases, and compares what comes of it with undisturbed runs."""

    def __init__(self, stage: Stage, states: Mapping[str, Path], secrets: list[bytes]) -> None:
        self._stage, self._states, self._secrets = stage, states, secrets
        self._seconds: dict[str, float] = {}
        self._expected: dict[tuple[str, str], dict[str, object]] = {}

    def kill(self, phase: Phase, seed: str, then: str | None = None) -> Kill:
        """Kill a run at a moment of the phase, run again, and see what is wrong; nothing should be.

        `then` is the command of the next run, by default the one that was killed.
        """
        then = then or phase.command
        expected = self._undisturbed(phase, then)
        dice = random.Random(seed)  # noqa: S311
        target = dice.choice(phase.targets)
        while True:
            share = dice.random()
            with self._stage.copy(self._states[phase.state]) as data:
                run = self._stage.start(data, phase.command)
                self._await_begin(run, data, phase)
                time.sleep(share * self._seconds[phase.name])
                is_hit = run.kill(target)
                code = run.wait()
                if not is_hit or (target != "child" and code != -signal.SIGKILL):
                    continue
                wrong = [f"process {one} outlives it" for one in run.survivors()]
                if target == "child" and code != 0:
                    wrong.append(f"the run ended with {code}")
                wrong += self._next_run(data, then, expected)
                return Kill(phase.name, target, share, wrong)

    def _undisturbed(self, phase: Phase, then: str) -> dict[str, object]:
        """The outcome of the command without a kill; measures how long the phase takes."""
        key = (phase.name, then)
        if key not in self._expected:
            with self._stage.copy(self._states[phase.state]) as data:
                run = self._stage.start(data, phase.command)
                self._await_begin(run, data, phase)
                begun = end = time.monotonic()
                ends = 0
                # Landing says it of each table: the last is the end.
                while self._is_running(run):
                    if (count := run.told().count(phase.ends)) > ends:
                        ends, end = count, time.monotonic()
                    time.sleep(_POLL_SECONDS)
                assert run.wait() == 0, run.told()[-4000:]
                self._seconds.setdefault(phase.name, end - begun)
                if then != phase.command:
                    self._stage.run(data, then)
                self._expected[key] = outcome(data)
        return self._expected[key]

    def _next_run(self, data: Path, command: str, expected: dict[str, object]) -> list[str]:
        run = self._stage.start(data, command)
        code = run.wait()
        if code != 0:
            return [f"the next run ended with {code}: {run.told()[-300:]}"]
        return differences(expected, outcome(data)) + self._leaks(data, run)

    def _leaks(self, data: Path, run: Run) -> list[str]:
        """Logs and Dagster's memory that hold a value of a person."""
        files = [run.log, *(data / ".dagster").rglob("*"), *(data / "dbt").glob("*")]
        return [
            f"personal data in {file.name}"
            for file in files
            if file.is_file() and any(value in file.read_bytes() for value in self._secrets)
        ]

    def _await_begin(self, run: Run, data: Path, phase: Phase) -> None:
        deadline = time.monotonic() + _MOST_SECONDS
        lock = data / "warehouse.lock"
        while self._is_running(run):
            if phase.begins is None:
                if lock.exists() and f"process {run.process_id} " in lock.read_text(
                    errors="replace"
                ):
                    return
            elif phase.begins in run.told():
                return
            assert time.monotonic() < deadline
            time.sleep(_POLL_SECONDS)

    @staticmethod
    def _is_running(run: Run) -> bool:
        return any(one == run.process_id for one, *_ in _living())
