"""A fetch in a process of its own: whatever an origin does to it, the run goes on.

A server that never ends its answer, or a library that takes the process along, costs its own source
a warning, and nobody else anything.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict

from orchestration.fetching.declarations import DeclarationError, declaration
from orchestration.fetching.delivery import Fetched
from orchestration.paths import PROJECT_DIR


def fetch_in_child(source_name: str) -> Fetched:
    """Fetch one source; every problem is in what is returned."""
    try:
        timeout = declaration(source_name).timeout_seconds
    except DeclarationError as error:
        return Fetched(problems=[str(error)])
    # The child reads from it and never gets anything: it closes when this process ends.
    lifeline, ours = os.pipe()
    try:
        # S603 asks whether anybody else has a word in the command: nobody has.
        child = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "orchestration.fetching", source_name],
            cwd=PROJECT_DIR,
            stdin=lifeline,
            stdout=subprocess.PIPE,
            # What libraries print there may hold what they were given.
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Fetched(problems=[f"ended after {timeout:g} seconds: see timeout_minutes"])
    finally:
        os.close(lifeline)
        os.close(ours)
    try:
        return Fetched(**json.loads(child.stdout))
    except (ValueError, TypeError):
        return Fetched(problems=[f"its process ended with {child.returncode}"])


def answer(fetched: Fetched) -> str:
    """What the child prints."""
    return json.dumps(asdict(fetched))
