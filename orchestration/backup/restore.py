"""A backup brought back into an empty data folder; `throughline rebuild` then makes the rest."""

import os
from contextlib import suppress
from pathlib import Path, PurePosixPath

from orchestration.backup.save import COMPANY, DATA, REGISTRY
from orchestration.backup.store import Backup, BackupError, Entry, Store
from orchestration.identity import registry_file
from orchestration.landing import ensure_ledger, set_run_settings
from orchestration.paths import company_dir, data_dir, warehouse_path
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.key_secret import is_from_environment, secret_path
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.private_files import keep_files_private, make_data_folder
from orchestration.warehouse.state_files import hash_of

# While it is there, the folder is what an unfinished restore left, and may be gone on with.
_MARK = ".restoring"
# May be there before: the secret has to.
_ALLOWED = {_MARK, ".dagster", "key_secret", "warehouse.lock", "project", "company", "privacy"}


def restore(address: str, made_at: str | None = None) -> Backup:
    """Bring the named backup back, or the last one. Raises BackupError, WarehouseLockedError."""
    store = Store(address)
    backup = store.backup(made_at)
    make_data_folder(data_dir())
    keep_files_private()
    with warehouse_lock():
        _refuse(backup)
        (data_dir() / _MARK).touch()
        for entry in backup.entries:
            if entry.path != REGISTRY:
                _bring(store, entry, _place(entry))
        _bring_back_what_was_set(store, backup)
        (data_dir() / _MARK).unlink()
    return backup


def _refuse(backup: Backup) -> None:
    """Say what is in the way before anything is written."""
    paths = [entry.path for entry in backup.entries]
    there = {path.name for path in data_dir().iterdir()}
    if _MARK not in there and there - _ALLOWED:
        raise BackupError(
            f"{data_dir()} is not empty: a backup is brought back into an empty folder"
        )
    has_company = any(path.startswith(f"{COMPANY}/") for path in paths)
    company = company_dir()
    if has_company and company is None:
        raise BackupError("it holds a company folder: say where in THROUGHLINE_COMPANY")
    if has_company and company is not None and _MARK not in there:
        others = [one for one in company.iterdir() if one != data_dir()] if company.exists() else []
        if others:
            raise BackupError(
                f"{company} is not empty: a company is brought back into an empty one"
            )
    is_sample = any(path.startswith(f"{DATA}/truth/") for path in paths)
    has_secret = is_from_environment() or secret_path().exists() or is_sample
    if REGISTRY in paths and not has_secret:
        raise BackupError(
            f"first put the secret of its customer keys into {secret_path()} (mode 0600), or into "
            "THROUGHLINE_KEY_SECRET: it is kept apart from backups"
        )


def _place(entry: Entry) -> Path:
    """Where a file belongs; a list that was tampered with leads nowhere else."""
    kind, *parts = PurePosixPath(entry.path).parts
    root = data_dir() if kind == DATA else company_dir() if kind == COMPANY else None
    if root is None or not parts or {"..", "/"} & set(parts):
        raise BackupError(f"{entry.path!a} is no file of a backup")
    return root.joinpath(*parts)


def _bring(store: Store, entry: Entry, path: Path) -> None:
    if path.exists() and hash_of(path) == entry.content_hash:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    store.get(entry, new)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(path)


def _bring_back_what_was_set(store: Store, backup: Backup) -> None:
    """The run settings and the registry, in a warehouse that has nothing else."""
    with open_warehouse() as connection:
        ensure_ledger(connection)
        set_run_settings(connection, backup.settings.items())
    registry = next((entry for entry in backup.entries if entry.path == REGISTRY), None)
    if registry is None:
        return
    path = data_dir() / f".{REGISTRY}"
    try:
        _bring(store, registry, path)
        registry_file.restore(path, replace=False)
    except registry_file.RegistryError as error:
        warehouse_path().unlink()
        raise BackupError(str(error)) from error
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
