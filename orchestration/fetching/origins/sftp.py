"""Files of a folder on a server that speaks SFTP.

The machine's own OpenSSH client carries the connection, and checks the server's key; here is the
protocol within it (version 3, draft-ietf-secsh-filexfer-02), as far as a folder is listed and files
are read.
"""

import os
import stat
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from orchestration.fetching.names import wanted
from orchestration.fetching.origins.origin import Cursor, Extract, OriginError, UnstableError
from orchestration.landing.contract import SourceContract

_INIT, _VERSION, _OPEN, _CLOSE, _READ, _FSTAT, _OPENDIR, _READDIR = 1, 2, 3, 4, 5, 8, 11, 12
_STATUS, _HANDLE, _DATA, _NAME, _ATTRS = 101, 102, 103, 104, 105
_PROTOCOL = 3
_END_OF_FILE = 1
_REFUSALS = {2: "there is nothing of that name", 3: "it may not be read"}
_FLAG_SIZE, _FLAG_OWNER, _FLAG_MODE, _FLAG_TIMES = 1, 2, 4, 8
_OPEN_FOR_READING = 1
# Every server takes reads of this size, and so many at once, unanswered.
_READ_BYTES, _READS_AT_ONCE = 32_768, 64
_MOST_PACKET_BYTES = 1 << 20
_CONNECT_SECONDS = 30
# What the client says when it can't connect, and what we say.
_CLIENT_ERRORS = (
    ("Host key verification failed", "its key is not in known_hosts, or another than there"),
    ("Permission denied", "it refuses the login"),
    ("Connection refused", "nobody answers at that port"),
    ("timed out", "no answer in time"),
    ("Could not resolve", "there is no host of that name"),
    ("subsystem request failed", "it speaks no SFTP"),
)


@dataclass(frozen=True)
class SftpServer:
    """A folder on a server, and how to log in: with a key's file or a password.

    `settle_seconds`: a file that changes within them is still being sent.
    """

    contract: SourceContract
    host: str
    port: int
    user: str
    folder: str
    known_hosts: Path
    key_file: str | None
    password: str | None
    settle_seconds: float

    def extracts(self, cursors: Mapping[str, Cursor]) -> Iterator[Extract]:
        """Every expected file whose size or time is new and that stands still, by day and name."""
        with self._connected() as connection:
            before = connection.listed(self.folder)
            new = [
                name for name in wanted(self.contract, before) if cursors.get(name) != before[name]
            ]
            if new:
                time.sleep(self.settle_seconds)
                after = connection.listed(self.folder)
                for name in new:
                    if after.get(name) == before[name]:
                        path = str(PurePosixPath(self.folder) / name)
                        yield Extract(name, name, partial(connection.copy, path, before[name]))

    @contextmanager
    def _connected(self) -> Iterator["_Connection"]:
        with TemporaryDirectory(prefix="throughline-") as folder:
            # The client asks a program for a password, and no terminal.
            asked = Path(folder) / "password"
            asked.write_text('#!/bin/sh\nprintf "%s\\n" "$THROUGHLINE_SFTP_PASSWORD"\n')
            asked.chmod(0o700)
            environment = {"SSH_ASKPASS": str(asked), "SSH_ASKPASS_REQUIRE": "force"}
            environment["THROUGHLINE_SFTP_PASSWORD"] = self.password or ""
            errors = Path(folder) / "errors"
            with errors.open("wb") as error_file:
                client = self._client(environment, error_file)
                try:
                    yield _Connection(client)
                except _ClosedError:
                    client.wait(_CONNECT_SECONDS)
                    raise OriginError(
                        f"{self.host}: {_cause(errors.read_text('utf-8', 'replace'))}"
                    ) from None
                finally:
                    client.kill()
                    client.wait()

    def _client(
        self, environment: Mapping[str, str], error_file: IO[bytes]
    ) -> "subprocess.Popen[bytes]":
        options = {
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
            "GlobalKnownHostsFile": "none",
            "ConnectTimeout": str(_CONNECT_SECONDS),
            "ServerAliveInterval": "15",
            "NumberOfPasswordPrompts": "1",
            "IdentitiesOnly": "yes",
            "IdentityFile": self.key_file or "none",
            "IdentityAgent": "none",
            "BatchMode": "no" if self.password else "yes",
        }
        # S603: no value can begin an option, for the declaration checks host, user and folder.
        return subprocess.Popen(  # noqa: S603
            [
                *("ssh", "-F", "none", "-T", "-p", str(self.port), "-l", self.user),
                *(word for name, value in options.items() for word in ("-o", f"{name}={value}")),
                *("-s", "--", self.host, "sftp"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=error_file,
            env={**os.environ, **environment},
        )


class _ClosedError(OriginError):
    """The client ended."""

    def __init__(self) -> None:
        super().__init__("the connection broke")


class _RefusedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Connection:
    """Requests and answers over the client's pipes."""

    def __init__(self, client: "subprocess.Popen[bytes]") -> None:
        # Pipes, as asked for.
        assert client.stdin is not None  # noqa: S101
        assert client.stdout is not None  # noqa: S101
        self._requests, self._answers = client.stdin, client.stdout
        self._last_id = 0
        self._send(_INIT, struct.pack(">I", _PROTOCOL))
        kind, _ = self._received()
        if kind != _VERSION:
            raise OriginError("the server speaks no SFTP")

    def listed(self, folder: str) -> dict[str, str]:
        """Size and time of each regular file of a folder, by name."""
        found: dict[str, str] = {}
        try:
            handle = self._handle(_OPENDIR, _text(folder))
            while True:
                kind, answer = self._asked(_READDIR, _bytes(handle))
                if kind != _NAME:
                    break
                for _ in range(answer.number()):
                    name = os.fsdecode(answer.bytes())
                    answer.bytes()
                    state = answer.state()
                    if state is not None:
                        found[name] = state
            self._asked(_CLOSE, _bytes(handle))
        except _RefusedError as refused:
            raise OriginError(f"its folder: {_refusal(refused)}") from None
        return found

    def copy(self, remote: str, state: str, path: Path) -> Cursor:
        """Write the content of a file that is and stays in this state."""
        try:
            opened = _text(remote) + struct.pack(">II", _OPEN_FOR_READING, 0)
            handle = self._handle(_OPEN, opened)
            size = int(state.split()[0])
            with path.open("wb") as file:
                for offset, content in self._contents(handle, size):
                    file.seek(offset)
                    file.write(content)
            _, answer = self._asked(_FSTAT, _bytes(handle))
            is_unchanged = answer.state() == state
            self._asked(_CLOSE, _bytes(handle))
        except _RefusedError as refused:
            raise OriginError(_refusal(refused)) from None
        if not is_unchanged or path.stat().st_size != size:
            raise UnstableError
        return state

    def _contents(self, handle: bytes, size: int) -> Iterator[tuple[int, bytes]]:
        """Pieces of a file, in the order of the answers: many reads are under way at once."""
        under_way: dict[int, tuple[int, int]] = {}
        next_offset = 0
        is_short = False
        while under_way or (next_offset < size and not is_short):
            while next_offset < size and not is_short and len(under_way) < _READS_AT_ONCE:
                length = min(_READ_BYTES, size - next_offset)
                under_way[self._read_asked(handle, next_offset, length)] = (next_offset, length)
                next_offset += length
            kind, answer = self._received()
            offset, length = under_way.pop(answer.number())
            if kind != _DATA:
                # The file is shorter than it was: what is here of it is left.
                is_short = True
                continue
            content = answer.bytes()
            yield offset, content
            if 0 < len(content) < length:
                rest = (offset + len(content), length - len(content))
                under_way[self._read_asked(handle, *rest)] = rest

    def _read_asked(self, handle: bytes, offset: int, length: int) -> int:
        return self._ask(_READ, _bytes(handle) + struct.pack(">QI", offset, length))

    def _handle(self, kind: int, body: bytes) -> bytes:
        answered, answer = self._asked(kind, body)
        if answered != _HANDLE:
            raise _RefusedError(answer.number())
        return answer.bytes()

    def _asked(self, kind: int, body: bytes) -> tuple[int, "_Answer"]:
        """Ask and wait; a refusal is raised, the end of a listing is not."""
        asked = self._ask(kind, body)
        answered, answer = self._received()
        if answer.number() != asked:
            raise OriginError("the server answers what was not asked")
        if answered == _STATUS:
            code = answer.number()
            if code > _END_OF_FILE:
                raise _RefusedError(code)
        return answered, answer

    def _ask(self, kind: int, body: bytes) -> int:
        self._last_id += 1
        self._send(kind, struct.pack(">I", self._last_id) + body)
        return self._last_id

    def _send(self, kind: int, body: bytes) -> None:
        try:
            self._requests.write(struct.pack(">IB", len(body) + 1, kind) + body)
            self._requests.flush()
        except BrokenPipeError:
            raise _ClosedError from None

    def _received(self) -> tuple[int, "_Answer"]:
        (length,) = struct.unpack(">I", self._exactly(4))
        if not 0 < length <= _MOST_PACKET_BYTES:
            raise OriginError("the server speaks no SFTP")
        packet = self._exactly(length)
        return packet[0], _Answer(packet)

    def _exactly(self, length: int) -> bytes:
        content = self._answers.read(length)
        if len(content) < length:
            raise _ClosedError
        return content


class _Answer:
    """A packet, read from its second byte on."""

    def __init__(self, packet: bytes) -> None:
        self._packet, self._at = packet, 1

    def number(self) -> int:
        return int(self._unpacked(">I")[0])

    def bytes(self) -> bytes:
        length = self.number()
        content = self._packet[self._at : self._at + length]
        if len(content) < length:
            raise OriginError("the server sends what is no SFTP")
        self._at += length
        return content

    def state(self) -> str | None:
        """Size and time of a regular file; None for anything else."""
        flags = self.number()
        size = int(self._unpacked(">Q")[0]) if flags & _FLAG_SIZE else None
        if flags & _FLAG_OWNER:
            self._unpacked(">II")
        mode = self.number() if flags & _FLAG_MODE else stat.S_IFREG
        times = self._unpacked(">II") if flags & _FLAG_TIMES else (0, 0)
        if flags & 0x8000_0000:
            for _ in range(self.number() * 2):
                self.bytes()
        return f"{size} {times[1]}" if stat.S_ISREG(mode) and size is not None else None

    def _unpacked(self, form: str) -> tuple[int, ...]:
        try:
            values = struct.unpack_from(form, self._packet, self._at)
        except struct.error:
            raise OriginError("the server sends what is no SFTP") from None
        self._at += struct.calcsize(form)
        return values


def _bytes(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _text(text: str) -> bytes:
    return _bytes(os.fsencode(text))


def _refusal(refused: _RefusedError) -> str:
    return _REFUSALS.get(refused.code, f"the server refuses (status {refused.code})")


def _cause(said: str) -> str:
    return next((words for sign, words in _CLIENT_ERRORS if sign in said), "the connection broke")
