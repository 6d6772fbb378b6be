"""Files without the rows of people on the suppression list: at their arrival, and in the archive.

One mechanism for both: a stored file is looked through, and if anything in it is theirs, a file
without it takes its place under its own hash. What was taken out is kept by count.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from orchestration.landing.accounting import Tally
from orchestration.landing.archive import Archive, ArchivedDelivery, StoredFile
from orchestration.landing.contract import SourceContract, TableContract
from orchestration.landing.decoding import expanded
from orchestration.landing.ledger import transaction
from orchestration.landing.problems import QuarantineError
from orchestration.landing.reader import shared_reader
from orchestration.landing.rewriting import rewrite
from orchestration.landing.suppressed_rows import Found, RowReader, words_of_theirs
from orchestration.landing.suppression import NOTHING_ERASED, Suppression, Tombstones
from orchestration.warehouse.private_files import replace_private
from orchestration.warehouse.state_files import hash_of, read_state, sync, write_state

_WORDS_BYTES = 8 << 20
# The end of one piece stands at the beginning of the next: no word is cut.
_OVERLAP_BYTES = 4 << 10
_STATE = "scrubbed.json"
# Whether a delivery of a table was kept for as long as it may be.
IsDue = Callable[[ArchivedDelivery, TableContract], bool]


@dataclass
class Scrubbed:
    """What was taken out of an archive, by count."""

    files: int = 0
    rows: int = 0
    redacted: int = 0
    # Rows by source and table.
    by_table: dict[str, int] = field(default_factory=dict)


@dataclass
class Scrubber:
    """Takes the rows of people on the list out of stored files."""

    suppression: Suppression
    archive: Archive
    tombstones: Tombstones = field(init=False)

    def __post_init__(self) -> None:
        """Know what was rewritten before."""
        self.tombstones = Tombstones(self.suppression)

    def cleaned(self, stored: StoredFile, table: TableContract | None) -> StoredFile:
        """The file without what is theirs, in the archive; the file itself if nothing is.

        What is no regular table's is judged by the words in it, and kept as a mere note.
        """
        if not self.suppression:
            return stored
        found = None if table is None else self.found(stored.path, table)
        if table is None or found is None:
            return self._without_content(stored) if self._has_words(stored.path) else stored
        self.suppression.add(found.documents)
        return self._rewritten(stored, table, found) if found else stored

    def found(self, path: Path, table: TableContract) -> Found | None:
        """What of a file is theirs; None if its contract can't read it to its end."""
        reader, found = RowReader(table, self.suppression), Found()
        try:
            for batch in shared_reader().read(path, table, Tally()):
                reader.look(batch, found)
        except QuarantineError:
            return None
        return found

    def emptied(self, stored: StoredFile, table: TableContract) -> StoredFile:
        """The file without any row; one that its contract can't read keeps nothing at all."""
        found = Found()
        try:
            for batch in shared_reader().read(stored.path, table, Tally()):
                found.rows |= set(batch.rows.column("_line").to_pylist())
                found.rejects |= {one.line_number: one.line_count for one in batch.rejects}
        except QuarantineError:
            has_rows = self.tombstones.of(stored.content_hash) is None
            return self._without_content(stored) if has_rows else stored
        return self._rewritten(stored, table, found) if found else stored

    def _rewritten(self, stored: StoredFile, table: TableContract, found: Found) -> StoredFile:
        target = self.archive.folder / f".incoming.{os.getpid()}.scrubbed"
        try:
            lines = rewrite(stored.path, table, found, target)
            rows = len(found.rows) + len(found.rejects)
            return self._put(stored, target, rows, lines, len(found.words))
        finally:
            target.unlink(missing_ok=True)

    def _without_content(self, stored: StoredFile) -> StoredFile:
        target = self.archive.folder / f".incoming.{os.getpid()}.scrubbed"
        note = f"erased: {self.suppression.hashed(stored.content_hash)}\n"
        with os.fdopen(replace_private(target), "w") as file:
            file.write(note)
        return self._put(stored, target, 0, 0, 0)

    def _put(
        self, stored: StoredFile, target: Path, rows: int, lines: int, redacted: int
    ) -> StoredFile:
        """Name the new file by its content; the one that it replaces is left to the caller."""
        sync(target)
        content_hash = hash_of(target)
        kept = self.archive.path(content_hash)
        kept.parent.mkdir(exist_ok=True, mode=0o700)
        # Known before it is there: a load of it has to count what is missing.
        self.tombstones.keep(stored.content_hash, content_hash, rows, lines, redacted)
        target.replace(kept)
        sync(kept.parent)
        return replace(stored, path=kept, content_hash=content_hash, size=kept.stat().st_size)

    def _has_words(self, path: Path) -> bool:
        try:
            rest = b""
            for chunk in expanded(path):
                if words_of_theirs(rest + chunk, self.suppression):
                    return True
                rest = chunk[-_OVERLAP_BYTES:]
        except QuarantineError:
            return words_of_theirs(path.read_bytes()[:_WORDS_BYTES], self.suppression)
        return False


def scrub_archive(
    connection: duckdb.DuckDBPyConnection,
    contracts: Iterable[SourceContract],
    suppression: Suppression | None = None,
    archive: Archive | None = None,
    told: Callable[[str], None] = lambda step: None,
    is_due: IsDue | None = None,
) -> Scrubbed:
    """Take everybody on the list out of the archive, and out of what the ledger says of it.

    `is_due` says which deliveries have been kept for as long as they may be: no row of them stays.

    Whole or again: a file goes only when the manifest and the ledger know the one that replaces
    it. Nothing is read where the archive was scrubbed by this very list. Hold `warehouse_lock`.
    """
    suppression = suppression or Suppression.load()
    archive = archive or Archive()
    scrubbed = Scrubbed()
    if is_due is None and (not suppression or is_scrubbed(suppression)):
        return scrubbed
    # Makes the key of the tombstones, where nobody is on the list.
    suppression.add(())
    scrubber = Scrubber(suppression, archive)
    sources = {contract.source_name: contract for contract in contracts}
    deliveries = list(archive.deliveries())
    due = _due(deliveries, sources, is_due) if is_due else set()
    replaced: dict[str, str] = {}
    # What is found in one file may name a thing of theirs in another: until nothing is new.
    while True:
        before = len(suppression.hashes)
        for delivery in deliveries:
            _scrub_one(scrubber, sources, delivery, due, replaced, scrubbed)
        if len(suppression.hashes) == before:
            break
    told("files")
    _replace_in_ledger(connection, replaced)
    told("ledger")
    archive.replace_manifest(
        replace(one, content_hash=_last(replaced, one.content_hash)) for one in deliveries
    )
    told("manifest")
    _remove_unknown(archive)
    told("removed")
    if suppression.folder is not None:
        write_state(suppression.folder / _STATE, {"list": suppression.fingerprint})
    scrubbed.files = len({old for old in replaced if old in {d.content_hash for d in deliveries}})
    return scrubbed


def is_scrubbed(suppression: Suppression) -> bool:
    """Whether the archive has nothing of anybody on this list."""
    if suppression.folder is None:
        return False
    state = read_state(suppression.folder / _STATE) or {}
    return state.get("list") == suppression.fingerprint


def _scrub_one(
    scrubber: Scrubber,
    sources: dict[str, SourceContract],
    delivery: ArchivedDelivery,
    due: set[str],
    replaced: dict[str, str],
    scrubbed: Scrubbed,
) -> None:
    content_hash = _last(replaced, delivery.content_hash)
    path = scrubber.archive.path(content_hash)
    if not path.exists():
        return
    source = sources.get(delivery.source_name)
    table = source.table_of(delivery.file_name) if source else None
    stored = StoredFile(path, content_hash, path.stat().st_size)
    if table is not None and delivery.content_hash in due:
        cleaned = scrubber.emptied(stored, table)
    else:
        cleaned = scrubber.cleaned(stored, table)
    if cleaned.content_hash == content_hash:
        return
    replaced[content_hash] = cleaned.content_hash
    after = scrubber.tombstones.of(cleaned.content_hash) or NOTHING_ERASED
    before = scrubber.tombstones.of(content_hash) or NOTHING_ERASED
    rows = after.erased_rows - before.erased_rows
    scrubbed.rows += rows
    scrubbed.redacted += after.redacted_rows - before.redacted_rows
    name = f"{delivery.source_name}.{table.table_name if table else '?'}"
    scrubbed.by_table[name] = scrubbed.by_table.get(name, 0) + rows


def _due(
    deliveries: Iterable[ArchivedDelivery], sources: dict[str, SourceContract], is_due: IsDue
) -> set[str]:
    """The contents that no delivery keeps: one that came again counts from then on."""
    kept: dict[str, bool] = {}
    for one in deliveries:
        source = sources.get(one.source_name)
        table = source.table_of(one.file_name) if source else None
        is_over = table is not None and is_due(one, table)
        kept[one.content_hash] = kept.get(one.content_hash, False) or not is_over
    return {content_hash for content_hash, is_kept in kept.items() if not is_kept}


def _last(replaced: dict[str, str], content_hash: str) -> str:
    while content_hash in replaced:
        content_hash = replaced[content_hash]
    return content_hash


def _replace_in_ledger(connection: duckdb.DuckDBPyConnection, replaced: dict[str, str]) -> None:
    with transaction(connection):
        for old in replaced:
            for table in ("deliveries", "loads"):
                connection.execute(
                    f"update ledger.{table} set content_hash = ? where content_hash = ?",
                    [_last(replaced, old), old],
                )


def _remove_unknown(archive: Archive) -> None:
    """Remove what the manifest does not list, in the archive and in quarantine."""
    known = {delivery.content_hash for delivery in archive.deliveries()}
    for path in [*archive.folder.glob("??/*"), *archive.quarantine_folder.glob("*")]:
        if path.name not in known:
            with suppress(FileNotFoundError):
                path.unlink()
