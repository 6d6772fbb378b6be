"""Every line of every delivery is a header, blank, part of a loaded row or of a listed reject.

Here the sums are kept while a file is read, and checked again over the whole warehouse. Reading
files doesn't belong here.
"""

from collections import Counter
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from orchestration.landing.causes import encoding_of_all, likely_cause
from orchestration.landing.contract import TableContract
from orchestration.landing.problems import QuarantineError, Reject

# A few bad rows are listed whatever their share: a short file isn't refused for one of them.
REJECTS_ALWAYS_ALLOWED = 20
# Letters that can't be read point to a wrong encoding: a corrected contract must find the file
# unloaded, or its good rows would make it a duplicate.
UNDECODABLE_ROWS_ALWAYS_ALLOWED = 3
# Enough to tell their encoding.
_UNDECODABLE_ROWS_KEPT = 200


@dataclass
class Tally:
    """The lines of one file by kind; the reader of its format counts them."""

    lines: int = 0
    header_lines: int = 0
    blank_lines: int = 0
    row_lines: int = 0
    loaded_rows: int = 0
    reject_lines: int = 0
    rejected_rows: int = 0
    # What was taken out of the file before it was read.
    erased_lines: int = 0
    erased_rows: int = 0
    undecodable_rows: int = 0
    # Whether some row that could be read has a letter beyond ASCII.
    has_read_letters: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    # Of rows with another number of fields than the header: how many more.
    excess_fields: Counter[int] = field(default_factory=Counter)
    undecodable: list[bytes] = field(default_factory=list)

    @property
    def is_balanced(self) -> bool:
        """Whether every line is accounted for."""
        return self.lines == (
            self.header_lines
            + self.blank_lines
            + self.row_lines
            + self.reject_lines
            + self.erased_lines
        )

    def count_rejects(self, rejects: list[Reject]) -> None:
        """Add refused rows."""
        self.rejected_rows += len(rejects)
        self.reject_lines += sum(reject.line_count for reject in rejects)
        self.reasons.update(reject.reason_code for reject in rejects)
        undecodable = [one.raw_text for one in rejects if one.reason_code == "undecodable"]
        self.undecodable_rows += len(undecodable)
        self.undecodable += undecodable[: _UNDECODABLE_ROWS_KEPT - len(self.undecodable)]

    def check_share_of_rejects(self, contract: TableContract) -> None:
        """Refuse a file with too many refused rows."""
        rows = self.loaded_rows + self.rejected_rows
        allowed = contract.landing_max_reject_share * rows
        if self.undecodable_rows > max(UNDECODABLE_ROWS_ALWAYS_ALLOWED, allowed):
            raise QuarantineError(
                "undecodable",
                f"{self.undecodable_rows} of {rows} rows aren't {contract.landing_encoding} text",
            )
        if self.rejected_rows > max(REJECTS_ALWAYS_ALLOWED, allowed):
            raise QuarantineError(
                "too_many_rejects", f"{self.rejected_rows} of {rows} rows were refused"
            )

    def check(self, contract: TableContract) -> None:
        """Refuse a file with too many refused rows, or with a line unaccounted for."""
        self.check_share_of_rejects(contract)
        self._check_encoding(contract)
        if self.rejected_rows and not self.loaded_rows:
            cause = likely_cause(contract, self.reasons, self.excess_fields)
            raise QuarantineError(
                "nothing_loaded", f"none of {self.rejected_rows} rows could be loaded: {cause}"
            )
        if not self.is_balanced:
            raise QuarantineError(
                "unaccounted_lines",
                f"{self.lines} lines, but {self.header_lines} of header, {self.blank_lines} blank, "
                f"{self.row_lines} of rows and {self.reject_lines} of rejects",
            )

    def _check_encoding(self, contract: TableContract) -> None:
        """Refuse a file in another encoding, though most of its rows have no letter of it.

        Exactly the rows with foreign names would be missing.
        """
        if self.has_read_letters:
            return
        encoding = encoding_of_all(self.undecodable)
        if encoding is not None:
            raise QuarantineError(
                "undecodable",
                f"all {self.undecodable_rows} rows with letters beyond ASCII are {encoding} text, "
                f"not {contract.landing_encoding}: declare landing_encoding",
            )


@dataclass(frozen=True)
class Batch:
    """Some rows of a file (raw columns and `_line`), and what was refused among them."""

    rows: pa.Table
    rejects: list[Reject] = field(default_factory=list)


def check_accounting(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The differences between ledger and raw tables, a sentence each; empty when all agrees."""
    problems = [
        f"load {load_id} ({source_name}.{table_name}): its lines don't add up"
        for load_id, source_name, table_name in connection.execute(
            "select load_id, source_name, table_name from ledger.loads "
            "where lines <> header_lines + blank_lines + row_lines + reject_lines "
            "+ coalesce(erased_lines, 0) order by load_id"
        ).fetchall()
    ]
    problems += [
        f"load {load_id} ({source_name}.{table_name}): {listed} rejects listed, {counted} counted"
        for load_id, source_name, table_name, listed, counted in connection.execute(
            """
            select
                loads.load_id, loads.source_name, loads.table_name,
                count(rejects.load_id) as listed, any_value(loads.rejected_rows) as counted
            from ledger.loads
            left join ledger.rejects on loads.load_id = rejects.load_id
            where loads.superseded_by is null
            group by loads.load_id, loads.source_name, loads.table_name
            having
                count(rejects.load_id) <> any_value(loads.rejected_rows)
                or coalesce(sum(rejects.line_count), 0) <> any_value(loads.reject_lines)
            order by loads.load_id
            """
        ).fetchall()
    ]
    problems += [
        f"{source_name}.{table_name}: {live} live loads of the same {what}"
        for source_name, table_name, what, live in connection.execute(
            """
            select source_name, table_name, 'file name' as what, count(*) as live
            from ledger.loads
            where superseded_by is null
            group by source_name, table_name, file_name
            having count(*) > 1
            union all
            select source_name, table_name, 'content' as what, count(*) as live
            from ledger.loads
            where superseded_by is null
            group by source_name, table_name, content_hash
            having count(*) > 1
            order by source_name, table_name
            """
        ).fetchall()
    ]
    return problems + _raw_row_problems(connection)


def _raw_row_problems(connection: duckdb.DuckDBPyConnection) -> list[str]:
    tables = connection.execute(
        """
        select table_schema, table_name, substr(table_schema, 5) as source_name
        from information_schema.columns
        where
            table_catalog = current_database()
            and table_schema like 'raw\\_%' escape '\\'
            and column_name = '_load_id'
        order by table_schema, table_name
        """
    ).fetchall()
    problems = []
    for schema_name, table_name, source_name in tables:
        rows = connection.execute(
            f"""
            with landed as (
                select _load_id as load_id, count(*) as row_count
                from "{schema_name}"."{table_name}"
                group by _load_id
            ),

            live as (
                select load_id, loaded_rows
                from ledger.loads
                where source_name = ? and table_name = ? and superseded_by is null
            )

            select
                load_id,
                coalesce(landed.row_count, 0) as row_count,
                coalesce(live.loaded_rows, 0) as loaded_rows
            from landed
            full join live using (load_id)
            where coalesce(landed.row_count, 0) <> coalesce(live.loaded_rows, 0)
            order by load_id
            """,
            [source_name, table_name],
        ).fetchall()
        problems += [
            f"load {load_id} ({source_name}.{table_name}): {row_count} raw rows, "
            f"{loaded_rows} in the ledger"
            for load_id, row_count, loaded_rows in rows
        ]
    return problems
