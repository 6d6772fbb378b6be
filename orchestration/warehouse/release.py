"""Which code this is: its version, and the commit where that can be told."""

import os
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from orchestration.paths import PROJECT_DIR

_SECONDS = 5


def version() -> str:
    """The version of this package."""
    try:
        return installed_version("throughline")
    except PackageNotFoundError:
        return "unknown"


def run_tags() -> dict[str, str]:
    """What a run is made by, as its tags say it."""
    known = commit()
    return {"throughline/version": version()} | ({"throughline/commit": known} if known else {})


@cache
def commit() -> str | None:
    """The commit of this folder; an image, which has no repository, is told it when it is made."""
    given = os.environ.get("THROUGHLINE_COMMIT")
    if given:
        return given
    if not (PROJECT_DIR / ".git").exists():
        return None
    try:
        told = subprocess.run(  # noqa: S603
            ["git", "-C", PROJECT_DIR, "rev-parse", "--short=12", "HEAD"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.strip()
