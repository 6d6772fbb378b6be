"""Readers while versions are published: no read fails, and none sees two versions at once."""

import subprocess
import sys
import time

import pytest

from tests.faults import figures
from tests.orchestration.publishing.conftest import (  # noqa: F401
    build,
    data_folder,
    publish_marts,
)

FULL, SHORT = (50, 10_000), (4, 100)
_READERS = 3
# Each version says its number in both marts, and has as many rows as its number. Ways to read: the
# file opened anew, the file attached and detached, and Parquet of the folder that is current.
READER = """
import sys
from pathlib import Path
import duckdb

published, stop, way = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
reads = errors = mixed = 0
seen = set()

def numbers():
    if way == 0:
        with duckdb.connect(str(published / "cx.duckdb"), read_only=True) as cx:
            return cx.execute(SQL).fetchone()
    if way == 1:
        with duckdb.connect() as own:
            own.execute(f"attach '{published / 'cx.duckdb'}' as cx (read_only)")
            found = own.execute(SQL.replace("marts.", "cx.marts.")).fetchone()
            own.execute("detach cx")
            return found
    folder = (published / "parquet").resolve()
    with duckdb.connect() as own:
        return own.execute(
            f"select a.n, b.n, (select count(*) from '{folder}/a.parquet') "
            f"from '{folder}/a.parquet' as a, '{folder}/b.parquet' as b limit 1"
        ).fetchone()

SQL = "select a.n, b.n, (select count(*) from marts.a) from marts.a as a, marts.b as b limit 1"
while True:
    is_last = stop.exists()
    try:
        one, other, count = numbers()
        mixed += not one == other == count
        seen.add(one)
    except duckdb.Error as error:
        errors += 1
        print(error, file=sys.stderr)
    reads += 1
    if is_last:
        break
print(reads, errors, mixed, len(seen))
"""


@pytest.mark.parametrize(
    "form", [pytest.param("short"), pytest.param("full", marks=pytest.mark.slow)]
)
def test_readers_see_one_version_at_a_time(form, build, publish_marts, tmp_path, monkeypatch):  # noqa: F811
    publishes, reads = FULL if form == "full" else SHORT
    # Old versions go while they are read.
    monkeypatch.setenv("THROUGHLINE_KEPT_VERSIONS", "2")

    def publish(number):
        build(
            *(
                f"create or replace table marts.{mart} as "
                f"select {number} as n, i from range({number}) as numbers(i)"
                for mart in ("a", "b")
            ),
            inputs=str(number),
        )
        publish_marts("a", "b")

    publish(1)
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", READER, str(tmp_path / "data/published"), str(stop), str(way)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for way in range(_READERS)
    ]
    begun = time.monotonic()
    for number in range(2, publishes + 1):
        publish(number)
    # As many reads as are wanted, and more versions as long as they are not there.
    told = finish(readers, stop)
    while sum(one[0] for one in told) < reads:
        stop.unlink()
        readers = [again(reader) for reader in readers]
        for _ in range(5):
            number += 1
            publish(number)
        told += finish(readers, stop)

    tried = sum(one[0] for one in told)
    figures.record(
        "reads while versions are published",
        tried,
        {"errors": sum(one[1] for one in told), "mixed versions": sum(one[2] for one in told)},
        form=form,
        publishes=number,
        seconds=round(time.monotonic() - begun),
    )
    assert sum(one[3] for one in told) > _READERS
    assert tried >= reads
    assert [one[1:3] for one in told] == [(0, 0)] * len(told)


def again(reader):
    return subprocess.Popen(  # noqa: S603
        reader.args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(readers, stop):
    """What each counted: reads, errors, mixed versions, versions seen."""
    stop.touch()
    told = []
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors[-2000:]
        told.append(tuple(map(int, output.split())))
    return told
