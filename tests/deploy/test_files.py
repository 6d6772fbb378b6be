"""What is shipped to run it on a server says what the code does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.paths import PROJECT_DIR

DEPLOY = PROJECT_DIR / ".deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SERVICES = {"code", "daemon", "web"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_the_three_services_are_those_of_the_command(compose, monkeypatch, tmp_path):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    for variable in ("THROUGHLINE_STATE", "DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(variable, "")
    assert {one.stem.removeprefix("throughline-") for one in UNITS} == SERVICES
    assert {one["command"][1] for one in compose["services"].values()} == SERVICES
    for service in SERVICES:
        told = CliRunner().invoke(app, ["service", service, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0
        assert "--socket" in told.output
    options = {word for one in compose["services"].values() for word in one["command"]}
    assert {word for word in options if word.startswith("--")} == {"--address"}


def test_containers_are_nobody_and_their_page_is_this_machine_s(compose):
    for service in compose["services"].values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "user" not in service
    published = [port for one in compose["services"].values() for port in one.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_is_run_by_a_user_and_copies_what_is_there():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER throughline"]
    assert [line for line in lines if line.startswith("FROM")] == ["FROM python:3.11-slim"]
    copied = [
        word
        for line in lines
        if line.startswith("COPY")
        for word in line.removeprefix("COPY").split()[:-1]
    ]
    assert [name for name in copied if not (PROJECT_DIR / name).exists()] == []
    # All that the code reads beside itself.
    assert {"orchestration", "dbt_project", "seeds", "dagster.yaml"} <= set(copied)


def test_every_variable_of_the_example_is_one_that_is_read():
    named = set(re.findall(r"(THROUGHLINE_\w+)", (DEPLOY / "environment.example").read_text()))
    code = "".join(path.read_text() for path in (PROJECT_DIR / "orchestration").rglob("*.py"))

    assert named
    assert {name for name in named if f'"{name}"' not in code} == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_each_unit(unit, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd is installed")
    # It looks for what a unit starts and requires; here that is somewhere else.
    for one in UNITS:
        text = one.read_text().replace(
            "/opt/throughline/.venv/bin", str(Path(sys.executable).parent)
        )
        (tmp_path / one.name).write_text(text)

    checked = subprocess.run(  # noqa: S603
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )

    complaints = [line for line in checked.stderr.splitlines() if "throughline" in line]
    assert complaints == []
