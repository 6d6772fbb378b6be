"""`throughline landing`: what would become of a file, what became of it, and once more."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import errors_in_words

app = typer.Typer(no_args_is_help=True, help="The landing folder.")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files as they would be delivered.")],
    source: Annotated[str | None, typer.Option(help="Whose they are, if not plain.")] = None,
) -> None:
    """Say what landing would load and reject of a file, and why; change nothing."""
    from orchestration.landing import ContractError, load_contracts
    from orchestration.landing.dry_run import NoTableError, dry_run

    is_refused = False
    for path in files:
        with errors_in_words(ContractError, NoTableError):
            verdict = dry_run(path, load_contracts(), source)
        is_refused = is_refused or verdict.refusal is not None
        typer.echo("\n".join(verdict.told()))
    if is_refused:
        raise typer.Exit(1)


@app.command("status")
def show_status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say of each source what was loaded, and what was not: refused files, rejected rows, the rest.

    Names of files are shown, values never.
    """
    import json
    from dataclasses import asdict

    from orchestration.landing.status import status
    from orchestration.warehouse.connections import UnreadableWarehouseError

    with errors_in_words(UnreadableWarehouseError):
        sources = status()
    if as_json:
        typer.echo(json.dumps([asdict(source) for source in sources], indent=2, default=str))
        return
    if not sources:
        typer.echo("Nothing was delivered yet.")
    for source in sources:
        last = (
            "never"
            if source.last_received_at is None
            else f"{source.last_received_at:%Y-%m-%d %H:%M}"
        )
        typer.echo(
            f"{source.source_name:<20}{source.delivery_count:>8,} files, {source.loaded_count:,} "
            f"loaded, the last {last} UTC"
        )
        for file in source.refused:
            typer.echo(f"  refused   {file.file_name!a}: {file.reason_code}: {file.reason}")
        for file_name, reason_code, count, line in source.rejects:
            typer.echo(f"  rejected  {file_name!a}: {count:,} {reason_code}, first in line {line}")
        for entry_name, reason in source.left:
            typer.echo(f"  left      {entry_name!a}: {reason}")


@app.command()
def replay(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]…", help="By default all.")
    ] = None,
) -> None:
    """Lay refused files into landing again, for the next run to decide anew about them.

    After a contract was mended: `throughline landing check` tells what it would make of a file.
    """
    from orchestration.landing.status import NothingRefusedError, redeliver
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(NothingRefusedError, WarehouseLockedError), warehouse_lock():
        laid_out, problems = redeliver(sources or ())
    for file in laid_out:
        typer.echo(f"{file.source_name}/{file.file_name!a} lies in landing again")
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
