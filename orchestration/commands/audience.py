"""`throughline audience …`, for people. Thin: words and exit codes only."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import errors_in_words

app = typer.Typer(no_args_is_help=True, help="Audiences: whom to do something for today.")


@app.callback()
def audience() -> None:
    """Keep `export` a word of its own, although it is the only command."""


@app.command()
def export(
    action: Annotated[str, typer.Argument(help="Action, as in actions.csv.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="Where to write it; never over another file.")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Only this channel.")] = None,
) -> None:
    """Write an audience with addresses, for a sending tool: a private file of one user.

    Consent is asked for again at this moment; who is held out is never in it.
    """
    from orchestration.acting.audiences import AudienceError
    from orchestration.acting.audiences import export as write

    path = file or Path(f"audience_{action}.csv")
    with errors_in_words(AudienceError):
        done = write(path, action, channel)
    typer.echo(
        f"{path}: {done.written} customers. Left out since the decision: "
        f"{done.without_consent} without consent, {done.without_address} without an address. "
        "It is private: delete it when the tool has it."
    )
