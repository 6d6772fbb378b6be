"""What became of the files of each source, and how a refused one gets another try."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orchestration.landing.archive import Archive
from orchestration.landing.inbox import DONE_ENDING
from orchestration.landing.ledger import RefusedFile, refused_files
from orchestration.landing.unlanded import reason_in_words
from orchestration.paths import landing_dir, warehouse_path
from orchestration.warehouse.connections import read_warehouse

_SOURCES = """
    select source_name, count(*), max(received_at),
        count(*) filter (where status in ('loaded', 'superseding'))
    from ledger.deliveries
    group by source_name
    order by source_name
"""
_REJECTS = """
    select rejects.source_name, loads.file_name, rejects.reason_code, count(*),
        min(rejects.line_number)
    from ledger.rejects
    inner join ledger.loads using (load_id)
    where loads.superseded_by is null
    group by all
    order by all
"""
_LEFT = """
    select source_name, entry_name, reason_code from ledger.unlanded_files order by all
"""


class NothingRefusedError(ValueError):
    """There is no file to give another try, in words for who asked."""


@dataclass
class SourceStatus:
    """One source: its deliveries, and what of them is not in the warehouse."""

    source_name: str
    delivery_count: int = 0
    loaded_count: int = 0
    last_received_at: datetime | None = None
    refused: list[RefusedFile] = field(default_factory=list)
    # File, reason, rows, first line of one.
    rejects: list[tuple[str, str, int, int]] = field(default_factory=list)
    # Name and why it lies in landing still.
    left: list[tuple[str, str]] = field(default_factory=list)


def status() -> list[SourceStatus]:
    """Every source that ever delivered or has something lying in landing, by name."""
    if not warehouse_path().exists():
        return []
    found: dict[str, SourceStatus] = {}

    def of(source_name: str) -> SourceStatus:
        return found.setdefault(source_name, SourceStatus(source_name))

    with read_warehouse() as connection:
        for name, count, last, loaded in connection.execute(_SOURCES).fetchall():
            found[name] = SourceStatus(name, count, loaded, last)
        for file in refused_files(connection):
            of(file.source_name).refused.append(file)
        for name, *reject in connection.execute(_REJECTS).fetchall():
            of(name).rejects.append(tuple(reject))
        for name, entry, reason_code in connection.execute(_LEFT).fetchall():
            of(name).left.append((entry, reason_in_words(reason_code)))
    return sorted(found.values(), key=lambda each: each.source_name)


def redeliver(
    sources: Sequence[str] = (), *, archive: Archive | None = None, landing: Path | None = None
) -> tuple[list[RefusedFile], list[str]]:
    """Lay refused files into landing again, of these sources or of all, as they were delivered.

    The next landing decides anew: after a contract was mended it loads them, else it refuses them
    again. Returns those that were laid out, and in words why others were not. The caller holds
    `warehouse_lock`. Raises NothingRefusedError if nothing was refused.
    """
    archive, landing = archive or Archive(), landing or landing_dir()
    refused = []
    if warehouse_path().exists():
        with read_warehouse() as connection:
            refused = refused_files(connection)
    chosen = [file for file in refused if not sources or file.source_name in sources]
    if not chosen:
        raise NothingRefusedError(
            "no file is refused" + (f" of {', '.join(sorted(sources))}" if sources else "")
        )
    laid_out, problems = [], []
    for file in chosen:
        problem = _lay_out(file, archive, landing)
        if problem is None:
            laid_out.append(file)
        else:
            problems.append(f"{file.source_name}/{file.file_name!a}: {problem}")
    return laid_out, problems


def _lay_out(file: RefusedFile, archive: Archive, landing: Path) -> str | None:
    """Copy one file beside its place and rename it, marked as finished; returns what hinders."""
    if file.content_hash is None:
        return "it was no regular file, so nothing of it was kept"
    kept = archive.path(file.content_hash)
    if not kept.exists():
        return "the archive does not have it any more"
    folder = landing / file.source_name
    place = folder / file.file_name
    if place.parent != folder or place.name in {"", ".", ".."}:
        return "its name is no file name"
    if os.path.lexists(place):
        return "a file of this name waits in landing"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f".replay.{os.getpid()}"
    try:
        shutil.copyfile(kept, copy)
        copy.replace(place)
    except OSError as error:
        copy.unlink(missing_ok=True)
        return os.strerror(error.errno or 0)
    # Without the mark, as of a name that is too long for it, landing waits for its quiet period.
    with suppress(OSError):
        (folder / f"{file.file_name}{DONE_ENDING}").touch()
    return None
