"""A command of Dagster's, as a process that ends with the one that started it.

`python -m orchestration.ui.service dagster code-server start …`, with a pipe for standard input
that the starter never writes to. It closes however the starter ends, by SIGKILL too.
"""

import os
import runpy
import signal
import sys
import threading

from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._grpc.client import DagsterGrpcClient

_STANDARD_INPUT = 0


def _end_with_starter(code_socket: str | None) -> None:
    """Wait for the pipe's end, then stop. A code server is asked to: it lets runs end first."""
    while os.read(_STANDARD_INPUT, 1):
        pass
    try:
        if code_socket is not None:
            DagsterGrpcClient(socket=code_socket).shutdown_server()
            return
    except DagsterUserCodeUnreachableError:
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # Dagster does at SIGTERM what it does at SIGINT, which a shell lets its background jobs ignore.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    del sys.argv[0]
    code_socket = sys.argv[-1] if "code-server" in sys.argv else None
    threading.Thread(target=_end_with_starter, args=(code_socket,), daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
