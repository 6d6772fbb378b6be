"""What landing would make of a file, without landing it: nothing is moved, written or recorded."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.landing.accounting import Tally
from orchestration.landing.contract import SourceContract, TableContract
from orchestration.landing.problems import QuarantineError
from orchestration.landing.reader import shared_reader
from orchestration.warehouse.connections import read_warehouse
from orchestration.warehouse.state_files import hash_of

_LINES_TOLD = 5


class NoTableError(ValueError):
    """A file whose table cannot be told: what to do."""


@dataclass
class Verdict:
    """What would become of one file."""

    table: TableContract
    loaded_rows: int = 0
    # By reason: how many rows, and the first lines of them.
    rejected: dict[str, tuple[int, list[int]]] = field(default_factory=dict)
    # Columns that the contract does not know; they are kept in `_extra`.
    other_columns: list[str] = field(default_factory=list)
    refusal: str | None = None
    earlier_name: str | None = None

    def told(self) -> list[str]:
        """The verdict in lines for a person."""
        table = f"{self.table.source_name}.{self.table.table_name}"
        if self.refusal is not None:
            return [f"{table}: the whole file would be refused: {self.refusal}"]
        lines = [f"{table}: {self.loaded_rows:,} rows would be loaded"]
        if self.earlier_name is not None:
            lines = [f"{table}: a duplicate of {self.earlier_name!a}, which was loaded before"]
        for reason, (count, first) in sorted(self.rejected.items()):
            at = ", ".join(map(str, first)) + (", …" if count > len(first) else "")
            lines.append(f"  {count:,} rejected: {reason}, in line {at}")
        if self.other_columns:
            names = ", ".join(f"{name!a}" for name in sorted(self.other_columns))
            lines.append(f"  not in the contract, kept in _extra: {names}")
        return lines


def dry_run(path: Path, contracts: Sequence[SourceContract], source: str | None) -> Verdict:
    """Read a file as landing would.

    Raises NoTableError where no table, or more than one, expects a file of this name.
    """
    if not path.is_file():
        raise NoTableError(f"{path} is no file")
    table = _table(path, contracts, source)
    verdict = Verdict(table)
    tally = Tally()
    others: set[str] = set()
    try:
        table.file_date(path.name)
        for batch in shared_reader().read(path, table, tally):
            for reject in batch.rejects:
                count, first = verdict.rejected.get(reject.reason_code, (0, []))
                if len(first) < _LINES_TOLD:
                    first.append(reject.line_number)
                verdict.rejected[reject.reason_code] = (count + 1, first)
            if table.is_tabular and not others:
                others |= _names_of_others(batch.rows.column("_extra").slice(0, 1).to_pylist())
    except ValueError:
        verdict.refusal = "file_date: the name's date isn't in the calendar"
    except QuarantineError as problem:
        verdict.refusal = str(problem)
    verdict.loaded_rows = tally.loaded_rows
    verdict.other_columns = sorted(others)
    verdict.earlier_name = _loaded_before(path, table)
    return verdict


def _names_of_others(extras: list[str | None]) -> set[str]:
    return {name for text in extras if text for name in json.loads(text)}


def _table(path: Path, contracts: Sequence[SourceContract], source: str | None) -> TableContract:
    """That of the source that is named, or in whose folder the file lies; else the only one."""
    names = {contract.source_name for contract in contracts}
    source = source or (path.resolve().parent.name if path.resolve().parent.name in names else None)
    if source is not None and source not in names:
        raise NoTableError(f"no source {source}: `throughline sources` lists them")
    tables = [
        table
        for contract in contracts
        if source in (None, contract.source_name)
        and (table := contract.table_of(path.name)) is not None
    ]
    if len(tables) == 1:
        return tables[0]
    if tables:
        known = ", ".join(table.source_name for table in tables)
        raise NoTableError(f"files of this name are expected by {known}: say --source")
    expected = [
        f"{table.source_name}: {table.landing_file}"
        for contract in contracts
        if contract.source_name == source
        for table in contract.tables
    ]
    raise NoTableError(
        f"{path.name!a}: no table expects a file of this name"
        + (f"; expected are {'; '.join(expected)}" if expected else "")
    )


def _loaded_before(path: Path, table: TableContract) -> str | None:
    content_hash = hash_of(path)
    try:
        with read_warehouse() as connection:
            found = connection.execute(
                "select file_name from ledger.loads where source_name = ? and table_name = ? "
                "and content_hash = ? and superseded_by is null",
                [table.source_name, table.table_name, content_hash],
            ).fetchone()
    except (duckdb.IOException, duckdb.CatalogException):
        # Nothing was ever landed, or a run is writing.
        return None
    return None if found is None else str(found[0])
