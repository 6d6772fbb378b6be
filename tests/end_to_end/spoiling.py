"""Copies of what the committed sample delivers, each with one value that nobody expects.

A place is a column, or a path within a JSON record. Each place is spoilt once per value, in a copy
of a row that has it, with keys of its own, so that nothing that was delivered is replaced.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from orchestration.landing import TableContract, load_contracts
from orchestration.landing.contract import quote_identifier
from orchestration.warehouse.connections import open_warehouse

NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{2}\.\d{2}\.\d{4}|\d{2}:\d{2}:\d{2}|\d{4}-W\d{2}|\w{3}, \d{2} \w{3} .*"
)
WEEK = re.compile(r"\d{4}-W\d{2}")
# Ids of one other record: a second invitation would lead to the same response.
OTHER_IDS = ("responseId",)
Path_ = tuple[str | int, ...]
# Whether a place with this text is to be spoilt.
IsSpoilt = Callable[[TableContract, Path_, str], bool]


def is_number_or_time(table: TableContract, place: Path_, text: str) -> bool:
    """A number or a time that tells no record from another; a week does, and there are others."""
    is_key = len(place) == 1 and place[0] in table.landing_key and not WEEK.fullmatch(text)
    return not is_key and bool(NUMBER.fullmatch(text) or TIME.fullmatch(text))


def is_word(table: TableContract, place: Path_, text: str) -> bool:
    """A text that could be one of a list: no id of a record, no person, nobody's words."""
    tagged = {column.name for column in table.columns if column.personal_data}
    # Copies differ by the first part of a key; a later one may be a word, such as a kind of event.
    keys = table.landing_key if table.is_tabular else table.landing_key[:1]
    is_taken = len(place) == 1 and place[0] in tagged | set(keys)
    return not is_taken and bool(text) and not (NUMBER.fullmatch(text) or TIME.fullmatch(text))


def spoil_everything(
    values: Sequence[str], is_spoilt: IsSpoilt, first_copy: int = 0
) -> dict[str, int]:
    """Spoil what the warehouse has landed; returns how many places each table has spoilt.

    Keys of copies are numbered on from `first_copy`: more than another call has made.
    """
    spoilt = {}
    with open_warehouse() as connection:
        for contract in load_contracts():
            for table in contract.tables:
                name = f"{table.source_name}.{table.table_name}"
                spoilt[name] = Spoiler(connection, table, values, is_spoilt, first_copy).spoil()
    return spoilt


@dataclass
class Spoiler:
    """Copies of the rows of one raw table, each with one odd value and with keys of its own."""

    connection: duckdb.DuckDBPyConnection
    table: TableContract
    values: Sequence[str]
    is_spoilt: IsSpoilt
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
            for value in self.values
        ]
        if copies:
            added = pd.DataFrame(copies).assign(_load_id=self._load_id())
            self.connection.register("_copies", added)
            self.connection.execute(
                f"insert into {self.table.relation} by name select * from _copies"
            )
            self.connection.unregister("_copies")
            self.connection.execute(
                "update ledger.loads set lines = lines + $n, row_lines = row_lines + $n, "
                "loaded_rows = loaded_rows + $n where load_id = $load",
                {"n": len(copies), "load": self._load_id()},
            )
        return len(spoilt)

    def _load_id(self) -> int:
        """The load that all copies belong to: its lines are counted with them."""
        ((load_id,),) = self.connection.execute(
            f"select max(_load_id) from {self.table.relation}"
        ).fetchall()
        return load_id

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
            if self.is_spoilt(self.table, place, str(value)):
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
