import stat

import pandas as pd
import pytest

from orchestration.identity import key_rotation
from orchestration.warehouse import key_secret as secrets
from orchestration.warehouse.connections import open_warehouse

KEYS = "intermediate.int_identity__customer_keys"
BELIEFS = "intermediate.int_identity__profile_beliefs"
ARMS = "intermediate.int_actions__arms"
DECISIONS = "intermediate.int_actions__decision_history"
REFUSALS = "intermediate.int_actions__refusal_history"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A data folder of the test's own, and no secret in the environment."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.delenv("THROUGHLINE_KEY_SECRET", raising=False)
    return tmp_path


@pytest.fixture
def registry():
    """Profile `a` founded two customers; the key of `b` leads to the first."""
    secret = secrets.key_secret()
    first, second, third = (secrets.customer_key(secret, name) for name in ("a", "a:1", "b"))
    with open_warehouse() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            f"create table {KEYS} as from (values "
            f"('{first}', 'a', '{first}', 1), ('{second}', 'a', '{second}', 2), "
            f"('{third}', 'b', '{first}', 1)) as keys (customer_key, minted_profile_key, "
            "live_customer_key, minted_run_number)"
        )
        connection.execute(f"alter table {KEYS} add column minted_at timestamp")
        connection.execute(
            f"create table {BELIEFS} as select 'a' as profile_key, '{second}' as customer_key"
        )
    return first, second, third


def stored(query):
    with open_warehouse() as connection:
        return connection.execute(query).fetchall()


def test_every_key_is_made_anew_and_the_map_tells_which(registry, folder):
    old_secret = secrets.key_secret()

    rotation = key_rotation.rotate()

    secret = secrets.key_secret()
    first, second, third = (secrets.customer_key(secret, name) for name in ("a", "a:1", "b"))
    assert secret != old_secret
    assert stored(
        f"select customer_key, live_customer_key from {KEYS} "
        "order by minted_profile_key, minted_run_number"
    ) == [(first, first), (second, second), (third, first)]
    assert stored(f"select customer_key from {BELIEFS}") == [(second,)]
    told = pd.read_csv(rotation.map_path).set_index("old_customer_key")["new_customer_key"]
    assert told.to_dict() == dict(zip(registry, (first, second, third), strict=True))
    assert stat.S_IMODE(rotation.map_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(secrets.secret_path().stat().st_mode) == 0o600


def test_customers_keep_their_arms_and_what_was_decided_under_new_keys(registry):
    first, second, _ = registry
    with open_warehouse() as connection:
        connection.execute(
            f"create table {ARMS} as from (values ('offer', '{first}', 'held_out'), "
            f"('offer', '{second}', 'treated')) as arms (action_slug, customer_key, arm)"
        )
        connection.execute(
            f"create table {DECISIONS} as from (values ('{first}', 'nothing', 1, 2), "
            f"('{first}', 'offer', 2, null), ('{second}', 'offer', 1, null)) "
            "as decisions (customer_key, action_slug, valid_from, valid_to)"
        )
        connection.execute(f"create table {REFUSALS} as select 'offer' as action_slug, 7 as n")

    key_rotation.rotate()

    secret = secrets.key_secret()
    first, second = (secrets.customer_key(secret, name) for name in ("a", "a:1"))
    assert set(stored(f"select customer_key, arm from {ARMS}")) == {
        (first, "held_out"),
        (second, "treated"),
    }
    assert set(stored(f"from {DECISIONS}")) == {
        (first, "nothing", 1, 2),
        (first, "offer", 2, None),
        (second, "offer", 1, None),
    }
    assert stored(f"from {REFUSALS}") == [("offer", 7)]


def test_a_run_with_another_secret_is_refused(registry, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", "another")

    with open_warehouse() as connection, pytest.raises(key_rotation.SecretError, match="another"):
        key_rotation.settle(connection)


def test_keys_are_made_anew_for_a_secret_that_was_given(registry, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", "another")

    key_rotation.rotate()

    with open_warehouse() as connection:
        key_rotation.settle(connection)
    assert stored(f"select min(customer_key) from {KEYS} where minted_profile_key = 'b'") == [
        (secrets.customer_key("another", "b"),)
    ]


def test_a_rotation_that_was_killed_is_finished_or_never_began(registry, folder, monkeypatch):
    """Killed before the keys are committed, and before their secret is in place."""
    old_secret = secrets.key_secret()
    rotate_until("_replace_keys", monkeypatch)
    unchanged = secrets.key_secret()

    rotate_until("_put_in_place", monkeypatch)

    assert unchanged == old_secret
    assert secrets.key_secret() != old_secret
    assert stored(f"select customer_key from {KEYS} where minted_profile_key = 'b'") == [
        (secrets.customer_key(secrets.key_secret(), "b"),)
    ]


def test_keys_of_an_earlier_version_keep_their_secret(folder):
    """A plain hash made them; they are kept, and those to come are made by HMAC."""
    with open_warehouse() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            f"create table {KEYS} as select left(sha256('{secrets.key_secret()}' || 'a'), 32) "
            "as customer_key, 'a' as minted_profile_key"
        )
        key_rotation.settle(connection)


def rotate_until(step, monkeypatch):
    """Rotate, be killed at this step, and begin the next run."""

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(key_rotation, step, die)
        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate()
    with open_warehouse() as connection:
        key_rotation.settle(connection)
