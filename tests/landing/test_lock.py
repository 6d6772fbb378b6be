import os
import signal
import subprocess
import sys
import time

import pytest

from orchestration.landing import WarehouseLockedError, die_with_parent, warehouse_lock

HOLDER = """
import sys, time
from pathlib import Path
from orchestration.landing.lock import warehouse_lock
with warehouse_lock(path=Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    path = tmp_path / "warehouse.lock"
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield path, process
        process.kill()


def test_a_second_writer_is_told_who_the_first_is(holder):
    path, process = holder

    with (
        pytest.raises(WarehouseLockedError, match=f"process {process.pid} .*python"),
        warehouse_lock(path=path),
    ):
        pass


def test_a_killed_holder_leaves_no_lock(holder):
    path, process = holder
    process.kill()

    with warehouse_lock(timeout_seconds=10, path=path):
        held = path.read_text()

    assert f"process {os.getpid()} " in held


def test_a_block_within_a_block_is_the_same_holder(tmp_path):
    path = tmp_path / "warehouse.lock"

    with warehouse_lock(path=path), warehouse_lock(path=path):
        pass

    with warehouse_lock(path=path):
        pass


def test_the_lock_is_free_after_an_error(tmp_path):
    path = tmp_path / "warehouse.lock"

    with pytest.raises(ZeroDivisionError), warehouse_lock(path=path):
        raise ZeroDivisionError

    with warehouse_lock(path=path):
        pass


PARENT = """
import subprocess, sys, time
from orchestration.landing.lock import die_with_parent
command = [sys.executable, "-c", "import time; time.sleep(60)"]
child = subprocess.Popen(command, preexec_fn=die_with_parent)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_child_dies_with_its_parent():
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)

    for _ in range(100):
        if not is_running(child):
            break
        time.sleep(0.05)
    assert not is_running(child)


def is_running(process_id):
    try:
        with open(f"/proc/{process_id}/stat") as status:  # noqa: PTH123
            return status.read().rsplit(") ", 1)[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_a_parent_that_lives_keeps_its_child():
    finished = subprocess.run(
        [sys.executable, "-c", "print('done')"],
        preexec_fn=die_with_parent,
        capture_output=True,
        check=True,
    )

    assert finished.stdout == b"done\n"
