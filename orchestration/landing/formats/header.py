"""Column names of a file against its contract: matched by name, whatever their order."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.problems import QuarantineError, Reject

# A sheet of Excel has 16,384 at most.
MAX_COLUMNS = 50_000
# In which two zones must agree, month by month, to be called the same.
_YEARS = range(2015, 2031)


@dataclass(frozen=True)
class Header:
    """The columns of a file, matched with those of the contract."""

    names: tuple[str, ...]
    contract: TableContract

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        contract: TableContract,
        further_rows: Iterable[Sequence[str]] = (),
    ) -> "Header":
        """Raise QuarantineError unless the names keep the contract, and so do further header rows.

        The reason names the contract's columns only, as long as one is missing: a file without a
        header has a customer's data in its first line.
        """
        if len(names) > MAX_COLUMNS:
            raise QuarantineError("too_large", f"the file has {len(names)} columns")
        found = tuple(
            name.strip() or f"column_{number}" for number, name in enumerate(names, start=1)
        )
        missing = [
            column.name
            for column in contract.columns
            if not column.is_optional and column.name not in found
        ]
        if missing:
            raise QuarantineError(
                "header",
                f"missing columns: {', '.join(missing)}. If the sender has dropped them for good, "
                "mark them landing_optional in the contract",
            )
        times = Counter(name.lower() for name in found)
        repeated = sorted(name for name, count in times.items() if count > 1)
        if repeated:
            raise QuarantineError("header", f"columns named twice: {', '.join(repeated)}")
        header = cls(found, contract)
        if contract.landing_schema_change == "freeze" and header.added:
            raise QuarantineError(
                "header",
                f"unknown columns: {', '.join(header.added)}. Add them to the contract, or set "
                "landing_schema_change to evolve",
            )
        if contract.landing_header_zone:
            _check_zones(further_rows, contract)
        return header

    @property
    def added(self) -> list[str]:
        """Columns that the contract doesn't know."""
        return [name for name in self.names if name not in self.contract.column_names]

    def positions(self, column_names: Sequence[str]) -> list[int]:
        """Where in the file these columns are."""
        return [self.names.index(name) for name in column_names]

    def table(self, rows: list[list[str]], line_numbers: list[int]) -> pa.Table:
        """Rows of text in the file's order as the raw table's columns; an empty text is null."""
        by_name = dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}
        arrays = {}
        for name in self.contract.column_names:
            if name in by_name:
                texts = pa.array(by_name[name], pa.string())
                arrays[name] = pc.if_else(pc.not_equal(texts, ""), texts, None)
            else:
                arrays[name] = pa.nulls(len(rows), pa.string())
        added = self.added
        extras = zip(*(by_name[name] for name in added), strict=True) if rows and added else ()
        return with_extra(
            arrays, [dict(zip(added, values, strict=True)) for values in extras], line_numbers
        )


def _check_zones(rows: Iterable[Sequence[str]], contract: TableContract) -> None:
    """Raise QuarantineError if a header cell names another zone than the contract's.

    Zones are the same whose clocks show the same: UTC, Etc/UTC and GMT are one.
    """
    expected = contract.landing_time_zone or "UTC"
    for zone in sorted(set(_named_zones(rows, str(contract.landing_header_zone)))):
        if not _same_clock(zone, expected):
            raise QuarantineError(
                "time_zone",
                f"the header says that its times are of {zone}, the contract says {expected}. "
                "Export in the contract's zone, or change landing_time_zone",
            )


def _named_zones(rows: Iterable[Sequence[str]], key: str) -> Iterator[str]:
    for cell in chain.from_iterable(rows):
        # Most cells are words; only those of JSON can name a zone.
        with suppress(ValueError):
            told = json.loads(cell)
            if isinstance(told, dict) and isinstance(told.get(key), str):
                yield _known_zone_or_cut(told[key])


def _known_zone_or_cut(name: str) -> str:
    """A zone's own name; of any other word only that it is none, for words may be personal."""
    return name if name in available_timezones() else "an unknown zone"


def _same_clock(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        zones = ZoneInfo(one), ZoneInfo(other)
    except (KeyError, OSError, ValueError):
        return False
    moments = [datetime(year, month, 1, tzinfo=UTC) for year in _YEARS for month in range(1, 13)]
    return all(
        moment.astimezone(zones[0]).utcoffset() == moment.astimezone(zones[1]).utcoffset()
        for moment in moments
    )


def with_extra(
    arrays: dict[str, pa.Array],
    extras: Sequence[dict[str, Any]],
    line_numbers: Sequence[int] | np.ndarray,
) -> pa.Table:
    """The contract's columns with the added ones as JSON, and the line numbers."""
    if extras:
        texts = [json.dumps(extra, ensure_ascii=False, default=str) for extra in extras]
        arrays["_extra"] = pa.array(texts, pa.string())
    else:
        arrays["_extra"] = pa.nulls(len(line_numbers), pa.string())
    arrays["_line"] = pa.array(line_numbers, pa.int64())
    return pa.table(arrays)


def without_keyless(table: pa.Table, contract: TableContract, tally: Tally) -> Batch:
    """Refuse rows whose business key is incomplete; each row counts as one line."""
    is_keyless = pa.array(np.zeros(len(table), dtype=bool))
    for key in contract.landing_key:
        trimmed = pc.fill_null(pc.utf8_trim_whitespace(table[key]), "")
        is_keyless = pc.or_(is_keyless, pc.equal(trimmed, ""))
    keyless = table.filter(is_keyless)
    rejects = [
        Reject(row.pop("_line"), 1, "no_key", json.dumps(row, ensure_ascii=False).encode())
        for row in keyless.to_pylist()
    ]
    kept = table.filter(pc.invert(is_keyless)) if rejects else table
    tally.row_lines += len(kept)
    tally.loaded_rows += len(kept)
    tally.count_rejects(rejects)
    return Batch(kept, rejects)
