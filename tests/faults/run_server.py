"""Starts a run in a moment: a process that has imported everything, and forks for each run.

`python run_server.py` within a project. Each line on standard input is a JSON object: `arguments`
of `throughline` (or `landing`, which lands without Dagster), `data` (the data folder), `log` (where
standard output and error go), `limits` (of the system, by name). Answers are lines too: the process
id of the run, then how it ended.
"""

import json
import os
import resource
import sys
import traceback
from pathlib import Path

# Imported for the runs; what they do not share is what they open themselves.
import dagster  # noqa: F401
import dagster_dbt  # noqa: F401
import dbt.cli.main
import splink  # noqa: F401

import orchestration.commands.throughline as command
import orchestration.components.warehouse_models as models
import orchestration.definitions
from orchestration.landing.__main__ import app as landing

# They speak of marts and models that a small project leaves out.
command.scoreboard = lambda: None
models.check_seeds = lambda: None


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        process_id = os.fork()
        if process_id == 0:
            _run(request)
        print(process_id, flush=True)
        _, status = os.waitpid(process_id, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(request: dict) -> None:
    """In the forked process, which begins a session and ends here."""
    os.setsid()
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["THROUGHLINE_DATA"] = request["data"]
    for name, limit in request["limits"].items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    code = 1
    try:
        name, *others = request["arguments"]
        if name == "landing":
            landing(others, standalone_mode=False)
        else:
            command.app([name, *others], standalone_mode=False)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        # What the command itself says by its exit code.
        code = getattr(error, "exit_code", 1)
        if not hasattr(error, "exit_code"):
            traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    assert Path(command.__file__).is_relative_to(Path.cwd()), "not the code of this project"
    assert orchestration.definitions
    assert dbt.cli.main
    main()
