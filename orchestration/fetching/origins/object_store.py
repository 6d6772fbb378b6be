"""Files of a folder in an object store, or in any other file system that fsspec knows.

What a contract expects by name is taken, once for each version that the store tells apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from orchestration.fetching.names import wanted
from orchestration.fetching.origins.origin import Cursor, Extract, UnstableError
from orchestration.landing.contract import SourceContract

# What stores call the version of an object; a plain file system knows size and time only.
_VERSIONS = ("VersionId", "ETag", "etag", "md5Hash", "checksum")
_TIMES = ("LastModified", "updated", "last_modified", "mtime")


@dataclass(frozen=True)
class ObjectStore:
    """A folder, by its address (`s3://bucket/folder`), with the options of its file system."""

    contract: SourceContract
    url: str
    options: Mapping[str, Any]

    def extracts(self, cursors: Mapping[str, Cursor]) -> Iterator[Extract]:
        """Every expected file whose version is new, by its day and name."""
        # Neither a connection nor a listing of before.
        options = {**self.options, "skip_instance_cache": True, "use_listings_cache": False}
        store, folder = fsspec.core.url_to_fs(self.url, **options)
        found = {
            PurePosixPath(entry["name"]).name: entry
            for entry in store.ls(folder, detail=True)
            if entry["type"] == "file" and not entry["name"].endswith("/")
        }
        for name in wanted(self.contract, found):
            version = _version(found[name])
            if cursors.get(name) != version:
                yield Extract(name, name, partial(_copied, store, found[name], version))


def _copied(store: Any, entry: Mapping[str, Any], version: str, path: Path) -> Cursor:
    """The content of just this version."""
    store.get_file(entry["name"], str(path))
    if _version(store.info(entry["name"])) != version or path.stat().st_size != entry["size"]:
        raise UnstableError
    return version


def _version(entry: Mapping[str, Any]) -> str:
    parts = [str(entry["size"])]
    told = [name for name in _VERSIONS if entry.get(name)] or [
        name for name in _TIMES if entry.get(name)
    ]
    return " ".join([*parts, *(str(entry[name]) for name in told[:1])])
