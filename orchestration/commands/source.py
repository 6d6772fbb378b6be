"""`throughline source`: a new source of a company, from sample files."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import errors_in_words, fail
from orchestration.paths import company_dir

app = typer.Typer(no_args_is_help=True, help="Sources of the company.")


@app.callback()
def sources() -> None:
    """One command only would take the place of the group."""


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The source: small letters, digits and _.")],
    files: Annotated[list[Path], typer.Argument(help="Sample files, of each table one or more.")],
    time_zone: Annotated[
        str | None, typer.Option(help="Zone of clock times without one; else the company's.")
    ] = None,
) -> None:
    """Write contract and staging of a source from sample files; guesses say REVIEW."""
    from orchestration.company_folder.folder import default_time_zone, switch_on
    from orchestration.landing.samples import SampleError, sampled
    from orchestration.landing.skeleton import SkeletonError, skeleton, write_skeleton

    company = company_dir()
    if company is None:
        fail("THROUGHLINE_COMPANY names no company folder: `throughline init DIR` makes one")
    with errors_in_words(SampleError, SkeletonError):
        samples = sampled(files)
        written = skeleton(name, samples, time_zone or default_time_zone())
        paths = write_skeleton(company / "models" / "staging" / name, written)
    for sample in samples:
        typer.echo(
            f"{sample.table_name}: {sample.landing_format}, {len(sample.columns)} columns, "
            f"{sample.row_count:,} rows; key {', '.join(sample.key) or 'unknown'}"
        )
        tagged = [column for column in sample.columns if column.personal_data]
        for column in tagged:
            typer.echo(f"  personal data? {column.name!a}: {column.personal_data}")
        for doubt in sample.doubts:
            typer.echo(f"  REVIEW: {doubt}")
    switch_on(company, name)
    for path in paths:
        typer.echo(path)
