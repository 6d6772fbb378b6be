"""The reading process: deliveries are parsed in a child, within bounds of memory and time.

Whatever a file does to its parser (an error of any type, an endless loop, an abort in native code)
is that file's quarantine, and the run goes on with a new child. One child serves all files of a
run. It only reads; what becomes of a file is decided by `desk`, in the process that writes.
"""

import atexit
import math
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa

from orchestration.landing import formats
from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.formats.bulk import NotPlainError, PlainText, survey
from orchestration.landing.problems import QuarantineError, ReaderKilledError, Reject
from orchestration.paths import PROJECT_DIR
from orchestration.warehouse.connections import SETTINGS

# More refused rows than this are not passed on while their share of the file is too high.
_REJECTS_HELD = 50_000
_THREADS = 4
# Arrow's own pool reserves a gigabyte of addresses, which the system counts as memory of the child.
_SMALL_POOLS = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
_OUT_OF_MEMORY = (MemoryError, duckdb.OutOfMemoryException)


@dataclass(frozen=True)
class Limits:
    """What one file may use: bytes of memory, and processor seconds by its size as stored."""

    memory_bytes: int = int(os.environ.get("THROUGHLINE_READER_MEGABYTES", "2048")) << 20
    cpu_seconds: float = 120
    cpu_seconds_per_megabyte: float = 60

    def seconds_for(self, path: Path) -> int:
        """Processor seconds that reading this file may take."""
        megabytes = path.stat().st_size / (1 << 20)
        return math.ceil(self.cpu_seconds + self.cpu_seconds_per_megabyte * megabytes)


class ReaderError(RuntimeError):
    """The reading process can't start: no file's fault."""


@dataclass(frozen=True)
class _Request:
    """A file to be read; or to be surveyed, if a place for its text in UTF-8 is given."""

    path: Path
    contract: TableContract
    text: Path | None


@dataclass(frozen=True)
class _Rows:
    """Some rows follow as a message of their own; these were refused among them."""

    rejects: list[Reject]


@dataclass(frozen=True)
class _End:
    """The last word about a file: its sums, its survey, that it isn't plain, or its problem.

    `is_worn`: it holds so much memory that the next file would have less than half of it.
    """

    result: Tally | PlainText | NotPlainError | QuarantineError
    is_worn: bool


class Reader:
    """The parent's side: a child that is started when the first file needs it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Connection | None = None
        self._is_amid_a_file = False

    def read(self, path: Path, contract: TableContract, tally: Tally) -> Iterator[Batch]:
        """Rows of a stored file in batches; its sums are in the tally when they end.

        Raises QuarantineError, also in the middle.
        """
        channel = self._ask(_Request(path, contract, None))
        while isinstance(answer := self._answer(channel), _Rows):
            content = self._received(channel.recv_bytes)
            yield Batch(pa.ipc.open_stream(content).read_all(), answer.rejects)
        if isinstance(answer, Tally):
            vars(tally).update(vars(answer))

    def survey(self, path: Path, contract: TableContract, text: Path) -> PlainText:
        """What DuckDB's own reader needs to know of a plain CSV file.

        Its text is in UTF-8: the file itself, or written to `text`, which the caller removes.
        Raises NotPlainError or QuarantineError.
        """
        return cast("PlainText", self._answer(self._ask(_Request(path, contract, text))))

    @property
    def process_id(self) -> int | None:
        """The child's, if one is running."""
        return self._process.pid if self._process else None

    def close(self) -> int | None:
        """End the child, whatever it does; returns its code, negative for a signal."""
        if self._process is None:
            return None
        if self._channel is not None:
            # Its own end is known by the closed channel; one amid a file may never look at it.
            self._channel.close()
        if self._is_amid_a_file:
            self._process.kill()
        code = self._process.wait()
        self._process = self._channel = None
        self._is_amid_a_file = False
        return code

    def _ask(self, request: _Request) -> Connection:
        if self._is_amid_a_file or (self._process and self._process.poll() is not None):
            self.close()
        channel = self._channel or self._start()
        try:
            channel.send(request)
        except ConnectionError:
            # It ended just now, before it knew of this file.
            self.close()
            channel = self._start()
            channel.send(request)
        self._is_amid_a_file = True
        return channel

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        with theirs:
            limits = self._limits
            modules = [str(PROJECT_DIR), *filter(None, sys.path)]
            # S603 asks whether anybody else has a word in the command: nobody has.
            self._process = subprocess.Popen(  # noqa: S603
                [
                    *(sys.executable, "-P", "-c"),
                    "from orchestration.landing.reader import serve, Limits;"
                    f"serve({theirs.fileno()}, {limits!r})",
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | _SMALL_POOLS | {"PYTHONPATH": os.pathsep.join(modules)},
            )
        self._channel = channel = Connection(ours.detach())
        try:
            channel.recv()
        except (EOFError, ConnectionError):
            code = self.close()
            raise ReaderError(f"the reading process ended at its start with {code}") from None
        return channel

    def _answer(self, channel: Connection) -> _Rows | Tally | PlainText:
        answer: _Rows | _End = self._received(channel.recv)
        if isinstance(answer, _Rows):
            return answer
        self._is_amid_a_file = False
        if answer.is_worn:
            self.close()
        if isinstance(answer.result, QuarantineError | NotPlainError):
            raise answer.result
        return answer.result

    def _received(self, receive: Callable[[], Any]) -> Any:
        try:
            return receive()
        except (EOFError, ConnectionError):
            raise self._death() from None

    def _death(self) -> QuarantineError:
        """The child ended in the middle of a file: that file's problem."""
        self._is_amid_a_file = False
        code = self.close() or 0
        if code == -signal.SIGXCPU:
            return QuarantineError("too_slow", "reading it took more processor time than allowed")
        end = signal.Signals(-code).name if code < 0 else str(code)
        # Its own faults end it otherwise: the system kills whoever is large when memory is short.
        kind = ReaderKilledError if code == -signal.SIGKILL else QuarantineError
        return kind(
            "unreadable",
            f"the reading process ended with {end}; it may use "
            f"{self._limits.memory_bytes >> 20} MB of memory",
        )


@cache
def shared_reader() -> Reader:
    """The one reader of this process. Its child ends with it."""
    reader = Reader()
    atexit.register(reader.close)
    return reader


def serve(descriptor: int, limits: Limits) -> None:
    """The child's side: read one file after the other, until the parent is gone."""
    _bound_memory(limits)
    with Connection(descriptor) as channel, duckdb.connect(config=settings(limits)) as connection:
        # Zoned times of a Parquet file become text in this zone.
        connection.execute("set TimeZone = 'UTC'")
        channel.send(None)
        # What native code says when it ends may quote a value.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with suppress(EOFError, ConnectionError):
            while True:
                request = channel.recv()
                _bound_time(limits.seconds_for(request.path))
                end = _end(channel, request, connection)
                is_worn = end.is_worn or _bytes_held() > limits.memory_bytes / 2
                channel.send(_End(end.result, is_worn))


def settings(limits: Limits) -> dict[str, Any]:
    """Those of the child's DuckDB, which computes on what parsers hand to it and opens nothing."""
    return SETTINGS | {
        "memory_limit": f"{limits.memory_bytes // 2}B",
        "threads": _threads(),
        # No value of a file opens another, or an address.
        "enable_external_access": "false",
    }


def _end(channel: Connection, request: _Request, connection: duckdb.DuckDBPyConnection) -> _End:
    """Read a file and pass its rows on. Every error but the parent's end is the file's problem."""
    try:
        if request.text is not None:
            return _End(survey(request.path, request.contract, request.text), is_worn=False)
        tally = Tally()
        for batch in formats.read(request.path, request.contract, tally, connection):
            if tally.rejected_rows > _REJECTS_HELD:
                tally.check_share_of_rejects(request.contract)
            channel.send(_Rows(batch.rejects))
            channel.send_bytes(_as_bytes(batch.rows))
        tally.check(request.contract)
    except (NotPlainError, QuarantineError) as problem:
        return _End(problem, is_worn=False)
    except ConnectionError:
        raise
    except _OUT_OF_MEMORY:
        megabytes = resource.getrlimit(resource.RLIMIT_DATA)[0] >> 20
        reason = f"reading it takes more than {megabytes} MB of memory"
        return _End(QuarantineError("too_large", reason), is_worn=True)
    except Exception as error:
        reason = f"its parser ended with {_name_of(error)}"
        return _End(QuarantineError("unreadable", reason), is_worn=False)
    # They were only needed to judge the file.
    tally.undecodable = []
    return _End(tally, is_worn=False)


def _name_of(error: Exception) -> str:
    """Its type, which says nothing of the file's values, with the module that knows it."""
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _as_bytes(rows: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    return sink.getvalue()


def _bound_memory(limits: Limits) -> None:
    _set_limit(resource.RLIMIT_DATA, limits.memory_bytes)
    # A dump would hold the file's content.
    _set_limit(resource.RLIMIT_CORE, 0)
    pa.set_cpu_count(_threads())


def _bound_time(seconds: int) -> None:
    """So much processor time from now on, then the system ends this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _set_limit(resource.RLIMIT_CPU, math.ceil(usage.ru_utime + usage.ru_stime) + seconds)


def _set_limit(kind: int, limit: int) -> None:
    """Set a limit of this process, within what it was started with."""
    _, highest = resource.getrlimit(kind)
    lowest = limit if highest == resource.RLIM_INFINITY else min(limit, highest)
    resource.setrlimit(kind, (lowest, highest))


def _threads() -> int:
    return min(_THREADS, os.cpu_count() or 1)


def _bytes_held() -> int:
    """What this process holds of the memory that its limit counts; where unknown, its peak.

    Memory that was given back by a parser may still be the process's own.
    """
    with suppress(FileNotFoundError):
        status = Path("/proc/self/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmData:"))
        return int(line.split()[1]) << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10
