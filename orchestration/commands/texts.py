"""`throughline texts …`, for people. Thin: words and exit codes only."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import errors_in_words

app = typer.Typer(
    no_args_is_help=True, help="Texts: label some, measure what a model makes of them."
)


class Task(StrEnum):
    """What a model is to tell."""

    sentiment = "sentiment"
    reason = "reason"


@app.command()
def sample(
    channel: Annotated[str, typer.Option("--channel", help="Channel, as in channels.csv.")],
    language: Annotated[str, typer.Option("--language", help="Language, such as pl.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="Where to write it; never over another file.")
    ] = None,
) -> None:
    """Write 200 texts for a person to label: a private file, for it holds what customers wrote.

    Fill in negative, neutral or positive, and bring text_key and label to the seed text_labels.csv.
    """
    from orchestration.understanding.text_files import TextFileError, write_sample

    path = file or Path(f"texts_{channel}_{language}.csv")
    with errors_in_words(TextFileError):
        count = write_sample(path, channel, language)
    typer.echo(f"{path}: {count} texts. It is private: delete it when the labels are taken out.")


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 with a header, a text per row.")],
    text: Annotated[str, typer.Option("--text", help="Column of the text.")] = "text",
    label: Annotated[str, typer.Option("--label", help="Column of the label.")] = "label",
    customer: Annotated[
        str | None, typer.Option("--customer", help="Column that names the author.")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Column of the channel.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Column of the language.")
    ] = None,
    task: Annotated[
        Task, typer.Option("--task", help="sentiment takes negative, neutral, positive.")
    ] = Task.sentiment,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print what a model taught by these texts would be worth, as text_model_quality would say.

    Each text is judged by a model that saw neither its author nor its words. Nothing is kept.
    """
    from orchestration.understanding.text_files import (
        TextFileError,
        labelled_texts,
        seed_settings,
    )

    given = {
        "text": text, "label": label, "customer": customer, "channel": channel,
        "language": language,
    }  # fmt: skip
    columns = {name: column for name, column in given.items() if column is not None}
    with errors_in_words(TextFileError):
        texts = labelled_texts(file, columns, task)
    from orchestration.understanding.text_learning import learnt

    quality = learnt(texts, task, seed_settings()).quality
    if as_json:
        typer.echo(quality.to_json(orient="records", indent=2))
        return
    for row in quality.astype(object).where(quality.notna(), None).to_dict("records"):
        typer.echo(f"{row['channel_slug']} {row['language']}")
        for name, value in row.items():
            if name not in ("task", "channel_slug", "language") and value is not None:
                shown = f"{value:.3f}" if isinstance(value, float) else value
                typer.echo(f"    {name:<28}{shown}")
