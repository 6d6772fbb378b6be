"""The small project, the states that its runs are killed in, and who lives in it."""

import csv
import gzip
import json
import shutil
from pathlib import Path

import pytest

from orchestration.paths import SAMPLE_DIR
from tests.faults.kills import Killer, Stage
from tests.faults.small_project import SOURCES, make_small_project


@pytest.fixture(scope="session")
def stage(company, tmp_path_factory):
    """The small project, ready to run."""
    project = tmp_path_factory.mktemp("small")
    make_small_project(project, company.data / "dbt" / "manifest.json")
    stage = Stage(project, tmp_path_factory.mktemp("runs"))
    yield stage
    stage.close()


class States:
    """Data folders by what has been done in them, each made from the one before when asked for."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage, self._folder = stage, folder
        files = [file for source in SOURCES for file in sorted((SAMPLE_DIR / source).iterdir())]
        self._first = [file for number, file in enumerate(files) if number % 4 < 2]
        self._second = [file for file in files if file not in self._first]

    def __getitem__(self, name: str) -> Path:
        state = self._folder / name
        if not state.exists():
            data = self._folder / f"{name}.unfinished"
            shutil.rmtree(data, ignore_errors=True)
            getattr(self, f"_{name}")(data)
            data.rename(state)
        return state

    def _after(self, state: str, data: Path) -> None:
        shutil.copytree(self[state], data, symlinks=True)

    def _published(self, data: Path) -> None:
        _deliver(data, self._first)
        self._stage.run(data, "run")

    def _delivered(self, data: Path) -> None:
        self._after("published", data)
        _deliver(data, self._second)
        _deliver_trouble(data / "landing" / "crm", self._first[0])

    def _landed(self, data: Path) -> None:
        self._after("delivered", data)
        self._stage.run(data, "landing")

    def _built(self, data: Path) -> None:
        self._after("landed", data)
        self._stage.run(data, "run")


@pytest.fixture(scope="session")
def states(stage, tmp_path_factory):
    return States(stage, tmp_path_factory.mktemp("states"))


def _deliver(data: Path, files: list[Path]) -> None:
    for file in files:
        place = data / "landing" / file.parent.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)


def _deliver_trouble(folder: Path, delivered: Path) -> None:
    """A correction, a duplicate, rows to refuse, files to refuse, a file of nobody."""
    text = delivered.read_text()
    header, *rows = text.splitlines(keepends=True)
    (folder / delivered.name).write_text("".join([header, *rows[1:]]))
    (folder / "contacts_2026-02-01.csv").write_text("".join([header, *rows[1:]]))
    (folder / "contacts_2026-02-02.csv").write_text("".join([header, *rows, "1,2,3\n", ",,\n"]))
    (folder / "contacts_2026-02-03.csv").write_bytes(b"\xff\xfe\0a")
    (folder / "contacts_2026-02-04.csv").write_text("a,b\n1,2\n")
    (folder / "unknown.bin").write_bytes(bytes(100))


@pytest.fixture(scope="session")
def secrets():
    """Values of people that are delivered: addresses, numbers, names."""
    values = set()
    for file in sorted((SAMPLE_DIR / "crm").glob("contacts_*.csv")):
        with file.open(newline="") as rows:
            for row in csv.DictReader(rows):
                values |= {row["Email"], row["Phone Number"].replace(" ", "")}
                values.add(f"{row['First Name']} {row['Last Name']}")
    for file in sorted((SAMPLE_DIR / "accounts").glob("accounts_*")):
        for line in gzip.decompress(file.read_bytes()).splitlines():
            values |= {value for value in json.loads(line).values() if "@" in str(value)}
    return [value.encode() for value in values if len(value) > 8]


@pytest.fixture(scope="session")
def killer(stage, states, secrets):
    return Killer(stage, states, secrets)
