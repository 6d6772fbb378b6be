"""One source fetched: each extract of its origin becomes a finished file in the landing folder.

A file is written under a name that landing passes over, written down in the cursors, marked as
finished, and renamed. A name that lies in landing already is never replaced: it lands first.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.fetching.cursors import Cursors, Pending, fetching_alone
from orchestration.fetching.origins.origin import (
    Extract,
    NothingNewError,
    Origin,
    UnstableError,
)
from orchestration.fetching.problems import told
from orchestration.landing.inbox import DONE_ENDING, shown
from orchestration.paths import landing_dir
from orchestration.warehouse.private_files import keep_files_private, make_data_folder
from orchestration.warehouse.state_files import hash_of, sync

# Hidden, and with an ending of files that are still being sent.
_UNFINISHED = ".fetched.part"
# An origin that fails so often is not asked any further.
_MOST_PROBLEMS = 5


@dataclass
class Fetched:
    """What a fetch of one source did: names of files, and problems in words without values."""

    delivered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def told(self, source_name: str) -> list[str]:
        """What happened, in lines for a person."""
        line = f"{source_name}: {len(self.delivered)} files fetched"
        if self.waiting:
            line += f", {len(self.waiting)} wait to be landed or are still being written"
        return [line, *(f"  {problem}" for problem in self.problems)]


def deliver_new(source_name: str, origin: Origin, secrets: frozenset[str] = frozenset()) -> Fetched:
    """Bring what is new into the source's landing folder; no problem of its origin is raised.

    Raises AlreadyFetchingError.
    """
    # Deliveries hold personal data from the first byte on.
    keep_files_private()
    folder = landing_dir() / source_name
    make_data_folder(landing_dir().parent)
    folder.mkdir(parents=True, exist_ok=True)
    fetched = Fetched()
    with fetching_alone(source_name):
        (folder / _UNFINISHED).unlink(missing_ok=True)
        cursors = Cursors.of(source_name)
        cursors.settle()
        try:
            for extract in origin.extracts(cursors.reached):
                _deliver(extract, folder, cursors, fetched, secrets)
                if len(fetched.problems) >= _MOST_PROBLEMS:
                    fetched.problems.append("too many problems: the rest was not asked for")
                    break
        except Exception as error:
            fetched.problems.append(told(error, secrets))
        finally:
            (folder / _UNFINISHED).unlink(missing_ok=True)
    return fetched


def _deliver(
    extract: Extract, folder: Path, cursors: Cursors, fetched: Fetched, secrets: frozenset[str]
) -> None:
    """Write one extract and put it in place, or say why not."""
    target = folder / extract.file_name
    if extract.key in cursors.pending or os.path.lexists(target):
        fetched.waiting.append(shown(extract.file_name))
        return
    unfinished = folder / _UNFINISHED
    try:
        cursor = extract.write(unfinished)
    except NothingNewError:
        return
    except UnstableError:
        fetched.waiting.append(shown(extract.file_name))
        return
    except Exception as error:
        # A name may hold anything, line breaks too.
        fetched.problems.append(f"{shown(extract.file_name)!a}: {told(error, secrets)}")
        return
    cursors.pending[extract.key] = Pending(extract.file_name, _hash_on_disk(unfinished), cursor)
    cursors.keep()
    # The mark first: the file is finished from the moment that it has its name.
    target.with_name(target.name + DONE_ENDING).touch(mode=0o600)
    unfinished.rename(target)
    sync(folder)
    fetched.delivered.append(shown(extract.file_name))


def _hash_on_disk(path: Path) -> str:
    """The hash of a file's content, once the disk has it."""
    sync(path)
    return hash_of(path)
