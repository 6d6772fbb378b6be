"""`throughline landing`: what would become of a file, before it is delivered."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import errors_in_words

app = typer.Typer(no_args_is_help=True, help="The landing folder.")


@app.callback()
def landing() -> None:
    """One command only would take the place of the group."""


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
