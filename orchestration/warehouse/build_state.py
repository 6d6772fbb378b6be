"""Whether the build under `build/` passed its audit, and what it was built from.

A small file beside the build holds it, not a table in it: it must vanish at once when a build
begins, and a build that is killed must not leave it behind.
"""

import json
from pathlib import Path

from orchestration.paths import public_build_path


class NotAuditedError(Exception):
    """The last build did not finish, or failed its audit."""


def forget_build() -> None:
    """Forbid to publish what is under `build/`: a build begins, or its inputs are replaced."""
    public_build_path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _state_path().unlink(missing_ok=True)


def record_build(inputs: str) -> None:
    """Record that a whole build from these inputs passed its audit."""
    _state_path().write_text(json.dumps({"inputs": inputs}))


def is_audited() -> bool:
    """Whether the build under `build/` passed its audit."""
    return _state_path().exists()


def audited_inputs() -> str:
    """The fingerprint of the inputs of the audited build; raises NotAuditedError without one."""
    if not is_audited():
        raise NotAuditedError("the last build did not pass its audit: nothing to publish")
    inputs: str = json.loads(_state_path().read_text())["inputs"]
    return inputs


def _state_path() -> Path:
    return public_build_path().parent / "audited.json"
