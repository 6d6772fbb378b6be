import stat

import duckdb
import pytest

from orchestration.warehouse import key_secret as secrets


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of the test's own, and no secret in the environment."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.delenv("THROUGHLINE_KEY_SECRET", raising=False)
    return tmp_path


def test_a_company_gets_a_random_secret_once(folder):
    secret = secrets.key_secret()

    assert secrets.key_secret() == secret
    assert len(secret) >= 32
    assert stat.S_IMODE(secrets.secret_path().stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["key_secret"]


def test_a_secret_of_the_environment_comes_first(folder, monkeypatch):
    secrets.key_secret()
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", "given")

    assert secrets.key_secret() == "given"


def test_invented_people_have_a_known_secret(folder):
    (folder / "truth").mkdir()

    assert secrets.key_secret() == secrets.SAMPLE_SECRET
    assert not secrets.secret_path().exists()
    secrets.assert_secret_is_safe()


def test_the_known_secret_is_refused_for_a_company(folder, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", secrets.SAMPLE_SECRET)

    with pytest.raises(secrets.UnsafeSecretError, match="which everybody knows"):
        secrets.assert_secret_is_safe()


@pytest.mark.parametrize(
    ("secret", "message", "digest"),
    [
        pytest.param(
            "Jefe",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c7",
            id="RFC 4231",
        ),
        pytest.param('it\'s a "secret"; --', "p1", None, id="quotes"),
        pytest.param("long " * 40, "p1", None, id="longer than a block"),
        pytest.param("grüße", "żółw", None, id="other letters"),
    ],
)
def test_sql_makes_the_same_keys(secret, message, digest):
    with duckdb.connect() as connection:
        secrets.set_variables(connection, secret)

        ((key,),) = connection.execute(
            "select left(sha256(getvariable('key_secret_outer') || unhex(sha256("
            "getvariable('key_secret_inner') || encode(?)))), 32)",
            [message],
        ).fetchall()

    assert key == secrets.customer_key(secret, message)
    assert digest in (None, key)
