"""Dagster's webserver in this process, behind the door; its code server and daemon as children."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
import yaml
from dagster import DagsterInstance
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._grpc.client import DagsterGrpcClient
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from orchestration.paths import dagster_dir
from orchestration.ui.door import Door, access_key

HOST = "127.0.0.1"
_DEFINITIONS = "orchestration.definitions"
_LOG_LEVEL = ("--log-level", "warning")
_POLL_SECONDS = 0.1
# For open pages, and for services in which nothing is under way.
_GRACE_SECONDS = 15
# As `dagster.yaml` has it for code that is loaded here.
_CODE_SECONDS = 600


class UiError(Exception):
    """The UI cannot start, or not go on; says why."""


def serve(port: int, module: str = _DEFINITIONS) -> None:
    """Serve until somebody stops it. Port 0 is any free one."""
    # Whoever edits a definition sees what is wrong with it once, without Dagster's own frames.
    os.environ["DAGSTER_IS_DEV_CLI"] = "1"
    with _listening(port) as listener, suppress(KeyboardInterrupt):
        # Ctrl-C and `kill` alike end the services.
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.default_int_handler)
        with _services(module) as (workspace, services):
            _serve(listener, workspace, services)


def serve_apart(port: int, code_socket: Path, address: str = HOST) -> None:
    """Serve the definitions of a code server that somebody else runs, until somebody stops it.

    Another address than this machine's own is for a container, whose port the host publishes on
    127.0.0.1: the door takes no other name.
    """
    with _listening(port, address) as listener, suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        wait_for_code(code_socket)
        with TemporaryDirectory(prefix="throughline-") as folder:
            _serve(listener, written_workspace(Path(folder), code_socket), [])


def wait_for_code(code_socket: Path) -> None:
    """Wait until a code server answers. Raises UiError if none does."""
    deadline = time.monotonic() + _CODE_SECONDS
    client = DagsterGrpcClient(socket=str(code_socket))
    while time.monotonic() < deadline:
        with suppress(DagsterUserCodeUnreachableError):
            client.heartbeat()
            return
        time.sleep(_POLL_SECONDS)
    raise UiError(f"No code server answers at {code_socket}.")


def written_workspace(folder: Path, code_socket: Path, module: str = _DEFINITIONS) -> Path:
    """The file that tells Dagster's services where definitions are."""
    workspace = folder / "workspace.yaml"
    server = {"location_name": module, "host": "localhost", "socket": str(code_socket)}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    return workspace


def _serve(
    listener: socket.socket, workspace: Path, services: list[subprocess.Popen[bytes]]
) -> None:
    with (
        DagsterInstance.get() as instance,
        WorkspaceProcessContext(
            instance, WorkspaceFileTarget([str(workspace)]), __version__
        ) as context,
    ):
        door = Door(
            create_app_from_workspace_process_context(context), access_key(dagster_dir() / "ui_key")
        )
        server = uvicorn.Server(
            uvicorn.Config(
                door,
                log_level="warning",
                # Nobody stands between: such headers would only be a stranger's word.
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        for service in services:
            threading.Thread(target=_stop_after, args=(service, server), daemon=True).start()
        port = listener.getsockname()[1]
        print(
            f"Dagster's UI is on http://{HOST}:{port}. A browser that was never here enters once "
            f"by this link:\nhttp://{HOST}:{port}{door.link}",
            flush=True,
        )
        server.run(sockets=[listener])
        if any(service.poll() is not None for service in services):
            raise UiError("Dagster's daemon or code server stopped, and the UI with it.")


@contextmanager
def _listening(port: int, address: str = HOST) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((address, port))
    except OSError as error:
        cause = os.strerror(error.errno or 0)
        raise UiError(f"Port {port}: {cause}. Take another with --port.") from error
    with listener:
        yield listener


@contextmanager
def _services(module: str) -> Iterator[tuple[Path, list[subprocess.Popen[bytes]]]]:
    """Dagster's other processes, and the file that says where definitions are."""
    with TemporaryDirectory(prefix="throughline-") as folder:
        # A socket's path may have 100 characters: a data folder's is often longer.
        code_socket = Path(folder) / "code"
        workspace = written_workspace(Path(folder), code_socket, module)
        services: list[subprocess.Popen[bytes]] = []
        try:
            located = ("--location-name", module, "-m", module, "-s", code_socket)
            code_server = _started("dagster", "code-server", "start", *_LOG_LEVEL, *located)
            services.append(code_server)
            _wait_until_answered(DagsterGrpcClient(socket=str(code_socket)), code_server)
            services.append(_started("dagster._daemon", "run", "-w", workspace))
            yield workspace, services
        finally:
            _end(services)


def _started(*command: str | Path) -> subprocess.Popen[bytes]:
    """A service out of reach of the terminal's Ctrl-C, which would end the run that it carries."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "orchestration.ui.service", *map(str, command)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _wait_until_answered(client: DagsterGrpcClient, server: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            # Answered also where the definitions do not load, which the page then says.
            client.heartbeat()
        except DagsterUserCodeUnreachableError:
            if server.poll() is not None:
                raise UiError("Dagster's code server did not start.") from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def _stop_after(service: subprocess.Popen[bytes], server: uvicorn.Server) -> None:
    service.wait()
    server.should_exit = True


def _end(services: list[subprocess.Popen[bytes]]) -> None:
    for service in services:
        if service.stdin:
            service.stdin.close()
    try:
        for service in services:
            service.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        print("Dagster's services end by themselves, after the run that is under way.", flush=True)
