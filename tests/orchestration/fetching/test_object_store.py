"""Against a server that speaks S3, on loopback."""

import signal
import subprocess
import sys
import time

import pytest

from orchestration.fetching.child import fetch_in_child
from orchestration.paths import PROJECT_DIR

boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")

NAME = "receipts_2026-01-02.csv"
FIRST, CORRECTED = b"receipt_no,total\n1,5\n2,6\n", b"receipt_no,total\n1,50\n"
SECRET = "s3cr3t/of+the store"  # noqa: S105


@pytest.fixture(scope="module")
def server():
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(server, company, monkeypatch):
    """An empty bucket, and a declaration that names it."""
    monkeypatch.setenv("POS_S3_KEY", "the key")
    monkeypatch.setenv("POS_S3_SECRET", SECRET)
    for proxy in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    client = boto3.resource(
        "s3",
        endpoint_url=server,
        region_name="us-east-1",
        aws_access_key_id="the key",
        aws_secret_access_key=SECRET,
    )
    bucket = client.create_bucket(Bucket="exports")
    company.declare(f"""
origin:
  kind: object_store
  url: s3://exports/pos
  options: {{endpoint_url: "{server}", client_kwargs: {{region_name: us-east-1}}}}
  secrets: {{key: POS_S3_KEY, secret: POS_S3_SECRET}}
""")
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def put(bucket, name, content=FIRST):
    bucket.put_object(Key=f"pos/{name}", Body=content)


def test_objects_are_landed_once_and_a_new_version_of_one_supersedes(bucket, company):
    put(bucket, NAME)
    put(bucket, "notes.txt")
    put(bucket, "2025/receipts_2025-01-02.csv")
    put(bucket, "receipts_2026-01-03.csv", b"receipt_no,total\n9,9\n")

    assert company.fetch().delivered == [NAME, "receipts_2026-01-03.csv"]
    company.land()
    assert company.fetch().delivered == []
    put(bucket, NAME, CORRECTED)
    assert company.fetch().delivered == [NAME]
    company.land()

    assert company.receipts() == [("1", "50"), ("9", "9")]


def test_more_objects_than_one_listing_holds_are_all_there(bucket, company, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    days = [f"receipts_2026-01-{day:02}.csv" for day in range(1, 9)]
    for day in days:
        put(bucket, day)

    assert [extract.file_name for extract in company.origin().extracts({})] == days


def test_a_store_that_refuses_is_told_without_its_secret(bucket, company):
    company.declare((company.data / "fetching" / "pos.yaml").read_text().replace("exports", "none"))

    fetched = company.fetch()

    assert fetched.delivered == []
    assert len(fetched.problems) == 1
    assert "the service refused: NoSuchBucket" in fetched.problems[0] or (
        "nothing of that name" in fetched.problems[0]
    )
    assert SECRET not in str(fetched)


def test_a_variable_that_is_not_set_is_named(bucket, company, monkeypatch):
    monkeypatch.delenv("POS_S3_SECRET")

    assert fetch_in_child("pos").problems == ["the environment lacks POS_S3_SECRET"]
    with pytest.raises(ValueError, match="the environment lacks POS_S3_SECRET"):
        company.fetch()


def test_a_process_that_is_killed_while_it_fetches_is_completed_by_the_next(
    bucket, company, tmp_path
):
    """By SIGKILL, wherever it happens to be."""
    names = [f"receipts_2026-01-{day:02}.csv" for day in range(1, 13)]
    for number, name in enumerate(names):
        put(bucket, name, b"receipt_no,total\n" + f"{number},5\n".encode() * 10)
    starter = tmp_path / "fetch.py"
    starter.write_text(
        "from orchestration.landing import load_contracts\n"
        "from pathlib import Path\n"
        "from orchestration.fetching import fetch\n"
        f"contracts = load_contracts(Path({str(company.contract.path.parent.parent)!r}))\n"
        "fetch.load_contracts = lambda: contracts\n"
        "fetch.fetch_source('pos')\n"
    )
    killed = 0
    for delivered in (1, 4):
        process = subprocess.Popen([sys.executable, starter], cwd=PROJECT_DIR)  # noqa: S603
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if len(list(company.landing.glob("*.csv"))) >= delivered:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.001)
        killed += process.wait() == -signal.SIGKILL
        company.land()

    company.fetch()
    company.land()

    assert killed == 2
    assert len(company.receipts()) == 120
    assert sorted(company.deliveries()) == [(name, "loaded") for name in names]
    assert company.fetch().delivered == []
    assert sorted(company.reached()) == names
