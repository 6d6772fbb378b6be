"""Definitions for `test_ui.py`, which are there sooner than the warehouse's: a job that waits."""

import os
import time
from pathlib import Path

import dagster as dg

# What definitions take that read a large project.
time.sleep(int(os.environ.get("TEST_LOADING_SECONDS", "0")))


@dg.op
def wait_for_file():
    """Be under way until the test says so; never for longer than a test waits."""
    deadline = time.monotonic() + 120
    while not Path(os.environ["TEST_MAY_END"]).exists() and time.monotonic() < deadline:
        time.sleep(0.1)


@dg.job(executor_def=dg.in_process_executor)
def waiting():
    wait_for_file()


defs = dg.Definitions(jobs=[waiting])
