"""No delivered value stops a run: absurd numbers and times in every column of every contract.

The committed sample is landed. Then each number and each time in it comes again in copies of its
row, once per absurd value. One build of every model has to pass.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner

from orchestration.landing import SourceContract, TableContract, load_contracts
from orchestration.landing.__main__ import app as landing
from orchestration.landing.contract import quote_identifier
from orchestration.paths import PROJECT_DIR
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.dbt_invocation import failures, run_dbt

ABSURD = (
    *("4006381333931", "9" * 30, "-5", "-4006381333931", "NaN", "Infinity", "1e308", "-1e308"),
    # The last plausible ones, and those beside them.
    *("1000000", "-1000000", "10000000000", "1000000000", "100000", "31622400", "1000", "3.5", "0"),
    # Seconds as milli-, micro- and nanoseconds.
    *("1777712400000", "1777712400000000", "1777712400000000000"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "58010-01-01T00:00:00Z", "infinity"),
    *("1990-01-01 00:00:00", "2099-12-31T23:59:59+14:00", "2026-02-30T10:00:00Z"),
    *("01.01.0001", "31.12.9999", "99:99:99", "2026-W99", "9999-W01", "", "absurd"),
)
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{2}\.\d{2}\.\d{4}|\d{2}:\d{2}:\d{2}|\d{4}-W\d{2}|\w{3}, \d{2} \w{3} .*"
)
WEEK = re.compile(r"\d{4}-W\d{2}")
# Ids of one other record: a second invitation would lead to the same response.
OTHER_IDS = ("responseId",)
Path_ = tuple[str | int, ...]


@dataclass
class Spoiler:
    """Copies of the rows of one raw table, each with one absurd value and with keys of its own."""

    connection: duckdb.DuckDBPyConnection
    table: TableContract
    copies: int = 0

    def spoil(self) -> int:
        """Add the copies; returns how many columns or paths of JSON are spoilt."""
        key = self._changing_key()
        columns = [*self.table.raw_columns, "_load_id", "_line", "_file_date", "_loaded_at"]
        names = ", ".join(map(quote_identifier, columns))
        rows = self.connection.execute(f"select {names} from {self.table.relation}").fetchall()
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        spoilt: dict[str, tuple[dict[str, Any], Path_]] = {}
        for record in records:
            for place in self._places(record):
                spoilt.setdefault(_name(place), (record, place))
        copies = [
            self._copy(record, place, value, key)
            for record, place in spoilt.values()
            for value in ABSURD
        ]
        if copies:
            added = pd.DataFrame(copies)
            self.connection.register("_copies", added)
            self.connection.execute(
                f"insert into {self.table.relation} by name select * from _copies"
            )
            self.connection.unregister("_copies")
        self.connection.execute(
            "update ledger.loads set lines = lines + $n, row_lines = row_lines + $n, "
            "loaded_rows = loaded_rows + $n where load_id = ("
            "select max(load_id) from ledger.loads where source_name = $s and table_name = $t)",
            {"n": len(copies), "s": self.table.source_name, "t": self.table.table_name},
        )
        return len(spoilt)

    def _changing_key(self) -> str:
        """The part of the key that tells most records apart; of a team's week, the week."""
        if "Week" in self.table.landing_key:
            return "Week"
        if not self.table.is_tabular:
            return self.table.landing_key[0]
        counts = {
            name: self.connection.execute(
                f"select count(distinct {quote_identifier(name)}) from {self.table.relation}"
            ).fetchall()[0][0]
            for name in self.table.landing_key
        }
        return max(counts, key=counts.__getitem__)

    def _places(self, record: dict[str, Any]) -> Iterator[Path_]:
        if self.table.is_tabular:
            content = {name: record[name] for name in self.table.raw_columns}
        else:
            content = json.loads(record["payload"])
        for place, value in _leaves(content):
            text = str(value)
            is_key = len(place) == 1 and place[0] in self.table.landing_key
            is_key = is_key and not WEEK.fullmatch(text)
            if not is_key and (NUMBER.fullmatch(text) or TIME.fullmatch(text)):
                yield place

    def _copy(self, record: dict[str, Any], place: Path_, value: str, key: str) -> dict[str, Any]:
        self.copies += 1
        number = f"9{self.copies:06d}"
        if self.table.is_tabular:
            renamed = {
                name: _renamed(record[name], number)
                for name in (key, *OTHER_IDS)
                if record.get(name)
            }
            return {**record, **renamed, place[0]: value}
        content = json.loads(record["payload"])
        _rename_nested(content, number)
        content[key] = _renamed(content[key], number)
        _put(content, place, value)
        return {**record, "payload": json.dumps(content)}


def _leaves(content: Any, place: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for name, value in items:
        if isinstance(value, dict | list):
            yield from _leaves(value, (*place, name))
        elif value is not None and not isinstance(value, bool):
            yield (*place, name), value


def _name(place: Path_) -> str:
    return ".".join(part for part in place if isinstance(part, str))


def _renamed(value: Any, number: str) -> Any:
    if WEEK.fullmatch(str(value)):
        return f"{1990 + int(number[1:]) % 52}-W{int(number[1:]) // 52 % 52 + 1:02d}"
    return int(number) if isinstance(value, int) else f"{value}{number}"


def _rename_nested(content: Any, number: str, is_element: bool = False) -> None:
    """Give each element of a list an id of its own: it would be the other record's, too."""
    if isinstance(content, list):
        for item in content:
            _rename_nested(item, number, is_element=True)
    elif isinstance(content, dict):
        if is_element and content.get("id") is not None:
            content["id"] = f"{content['id']}{number}"
        for value in content.values():
            _rename_nested(value, number)


def _put(content: Any, place: Path_, value: str) -> None:
    for part in place[:-1]:
        content = content[part]
    try:
        # A number stays one where JSON has it.
        content[place[-1]] = float(value) if value in ("1e308", "-1e308") else int(value)
    except ValueError:
        content[place[-1]] = value


def spoil_everything(data: Path) -> dict[str, int]:
    """Land the committed sample and spoil it; returns how many places each table has spoilt."""
    contracts: list[SourceContract] = load_contracts()
    landed = CliRunner().invoke(landing, [])
    assert landed.exit_code == 0, landed.output
    spoilt = {}
    with open_warehouse() as connection:
        for contract in contracts:
            for table in contract.tables:
                name = f"{table.source_name}.{table.table_name}"
                spoilt[name] = Spoiler(connection, table).spoil()
    return spoilt


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    data = tmp_path_factory.mktemp("absurd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(data))
        shutil.copytree(PROJECT_DIR / "seeds" / "sample", data / "landing")
        (data / "build").mkdir()
        spoilt = spoil_everything(data)
        outcome = run_dbt("build", "--exclude-resource-type", "unit_test", "test")
        yield data, spoilt, outcome


def test_no_delivered_value_fails_a_node(built):
    _data, spoilt, outcome = built

    assert sum(spoilt.values()) > 100
    assert failures(outcome) == []
