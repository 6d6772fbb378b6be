"""The benchmark's own arithmetic: days kept back, figures between two looks."""

import os

import pytest

from tests.bench.bench_company.deliveries import kept_back, scale
from tests.bench.bench_company.sampling import Look, Measured, measured


@pytest.mark.parametrize(
    ("word", "touchpoints"), [("100k", 100_000), ("1M", 1_000_000), ("1.5m", 1_500_000), ("7", 7)]
)
def test_a_scale_is_a_number_of_touchpoints(word, touchpoints):
    assert scale(word) == touchpoints


def test_the_largest_day_of_the_last_month_is_kept_back_with_the_day_before_it(tmp_path):
    landing = tmp_path / "landing"
    (landing / "shop").mkdir(parents=True)
    sizes = {"2026-01-01": 900, "2026-03-01": 5, "2026-03-02": 6, "2026-03-03": 70, "2026-03-04": 8}
    for day, size in sizes.items():
        (landing / "shop" / f"orders_{day}.json").write_bytes(b"x" * size)

    deliveries = kept_back(landing)

    # What came after the campaign is never delivered; January is too long ago to be the campaign.
    assert [file.name[7:17] for file in deliveries.before] == ["2026-01-01", "2026-03-01"]
    assert [file.name[7:17] for file in deliveries.normal_day] == ["2026-03-02"]
    assert [file.name[7:17] for file in deliveries.campaign_day] == ["2026-03-03"]


def test_between_two_looks_the_use_is_even_and_the_peak_is_of_the_moments_between():
    run = Measured([Look(0, 0, 0, 10), Look(10, 5, 2e6, 3_000_000), Look(20, 6, 4e6, 9_000_000)])

    assert run.used(4, 12) == {
        "cpu_seconds": 3.2,
        "wall_seconds": 8,
        "written_mb": 1.6,
        "peak_mb": 3,
    }


def test_processes_that_a_command_starts_are_counted(tmp_path):
    inner = (
        "import time; until = time.process_time() + 0.6\nwhile time.process_time() < until: pass"
    )
    command = ["sh", "-c", f"python3 -c '{inner}' & wait; sleep 0.2; echo done"]

    run = measured(command, os.environ, tmp_path)

    assert run.exit_code == 0
    assert run.output == "done\n"
    assert 0.4 < run.whole()["cpu_seconds"] < 5
