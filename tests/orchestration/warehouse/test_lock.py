import os
import subprocess
import sys

import pytest

from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

HOLDER = """
import sys, time
from pathlib import Path
from orchestration.warehouse.lock import warehouse_lock
with warehouse_lock(path=Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


ASKER = """
import sys
from pathlib import Path
from orchestration.warehouse.lock import warehouse_lock
with warehouse_lock(path=Path(sys.argv[1])):
    pass
"""


def is_free(path):
    """Whether another process gets the lock."""
    asked = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ASKER, path], check=False, capture_output=True, text=True
    )
    assert asked.returncode == 0 or "WarehouseLockedError" in asked.stderr
    return asked.returncode == 0


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

    with warehouse_lock(path=path):
        with warehouse_lock(path=path):
            pass
        assert not is_free(path)

    assert is_free(path)


def test_the_lock_is_free_after_an_error(tmp_path):
    path = tmp_path / "warehouse.lock"

    with pytest.raises(ZeroDivisionError), warehouse_lock(path=path):
        raise ZeroDivisionError

    assert is_free(path)
