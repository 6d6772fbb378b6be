import pandas as pd
import pytest

from orchestration.sample_world.__main__ import Plan, main, write_world


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_workers_write_the_same_bytes_as_one(tmp_path):
    for name, workers in (("one", 1), ("two", 2)):
        write_world(Plan(60, 20, seed=3, chunk_size=30, out=tmp_path / name), workers)

    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_the_flags_set_customers_days_and_folder(tmp_path, capsys):
    main(["--customers", "50", "--days", "15", "--seed", "2", "--out", str(tmp_path)])

    assert len(pd.read_parquet(tmp_path / "truth/persons.parquet")) == 50
    days = pd.read_parquet(tmp_path / "truth/moment_counts.parquet")["day"]
    assert days.max() < pd.Timestamp("2026-01-16")
    printed = capsys.readouterr()
    assert not printed.out
    assert "50 of 50 customers" in printed.err


@pytest.mark.parametrize("flag", ["--customers", "--days", "--chunk-size", "--workers"])
def test_nothing_can_be_less_than_one(flag, capsys):
    with pytest.raises(SystemExit):
        main([flag, "0"])

    assert "must be at least 1" in capsys.readouterr().err


def test_a_company_may_be_tiny(tmp_path):
    write_world(Plan(1, 1, seed=1, chunk_size=1, out=tmp_path))

    assert len(pd.read_parquet(tmp_path / "truth/persons.parquet")) == 1


def test_a_longer_world_begins_with_the_same_files(tmp_path):
    """So that a further day can be delivered, and nothing else."""
    for name, days in (("short", 40), ("long", 41)):
        write_world(Plan(300, days, seed=3, chunk_size=300, out=tmp_path / name))

    short, long = tree(tmp_path / "short" / "landing"), tree(tmp_path / "long" / "landing")
    changed = [file for file in short if short[file] != long.get(file)]
    added = [file for file in long if file not in short]

    assert changed == []
    assert {file.rpartition("_")[2][:10] for file in added} == {"2026-02-10"}
