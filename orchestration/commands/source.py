"""`throughline source`: a new source of a company, from sample files."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import errors_in_words, fail
from orchestration.paths import company_dir

app = typer.Typer(no_args_is_help=True, help="Sources of the company.")
_SOURCES = Path("seeds", "changes", "company_sources.csv")


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
    from orchestration.landing.samples import SampleError, sampled
    from orchestration.landing.skeleton import SkeletonError, skeleton, write_skeleton

    company = company_dir()
    if company is None:
        fail("THROUGHLINE_COMPANY names no company folder: `throughline init DIR` makes one")
    with errors_in_words(SampleError, SkeletonError):
        samples = sampled(files)
        written = skeleton(name, samples, time_zone or _company_zone())
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
    _switch_on(company / _SOURCES, name)
    for path in paths:
        typer.echo(path)


def _company_zone() -> str:
    from orchestration.paths import reference_dir

    with (reference_dir() / "company" / "company_settings.csv").open(encoding="utf-8") as file:
        settings = {row["setting"]: row["setting_value"] for row in csv.DictReader(file)}
    return settings["default_time_zone"]


def _switch_on(path: Path, name: str) -> None:
    """Seeds that speak of the source look it up in this list."""
    header = ["source_name", "is_enabled"]
    rows: list[dict[str, str]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, header = list(reader), list(reader.fieldnames or header)
    path.parent.mkdir(parents=True, exist_ok=True)
    if name not in {row["source_name"] for row in rows}:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows([*rows, {"source_name": name, "is_enabled": "true"}])
