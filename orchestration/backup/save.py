"""A backup of one data folder and its company: the archive, and what no archive can give back.

Not in it: both databases and what is published (a rebuild makes them), what lies in landing (it is
its sender's until it is landed), and the secret of the customer keys (kept apart, it is what makes
them keys).
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.backup.store import Backup, BackupError, Entry, Store, files_below
from orchestration.identity import registry_file
from orchestration.landing import restore_manifest
from orchestration.landing.ledger import ensure_ledger
from orchestration.paths import (
    archive_dir,
    audience_log_path,
    company_dir,
    data_dir,
    fetched_dir,
    fetching_dir,
    identity_models_dir,
    privacy_dir,
    text_models_dir,
    warehouse_path,
)
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.release import version
from orchestration.warehouse.state_files import hash_of

DATA, COMPANY, REGISTRY = "data", "company", "registry.zip"
_CONTENT_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Saved:
    """A backup that was made: how many files it has, and how many contents were new."""

    made_at: str
    file_count: int
    new_count: int
    new_bytes: int


def save(address: str, wait_seconds: float = 60) -> Saved:
    """Make a backup. Raises BackupError, WarehouseLockedError.

    Runs wait only while the small files are copied: an archived file never changes.
    """
    store = Store(address)
    _refuse_own_folders(store)
    if not warehouse_path().exists():
        raise BackupError("there is no warehouse yet: `throughline run` makes one")
    with TemporaryDirectory(prefix=".backup-", dir=data_dir()) as folder:
        with warehouse_lock(wait_seconds):
            settings = _settings()
            files = _files(Path(folder))
        return _keep(store, files, settings, Path(folder) / "list.json")


def _refuse_own_folders(store: Store) -> None:
    for folder in (data_dir(), company_dir()):
        if folder is not None and store.root is not None and store.root.is_relative_to(folder):
            raise BackupError(f"{store.root} is within {folder}: what happens to it happens there")


def _settings() -> dict[str, str]:
    """What was set for this warehouse; its archive's manifest is whole afterwards."""
    with open_warehouse() as connection:
        ensure_ledger(connection)
        restore_manifest(connection)
        return dict(connection.execute("from ledger.run_settings").fetchall())


def _files(scratch: Path) -> dict[str, Path]:
    """Every file of a backup by its name there; those that may change meanwhile are copies."""
    files: dict[str, Path] = {}
    folders = (identity_models_dir(), text_models_dir(), fetched_dir(), privacy_dir())
    for folder in (*folders, data_dir() / "truth"):
        files |= _named(DATA, data_dir(), files_below(folder))
    if company_dir() is None:
        files |= _named(DATA, data_dir(), files_below(fetching_dir()))
    single = (archive_dir() / "deliveries.jsonl", audience_log_path())
    files |= _named(DATA, data_dir(), (path for path in single if path.exists()))
    company = company_dir()
    if company is not None:
        files |= _named(COMPANY, company, files_below(company, skipped=data_dir()))
    copies = {}
    for number, (name, path) in enumerate(files.items()):
        copies[name] = Path(shutil.copyfile(path, scratch / str(number)))
    registry = scratch / REGISTRY
    try:
        registry_file.export(registry)
        copies[REGISTRY] = registry
    except registry_file.RegistryError:
        # Nobody has a key before the first build.
        pass
    archived = (path for path in files_below(archive_dir()) if _CONTENT_NAME.fullmatch(path.name))
    return _named(DATA, data_dir(), archived) | copies


def _named(prefix: str, root: Path, paths: Iterable[Path]) -> dict[str, Path]:
    return {f"{prefix}/{path.relative_to(root).as_posix()}": path for path in paths}


def _keep(store: Store, files: dict[str, Path], settings: dict[str, str], scratch: Path) -> Saved:
    there = store.sizes()
    entries = []
    new_count = new_bytes = 0
    for name, path in files.items():
        size = path.stat().st_size
        is_archived = name.startswith(f"{DATA}/archive/") and _CONTENT_NAME.fullmatch(path.name)
        content_hash = path.name if is_archived else hash_of(path)
        if there.get(content_hash) != size:
            if is_archived and hash_of(path) != content_hash:
                raise BackupError(f"{path} was damaged: its content is not what it was named by")
            store.put(path, content_hash)
            there[content_hash] = size
            new_count += 1
            new_bytes += size
        entries.append(Entry(name, content_hash, size))
    made_at = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")
    store.put_list(Backup(made_at, version(), settings, entries), scratch)
    return Saved(made_at, len(entries), new_count, new_bytes)
