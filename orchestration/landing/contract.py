"""The contract of a source: its promised deliveries, read from its `_<source>__sources.yml`.

The YAML is dbt's own source declaration plus flat `landing_*` keys in `config.meta`. It is read
directly, not from dbt's manifest, so that landing works before dbt has ever run. No delivery is
opened in this module.
"""

import codecs
import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from orchestration.paths import dbt_project_dir, reference_dir

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
OWN_COLUMNS = ("_extra", "_load_id", "_line", "_file_date", "_loaded_at")
PERSONAL_DATA = (
    *("email", "phone", "name", "address", "birth_date", "account", "device", "handle"),
    *("card", "ip", "free_text"),
)

Format = Literal["csv", "jsonl", "json", "parquet", "xlsx"]
TABULAR_FORMATS = ("csv", "parquet", "xlsx")


class ContractError(ValueError):
    """A contract that can't be used: file, line and what to do about it."""


def quote_identifier(name: str) -> str:
    """Quote a name of any shape for SQL: the only way a vendor's column name gets there."""
    return '"' + name.replace('"', '""') + '"'


class ColumnContract(BaseModel):
    """One column (csv, parquet, xlsx) or top-level key (json, jsonl) of the vendor's export."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1)
    data_type: str = "varchar"
    is_optional: bool = False
    personal_data: str | None = None

    @field_validator("personal_data")
    @classmethod
    def _known_tag(cls, tag: str | None) -> str | None:
        if tag is not None and tag not in (*PERSONAL_DATA, "loyalty_card"):
            raise ValueError(f"unknown personal_data tag {tag!r}: use one of {PERSONAL_DATA}")
        return tag


class TableContract(BaseModel):
    """How one table's files look, and what makes a row of them acceptable."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    source_name: str
    table_name: str
    description: str = ""
    columns: tuple[ColumnContract, ...] = ()

    landing_format: Format
    landing_file: str
    landing_encoding: str = "utf-8"
    landing_delimiter: str = ","
    landing_header_rows: int = Field(default=1, ge=1, le=10)
    # A key in the JSON of header cells: what it names is the zone of the column's times.
    landing_header_zone: str | None = None
    landing_records_path: str | None = None
    landing_sheet: str | None = None
    landing_time_zone: str | None = None
    landing_key: tuple[str, ...] = ()
    landing_schema_change: Literal["evolve", "freeze"] = "evolve"
    landing_retention_days: int | None = Field(default=None, ge=1)
    # Columns that name people by ids of a source, and those that name their orders, tickets …;
    # columns with the id of such a thing itself. What is tagged needs no mention.
    landing_person: dict[str, str] = Field(default_factory=dict)
    landing_document: dict[str, str] = Field(default_factory=dict)
    landing_max_reject_share: float = Field(default=0.05, ge=0, le=1)

    # What the staging view makes of it, for reconciliation.
    staged_by: str | None = None
    staged_key: tuple[str, ...] = ()
    staged_versions: bool = False
    staged_amount: str | None = None
    staged_currency: str | None = None

    @field_validator("staged_by", "staged_amount", "staged_currency")
    @classmethod
    def _plain_name(cls, name: str | None) -> str | None:
        if name is not None and not IDENTIFIER.fullmatch(name):
            raise ValueError(f"{name!r} is no name: use small letters, digits and _")
        return name

    @field_validator("landing_encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            return codecs.lookup(encoding).name
        except LookupError as error:
            raise ValueError(f"unknown encoding {encoding!r}: use a Python codec name") from error

    @field_validator("landing_delimiter")
    @classmethod
    def _one_character(cls, delimiter: str) -> str:
        if len(delimiter) != 1 or delimiter in '"\r\n\0':
            raise ValueError("a delimiter is one character, and neither a quote nor a line break")
        return delimiter

    @field_validator("landing_time_zone")
    @classmethod
    def _known_time_zone(cls, time_zone: str | None) -> str | None:
        if time_zone is not None:
            try:
                ZoneInfo(time_zone)
            except (KeyError, OSError, ValueError) as error:
                raise ValueError(f"unknown time zone {time_zone!r}: use an IANA name") from error
        return time_zone

    @field_validator("landing_file")
    @classmethod
    def _plain_pattern(cls, pattern: str) -> str:
        if "/" in pattern or pattern.startswith(".") or pattern.count("{date}") > 1:
            raise ValueError(
                "a file pattern is a name (no folder, no leading dot) with at most one {date}; "
                "* stands for anything"
            )
        return pattern

    @property
    def schema_name(self) -> str:
        """Schema of the raw table."""
        return f"raw_{self.source_name}"

    @property
    def relation(self) -> str:
        """The raw table, quoted for SQL."""
        return f"{quote_identifier(self.schema_name)}.{quote_identifier(self.table_name)}"

    @property
    def is_tabular(self) -> bool:
        """Whether the raw table has the vendor's columns; otherwise it has one `payload`."""
        return self.landing_format in TABULAR_FORMATS

    @property
    def column_names(self) -> tuple[str, ...]:
        """The vendor's column names, in the contract's order."""
        return tuple(column.name for column in self.columns)

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The raw table's text columns, before the ones that landing adds."""
        return (*self.column_names, "_extra") if self.is_tabular else ("payload",)

    @cached_property
    def version(self) -> str:
        """Changes when anything that decides how a file is read changes."""
        content = self.model_dump_json(
            include={"source_name", "table_name", "columns", *_keys("landing_")}
        )
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    @cached_property
    def _file_name(self) -> re.Pattern[str]:
        pattern = re.escape(self.landing_file).replace(r"\*", ".*")
        return re.compile(
            pattern.replace(re.escape("{date}"), r"(?P<date>\d{4}-\d{2}-\d{2})"), re.DOTALL
        )

    def matches(self, file_name: str) -> bool:
        """Whether a file of this name belongs to the table. The name is never a path or a glob."""
        return self._file_name.fullmatch(file_name) is not None

    def file_date(self, file_name: str) -> date | None:
        """The day that the name states; None if its pattern has no `{date}`.

        Raises ValueError for a day that isn't in the calendar.
        """
        match = self._file_name.fullmatch(file_name)
        if match is None or "date" not in self._file_name.groupindex:
            return None
        return date.fromisoformat(match["date"])

    def file_date_or_none(self, file_name: str) -> date | None:
        """The day that the name states, if it is in the calendar."""
        try:
            return self.file_date(file_name)
        except ValueError:
            return None


class SourceContract(BaseModel):
    """One source: a folder of deliveries, a raw schema, its tables."""

    model_config = ConfigDict(frozen=True)

    source_name: str
    description: str = ""
    path: Path
    tables: tuple[TableContract, ...]

    def table(self, table_name: str) -> TableContract:
        """The contract of one table, by name."""
        for table in self.tables:
            if table.table_name == table_name:
                return table
        raise KeyError(f"{self.source_name} has no table {table_name}")

    def table_of(self, file_name: str) -> TableContract | None:
        """The table that a file of this name belongs to, if any."""
        return next((table for table in self.tables if table.matches(file_name)), None)

    def expects(self, file_name: str) -> bool:
        """Whether a file of this name belongs to any of its tables."""
        return self.table_of(file_name) is not None


def load_contracts(directory: Path | None = None) -> list[SourceContract]:
    """Every source that has deliveries, in order of name; sources without a format aren't landed.

    Raises ContractError with file and line.
    """
    directory = directory or dbt_project_dir() / "models" / "staging"
    contracts = []
    for path in sorted(directory.glob("*/_*__sources.yml")):
        contracts.extend(_read_sources(path))
    _check_names_are_unique(contracts)
    return sorted(contracts, key=lambda contract: contract.source_name)


def enabled_sources(
    names: Iterable[str], connection: duckdb.DuckDBPyConnection | None = None
) -> set[str]:
    """Those of the sources that the company has: all that the seed does not switch off.

    A source without a row in `company_sources.csv` is on. A row `sources` of
    `ledger.run_settings` (names separated by commas) overrides the seed.
    """
    if connection is not None:
        override = connection.execute(
            "select setting_value from ledger.run_settings where setting = 'sources'"
        ).fetchall()
        if override:
            return set(names) & {name.strip() for name in override[0][0].split(",")}
    with (reference_dir() / "company" / "company_sources.csv").open(encoding="utf-8") as seed:
        return set(names) - {
            row["source_name"]
            for row in csv.DictReader(seed)
            if row["is_enabled"].strip().lower() != "true"
        }


# The one in C, where there is one: twenty files in a tenth of the time.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Contract = TypeVar("_Contract", ColumnContract, TableContract)


class _Document:
    """A YAML file as plain values, with the line of each of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._constructor = yaml.constructor.SafeConstructor()
        try:
            root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_YAML_LOADER)
        except yaml.YAMLError as error:
            raise ContractError(f"{path.resolve()}: not valid YAML: {error}") from error
        self.values = self._plain(root, ()) if root is not None else {}

    def _plain(self, node: yaml.Node, where: tuple[str | int, ...]) -> Any:
        self._lines[where] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return {key.value: self._plain(value, (*where, key.value)) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*where, index)) for index, item in enumerate(node.value)]
        return self._constructor.construct_object(node)

    def has(self, where: tuple[str | int, ...]) -> bool:
        """Whether the file says anything there."""
        return where in self._lines

    def error(self, where: tuple[str | int, ...], problem: str) -> ContractError:
        """An error at the nearest line that is known."""
        while where and where not in self._lines:
            where = where[:-1]
        # A company's file, not the link to it.
        return ContractError(f"{self.path.resolve()}:{self._lines.get(where, 1)}: {problem}")


def _read_sources(path: Path) -> list[SourceContract]:
    document = _Document(path)
    sources = document.values.get("sources")
    if not isinstance(sources, list):
        raise document.error((), "expected a list `sources:`")
    contracts = []
    for index, source in enumerate(sources):
        contract = _read_source(document, source, ("sources", index))
        if contract is not None:
            contracts.append(contract)
    return contracts


def _read_source(
    document: _Document, source: Mapping[str, Any], where: tuple[str | int, ...]
) -> SourceContract | None:
    name = _identifier(document, source, where)
    source_meta = _meta(source)
    tables = []
    for index, table in enumerate(source.get("tables") or []):
        meta = source_meta | _meta(table)
        if "landing_format" in meta:
            tables.append(_read_table(document, name, table, meta, (*where, "tables", index)))
        elif _landing_keys(meta):
            raise document.error((*where, "tables", index), "add landing_format to the table")
    if not tables:
        return None
    if source.get("schema") != f"raw_{name}":
        raise document.error((*where, "schema"), f"set `schema: raw_{name}`")
    for index, one in enumerate(tables):
        for other in tables[:index]:
            if patterns_overlap(one.landing_file, other.landing_file):
                raise document.error(
                    (*where, "tables", index),
                    f"landing_file {one.landing_file!r} of {one.table_name} and "
                    f"{other.landing_file!r} of {other.table_name} can match the same file name: "
                    "make one of them longer",
                )
    return SourceContract(
        source_name=name,
        description=source.get("description") or "",
        path=document.path,
        tables=tuple(tables),
    )


def _read_table(
    document: _Document,
    source_name: str,
    table: Mapping[str, Any],
    meta: Mapping[str, Any],
    where: tuple[str | int, ...],
) -> TableContract:
    table_name = _identifier(document, table, where)
    settings = _landing_keys(meta) | _staged_keys(meta)
    if "landing_file" not in settings:
        raise document.error(where, f"table {table_name} lacks landing_file, its files' name")
    columns = tuple(
        _read_column(document, column, (*where, "columns", index))
        for index, column in enumerate(table.get("columns") or [])
    )
    contract = _validated(
        document,
        where,
        TableContract,
        source_name=source_name,
        table_name=table_name,
        description=table.get("description") or "",
        columns=columns,
        **settings,
    )
    problem = _problem_with_columns(contract)
    if problem:
        raise document.error((*where, "columns"), problem)
    return contract


def _read_column(
    document: _Document, column: Mapping[str, Any], where: tuple[str | int, ...]
) -> ColumnContract:
    meta = _meta(column)
    unknown = set(_landing_keys(meta)) - {"landing_optional"}
    if unknown:
        raise document.error(
            (*where, "config", "meta", min(unknown)),
            f"unknown key {min(unknown)}: a column knows landing_optional only",
        )
    return _validated(
        document,
        where,
        ColumnContract,
        name=str(column.get("name") or ""),
        data_type=column.get("data_type") or "varchar",
        is_optional=bool(meta.get("landing_optional", False)),
        personal_data=meta.get("personal_data"),
    )


def _validated(
    document: _Document, where: tuple[str | int, ...], kind: type[_Contract], **values: Any
) -> _Contract:
    try:
        return kind(**values)
    except ValidationError as error:
        problem = _explained(document, error, where)
    # Outside the handler: pydantic's error, kept as this one's context, could never be freed.
    raise problem


def _problem_with_columns(contract: TableContract) -> str | None:
    names = contract.column_names
    lowered = [name.lower() for name in names]
    if contract.is_tabular and not names:
        return f"table {contract.table_name} lacks columns: list the vendor's header names"
    if contract.is_tabular and len(set(lowered)) < len(lowered):
        return "two columns have the same name (capitals don't tell names apart in SQL)"
    reserved = set(lowered) & set(OWN_COLUMNS)
    if contract.is_tabular and reserved:
        return f"column name {min(reserved)} is landing's own"
    if any('"' in key or "\\" in key for key in contract.landing_key):
        return "a landing_key can't contain a quote or a backslash"
    required = {column.name for column in contract.columns if not column.is_optional}
    unknown = sorted(set(contract.landing_key) - required)
    if contract.is_tabular and unknown:
        return f"landing_key {unknown} must be among the columns, and not landing_optional"
    unknown = sorted({*contract.landing_person, *contract.landing_document} - set(names))
    if unknown:
        return f"landing_person and landing_document: {unknown} must be among the columns"
    unknown = sorted(set(contract.staged_key) - set(names))
    if unknown:
        return f"staged_key {unknown} must be among the columns"
    return None


def _explained(
    document: _Document, error: ValidationError, where: tuple[str | int, ...]
) -> ContractError:
    first = error.errors()[0]
    key = str(first["loc"][0])
    place = (*where, "config", "meta", key)
    if not document.has(place):
        # The table has the key from its source.
        place = (*where[:2], "config", "meta", key)
    if first["type"] == "extra_forbidden":
        known = sorted(_keys("landing_") | _keys("staged_"))
        return document.error(place, f"unknown key {key}: the known ones are {', '.join(known)}")
    return document.error(place, f"{key}: {first['msg']}")


def _identifier(
    document: _Document, declared: Mapping[str, Any], where: tuple[str | int, ...]
) -> str:
    name = str(declared.get("name") or "")
    if not IDENTIFIER.fullmatch(name):
        raise document.error(
            (*where, "name"),
            f"name {name!r}: use small letters, digits and _, a letter first, 63 at most",
        )
    return name


def _meta(declared: Mapping[str, Any]) -> dict[str, Any]:
    return dict((declared.get("config") or {}).get("meta") or {})


def _landing_keys(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in meta.items() if key.startswith("landing_")}


def _staged_keys(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in meta.items() if key.startswith("staged_")}


def _keys(prefix: str) -> set[str]:
    return {name for name in TableContract.model_fields if name.startswith(prefix)}


def _check_names_are_unique(contracts: list[SourceContract]) -> None:
    seen: dict[str, Path] = {}
    for contract in contracts:
        if contract.source_name in seen:
            raise ContractError(
                f"{contract.path}: source {contract.source_name} is also declared in "
                f"{seen[contract.source_name]}"
            )
        seen[contract.source_name] = contract.path


_DIGIT, _ANYTHING = "digit", "anything"


def patterns_overlap(one: str, other: str) -> bool:
    """Whether some file name matches both patterns."""

    def pieces(pattern: str) -> list[str]:
        date_pieces = "\0\0\0\0-\0\0-\0\0"
        signs = {"\0": _DIGIT, "*": _ANYTHING}
        return [signs.get(sign, sign) for sign in pattern.replace("{date}", date_pieces)]

    ones, others = pieces(one), pieces(other)

    @cache
    def overlap(i: int, j: int) -> bool:
        if i == len(ones) or j == len(others):
            return all(piece == _ANYTHING for piece in (*ones[i:], *others[j:]))
        if ones[i] == _ANYTHING or others[j] == _ANYTHING:
            return overlap(i + 1, j) or overlap(i, j + 1)
        same = ones[i] == others[j]
        digit = (
            _DIGIT in (ones[i], others[j]) and (ones[i] + others[j]).replace(_DIGIT, "").isdigit()
        )
        return (same or digit) and overlap(i + 1, j + 1)

    return overlap(0, 0)
