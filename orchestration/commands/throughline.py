"""The `throughline` command: thin, over landing, Dagster's jobs, publishing and the sample world.

Each command calls a module that does the work; here are its words and its exit code.
"""

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.audience import app as audience
from orchestration.commands.identity import app as identity
from orchestration.commands.jobs import execute
from orchestration.commands.landing import app as landing
from orchestration.commands.privacy import app as privacy
from orchestration.commands.service import app as service
from orchestration.commands.source import app as source
from orchestration.commands.terminal import errors_in_words, fail
from orchestration.commands.texts import app as texts
from orchestration.paths import PROJECT_DIR, company_dir, dagster_dir, data_dir
from orchestration.sample_world import DEFAULT_CHUNK_SIZE, DEFAULT_CUSTOMERS, DEFAULT_DAYS
from orchestration.warehouse.private_files import keep_files_private, make_data_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The customer-experience warehouse: land, build, audit, publish.",
)
app.add_typer(audience, name="audience")
app.add_typer(identity, name="identity")
app.add_typer(landing, name="landing")
app.add_typer(privacy, name="privacy")
app.add_typer(source, name="source")
app.add_typer(texts, name="texts")
app.add_typer(service, name="service")
_AllowFewerRows = Annotated[
    bool, typer.Option(help="Publish although marts lost more than half of their rows.")
]


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        from orchestration.warehouse.release import commit, version

        known = commit()
        typer.echo(f"throughline {version()}" + (f" ({known})" if known else ""))
        raise typer.Exit


@app.callback()
def environment(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Say which code it is."
        ),
    ] = False,
) -> None:
    """Say where the data and Dagster's memory are, to this process and to those it starts."""
    # Their folders are not there yet.
    if context.invoked_subcommand in ("init", "restore"):
        return
    company = company_dir()
    if company is not None:
        from orchestration.company_folder import CompanyFolderError, join_company

        os.environ["THROUGHLINE_COMPANY"] = str(company)
    os.environ["THROUGHLINE_DATA"] = str(data_dir())
    os.environ["THROUGHLINE_STATE"] = str(dagster_dir())
    os.environ["DAGSTER_HOME"] = str(PROJECT_DIR)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    make_data_folder(data_dir())
    keep_files_private()
    dagster_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    if company is not None:
        with errors_in_words(CompanyFolderError):
            join_company()


@app.command()
def run(
    force: Annotated[
        bool, typer.Option(help="Build everything anew, also if nothing is new.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SETTING=VALUE",
            help="A run setting, kept for later runs: as_of, sources, reporting_currency … "
            "An empty value takes it back.",
        ),
    ] = None,
    allow_fewer_rows: _AllowFewerRows = False,
) -> None:
    """Land what arrived, build, audit and publish; then print the scoreboard."""
    execute(
        "daily",
        ops={
            "dbt_build": {"config": {"force": force}},
            "published__cx": {"config": {"allow_fewer_rows": allow_fewer_rows}},
        },
        resources={"warehouse": {"config": {"settings": _settings(settings or [])}}},
    )
    scoreboard()


@app.command()
def land(
    sources: Annotated[list[str] | None, typer.Argument(help="Only these sources.")] = None,
) -> None:
    """Land what arrived, of all sources or of some, and build nothing."""
    _refuse_switched_off(sources or [])
    execute("land", sources=sources)


@app.command()
def fetch(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Only these; else all that are declared.")
    ] = None,
) -> None:
    """Bring what is new elsewhere into the landing folder, as `fetching/SOURCE.yaml` declare."""
    from orchestration.fetching.child import fetch_in_child
    from orchestration.fetching.declarations import declared_sources
    from orchestration.paths import fetching_dir

    declared = declared_sources()
    unknown = sorted(set(sources or []) - set(declared))
    if unknown or not declared:
        fail(f"no {', '.join(f'{name}.yaml' for name in unknown) or '*.yaml'} in {fetching_dir()}")
    _refuse_switched_off(sources or [])
    has_problems = False
    for source_name in sources or declared:
        fetched = fetch_in_child(source_name)
        for line in fetched.told(source_name):
            typer.echo(line)
        has_problems = has_problems or bool(fetched.problems)
    if has_problems:
        raise typer.Exit(1)


@app.command()
def rebuild() -> None:
    """Make the warehouse anew from the archived deliveries, then build, audit and publish."""
    execute("rebuild")
    scoreboard()


@app.command()
def publish(allow_fewer_rows: _AllowFewerRows = False) -> None:
    """Publish the last audited build again; after a failed build, show the newest version."""
    execute("publish", ops={"published__cx": {"config": {"allow_fewer_rows": allow_fewer_rows}}})


@app.command()
def backup(
    target: Annotated[str, typer.Argument(metavar="DIR|URL", help="A folder, or s3://… and such.")],
) -> None:
    """Save what no rebuild can give back: archive, registry, settings, models, company folder."""
    from orchestration.backup.save import save
    from orchestration.backup.store import BackupError
    from orchestration.warehouse.key_secret import secret_path
    from orchestration.warehouse.lock import WarehouseLockedError

    with errors_in_words(BackupError, WarehouseLockedError):
        saved = save(target)
    typer.echo(
        f"Backup {saved.made_at}: {saved.file_count:,} files, {saved.new_count:,} of them new "
        f"({saved.new_bytes / 1e6:,.1f} MB)."
    )
    if secret_path().exists():
        typer.echo(f"Keep {secret_path()} too, apart from it: the keys were made with it.")


@app.command()
def restore(
    source: Annotated[str, typer.Argument(metavar="DIR|URL", help="Where `backup` saved it.")],
    at: Annotated[str | None, typer.Option(help="The name of a backup; else the last one.")] = None,
) -> None:
    """Bring a backup back into an empty data folder; `throughline rebuild` makes the rest."""
    from orchestration.backup.restore import restore as bring_back
    from orchestration.backup.store import BackupError
    from orchestration.warehouse.lock import WarehouseLockedError

    with errors_in_words(BackupError, WarehouseLockedError):
        brought = bring_back(source, at)
    typer.echo(
        f"Backup {brought.made_at} (version {brought.version}): {len(brought.entries):,} files are "
        f"in {data_dir()}. `throughline rebuild` builds and publishes them."
    )


@app.command()
def rollback(
    version: Annotated[
        int | None, typer.Argument(help="The version; the one before the current if none.")
    ] = None,
) -> None:
    """Let readers see an earlier version. The next run with something new publishes a new one."""
    from orchestration.publishing import versions
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    with errors_in_words(versions.NoVersionError, WarehouseLockedError), warehouse_lock():
        typer.echo(f"Readers now see version {versions.roll_back(version)}.")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The company's folder.")],
    name: Annotated[str | None, typer.Option(help="Its name; else the folder's.")] = None,
    currency: Annotated[str, typer.Option(help="The currency of every amount.")] = "EUR",
    time_zone: Annotated[str, typer.Option(help="Its zone, such as Europe/Berlin.")] = "UTC",
    country: Annotated[str, typer.Option(help="Country of numbers without a code.")] = "DE",
) -> None:
    """Make a company folder, or bring what one lacks; after a run, propose rows for its lists.

    What is there is never touched.
    """
    from orchestration.company_folder.folder import About, make_company_folder
    from orchestration.company_folder.seen import write_seen

    folder = folder.resolve()
    if folder.is_relative_to(PROJECT_DIR):
        fail(f"{folder} lies in the repository: a company's folder is outside, for upgrades.")
    os.environ["THROUGHLINE_COMPANY"] = str(folder)
    keep_files_private()
    about = About(name or folder.name, currency, time_zone, country)
    written = make_company_folder(folder, about)
    typer.echo(f"{folder}: {len(written)} files are new.")
    for path, rows in write_seen(folder):
        typer.echo(f"{path}: {rows} delivered values that no list has; copy what is right.")
    typer.echo(f"Now: export THROUGHLINE_COMPANY={shlex.quote(str(folder))}")


@app.command()
def check_seeds() -> None:
    """Say what is wrong with the seeds that analysts edit, by file and line; build nothing."""
    from orchestration import reference_seeds
    from orchestration.company_folder.seen import unlisted_in_words

    with errors_in_words(reference_seeds.SeedError):
        reference_seeds.check_seeds()
    typer.echo("The reference seeds are sound.")
    for line in unlisted_in_words():
        typer.echo(line)


@app.command()
def sources() -> None:
    """List the sources and the shapes that each fills, and write the lists that dbt reads."""
    from orchestration.components.project import prepare_project
    from orchestration.components.source_list import SourceListError, filled_shapes
    from orchestration.landing.contract import ContractError

    with errors_in_words(ContractError, SourceListError):
        written = prepare_project()
        for source_name, shapes in filled_shapes().items():
            typer.echo(f"{source_name:<18} {', '.join(shapes)}")
    for path in written:
        typer.echo(f"dbt_project/{path} was brought up to date.")


@app.command()
def dev(
    impersonal_folder: Annotated[
        Path | None,
        typer.Option(
            "--without-personal-data",
            metavar="FOLDER",
            help="Make a data folder for analysts who may not see who the customers are.",
        ),
    ] = None,
) -> None:
    """Copy both databases for a plain `dbt build`, and say what to type."""
    from orchestration.publishing import dev_copy, impersonal
    from orchestration.publishing.personal_data import PersonalDataError
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    expected = (
        dev_copy.NothingBuiltError,
        dev_copy.ParseError,
        impersonal.FolderInUseError,
        PersonalDataError,
        WarehouseLockedError,
    )
    with errors_in_words(*expected):
        if impersonal_folder is None:
            with warehouse_lock():
                copies = dev_copy.copy_for_development()
            dev_copy.parse_for_development()
            for copy in copies:
                typer.echo(copy)
            typer.echo(dev_copy.what_to_type(data_dir()))
        else:
            _copy_without_personal_data(impersonal_folder.resolve())


def _copy_without_personal_data(folder: Path) -> None:
    import json

    from orchestration.components.published_marts import personal_columns, tagged_columns
    from orchestration.publishing import dev_copy, impersonal
    from orchestration.warehouse.dbt_invocation import manifest_path
    from orchestration.warehouse.lock import warehouse_lock

    dev_copy.assert_something_is_published()
    manifest = json.loads(manifest_path().read_text())
    with warehouse_lock():
        copies = impersonal.copy_without_personal_data(
            folder, manifest, tagged_columns(manifest), personal_columns(manifest)
        )
    for copy in copies:
        typer.echo(copy)
    buildable, marts = impersonal.buildable_marts(manifest)
    typer.echo(
        f"Everybody may read them. {buildable} of {marts} marts can be built there; the others "
        "read what was delivered, and are there as they were published."
    )
    typer.echo(
        "Each analyst copies the folder to one of their own "
        f"(`cp -r {folder} ~/throughline-data`) and exports THROUGHLINE_DATA."
    )
    typer.echo(dev_copy.what_to_type(Path("~/throughline-data")))


@app.command()
def scoreboard() -> None:
    """Print the main figures of the published version."""
    from orchestration.commands.holdings import holdings
    from orchestration.commands.scoreboard import NothingPublishedError, rendered
    from orchestration.commands.scoreboard import scoreboard as sections

    with errors_in_words(NothingPublishedError):
        typer.echo(rendered([*sections(), *holdings()]))


@app.command()
def report(
    is_opened: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> None:
    """Say where the report of the published version is: a page for everybody, in one file."""
    from orchestration.paths import report_path

    if not report_path().exists():
        fail("nothing is published yet: `throughline run` does it")
    typer.echo(report_path())
    if is_opened:
        typer.launch(report_path().resolve().as_uri())


@app.command()
def customer(
    customer_key: Annotated[str, typer.Argument(metavar="KEY", help="A customer_key.")],
    last: Annotated[
        int, typer.Option("--last", min=1, help="So many moments and journeys at most.")
    ] = 50,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show names, identifiers and texts as they are.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell a customer's story, from the private warehouse: who, what happened, what is open."""
    import json
    from dataclasses import asdict

    from orchestration.reporting import customer as telling
    from orchestration.warehouse.connections import UnreadableWarehouseError

    with errors_in_words(telling.UnknownCustomerError, UnreadableWarehouseError):
        story = telling.story(customer_key, last, show_values=show_values)
    if as_json:
        typer.echo(json.dumps(asdict(story), indent=2, default=str))
    else:
        typer.echo("\n".join(telling.lines(story)))


@app.command()
def docs(
    is_opened: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    is_anew: Annotated[
        bool, typer.Option("--anew", help="Write it again, by the code that is here now.")
    ] = False,
) -> None:
    """Say where the documentation of the published version is: tables, joins, questions, dbt."""
    from orchestration.commands.documentation import DocumentationError, write_again
    from orchestration.paths import documentation_path
    from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock

    # A version of an older code has none.
    if is_anew or not documentation_path().exists():
        with errors_in_words(DocumentationError, WarehouseLockedError), warehouse_lock():
            write_again()
    typer.echo(documentation_path())
    if is_opened:
        typer.launch(documentation_path().resolve().as_uri())


# All that follows the first word is `mf`'s, options too.
@app.command(context_settings={"allow_interspersed_args": False}, no_args_is_help=True)
def metrics(
    arguments: Annotated[
        list[str], typer.Argument(metavar="COMMAND", help="`list`, `query` …, as `mf` takes them.")
    ],
) -> None:
    """Ask MetricFlow: `throughline metrics query --metrics nps --group-by metric_time__month`."""
    from orchestration.commands.metrics import MetricsUnavailableError, run_metricflow

    with errors_in_words(MetricsUnavailableError):
        run_metricflow(arguments)


@app.command()
def write_metrics() -> None:
    """Write the definitions of the metrics anew, from the KPIs of the seed."""
    from orchestration.components.metric_definitions import write_metrics as write

    typer.echo(write())


@app.command()
def sample(
    customers: Annotated[int, typer.Option(min=1)] = DEFAULT_CUSTOMERS,
    days: Annotated[
        int,
        typer.Option(min=1, help="One day more leaves the files of the days before as they are."),
    ] = DEFAULT_DAYS,
    seed: int = 1,
    chunk_size: Annotated[
        int, typer.Option(min=1, help="Customers in memory at once; each chunk has its own files.")
    ] = DEFAULT_CHUNK_SIZE,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Chunks written at the same time; else one a core.")
    ] = None,
) -> None:
    """Let the sample world's customers live, and deliver its sources' exports."""
    given = {"customers": customers, "days": days, "seed": seed, "chunk-size": chunk_size}
    if workers is not None:
        given["workers"] = workers
    options = [text for name, value in given.items() for text in (f"--{name}", str(value))]
    _replace_by(["-m", "orchestration.sample_world", *options, "--out", str(data_dir())])


@app.command()
def ui(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 3000,
) -> None:
    """Dagster's UI and daemon, for this machine and its user only; prints how to enter."""
    from orchestration.ui.server import UiError, serve

    with errors_in_words(UiError):
        serve(port)


def _refuse_switched_off(sources: list[str]) -> None:
    """A source that the company does not have is not landed: its files wait."""
    from orchestration.landing import ContractError, load_contracts
    from orchestration.landing.switches import enabled_now

    with errors_in_words(ContractError):
        names = {contract.source_name for contract in load_contracts()} & set(sources)
    enabled = enabled_now(names)
    if names - enabled:
        fail(
            f"switched off: {', '.join(sorted(names - enabled))}. Its files wait until "
            "seeds/reference/company/company_sources.csv or `--set sources=…` has it."
        )


def _settings(assignments: list[str]) -> dict[str, str]:
    """`SETTING=VALUE` each, checked before anything runs."""
    from orchestration.landing import ContractError, load_contracts
    from orchestration.warehouse.run_settings import SettingError, checked_settings

    pairs = [assignment.partition("=") for assignment in assignments]
    for name, equals, _ in pairs:
        if not equals:
            fail(f"--set takes SETTING=VALUE, not {name!r}")
    settings = {name: value for name, _, value in pairs}
    with errors_in_words(ContractError, SettingError):
        checked_settings(settings, [contract.source_name for contract in load_contracts()])
    return settings


def _replace_by(arguments: list[str]) -> None:
    """Become another Python command of this environment."""
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606


if __name__ == "__main__":
    app()
