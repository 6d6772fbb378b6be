"""The proof of an erasure: no byte of any file names the person, also once it is uncompressed.

Every file below the data folder is read as it lies on the disk, free blocks and all. What is
compressed is searched in an uncompressed copy too: databases, Parquet, gzip, workbooks. Only
counts come out of here.
"""

import gzip
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb

from orchestration.paths import dagster_dir, data_dir, landing_dir, privacy_dir, reference_dir
from orchestration.warehouse.connections import SETTINGS, quoted

_GZIP, _PARQUET, _ZIP = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"
_CHUNK_BYTES = 64 << 20
_DUCKDB_AT, _DUCKDB = 8, b"DUCK"


@dataclass
class Proof:
    """How many files were searched for how many spellings, and where any was found."""

    files: int = 0
    searched_bytes: int = 0
    patterns: int = 0
    found: dict[Path, int] = field(default_factory=dict)
    # Delivered and not landed yet: left out when it is landed.
    waiting: int = 0
    # Reads Parquet files: a connection for each takes longer than most of them.
    reader: duckdb.DuckDBPyConnection = field(
        default_factory=lambda: duckdb.connect(config=SETTINGS), repr=False
    )

    @property
    def count(self) -> int:
        """How often anything was found."""
        return sum(self.found.values())


def search(spellings: Collection[str], roots: Collection[Path] | None = None) -> Proof:
    """Look for the spellings in every file below the data folder, Dagster's memory and the seeds.

    Not in `truth`, which is what a generator of invented people knows, nor in the list of requests.
    """
    if roots is None:
        roots = (data_dir(), dagster_dir(), reference_dir())
    patterns = _patterns(spellings)
    proof = Proof(patterns=len(spellings))
    if not patterns:
        return proof
    with tempfile.TemporaryDirectory(prefix=".search-", dir=data_dir()) as folder:
        scratch = Path(folder)
        for path in _files(roots, {data_dir() / "truth", privacy_dir(), scratch}):
            count = _count(path, patterns, scratch, proof)
            proof.files += 1
            if count and path.is_relative_to(landing_dir()):
                proof.waiting += count
            elif count:
                proof.found[path] = count
    return proof


def _files(roots: Collection[Path], left: Collection[Path]) -> Iterator[Path]:
    """Every file once, also where it has two names or lies below two of the roots."""
    seen = set()
    for root in roots:
        for parent, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if Path(parent, name) not in left)
            for name in sorted(names):
                path = Path(parent, name)
                status = path.lstat()
                one = (status.st_dev, status.st_ino)
                if stat.S_ISREG(status.st_mode) and one not in seen:
                    seen.add(one)
                    yield path


def _patterns(spellings: Collection[str]) -> Sequence[bytes]:
    """In small and in capital letters, of one byte each and of two, and as JSON escapes them."""
    forms = set()
    for spelling in spellings:
        for cased in {spelling, spelling.lower(), spelling.upper()}:
            forms |= {cased.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
            forms.add(cased.encode("ascii", "backslashreplace"))
    return sorted(forms)


def _count(path: Path, patterns: Sequence[bytes], scratch: Path, proof: Proof) -> int:
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(0)
        count = _count_bytes(file, patterns, proof)
    try:
        return max(count, _count_uncompressed(path, head, patterns, scratch, proof))
    except (OSError, EOFError, zlib.error, duckdb.Error, zipfile.BadZipFile, RuntimeError):
        # A damaged delivery, or a locked one, is in quarantine as it came: its bytes were searched.
        return count
    finally:
        for left_over in scratch.glob("plain*"):
            left_over.unlink()


def _count_uncompressed(
    path: Path, head: bytes, patterns: Sequence[bytes], scratch: Path, proof: Proof
) -> int:
    if head.startswith(_GZIP):
        # As it streams: what expands to more than any disk holds fills none.
        with gzip.open(path) as zipped:
            return _count_bytes(zipped, patterns, proof)
    if head.startswith(_ZIP):
        return _count_zipped(path, patterns, scratch, proof)
    plain = scratch / "plain"
    if head.startswith(_PARQUET):
        proof.reader.execute(
            f"copy (from read_parquet({quoted(path)})) to {quoted(plain)} (format csv)"
        )
    elif head[_DUCKDB_AT : _DUCKDB_AT + 4] == _DUCKDB:
        _uncompressed(path, plain)
    else:
        return 0
    with plain.open("rb") as file:
        return _count_bytes(file, patterns, proof)


def _uncompressed(path: Path, plain: Path) -> None:
    """The tables of a database in a file that compresses nothing."""
    with duckdb.connect(str(plain), config=SETTINGS) as connection:
        connection.execute("set force_compression = 'uncompressed'")
        connection.execute(f"attach {quoted(path)} as searched (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'searched' "
            "order by all"
        ).fetchall()
        for number, (schema, table) in enumerate(tables):
            connection.execute(f'create table t{number} as from searched."{schema}"."{table}"')
        connection.execute("checkpoint")


def _count_zipped(path: Path, patterns: Sequence[bytes], scratch: Path, proof: Proof) -> int:
    count = 0
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            with parts.open(name) as part:
                is_zipped = part.read(len(_ZIP)) == _ZIP
            with parts.open(name) as part:
                if not is_zipped:
                    count += _count_bytes(part, patterns, proof)
                    continue
                # A workbook within a workbook.
                with tempfile.NamedTemporaryFile(dir=scratch) as inner:
                    shutil.copyfileobj(part, inner)
                    inner.flush()
                    count += _count(Path(inner.name), patterns, scratch, proof)
    return count


def _count_bytes(file: IO[bytes] | gzip.GzipFile, patterns: Sequence[bytes], proof: Proof) -> int:
    overlap = max(map(len, patterns)) - 1
    count, rest = 0, b""
    while chunk := file.read(_CHUNK_BYTES):
        proof.searched_bytes += len(chunk)
        content = rest + chunk
        for pattern in patterns:
            # What lies wholly in the rest was counted with the piece before.
            first = max(0, len(rest) - len(pattern) + 1)
            count += content.count(pattern, first)
        rest = content[-overlap:]
    return count
