"""The secret of customer keys: whoever has it finds a customer's rows from an e-mail address.

It is the environment's `THROUGHLINE_KEY_SECRET`; without one, the file `key_secret` in the data
folder, which is made at first use. The people of the sample world are invented: there it is known,
so that two folders make the same keys. SQL gets it as variables of the connection, never as text.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import duckdb

from orchestration.paths import data_dir
from orchestration.warehouse.private_files import create_private
from orchestration.warehouse.state_files import sync

SAMPLE_SECRET = "sample"  # noqa: S105 - known on purpose

_VARIABLE = "THROUGHLINE_KEY_SECRET"
_BLOCK_SIZE = 64
_INNER_PAD, _OUTER_PAD = 0x36, 0x5C


class UnsafeSecretError(Exception):
    """Customer keys of real people would be made with the secret that everybody knows."""


def key_secret() -> str:
    """The secret of this data folder; its file is made if it needs one and there is none."""
    given = os.environ.get(_VARIABLE)
    if given:
        return given
    if secret_path().exists():
        return secret_path().read_text(encoding="utf-8").strip()
    if is_sample_world():
        return SAMPLE_SECRET
    return write_secret(secret_path())


def is_from_environment() -> bool:
    """Whether whoever runs this process gave the secret."""
    return bool(os.environ.get(_VARIABLE))


def is_sample_world() -> bool:
    """Whether the generator delivered here: it leaves the truth about its people."""
    return (data_dir() / "truth").is_dir()


def secret_path() -> Path:
    """The file of a secret that nobody gave."""
    return data_dir() / "key_secret"


def write_secret(path: Path) -> str:
    """Make a random secret, in a file of mode 0600 that is whole or not there."""
    secret = secrets.token_urlsafe(32)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(create_private(new), "w", encoding="utf-8") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync(path.parent)
    return secret


def assert_secret_is_safe() -> None:
    """Refuse the secret that everybody knows, unless the sample world delivered."""
    if key_secret() == SAMPLE_SECRET and not is_sample_world():
        raise UnsafeSecretError(
            f"{_VARIABLE} is {SAMPLE_SECRET!r}, which everybody knows: a list of e-mail addresses "
            "would turn the customer keys back. Nothing was published. Give another secret, or "
            "none (a random one is made), and run `throughline identity rotate`."
        )


def customer_key(secret: str, profile: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a profile key, cut to 32 digits; the macro `keyed_hash` in SQL."""
    return hmac.new(secret.encode(), profile.encode(), hashlib.sha256).hexdigest()[:32]


def set_variables(connection: duckdb.DuckDBPyConnection, secret: str) -> None:
    """Give a connection what the macro `keyed_hash` reads: the secret, padded as HMAC has it."""
    key = secret.encode()
    if len(key) > _BLOCK_SIZE:
        key = hashlib.sha256(key).digest()
    key = key.ljust(_BLOCK_SIZE, b"\0")
    for name, pad in (("inner", _INNER_PAD), ("outer", _OUTER_PAD)):
        connection.execute(
            f"set variable key_secret_{name} = cast(? as blob)", [bytes(byte ^ pad for byte in key)]
        )
