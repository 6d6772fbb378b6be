"""How commands end: an expected error is one sentence and exit code 1, never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer


@contextmanager
def errors_in_words(*expected: type[Exception]) -> Iterator[None]:
    """Say these errors in their own words; all others are bugs, and shown as such."""
    try:
        yield
    except expected as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    """End the command with a message for people."""
    typer.echo(message, err=True)
    raise typer.Exit(code=1)
