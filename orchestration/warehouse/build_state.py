"""Whether the build under `build/` passed its audit, and what it was built from.

A small file beside the build holds it, not a table in it: it must vanish at once when a build
begins, and a build that is killed must not leave it behind.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.paths import public_build_path
from orchestration.warehouse.state_files import read_state, write_state


@dataclass(frozen=True)
class TestResult:
    """What one test of a build said; the rows are of published tables, and may be told."""

    unique_id: str
    status: str
    failed_rows: int
    told_rows: Sequence[str]


def forget_build() -> None:
    """Forbid to publish what is under `build/`: a build begins, or its inputs are replaced."""
    public_build_path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _state_path().unlink(missing_ok=True)


def record_build(inputs: str, tests: Sequence[TestResult] = ()) -> None:
    """Record that a whole build from these inputs passed its audit, and what its tests said."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    state = {"inputs": inputs, "tested_at": now, "tests": [astuple(test) for test in tests]}
    write_state(_state_path(), state)


def last_tests() -> tuple[list[TestResult], str | None]:
    """What the tests of the build under `build/` said, and when; nothing if it is not audited."""
    state = read_state(_state_path()) or {}
    return [TestResult(*test) for test in state.get("tests", [])], state.get("tested_at")


def audited_inputs() -> str | None:
    """The fingerprint of the inputs of the build under `build/`; None if it is not audited."""
    state = read_state(_state_path())
    return state.get("inputs") if state else None


def _state_path() -> Path:
    return public_build_path().parent / "audited.json"
