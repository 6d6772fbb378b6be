import gzip

import pandas as pd
import pytest

from orchestration.sample_world.delivery import Delivery, gather_truth

DAYS = pd.to_datetime(["2026-01-02 03:00", "2026-01-01 05:00", "2026-01-02 01:00"])


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_lines_come_in_one_file_per_day_in_their_order(tmp_path):
    Delivery(tmp_path).lines("web", "events", DAYS, ["a", "b", "c"], suffix=".jsonl")

    assert contents(tmp_path) == {
        "events_2026-01-01.jsonl": b"b\n",
        "events_2026-01-02.jsonl": b"a\nc\n",
    }


def test_a_compressed_file_bears_no_time(tmp_path):
    Delivery(tmp_path / "one").lines("web", "events", DAYS, ["a", "b", "c"])
    Delivery(tmp_path / "two").lines("web", "events", DAYS, ["a", "b", "c"])

    files = contents(tmp_path / "one")

    assert files == contents(tmp_path / "two")
    assert gzip.decompress(files["events_2026-01-01.jsonl.gz"]) == b"b\n"
    assert files["events_2026-01-01.jsonl.gz"][4:8] == bytes(4)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param(None, b"[\n{}\n]\n", id="bare array"),
        pytest.param("orders", b'{"orders": [\n{}\n]}\n', id="wrapped array"),
    ],
)
def test_documents_come_in_one_array_per_day(tmp_path, key, expected):
    Delivery(tmp_path).documents("shop", "orders", DAYS, ["{}"] * 3, key=key)

    assert contents(tmp_path)["orders_2026-01-01.json"] == expected


def test_a_csv_may_have_further_headers_and_another_encoding(tmp_path):
    frame = pd.DataFrame({"Q1": [1, 2, 3]})

    Delivery(tmp_path).frame(
        "surveys", "nps", DAYS, frame, kind="csv", extra_headers=[["How?"]], encoding="utf-8-sig"
    )

    assert contents(tmp_path)["nps_2026-01-01.csv"] == b"\xef\xbb\xbfQ1\nHow?\n2\n"


def test_a_text_column_stays_text_on_a_day_without_any(tmp_path):
    frame = pd.DataFrame({"note": pd.Series(["x", None, None], dtype=object)})

    Delivery(tmp_path).frame("sensors", "visits", DAYS, frame)

    empty = pd.read_parquet(tmp_path / "landing/sensors/visits_2026-01-01.parquet")
    assert empty["note"].isna().all()
    assert isinstance(empty["note"].dtype, pd.StringDtype)


def test_chunks_write_files_of_their_own_and_one_truth(tmp_path):
    for chunk in (0, 1):
        out = Delivery(tmp_path, chunk, chunk_count=2)
        out.lines("web", "events", DAYS[:1], ["a"], suffix=".jsonl")
        out.truth("profiles", pd.DataFrame({"source_name": ["web"], "person": [chunk]}))
        out.write_truth()

    gather_truth(tmp_path)

    assert {path.name for path in (tmp_path / "landing/web").iterdir()} == {
        "events_2026-01-02_p0000.jsonl",
        "events_2026-01-02_p0001.jsonl",
    }
    profiles = pd.read_parquet(tmp_path / "truth/profiles.parquet")
    assert profiles["person"].tolist() == [0, 1]
    records = pd.read_parquet(tmp_path / "truth/records.parquet")
    assert records["records"].sum() == 2
