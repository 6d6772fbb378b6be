"""`throughline service …`: the three processes of a server, each for a supervisor to keep alive.

They meet at a socket in a folder that is theirs alone: whoever reaches a code server may have it
run anything. `throughline ui` is all three at once, for a person at a machine.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import errors_in_words

app = typer.Typer(no_args_is_help=True, help="The three processes of a server, apart.")
_DEFINITIONS = "orchestration.definitions"
_Socket = Annotated[Path, typer.Option(help="Where they meet; its folder is for their user alone.")]
_SOCKET = Path("/run/throughline/code")


@app.command()
def code(socket: _Socket = _SOCKET) -> None:
    """Load the definitions and carry the runs."""
    # What a killed one left there keeps the next from it.
    socket.unlink(missing_ok=True)
    located = ("--location-name", _DEFINITIONS, "-m", _DEFINITIONS, "-s", str(socket))
    _become("dagster", "code-server", "start", "--log-level", "warning", *located)


@app.command()
def daemon(socket: _Socket = _SOCKET) -> None:
    """Evaluate the schedule and the sensors, and start the runs that they ask for."""
    from orchestration.paths import dagster_dir
    from orchestration.ui.server import UiError, wait_for_code, written_workspace

    with errors_in_words(UiError):
        wait_for_code(socket)
    _become("dagster._daemon", "run", "-w", str(written_workspace(dagster_dir(), socket)))


@app.command()
def web(
    socket: _Socket = _SOCKET,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 3000,
    address: Annotated[
        str, typer.Option(help="Another is for a container; publish its port on 127.0.0.1.")
    ] = "127.0.0.1",
) -> None:
    """Serve the UI behind its door; prints how to enter."""
    from orchestration.ui.server import UiError, serve_apart

    with errors_in_words(UiError):
        serve_apart(port, socket, address)


def _become(module: str, *arguments: str) -> None:
    """Be this command of Dagster's: its supervisor's signals are for it."""
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606
