"""A command and all processes that it starts, looked at twenty times a second from outside.

The product runs as a person runs it: nothing in it knows that it is measured. What it used up to a
moment is read off between two looks, so a figure is right to some hundredths of a CPU-second.
"""

import subprocess
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

_SECONDS_BETWEEN_LOOKS = 0.05
_SECONDS_BETWEEN_SEARCHES = 0.25
_TICKS_PER_SECOND = 100
# Of the words after the name in /proc/PID/stat: own and ended children's user and system time.
_CPU_WORDS = slice(11, 15)
_RESIDENT_WORD = 21
_SESSION_WORD = 3
_WRITTEN = "write_bytes"
_PAGE_BYTES = 4096


@dataclass(frozen=True)
class Look:
    """What all processes had used at a moment, and the memory that they held in it."""

    at: float
    cpu_seconds: float
    written_bytes: float
    resident_bytes: int


@dataclass
class Measured:
    """Every look at a command, from its start to its end."""

    looks: list[Look] = field(default_factory=list)
    output: str = ""
    exit_code: int = 0

    def used(self, start: float, end: float) -> dict[str, float]:
        """CPU-seconds, seconds, megabytes written and the peak of memory between two moments."""
        first, last = self._at(start), self._at(end)
        peak = max(
            (look.resident_bytes for look in self.looks if start <= look.at <= end),
            default=last.resident_bytes,
        )
        return {
            "cpu_seconds": round(last.cpu_seconds - first.cpu_seconds, 2),
            "wall_seconds": round(end - start, 2),
            "written_mb": round((last.written_bytes - first.written_bytes) / 1e6, 1),
            "peak_mb": peak // 1_000_000,
        }

    def whole(self) -> dict[str, float]:
        """The same of the whole command."""
        return self.used(self.looks[0].at, self.looks[-1].at)

    def cpu_at(self, moment: float) -> float:
        """CPU-seconds up to a moment."""
        return self._at(moment).cpu_seconds

    def _at(self, moment: float) -> Look:
        """What was used up to a moment: on the straight line between the looks around it."""
        after = bisect_left([look.at for look in self.looks], moment)
        if after == 0:
            return self.looks[0]
        if after == len(self.looks):
            return self.looks[-1]
        low, high = self.looks[after - 1], self.looks[after]
        share = (moment - low.at) / (high.at - low.at)
        return Look(
            moment,
            low.cpu_seconds + share * (high.cpu_seconds - low.cpu_seconds),
            low.written_bytes + share * (high.written_bytes - low.written_bytes),
            high.resident_bytes,
        )


def measured(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Measured:
    """Run a command and look at it until it ends."""
    result = Measured()
    with (folder / "output.txt").open("w+") as output:
        process = subprocess.Popen(  # noqa: S603
            command,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            # By its session its processes are found.
            start_new_session=True,
        )
        watched = _Watched(process.pid)
        looks = [Look(time.time(), 0, 0, 0)]
        while process.poll() is None:
            look = watched.look()
            if look.cpu_seconds >= looks[-1].cpu_seconds:
                looks.append(look)
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        output.seek(0)
        result.output = output.read()
    result.looks, result.exit_code = looks, process.returncode
    return result


class _Watched:
    """The processes of one session, and what each has written."""

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._processes = [leader]
        self._searched_at = 0.0
        self._written: dict[int, int] = {}

    def look(self) -> Look:
        """What they have used up to now; what has just ended is missing until it was waited for."""
        now = time.time()
        if now - self._searched_at > _SECONDS_BETWEEN_SEARCHES:
            self._processes = self._search()
            self._searched_at = now
        ticks = resident = 0
        for process_id in self._processes:
            with suppress(OSError, ValueError):
                words = _words(process_id)
                ticks += sum(int(word) for word in words[_CPU_WORDS])
                resident += int(words[_RESIDENT_WORD]) * _PAGE_BYTES
                accounts = (Path("/proc") / str(process_id) / "io").read_text().splitlines()
                self._written[process_id] = int(dict(_pair(line) for line in accounts)[_WRITTEN])
        return Look(now, ticks / _TICKS_PER_SECOND, sum(self._written.values()), resident)

    def _search(self) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    if int(_words(int(folder.name))[_SESSION_WORD]) == self._leader:
                        found.append(int(folder.name))
        return found


def _words(process_id: int) -> list[str]:
    """The words of its state after the command's name, which stands in brackets."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


def moment(text: str) -> float:
    """Seconds since 1970 of a moment that a log wrote, in UTC."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
