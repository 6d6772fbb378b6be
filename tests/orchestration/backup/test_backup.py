"""A backup and what is brought back from it: the same raw tables, settings and customer keys."""

import stat

import pytest
from typer.testing import CliRunner

from orchestration.backup import restore as restoring
from orchestration.backup.restore import restore
from orchestration.backup.save import save
from orchestration.backup.store import BackupError, Store
from orchestration.commands.throughline import app
from orchestration.instance import rebuild
from orchestration.instance.rebuild import replace_warehouse
from orchestration.landing import ensure_tables, land, set_run_settings
from orchestration.paths import data_dir, landing_dir
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.key_secret import customer_key

SECRET = "hidden"  # noqa: S105
KEYS = "intermediate.int_identity__customer_keys"
TABLES = (
    "select * exclude (_load_id) from raw_pos.receipts order by all",
    "select file_name, content_hash, received_at from ledger.deliveries order by all",
    "from ledger.run_settings order by all",
    f"from {KEYS} order by all",
)


@pytest.fixture
def company(data_folder, contracts, deliver, monkeypatch):
    """A data folder with two landed files, a setting, a customer's key and a trained model."""
    monkeypatch.delenv("THROUGHLINE_COMPANY", raising=False)
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", SECRET)
    monkeypatch.setattr(rebuild, "load_contracts", lambda: contracts)
    deliver("receipts_2026-01-01.csv", "receipt_no,total", "1,5")
    deliver("receipts_2026-01-02.csv", "wrong header")

    def land_all():
        with open_warehouse() as connection:
            ensure_tables(connection, contracts)
            for table in contracts[0].tables:
                land(connection, table, landing_dir() / "pos")

    land_all()
    with open_warehouse() as connection:
        set_run_settings(connection, [("reporting_currency", "GBP")])
        connection.execute("create schema intermediate")
        connection.execute(
            f"create table {KEYS} as select '{customer_key(SECRET, 'a')}' as customer_key, 'a' as "
            f"minted_profile_key, '{customer_key(SECRET, 'a')}' as live_customer_key, ['a'] as "
            "profile_keys, true as is_live"
        )
    models = data_folder / "identity_models"
    models.mkdir()
    (models / "1.json").write_text("{}")
    return land_all


def tables():
    with open_warehouse() as connection:
        return [connection.execute(query).fetchall() for query in TABLES]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Go on in a data folder that is empty."""

    def go(name="elsewhere"):
        monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / name))
        return tmp_path / name

    return go


def test_what_is_brought_back_is_rebuilt_to_the_same_tables(company, tmp_path, elsewhere):
    before = tables()
    save(str(tmp_path / "kept"))
    folder = elsewhere()

    restore(str(tmp_path / "kept"))
    replace_warehouse(None)

    assert tables() == before
    assert len(before[1]) == 2
    assert (folder / "identity_models" / "1.json").read_text() == "{}"
    assert not (folder / ".restoring").exists()


def test_a_second_backup_keeps_what_is_new_and_the_first_stays(
    company, deliver, tmp_path, elsewhere
):
    first = save(str(tmp_path / "kept"))
    again = save(str(tmp_path / "kept"))
    deliver("receipts_2026-01-03.csv", "receipt_no,total", "3,5")
    company()
    third = save(str(tmp_path / "kept"))

    # The registry's zip holds times; nothing else is new.
    assert again.new_count <= 1
    assert third.file_count == first.file_count + 1
    elsewhere()
    restore(str(tmp_path / "kept"), first.made_at)
    replace_warehouse(None)
    assert [row[0] for row in tables()[0]] == ["1"]


def test_a_backup_holds_no_secret_and_is_private(company, tmp_path, monkeypatch):
    monkeypatch.delenv("THROUGHLINE_KEY_SECRET")
    (data_dir() / "key_secret").write_text("the secret of this folder")
    save(str(tmp_path / "kept"))

    kept = list((tmp_path / "kept").rglob("*"))

    assert kept
    assert not any(b"the secret of" in one.read_bytes() for one in kept if one.is_file())
    assert {stat.S_IMODE(one.stat().st_mode) & 0o077 for one in kept} == {0}


@pytest.mark.parametrize("given", [None, "another secret"])
def test_without_the_secret_of_its_keys_nothing_is_brought_back(
    company, tmp_path, elsewhere, monkeypatch, given
):
    save(str(tmp_path / "kept"))
    folder = elsewhere()
    monkeypatch.delenv("THROUGHLINE_KEY_SECRET")
    if given:
        monkeypatch.setenv("THROUGHLINE_KEY_SECRET", given)

    with pytest.raises(BackupError, match=r"secret|THROUGHLINE_KEY_SECRET"):
        restore(str(tmp_path / "kept"))

    assert not (folder / "warehouse.duckdb").exists()
    monkeypatch.setenv("THROUGHLINE_KEY_SECRET", SECRET)
    restore(str(tmp_path / "kept"))


def test_a_folder_with_a_warehouse_is_never_restored_over(company, tmp_path):
    save(str(tmp_path / "kept"))

    with pytest.raises(BackupError, match="is not empty"):
        restore(str(tmp_path / "kept"))


def test_a_company_folder_comes_with_it(company, tmp_path, elsewhere, monkeypatch):
    own = tmp_path / "own"
    for name, text in {
        "seeds/a.csv": "a\n1\n",
        "fetching/pos.yaml": "x",
        ".git/config": "",
    }.items():
        (own / name).parent.mkdir(parents=True)
        (own / name).write_text(text)
    monkeypatch.setenv("THROUGHLINE_COMPANY", str(own))
    save(str(tmp_path / "kept"))
    elsewhere()
    monkeypatch.delenv("THROUGHLINE_COMPANY")
    with pytest.raises(BackupError, match="THROUGHLINE_COMPANY"):
        restore(str(tmp_path / "kept"))
    monkeypatch.setenv("THROUGHLINE_COMPANY", str(tmp_path / "own again"))

    restore(str(tmp_path / "kept"))

    brought = [path for path in (tmp_path / "own again").rglob("*") if path.is_file()]
    assert {str(path.relative_to(tmp_path / "own again")) for path in brought} == {
        "seeds/a.csv",
        "fetching/pos.yaml",
    }


def test_a_backup_within_what_it_keeps_is_refused(company):
    with pytest.raises(BackupError, match="is within"):
        save(str(data_dir() / "backup"))


class Killed(BaseException):
    """Stands for a kill."""


def killed(*_, **__):
    raise Killed


def test_a_backup_that_is_killed_is_none_and_the_next_is_whole(company, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Store, "put_list", killed)
        with pytest.raises(Killed):
            save(str(tmp_path / "kept"))

    assert Store(str(tmp_path / "kept")).names() == []
    save(str(tmp_path / "kept"))
    assert len(Store(str(tmp_path / "kept")).names()) == 1


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_restore_that_is_killed_is_gone_on_with(company, tmp_path, elsewhere, monkeypatch, after):
    before = tables()
    save(str(tmp_path / "kept"))
    elsewhere()
    really, left = restoring._bring, [after]

    def bring(*arguments):
        if not left[0]:
            raise Killed
        left[0] -= 1
        really(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_bring", bring)
        with pytest.raises(Killed):
            restore(str(tmp_path / "kept"))
    restore(str(tmp_path / "kept"))
    replace_warehouse(None)

    assert tables() == before


def test_a_damaged_content_is_found_in_the_backup_and_in_the_archive(
    company, tmp_path, elsewhere, monkeypatch
):
    save(str(tmp_path / "kept"))
    (archived,) = [path for path in (data_dir() / "archive").rglob("*") if b"1,5" in _content(path)]
    (kept,) = (tmp_path / "kept" / "objects").rglob(archived.name)
    kept.write_bytes(b"receipt_no,total\n1,6\n")
    archived.write_bytes(b"receipt_no,total\n1,7\n")

    with pytest.raises(BackupError, match="was damaged"):
        save(str(tmp_path / "kept anew"))
    elsewhere()
    with pytest.raises(BackupError, match="was damaged in the backup"):
        restore(str(tmp_path / "kept"))


def _content(path):
    return path.read_bytes() if path.is_file() else b""


@pytest.mark.parametrize("path", ["data/../../out", "elsewhere/a", "data", "data//etc/passwd/.."])
def test_a_list_that_was_tampered_with_leads_nowhere_else(company, tmp_path, elsewhere, path):
    save(str(tmp_path / "kept"))
    (listed,) = (tmp_path / "kept" / "backups").glob("*.json")
    text = listed.read_text()
    listed.write_text(text.replace("data/identity_models/1.json", path))
    elsewhere()

    with pytest.raises(BackupError, match="is no file of a backup"):
        restore(str(tmp_path / "kept"))

    assert not (tmp_path / "out").exists()


def test_commands_say_what_they_did(company, tmp_path, elsewhere, monkeypatch):
    for variable in ("THROUGHLINE_STATE", "DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(variable, "")
    kept = str(tmp_path / "kept")

    saved = CliRunner().invoke(app, ["backup", kept])
    elsewhere()
    brought = CliRunner().invoke(app, ["restore", kept])
    again = CliRunner().invoke(app, ["restore", kept])
    nothing = CliRunner().invoke(app, ["restore", str(tmp_path / "nothing")])

    assert (saved.exit_code, brought.exit_code, again.exit_code, nothing.exit_code) == (0, 0, 1, 1)
    assert "5 files, 5 of them new" in saved.output
    assert "throughline rebuild" in brought.output


def test_a_store_of_objects_keeps_a_backup_too(company, tmp_path, elsewhere, monkeypatch):
    boto3 = pytest.importorskip("boto3")
    moto_server = pytest.importorskip("moto.server")
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="kept")
        before = tables()
        save("s3://kept/throughline")
        elsewhere()
        restore("s3://kept/throughline")
    finally:
        server.stop()
    replace_warehouse(None)

    assert tables() == before


def test_the_version_is_told():
    result = CliRunner().invoke(app, ["--version"])

    assert result.exit_code == 0
    assert result.output.startswith("throughline 0.")
