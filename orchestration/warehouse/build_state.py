"""Whether the build under `build/` passed its audit, and what it was built from.

A small file beside the build holds it, not a table in it: it must vanish at once when a build
begins, and a build that is killed must not leave it behind.
"""

from pathlib import Path

from orchestration.paths import public_build_path
from orchestration.warehouse.state_files import read_state, write_state


def forget_build() -> None:
    """Forbid to publish what is under `build/`: a build begins, or its inputs are replaced."""
    public_build_path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _state_path().unlink(missing_ok=True)


def record_build(inputs: str) -> None:
    """Record that a whole build from these inputs passed its audit."""
    write_state(_state_path(), {"inputs": inputs})


def audited_inputs() -> str | None:
    """The fingerprint of the inputs of the build under `build/`; None if it is not audited."""
    state = read_state(_state_path())
    return state.get("inputs") if state else None


def _state_path() -> Path:
    return public_build_path().parent / "audited.json"
