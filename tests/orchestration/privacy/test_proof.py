"""A search through the bytes of files, whatever wraps them."""

import gzip
import io
import resource
import tracemalloc
import zipfile

import duckdb
import openpyxl
import pytest

from orchestration.paths import data_dir
from orchestration.privacy.proof import search

ADDRESS = "somebody.here7@mail.example"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "data" / ".dagster"))
    data_dir().mkdir()
    return data_dir()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append([ADDRESS, "x"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


WRAPPED = {
    "plain": ADDRESS.encode(),
    "upper case": ADDRESS.upper().encode(),
    "two bytes a letter": ADDRESS.encode("utf-16"),
    "gzip": gzip.compress(ADDRESS.encode() * 3),
    "workbook": workbook(),
    "workbook within": zipped({"embedded.xlsx": workbook()}),
    "gzip cut short": gzip.compress(b"x" * 1000)[:-9] + ADDRESS.encode(),
    "zip that is none": b"PK\x03\x04 " + ADDRESS.encode(),
}


@pytest.mark.parametrize("content", WRAPPED.values(), ids=WRAPPED)
def test_whatever_wraps_it_it_is_found(folder, content):
    (folder / "file").write_bytes(content)

    proof = search([ADDRESS])

    assert list(proof.found) == [folder / "file"]
    assert search(["nobody.else@mail.example"]).found == {}


def test_it_is_found_in_a_database_and_in_parquet(folder):
    with duckdb.connect(str(folder / "some.duckdb")) as connection:
        connection.execute(f"create table people as select '{ADDRESS}' as email from range(5000)")
        connection.execute(f"copy people to '{folder / 'some.parquet'}' (compression zstd)")

    assert set(search([ADDRESS]).found) == {folder / "some.duckdb", folder / "some.parquet"}


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_what_expands_to_a_disk_full_fills_none(folder, kind, monkeypatch):
    monkeypatch.setattr("orchestration.privacy.proof._CHUNK_BYTES", 1 << 20)
    much = b"\0" * (80 << 20) + ADDRESS.encode()
    content = gzip.compress(much) if kind == "gzip" else zipped({"part": much})
    (folder / "bomb").write_bytes(content)
    del much
    largest, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may grow beyond this: what is read has to be searched as it comes.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, most))
    tracemalloc.start()
    try:
        proof = search([ADDRESS])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, most))

    assert list(proof.found) == [folder / "bomb"]
    assert peak < 20 << 20
