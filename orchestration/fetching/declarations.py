"""What is fetched from where: one YAML file per source, `fetching/<source>.yaml` of the company.

A file names the environment variables that hold its secrets, and no secret itself.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestration.fetching.origins.api import Api, FetchedRecords
from orchestration.fetching.origins.database import Database, FetchedQuery
from orchestration.fetching.origins.object_store import ObjectStore
from orchestration.fetching.origins.origin import Origin
from orchestration.fetching.origins.sftp import SftpServer
from orchestration.landing.contract import SourceContract
from orchestration.paths import fetching_dir

_MINUTES = 60


class DeclarationError(ValueError):
    """A declaration that can't be used: file, line and what is wrong with it."""


class MissingSecretError(DeclarationError):
    """The environment lacks a variable that a declaration names."""


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _FromOrigin(_Declared, ABC):
    # What the origin calls it: the environment variable that holds it.
    secrets: dict[str, str] = {}

    @abstractmethod
    def origin(self, contract: SourceContract, secrets: Mapping[str, str]) -> Origin:
        """The origin, with its secrets."""


class FromObjectStore(_FromOrigin):
    """`url` is a folder as fsspec writes it; its file system takes `options` and `secrets`."""

    kind: Literal["object_store"]
    url: str = Field(pattern=r"^[a-z0-9]+://")
    options: dict[str, Any] = {}

    def origin(self, contract: SourceContract, secrets: Mapping[str, str]) -> Origin:
        """The folder."""
        return ObjectStore(contract, self.url, {**self.options, **secrets})


class FromSftp(_FromOrigin):
    """A folder on a server; `secrets` has `key_file` (a path) or `password`.

    `known_hosts` lies beside the declaration: lines as `ssh-keyscan` prints them, once compared.
    """

    kind: Literal["sftp"]
    host: str = Field(pattern=r"^[A-Za-z0-9\[][A-Za-z0-9.:\]-]*$")
    port: int = Field(default=22, gt=0, lt=65_536)
    user: str = Field(pattern=r"^[^-\s][^\s]*$")
    folder: str = "."
    known_hosts: str = Field(default="known_hosts", pattern=r"^[^/\s]+$")
    settle_seconds: float = Field(default=2, ge=0)

    def origin(self, contract: SourceContract, secrets: Mapping[str, str]) -> Origin:
        """The folder."""
        known_hosts = fetching_dir() / self.known_hosts
        if not known_hosts.exists():
            raise DeclarationError(f"{known_hosts} is not there: it holds the server's key")
        if len(secrets.keys() & {"key_file", "password"}) != 1:
            raise DeclarationError("secrets has key_file, or password")
        return SftpServer(
            contract,
            *(self.host, self.port, self.user, self.folder, known_hosts),
            *(secrets.get("key_file"), secrets.get("password"), self.settle_seconds),
        )


class AskedTable(_Declared):
    """A query in SQL; rows come in windows of `watermark`, up to `lag_seconds` ago."""

    query: str
    watermark: str | None = None
    lag_seconds: float = Field(default=300, ge=0)
    time_zone: str | None = None


class FromPostgres(_FromOrigin):
    """A database whose address, `postgresql://…`, is the secret `uri`; by table what is asked."""

    kind: Literal["postgres"]
    tables: dict[str, AskedTable] = Field(min_length=1)

    def origin(self, contract: SourceContract, secrets: Mapping[str, str]) -> Origin:
        """The database."""
        if "uri" not in secrets:
            raise DeclarationError("secrets has no uri: the variable that holds the address")
        _assert_tables(contract, self.tables)
        queries = {
            name: FetchedQuery(
                asked.query, asked.watermark, timedelta(seconds=asked.lag_seconds), asked.time_zone
            )
            for name, asked in self.tables.items()
        }
        return Database(contract, secrets["uri"], queries)


class Watermark(_Declared):
    """`field` grows with each change of a record; `parameter` asks for those from a value on."""

    field: str
    parameter: str


class AskedRecords(_Declared):
    """`records`: where in a page they are, as JSONPath; `paging`: as dlt names its paginators."""

    path: str
    records: str | None = None
    parameters: dict[str, str | int | float | bool] = {}
    paging: str | dict[str, Any] = "auto"
    watermark: Watermark | None = None


class FromApi(_FromOrigin):
    """An HTTP API; its secret `token` is sent as `header`, by `Authorization` as a bearer's."""

    kind: Literal["api"]
    url: str = Field(pattern=r"^https?://")
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]+$")
    tables: dict[str, AskedRecords] = Field(min_length=1)

    def origin(self, contract: SourceContract, secrets: Mapping[str, str]) -> Origin:
        """The API."""
        _assert_tables(contract, self.tables)
        asked = {
            name: FetchedRecords(
                *(one.path, one.records, one.parameters, one.paging),
                one.watermark.field if one.watermark else None,
                one.watermark.parameter if one.watermark else None,
            )
            for name, one in self.tables.items()
        }
        token = secrets.get("token")
        if token and self.header == "Authorization" and " " not in token:
            token = f"Bearer {token}"
        return Api(contract, self.url, self.header, token, asked)


class Declaration(_Declared):
    """How one source is fetched."""

    origin: Annotated[
        FromObjectStore | FromSftp | FromPostgres | FromApi, Field(discriminator="kind")
    ]
    # By then the fetch is ended; the next one goes on where it was.
    timeout_minutes: float = Field(default=60, gt=0)

    @property
    def timeout_seconds(self) -> float:
        """When a fetch is ended."""
        return self.timeout_minutes * _MINUTES


@dataclass(frozen=True)
class Ready:
    """An origin that can be asked, and the secrets that no message may hold."""

    origin: Origin
    secrets: frozenset[str]


def declared_sources() -> list[str]:
    """The sources that are fetched, by name; whether their declarations are sound is not asked."""
    return sorted(path.stem for path in fetching_dir().glob("*.yaml"))


def declaration(source_name: str) -> Declaration:
    """What is declared of a source. Raises DeclarationError with file and line."""
    path = fetching_dir() / f"{source_name}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
        values = yaml.safe_load(text)
        return Declaration.model_validate(values)
    except FileNotFoundError:
        raise DeclarationError(f"{path}: there is no such file") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise DeclarationError(f"{path}: not valid YAML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = tuple(first["loc"])
        keys = ".".join(str(key) for key in where) or "the file"
        raise DeclarationError(f"{path}:{_line(text, where)}: {keys}: {first['msg']}") from error


def ready(declared: Declaration, contract: SourceContract) -> Ready:
    """The origin with its secrets from the environment.

    Raises MissingSecretError, and DeclarationError if the origin does not fit the contract.
    """
    names = declared.origin.secrets
    missing = sorted(name for name in names.values() if not os.environ.get(name))
    if missing:
        raise MissingSecretError(f"the environment lacks {', '.join(missing)}")
    secrets = {what: os.environ[name] for what, name in names.items()}
    return Ready(declared.origin.origin(contract, secrets), frozenset(secrets.values()))


def _assert_tables(contract: SourceContract, names: Iterable[str]) -> None:
    unknown = sorted(set(names) - {table.table_name for table in contract.tables})
    if unknown:
        raise DeclarationError(f"{contract.source_name} has no table {', '.join(unknown)}")


def _line(text: str, where: tuple[str | int, ...]) -> int:
    """The line of the innermost key that is there."""
    node = yaml.compose(text)
    line = 1
    for key in where:
        if not isinstance(node, yaml.MappingNode):
            break
        found = [(name, value) for name, value in node.value if name.value == str(key)]
        if found:
            ((name, node),) = found[:1]
            line = name.start_mark.line + 1
    return line
