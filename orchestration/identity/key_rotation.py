"""Another secret for the customer keys: each is made anew, and a private map tells which is which.

Also here: whether the secret is that of the registry. A run with another one would give everybody a
second key.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.identity.registry import SCHEMA, TABLES, existing_tables
from orchestration.paths import data_dir, warehouse_path
from orchestration.warehouse import build_state
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.key_secret import (
    customer_key,
    is_from_environment,
    key_secret,
    secret_path,
    write_secret,
)

_KEYS = TABLES[0]
_REGISTRY = f"{SCHEMA}.{_KEYS}"


class SecretError(Exception):
    """The secret is not the one that the customer keys were made with."""


@dataclass(frozen=True)
class Rotation:
    """How many keys were made anew, and the file that tells which is which."""

    key_count: int
    map_path: Path


def assert_secret_of_registry(
    connection: duckdb.DuckDBPyConnection, relation: str = _REGISTRY
) -> None:
    """Stop if no key of a table of the registry was made with the secret of this data folder."""
    if not _made_any(key_secret(), connection, relation):
        raise SecretError(
            "these customer keys were made with another THROUGHLINE_KEY_SECRET. Give that one, or "
            "make all keys anew with `throughline identity rotate`."
        )


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Finish a rotation that was killed before its secret was in place; then check the secret."""
    waiting = _waiting_secret()
    if _KEYS not in existing_tables(connection, _database(connection)):
        return
    if (
        waiting.exists()
        and not is_from_environment()
        and _made_any(waiting.read_text(encoding="utf-8").strip(), connection)
    ):
        _put_in_place(waiting)
    assert_secret_of_registry(connection)


def rotate() -> Rotation:
    """Make every customer key anew. Hold `warehouse_lock`; the next run publishes them.

    With a secret of the environment, for that one; else for a new random one in `key_secret`.
    """
    if not warehouse_path().exists():
        raise SecretError("there is no warehouse yet: `throughline run` makes one")
    with open_warehouse() as connection:
        tables = existing_tables(connection, _database(connection))
        if _KEYS not in tables:
            raise SecretError("no customer key has been given out yet")
        waiting = _waiting_secret()
        secret = key_secret() if is_from_environment() else write_secret(waiting)
        keys = _new_keys(connection, secret)
        build_state.forget_build()
        path = _write_map(keys)
        connection.register("new_keys", keys)
        connection.execute("begin")
        for table in tables:
            _replace_keys(connection, table)
        connection.execute("commit")
        if not is_from_environment():
            _put_in_place(waiting)
    return Rotation(len(keys), path)


def _new_keys(connection: duckdb.DuckDBPyConnection, secret: str) -> pd.DataFrame:
    """Old and new key; a profile that founded a second customer bears a number, as in the model."""
    keys = connection.execute(
        "select customer_key as old_customer_key, minted_profile_key "
        "|| case when number > 0 then ':' || number else '' end as founder "
        "from (select *, row_number() over (partition by minted_profile_key "
        "order by minted_run_number, minted_at, customer_key) - 1 as number "
        f"from {_REGISTRY}) order by all"
    ).df()
    keys["new_customer_key"] = [customer_key(secret, founder) for founder in keys["founder"]]
    return keys.drop(columns="founder")


def _replace_keys(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    columns = [
        column
        for column, *_ in connection.execute(f"describe {SCHEMA}.{table}").fetchall()
        if column.endswith("customer_key")
    ]
    for column in columns:
        connection.execute(
            f"update {SCHEMA}.{table} set {column} = new_customer_key from new_keys "
            f"where {column} = old_customer_key"
        )


def _write_map(keys: pd.DataFrame) -> Path:
    """For whoever has marts with old keys elsewhere. The folder is private, so the file is."""
    folder = data_dir() / "key_maps"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.csv"
    keys.to_csv(path, index=False)
    return path


def _made_any(
    secret: str, connection: duckdb.DuckDBPyConnection, relation: str = _REGISTRY
) -> bool:
    """Whether the secret made a key of the least profile; also if there is no key yet."""
    profile, keys = connection.execute(
        f"select min(minted_profile_key), list(customer_key) from {relation} "
        f"where minted_profile_key = (select min(minted_profile_key) from {relation})"
    ).fetchall()[0]
    if profile is None:
        return True
    # Registries of earlier versions keep the keys that were made by a plain hash.
    former = hashlib.sha256(f"{secret}{profile}".encode()).hexdigest()[:32]
    return customer_key(secret, profile) in keys or former in keys


def _put_in_place(secret: Path) -> None:
    secret.replace(secret_path())


def _waiting_secret() -> Path:
    return secret_path().with_name("key_secret.next")


def _database(connection: duckdb.DuckDBPyConnection) -> str:
    ((name,),) = connection.execute("select current_database()").fetchall()
    return str(name)
