"""What the fault tests measured: told in a table at the end of the test run, and kept in a file.

A figure says how often something was tried and how often it went wrong. The file holds one JSON
object a line, those of the last run alone, and is not committed.
"""

import json
import os
from collections.abc import Iterable

from orchestration.paths import PROJECT_DIR

PATH = PROJECT_DIR / ".cache" / "fault_figures.jsonl"


def record(figure: str, tried: int, faults: dict[str, int], **about: object) -> None:
    """Add a figure: how often it was tried, and each kind of fault with its count."""
    PATH.parent.mkdir(exist_ok=True)
    line = json.dumps({"figure": figure, "tried": tried, "faults": faults, **about})
    # One write: the processes of a test run share the file.
    descriptor = os.open(PATH, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def forget() -> None:
    """Begin anew."""
    PATH.unlink(missing_ok=True)


def table() -> list[str]:
    """What was recorded, in lines for a person; none if nothing was."""
    if not PATH.exists():
        return []
    figures = [json.loads(line) for line in PATH.read_text().splitlines()]
    rows = [
        (
            one["figure"],
            f"{one['tried']:,}",
            ", ".join(f"{name} {count:,}" for name, count in one["faults"].items()),
            _listed((name, one[name]) for name in one if name not in ("figure", "tried", "faults")),
        )
        for one in figures
    ]
    rows.insert(0, ("figure", "tried", "faults", "about"))
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), row[1].rjust(widths[1]), row[2].ljust(widths[2]), row[3]]
        )
        for row in rows
    ]


def _listed(pairs: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in pairs)
