"""What lies in landing and is not landed: listed with its reason, and since when we have seen it.

Only names are looked at. The times are those of our own looks: a sender's clock says nothing.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.landing import ledger
from orchestration.landing.contract import SourceContract, enabled_sources
from orchestration.landing.inbox import DONE_ENDING, UNFINISHED_ENDINGS, claimed_files, shown
from orchestration.paths import claimed_dir, landing_dir

# By then every sender has finished.
OVERDUE_AFTER = timedelta(days=1)

_REASONS = {
    "unknown_source": "no source has a folder of this name",
    "outside": "it lies outside the folders of the sources",
    "subfolder": "folders within a source's folder are not landed",
    "hidden": "its name begins with a dot, as of a file that is still being sent",
    "unfinished": "its name ends as of a file that is still being sent",
    "lone_mark": "it says that a file is complete, and that file is not there",
    "waiting": "it is still being written, or may not be read",
    "switched_off": "its source is switched off",
}
# No sender will change these by going on.
_OVERDUE_AT_ONCE = {"unknown_source", "outside", "subfolder"}


@dataclass(frozen=True)
class _Entry:
    source_name: str
    entry_name: str
    reason_code: str


def record_unlanded(
    connection: duckdb.DuckDBPyConnection,
    contracts: Iterable[SourceContract],
    *,
    landing: Path | None = None,
    claims: Path | None = None,
    now: datetime | None = None,
) -> list[str]:
    """List in `ledger.unlanded_files` what the last run left; returns what is overdue, in words.

    Overdue is what has no place there, and anything else after a day; never what waits for its
    source to be switched on. `now` is UTC without zone.
    """
    now = now or datetime.now(UTC).replace(tzinfo=None)
    first_seen = {
        (source_name, entry_name): first_seen_at
        for source_name, entry_name, first_seen_at in connection.execute(
            "select source_name, entry_name, first_seen_at from ledger.unlanded_files"
        ).fetchall()
    }
    names = {contract.source_name for contract in contracts}
    enabled = enabled_sources(names, connection)
    records = []
    for entry in _entries(landing or landing_dir(), claims or claimed_dir(), names, enabled):
        since = first_seen.get((entry.source_name, entry.entry_name), now)
        is_overdue = entry.reason_code in _OVERDUE_AT_ONCE or (
            entry.reason_code != "switched_off" and now - since >= OVERDUE_AFTER
        )
        records.append(
            ledger.UnlandedRecord(
                entry.source_name, entry.entry_name, entry.reason_code, since, now, is_overdue
            )
        )
    ledger.replace_unlanded(connection, records)
    return [_told(record) for record in records if record.is_overdue]


def reason_in_words(reason_code: str) -> str:
    """Why something in landing is not landed."""
    return _REASONS[reason_code]


def _told(record: ledger.UnlandedRecord) -> str:
    name = "/".join(filter(None, (record.source_name, record.entry_name)))
    # A name may hold anything, line breaks too.
    return f"{name!a} is not landed: {reason_in_words(record.reason_code)}"


def _entries(landing: Path, claims: Path, names: set[str], enabled: set[str]) -> Iterator[_Entry]:
    for name, entry in sorted(_listed(landing).items()):
        if not entry.is_dir(follow_symlinks=False):
            yield _Entry("", shown(name), "outside")
        elif name in names:
            yield from _entries_of_source(Path(entry.path), name, is_enabled=name in enabled)
        elif _listed(Path(entry.path)):
            yield _Entry(shown(name), "", "unknown_source")
    for name in sorted(names):
        for claimed_at, path, _ in claimed_files(claims / name):
            yield _Entry(name, f"{shown(path.name)} of {claimed_at.isoformat()}", "waiting")


def _entries_of_source(folder: Path, source_name: str, *, is_enabled: bool) -> Iterator[_Entry]:
    listed = _listed(folder)
    for name, entry in sorted(listed.items()):
        reason_code = _reason_code(name, entry, listed)
        if reason_code == "waiting" and not is_enabled:
            reason_code = "switched_off"
        if reason_code is not None:
            yield _Entry(source_name, shown(name), reason_code)


def _reason_code(
    name: str, entry: os.DirEntry[str], listed: dict[str, os.DirEntry[str]]
) -> str | None:
    """Why an entry of a source's folder lies there; None for one that is no delivery."""
    if entry.is_dir(follow_symlinks=False):
        return "subfolder" if _listed(Path(entry.path)) else None
    if name.startswith("."):
        return "hidden"
    if name.endswith(DONE_ENDING):
        return "lone_mark" if name.removesuffix(DONE_ENDING) not in listed else None
    return "unfinished" if name.endswith(UNFINISHED_ENDINGS) else "waiting"


def _listed(folder: Path) -> dict[str, os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry for entry in entries}
    except FileNotFoundError:
        return {}
