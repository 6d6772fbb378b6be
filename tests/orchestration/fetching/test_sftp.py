"""Against OpenSSH's server, on loopback."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from orchestration.fetching.origins import sftp

NAME = "receipts_2026-01-02.csv"
FIRST = "receipt_no,total\n1,5\n2,6\n"
SERVER = shutil.which("sshd") or "/usr/sbin/sshd"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Port and folder of a server with a key of its own, which lets one key in."""
    if not Path(SERVER).exists():
        pytest.skip("no SSH server is installed")
    folder = tmp_path_factory.mktemp("ssh")
    for name in ("host", "ours", "stranger"):
        subprocess.run(  # noqa: S603
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name],  # noqa: S607
            check=True,
        )
    shutil.copy(folder / "ours.pub", folder / "authorized")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\n"
        f"AuthorizedKeysFile {folder / 'authorized'}\nPidFile none\nStrictModes no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen(  # noqa: S603
        [SERVER, "-D", "-e", "-f", folder / "config"], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port, folder
    process.terminate()
    process.wait()


@pytest.fixture
def exports(server, company, tmp_path, monkeypatch):
    """The folder that is fetched, and a declaration of it."""
    port, keys = server
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.setenv("POS_SFTP_KEY", str(keys / "ours"))
    company.declare(f"""
origin:
  kind: sftp
  host: 127.0.0.1
  port: {port}
  user: {getpass.getuser()}
  folder: {folder}
  settle_seconds: 0.2
  secrets: {{key_file: POS_SFTP_KEY}}
""")
    host_key = (keys / "host.pub").read_text()
    (company.data / "fetching" / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}")
    return folder


def test_files_are_landed_once_and_a_changed_one_supersedes(exports, company):
    (exports / NAME).write_text(FIRST)
    (exports / "notes.txt").write_text("whatever")
    (exports / "receipts_2026-01-05.csv").symlink_to(exports / NAME)
    (exports / "receipts_2026-01-06.csv").mkdir()

    assert company.fetch().delivered == [NAME]
    company.land()
    assert company.fetch().delivered == []
    (exports / NAME).write_text("receipt_no,total\n1,50\n")
    company.fetch()
    company.land()

    assert company.receipts() == [("1", "50")]


def test_a_large_file_comes_whole(exports, company):
    content = os.urandom(5_000_001)
    (exports / NAME).write_bytes(content)
    (exports / "receipts_2026-01-03.csv").write_bytes(b"")

    assert company.fetch().problems == []

    assert (company.landing / NAME).read_bytes() == content
    assert (company.landing / "receipts_2026-01-03.csv").read_bytes() == b""


def test_a_file_that_is_still_being_sent_is_left(exports, company, monkeypatch):
    (exports / NAME).write_text(FIRST)

    def send_on(seconds):
        with (exports / NAME).open("a") as sender:
            sender.write("3,7\n")

    with monkeypatch.context() as patch:
        patch.setattr(sftp.time, "sleep", send_on)
        assert company.fetch().delivered == []
    assert company.fetch().delivered == [NAME]


def test_a_server_with_another_key_is_not_spoken_to(exports, server, company):
    known = company.data / "fetching" / "known_hosts"
    stranger = (server[1] / "stranger.pub").read_text()
    known.write_text(f"[127.0.0.1]:{server[0]} {stranger}")
    (exports / NAME).write_text(FIRST)

    (problem,) = company.fetch().problems

    assert problem == "127.0.0.1: its key is not in known_hosts, or another than there"


def test_what_keeps_a_fetch_from_its_folder_is_told(exports, server, company, monkeypatch):
    exports.rmdir()
    assert company.fetch().problems == ["its folder: there is nothing of that name"]

    monkeypatch.setenv("POS_SFTP_KEY", str(server[1] / "stranger"))
    assert company.fetch().problems == ["127.0.0.1: it refuses the login"]

    path = company.data / "fetching" / "pos.yaml"
    path.write_text(path.read_text().replace(f"port: {server[0]}", "port: 1"))
    assert company.fetch().problems == ["127.0.0.1: nobody answers at that port"]


@pytest.mark.parametrize("host", ["-oProxyCommand=touch", "a b", ""])
def test_a_host_that_is_an_option_is_refused(exports, company, host):
    path = company.data / "fetching" / "pos.yaml"
    path.write_text(path.read_text().replace("host: 127.0.0.1", f"host: '{host}'"))

    with pytest.raises(ValueError, match=r"origin\.sftp\.host"):
        company.fetch()
