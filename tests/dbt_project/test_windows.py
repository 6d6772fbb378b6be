"""Windows and thresholds are read in one way: as columns of int_company__windows."""

import csv

import pytest

from orchestration.paths import REFERENCE_DIR

WINDOWS = "model.throughline.int_company__windows"
SETTINGS = {
    "seed.throughline.kpi_windows": REFERENCE_DIR / "kpis" / "kpi_windows.csv",
    "seed.throughline.journey_settings": REFERENCE_DIR / "journeys" / "journey_settings.csv",
}
DURATIONS = {"days", "hours", "seconds"}


@pytest.mark.parametrize("seed", SETTINGS)
def test_one_model_reads_a_seed_of_settings(manifest, seed):
    readers = {
        node["unique_id"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and seed in node["depends_on"]["nodes"]
    }

    assert readers == {WINDOWS}


def test_every_setting_is_a_column_and_a_duration_goes_without_its_unit(manifest):
    def column(row):
        is_duration = row["unit"] in DURATIONS
        return row["setting"].removesuffix(f"_{row['unit']}") if is_duration else row["setting"]

    expected = set()
    for path in SETTINGS.values():
        with path.open(newline="") as file:
            expected |= {column(row) for row in csv.DictReader(file)}

    assert set(manifest["nodes"][WINDOWS]["columns"]) == expected
