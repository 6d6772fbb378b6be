"""`throughline identity …`, for people. Thin: words and exit codes only."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.terminal import errors_in_words, fail

if TYPE_CHECKING:
    from orchestration.identity.explain import Explanation, Profile, RefusedLink, Step

app = typer.Typer(no_args_is_help=True, help="Identity: explain it, measure it, keep it.")

_REASONS = {
    "forced_merge": "merged by decision",
    "vendor_merge": "merged by their source",
    "shared_identifier": "both show",
    "shared_identifier_and_name": "both show, under one name,",
    "match": "matched by likeness",
}
_REFUSALS = {
    "unique_identifier": "nobody has two",
    "birth_date": "two birth dates",
    "full_name": "two names",
    "maximum_per_customer": "more than a customer may have",
    "forced_split": "split by decision",
    "ambiguous": "could be either of two people who show it",
}


@app.command()
def explain(
    left: Annotated[str, typer.Argument(metavar="A", help="profile_key, or source:its_id.")],
    right: Annotated[str, typer.Argument(metavar="B", help="The other profile.")],
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show identifiers and names unmasked.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Why two profiles are one customer, link by link; or what keeps them apart."""
    from orchestration.identity import explain as explaining

    with errors_in_words(explaining.ExplainError):
        explanation = explaining.explain(left, right)
    if not show_values:
        explanation = explaining.masked(explanation)
    if as_json:
        typer.echo(json.dumps(asdict(explanation), indent=2, default=str))
    else:
        typer.echo("\n".join(_lines(explanation)))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to save it; replaced if it is there.")],
) -> None:
    """Save the registry of customer keys, the history of who was who, and the log of merges."""
    from orchestration.identity import registry_file
    from orchestration.warehouse.key_secret import secret_path
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(registry_file.RegistryError, WarehouseLockedError), warehouse_lock():
        for table, row_count in registry_file.export(file.resolve()).items():
            typer.echo(f"{row_count:>12,} {table}")
    if secret_path().exists():
        typer.echo(f"Keep {secret_path()} too, apart from it: the keys were made with it.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `throughline identity export` saved.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also if keys that the file doesn't know are lost.")
    ] = False,
) -> None:
    """Put a saved registry in the place of this warehouse's; `throughline run` builds on it."""
    from orchestration.identity import registry_file
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(registry_file.RegistryError, WarehouseLockedError), warehouse_lock():
        for table, row_count in registry_file.restore(file.resolve(), replace=replace).items():
            typer.echo(f"{row_count:>12,} {table}")


@app.command()
def rotate() -> None:
    """Make all customer keys anew, with another secret; a private file tells old from new.

    With `THROUGHLINE_KEY_SECRET`, for that secret; else for a random one in the data folder. The
    next `throughline run` publishes the new keys.
    """
    from orchestration.identity.key_rotation import SecretError
    from orchestration.identity.key_rotation import rotate as make_anew
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(SecretError, WarehouseLockedError), warehouse_lock():
        rotation = make_anew()
    typer.echo(f"{rotation.key_count:,} keys were made anew; {rotation.map_path} tells which.")


@app.command("dry-run")
def dry_run(
    as_json: Annotated[bool, typer.Option("--json", help="All changes, for programs.")] = False,
) -> None:
    """Show what the identity seeds as they are now would change. Nothing is written."""
    from orchestration.identity import dry_runs
    from orchestration.reference_seeds import SeedError
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with (
        errors_in_words(dry_runs.DryRunError, SeedError, WarehouseLockedError),
        warehouse_lock(),
    ):
        outcome = dry_runs.dry_run()
    typer.echo(json.dumps(outcome.as_dict()) if as_json else outcome.in_words())


@app.command()
def train() -> None:
    """Learn a new version of the matching model from the profiles of the last run.

    Without labels, and reproducibly: the same profiles give the same model. The next run uses it
    and matches all anew; an older one is named by `match_model_version` in the identity settings.
    What you train is used until you train again: runs replace only what a run has trained, once the
    company has outgrown it.
    """
    from orchestration.identity.match_models import NoModelError
    from orchestration.identity.model_choice import train_version

    with errors_in_words(NoModelError):
        version = train_version()
    typer.echo(
        f"Version {version.number} was learnt from {version.model['record_count']:,} profiles; "
        "`throughline run` uses it."
    )


@app.command()
def evaluate(
    records: Annotated[
        Path, typer.Argument(help="CSV or Parquet of person records with known duplicates.")
    ],
    truth: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="Records of one person share its value; empty: alone."),
    ],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="ATTRIBUTE=COLUMN",
            help="Repeatable. Attributes: given_name, surname, full_name, birth_date, email, "
            "phone, address, city, postcode, region, country, government_id. Columns of one "
            "attribute are joined by a space.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION|FILE",
            help="A trained model; without one it is learnt from the records, without the truth.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Measure how well records are put together by the warehouse's rules, models and seeds.

    Pairwise: precision is the share of the pairs put together that are one person, recall the share
    of one person's pairs that were put together. Cluster: the same of whole customers, single ones
    included, of which only those are right that are exactly one person. F1 is the harmonic mean.
    """
    from orchestration.identity import evaluation, match_models, record_files

    pairs = [assignment.partition("=") for assignment in mapping or []]
    for assignment, (attribute, equals, column) in zip(mapping or [], pairs, strict=True):
        if not (attribute and equals and column):
            fail(f"--map takes ATTRIBUTE=COLUMN, not {assignment!r}")
    with errors_in_words(record_files.RecordsError, match_models.NoModelError):
        outcome = evaluation.evaluate(
            records,
            truth,
            [(attribute.strip(), column.strip()) for attribute, _, column in pairs],
            match_models.named_model(model) if model else None,
        )
    typer.echo(json.dumps(outcome.as_dict()) if as_json else outcome.in_words())


def _lines(explanation: "Explanation") -> list[str]:
    left, right = explanation.left, explanation.right
    both = [f"A {_name(left)}", f"B {_name(right)}"]
    if explanation.is_one_customer:
        steps = [
            f"{number}. {step.left.profile_key} – {step.right.profile_key}: {_link(step)}"
            + (f", since {step.linked_at:%Y-%m-%d}" if step.linked_at else "")
            for number, step in enumerate(explanation.path, 1)
        ]
        return [*both, f"One customer, {left.customer_key}:", *(steps or ["One profile."])]
    refused = [
        f"refused: {link.left.profile_key} – {link.right.profile_key}: {_link(link)}: "
        f"{_REFUSALS[link.refusal_reason]}"
        + (f" ({link.conflict_kind}" if link.conflict_kind else "")
        + (f" {link.left_value}, {link.right_value}" if link.left_value else "")
        + (")" if link.conflict_kind else "")
        for link in explanation.refused_links
    ]
    blocked = [
        f"joins nobody: {value.identifier_type} {value.identifier_value}: {value.blocked_reason}"
        for value in explanation.blocked_values
    ]
    return [
        *both,
        f"Two customers, {left.customer_key} and {right.customer_key}:",
        *(refused + blocked or ["Nothing that they show joins them."]),
    ]


def _name(profile: "Profile") -> str:
    return f"{profile.profile_key} ({profile.source_name} {profile.source_profile_id})"


def _link(link: "Step | RefusedLink") -> str:
    words = [_REASONS[link.link_reason]]
    if link.identifier_type:
        words.append(f"{link.identifier_type} {link.identifier_value}")
    if link.match_probability is not None:
        words.append(f"at {link.match_probability:.6f}")
    return " ".join(words)
