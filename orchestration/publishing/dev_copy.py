"""An analyst's own copies of both databases, as the last finished run left them.

`dbt build --target dev` works in them: it needs no lock and touches nothing published. Callers
hold `warehouse_lock` while the copies are made.
"""

import shutil
from pathlib import Path

import duckdb

from orchestration.paths import dev_dir, public_build_path, warehouse_path
from orchestration.warehouse.connections import SETTINGS

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


class NothingBuiltError(Exception):
    """There is no warehouse to copy yet."""


def copy_for_development() -> list[Path]:
    """Replace both copies; an open session of the analyst keeps its old files."""
    originals = (warehouse_path(), public_build_path())
    if not all(original.exists() for original in originals):
        raise NothingBuiltError("nothing is built yet: `throughline run` does it")
    dev_dir().mkdir(parents=True, exist_ok=True)
    dev_dir().chmod(_PRIVATE_FOLDER)
    copies = []
    for original in originals:
        # A file copied before its checkpoint lacks committed rows.
        with duckdb.connect(str(original), config=SETTINGS) as connection:
            connection.execute("checkpoint")
        copy = dev_dir() / original.name
        new = copy.with_suffix(".new")
        shutil.copyfile(original, new)
        new.chmod(_PRIVATE_FILE)
        # The log of the file that goes would be replayed into the one that comes.
        copy.with_name(copy.name + ".wal").unlink(missing_ok=True)
        new.replace(copy)
        copies.append(copy)
    return copies
