"""`python -m orchestration.landing`: land what waits, without Dagster."""

from typing import Annotated

import duckdb
import typer

from orchestration.landing import (
    ContractError,
    LandingSummary,
    SourceContract,
    check_accounting,
    enabled_sources,
    ensure_tables,
    land,
    land_unknown_files,
    load_contracts,
    record_unlanded,
)
from orchestration.landing.inbox import OtherFileSystemError
from orchestration.landing.reader import ReaderError
from orchestration.paths import landing_dir
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.lock import WarehouseLockedError, warehouse_lock
from orchestration.warehouse.private_files import keep_files_private

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Sources to land; all enabled ones by default.")
    ] = None,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for another writer to finish.")
    ] = 60.0,
) -> None:
    """Land the files that wait in data/landing/SOURCE/ into the warehouse's raw tables.

    Ends with 1 if a contract is wrong, another process is writing, a source could not be landed, or
    the accounts don't balance. A quarantined file is no failure: it is in the ledger with its
    reason.
    """
    keep_files_private()
    try:
        problems = _land(sources or [], wait)
    except (ContractError, WarehouseLockedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


def _land(wanted: list[str], wait: float) -> list[str]:
    contracts = load_contracts()
    known = {contract.source_name for contract in contracts}
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise ContractError(f"no contract for {', '.join(unknown)}")
    problems = []
    with warehouse_lock(wait), open_warehouse() as connection:
        ensure_tables(connection, contracts)
        names = set(wanted) or enabled_sources(known, connection)
        for contract in contracts:
            if contract.source_name not in names:
                continue
            # Whatever keeps one source from landing, the others land.
            try:
                _land_source(connection, contract)
            except Exception as error:
                problems.append(f"{contract.source_name}: not landed: {_told(error)}")
        for line in record_unlanded(connection, contracts):
            typer.echo(line)
        return problems + check_accounting(connection)


def _land_source(connection: duckdb.DuckDBPyConnection, contract: SourceContract) -> None:
    folder = landing_dir() / contract.source_name
    for table in contract.tables:
        _show(land(connection, table, folder))
    _show(land_unknown_files(connection, contract, folder))


def _told(error: Exception) -> str:
    """An error of the system in its own words; of any other its type, for words may be values."""
    if isinstance(error, OSError | OtherFileSystemError | ReaderError | duckdb.OperationalError):
        return str(error)
    return type(error).__name__


def _show(summary: LandingSummary) -> None:
    for line in summary.told():
        typer.echo(line)


if __name__ == "__main__":
    app(prog_name="python -m orchestration.landing")
