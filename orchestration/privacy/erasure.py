"""Erasing people: out of the archive, then a warehouse and a version that never held them.

Each step may be killed and done again. What is asked for is written down first; from then on no
landing brings them back, and whoever comes next finishes the request. The file of it is gone when
the proof has found nothing.
"""

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.landing import ensure_tables, load_contracts, restore_manifest, scrub_archive
from orchestration.landing.scrubbing import Scrubbed
from orchestration.landing.suppression import Suppression
from orchestration.paths import (
    company_dir,
    dagster_dir,
    data_dir,
    dbt_dir,
    dev_dir,
    erasure_request_path,
    identity_models_dir,
    privacy_dir,
    published_dir,
    reference_dir,
    text_models_dir,
)
from orchestration.privacy.proof import Proof, search
from orchestration.privacy.subjects import Subject
from orchestration.publishing import versions
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.private_files import append_lines
from orchestration.warehouse.state_files import read_state, write_state

_LOG = "erasures.jsonl"
# Rows of these seeds are about single people: the columns that say which.
_SEEDS = {
    "identity_decisions.csv": ("left_profile_key", "right_profile_key"),
    "text_labels.csv": ("text_key",),
    "blocked_values.csv": ("identifier_value",),
}


@dataclass
class Erasure:
    """What was done, by count, and the proof."""

    people: int = 0
    scrubbed: Scrubbed = field(default_factory=Scrubbed)
    seed_rows: int = 0
    removed_versions: int = 0
    proof: Proof = field(default_factory=Proof)


def is_under_way() -> bool:
    """Whether an erasure was begun and not proved yet."""
    return erasure_request_path().exists()


def begin(subjects: Sequence[Subject]) -> None:
    """Write the request down, and leave them out of everything that is landed from now on.

    A request that is under way gets them added. Hold `warehouse_lock`.
    """
    privacy_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    people = _people()
    people += [subject for subject in subjects if subject not in people]
    write_state(erasure_request_path(), {"people": [person.as_dict() for person in people]})
    erasure_request_path().chmod(0o600)
    suppress_people(subjects)


def suppress_people(subjects: Sequence[Subject]) -> int:
    """Put people on the suppression list; returns how many values are new on it."""
    return Suppression.load().add(value for subject in subjects for value in subject.listed)


def finish(rebuild: Callable[[], None], told: Callable[[str], None] = lambda step: None) -> Erasure:
    """Do what was asked for, from wherever an earlier try was killed. Hold `warehouse_lock`.

    `rebuild` makes warehouse, marts and a version anew from the archive. The request stays while
    the proof finds anybody.
    """
    people = _people()
    erasure = Erasure(people=len(people))
    # Again, for a kill between the request and the list.
    suppress_people(people)
    told("suppressed")
    erasure.scrubbed = _scrub()
    told("archive")
    _forget_in_models(people)
    told("models")
    erasure.seed_rows = _forget_in_seeds(people) + _forget_in_key_maps(people)
    told("seeds")
    rebuild()
    told("rebuilt")
    erasure.removed_versions = remove_copies()
    told("copies")
    spellings = sorted({spelling for person in people for spelling in person.searched})
    _remove_logs(spellings)
    erasure.proof = search(spellings)
    told("searched")
    _log(erasure)
    if not erasure.proof.count:
        erasure_request_path().unlink(missing_ok=True)
    return erasure


def _people() -> list[Subject]:
    state = read_state(erasure_request_path()) or {}
    return [
        Subject(**{**person, "values": [tuple(value) for value in person["values"]]})
        for person in state.get("people", [])
    ]


def _scrub() -> Scrubbed:
    contracts = load_contracts()
    with open_warehouse() as connection:
        ensure_tables(connection, contracts)
        restore_manifest(connection)
        return scrub_archive(connection, contracts)


def _forget_in_models(people: Sequence[Subject]) -> None:
    """Matching models lose what only they are called; text models are learnt anew by a run."""
    for path in sorted(identity_models_dir().glob("*.json")):
        model = read_state(path)
        if model is None:
            continue
        frequencies: dict[str, Any] = model.get("term_frequencies", {})
        is_changed = False
        for person in people:
            for column, terms in person.terms.items():
                known = frequencies.get(column, {}).get("terms", {})
                for term in terms:
                    is_changed = known.pop(term, None) is not None or is_changed
        if is_changed:
            write_state(path, model)
            path.chmod(0o600)
    shutil.rmtree(text_models_dir(), ignore_errors=True)


def _forget_in_seeds(people: Sequence[Subject]) -> int:
    """Drop the rows of seeds that are about them; where a seed is under git, its history stays."""
    gone = {key for person in people for key in (*person.profile_keys, *person.text_keys)}
    gone |= {value for person in people for _, value in person.values}
    return sum(
        _without_rows(path.resolve(), columns, gone)
        for name, columns in _SEEDS.items()
        for path in _seed_files(name)
    )


def _seed_files(name: str) -> list[Path]:
    roots = [reference_dir(), *filter(None, [company_dir()])]
    return sorted({path.resolve() for root in roots for path in root.rglob(name)})


def _forget_in_key_maps(people: Sequence[Subject]) -> int:
    """What a rotation of keys left: which key was whose before."""
    gone = {key for person in people for key in person.customer_keys}
    columns = ("old_customer_key", "new_customer_key")
    folder = data_dir() / "key_maps"
    return sum(_without_rows(path, columns, gone) for path in sorted(folder.glob("*.csv")))


def _without_rows(path: Path, columns: Sequence[str], gone: set[str]) -> int:
    """Write a CSV file anew without the rows that name anybody; returns how many went."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = reader.fieldnames or (), list(reader)
    kept = [row for row in rows if not gone & {row.get(column) for column in columns}]
    if len(kept) == len(rows):
        return 0
    new = path.with_name(f".{path.name}.new")
    with new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    shutil.copymode(path, new)
    new.replace(path)
    return len(rows) - len(kept)


def remove_copies() -> int:
    """Remove whatever holds what was: older versions, analysts' copies, logs of databases."""
    shutil.rmtree(dev_dir(), ignore_errors=True)
    for left_over in (
        *data_dir().glob(".dry_run-*"),
        *data_dir().glob(".backup-*"),
        *data_dir().glob("*.tmp"),
        *(published_dir() / "versions").glob("*.tmp"),
    ):
        shutil.rmtree(left_over, ignore_errors=True)
    for log in (*data_dir().glob("*.wal"), *data_dir().glob("*.rebuild")):
        log.unlink(missing_ok=True)
    return versions.remove_others()


def _remove_logs(spellings: Sequence[str]) -> None:
    """Logs and artifacts say no values; one that does all the same is removed."""
    for path in search(spellings, (dbt_dir(), dagster_dir() / "history" / "runs")).found:
        path.unlink(missing_ok=True)


def _log(erasure: Erasure) -> None:
    """What was erased when, by count."""
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "people": erasure.people,
        "files": erasure.scrubbed.files,
        "rows": erasure.scrubbed.rows,
        "redacted_rows": erasure.scrubbed.redacted,
        "seed_rows": erasure.seed_rows,
        "removed_versions": erasure.removed_versions,
        "searched_files": erasure.proof.files,
        "found": erasure.proof.count,
    }
    append_lines(privacy_dir() / _LOG, json.dumps(line) + "\n")
