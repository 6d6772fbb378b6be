"""Jobs of the definitions, run by a command within its own process."""

import getpass
from typing import Any

import typer

from orchestration.commands.terminal import fail
from orchestration.paths import dbt_dir


def execute(job: str, sources: list[str] | None = None, **run_config: Any) -> None:
    """Run a job of the definitions in this process, with its progress on standard output.

    `run_config` replaces, key by key, what the job itself is configured with.
    """
    # Importing Dagster takes seconds, which `--help` and `rollback` should not.
    import dagster as dg
    from dagster.components.core.component_tree import ComponentTreeException

    from orchestration.components.source_list import SourceListError
    from orchestration.definitions import defs
    from orchestration.landing import ContractError

    try:
        definitions = defs()
    except (ComponentTreeException, ContractError, SourceListError) as error:
        fail(f"The definitions cannot be loaded.\n{_root_cause(error)}")
    selection = None
    if sources:
        selection = [key for key in definitions.resolve_all_asset_keys() if key.path[0] in sources]
        unknown = set(sources) - {key.path[0] for key in selection}
        if unknown:
            fail(f"no such source: {', '.join(sorted(unknown))}")
    definition = definitions.resolve_job_def(job)
    result = definition.execute_in_process(
        run_config={**(definition.run_config or {}), **run_config},
        instance=dg.DagsterInstance.get(),
        asset_selection=selection,
        tags={"throughline/started_by": f"{getpass.getuser()}, by a command"},
        raise_on_error=False,
    )
    if not result.success:
        failed_steps = [
            event.step_key or "" for event in result.all_events if event.is_step_failure
        ]
        _alert(result.run_id, job, failed_steps)
        fail(
            f"Run {result.run_id} failed; what was published stays. "
            f"See `make ui`, or {dbt_dir() / 'dbt.log'}."
        )


def _alert(run_id: str, job: str, failed_steps: list[str]) -> None:
    """Tell of a failed run from here: where cron starts it, no daemon does."""
    import dagster as dg

    from orchestration.defs.automation.failure_alert import ALERTED_TAG, tell

    # First, so that a daemon that is there does not tell it again.
    dg.DagsterInstance.get().add_run_tags(run_id, {ALERTED_TAG: "by the command"})
    try:
        tell(run_id, job, failed_steps)
    except (OSError, ValueError) as error:
        typer.echo(f"The failure could not be posted: {error}", err=True)


def _root_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error
