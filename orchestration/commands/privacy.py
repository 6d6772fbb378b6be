"""`throughline privacy …`: words, questions and exit codes only."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.terminal import errors_in_words, fail

if TYPE_CHECKING:
    from orchestration.privacy.erasure import Erasure
    from orchestration.privacy.subjects import Subject

app = typer.Typer(no_args_is_help=True, help="A person's rights: leave out, erase, show.")

_IDENTIFIERS = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[IDENTIFIER]…",
        help="An e-mail address, a phone number with its country (+48 …), source:id or a customer "
        "key. - reads them from the standard input, a line each, so that no list of commands has "
        "them.",
    ),
]
_YES = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command("suppress")
def suppress_people(identifiers: _IDENTIFIERS = None) -> None:
    """Leave these people out of everything that is landed from now on.

    What is there stays until `erase`, or the next rebuild.
    """
    from orchestration.privacy import erasure
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(WarehouseLockedError), warehouse_lock():
        count = erasure.suppress_people(_subjects(identifiers))
    typer.echo(f"{count} values are new on the suppression list.")


@app.command()
def erase(identifiers: _IDENTIFIERS = None, yes: _YES = False) -> None:
    """Erase these people from every place, and prove it; without any, finish what was begun.

    Ends with 1 if anything of them is found afterwards.
    """
    from orchestration.commands.jobs import execute
    from orchestration.privacy import erasure
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(WarehouseLockedError), warehouse_lock():
        if not identifiers and not erasure.is_under_way():
            fail("no erasure is under way: name somebody")
        if identifiers:
            subjects = _subjects(identifiers)
            _tell(subjects)
            if not yes and not typer.confirm("Erase them for good?"):
                raise typer.Exit(1)
            erasure.begin(subjects)
        done = erasure.finish(lambda: execute("rebuild"))
    _tell_what_was_done(done)
    if done.proof.count:
        raise typer.Exit(1)


@app.command()
def retain(yes: _YES = False) -> None:
    """Let go of what was kept for `landing_retention_days` of its contract; for a job of cron."""
    from orchestration.commands.jobs import execute
    from orchestration.privacy import retention
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(WarehouseLockedError), warehouse_lock():
        due = retention.due_files()
        for table, count in sorted(due.items()):
            typer.echo(f"{count:>8,} files of {table}")
        if due and not yes and not typer.confirm("Let go of their rows for good?"):
            raise typer.Exit(1)
        scrubbed = retention.apply(lambda: execute("rebuild"))
    typer.echo(f"{scrubbed.rows:,} rows left {scrubbed.files:,} archived files.")


@app.command()
def export(
    identifier: Annotated[
        str, typer.Argument(metavar="IDENTIFIER", help="As for `erase`; - reads a line.")
    ],
    folder: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new folder.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Tables as CSV instead of JSON.")] = False,
) -> None:
    """Write everything that is held about one person into a folder that only you can read."""
    from orchestration.privacy.access import FolderInUseError, write_report
    from orchestration.warehouse.connections import UnreadableWarehouseError

    subjects = _subjects([identifier])
    if len(subjects) > 1:
        fail("a report is about one person")
    with errors_in_words(FolderInUseError, UnreadableWarehouseError):
        counts = write_report(subjects[0], folder.resolve(), "csv" if as_csv else "json")
    for name, count in counts.items():
        typer.echo(f"{count:>8,} {name}")
    typer.echo(f"{sum(counts.values()):,} rows in {folder.resolve()}")


def _subjects(identifiers: Sequence[str] | None) -> list["Subject"]:
    from orchestration.privacy.subjects import UnknownSubjectError, subject_of
    from orchestration.warehouse.connections import UnreadableWarehouseError

    given = [
        line.strip()
        for one in identifiers or ()
        for line in (sys.stdin.read().splitlines() if one == "-" else [one])
        if line.strip()
    ]
    if not given:
        fail("name somebody")
    with errors_in_words(UnknownSubjectError, UnreadableWarehouseError):
        return [subject_of(identifier) for identifier in given]


def _tell(subjects: Sequence["Subject"]) -> None:
    for number, subject in enumerate(subjects, start=1):
        private = sum(
            count for name, count in subject.counts.items() if not name.startswith("marts.")
        )
        public = sum(subject.counts.values()) - private
        typer.echo(
            f"{number}. {len(subject.profile_keys)} profiles, {len(subject.customer_keys)} "
            f"customer keys, {len(subject.values)} values that name nobody else; {private:,} "
            f"private and {public:,} public rows bear their keys"
        )
        if not subject.profile_keys:
            typer.echo(
                "   nobody whom the last build knows: what is in the archive goes all the same"
            )
        if subject.shared_count:
            typer.echo(
                f"   {subject.shared_count} values are shown by others too: theirs stay, and are "
                "not looked for"
            )


def _tell_what_was_done(done: "Erasure") -> None:
    scrubbed, proof = done.scrubbed, done.proof
    typer.echo(
        f"{done.people} people: {scrubbed.rows:,} rows left {scrubbed.files:,} archived files, "
        f"{scrubbed.redacted:,} rows of others lost a word, {done.seed_rows:,} rows of seeds and "
        f"key maps and {done.removed_versions} older versions are gone."
    )
    typer.echo(
        f"Searched: {proof.patterns} spellings in {proof.files:,} files "
        f"({proof.searched_bytes / 1e6:,.0f} MB, compressed ones also uncompressed): "
        f"found {proof.count} times."
    )
    for place, count in sorted(proof.found.items()):
        typer.echo(f"  {count:>8,} {place}", err=True)
    if proof.waiting:
        typer.echo(f"{proof.waiting} times in files that wait in landing: left out when they land.")
    typer.echo("Not reached: backups, exports and copies elsewhere, and the history of git.")
