"""A mart rests on its own minimum n and version, or on those of the KPI in each of its rows."""

import csv

from orchestration.paths import REFERENCE_DIR

SEED = "seed.throughline.mart_rules"
# A model below that computes for one mart alone, or leaves out what that mart may not show, goes by
# the row of that mart.
COMPUTED_FOR = {
    "int_understanding__effects": '"experience_drivers"',
    "int_kpis__pulse_units": "where mart = 'frontline_scorecard'",
}


def test_each_mart_of_the_seed_reads_its_own_row(manifest):
    with (REFERENCE_DIR / "kpis" / "mart_rules.csv").open(newline="") as file:
        marts = {row["mart"] for row in csv.DictReader(file)}

    readers = {
        node["name"]: node["raw_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and SEED in node["depends_on"]["nodes"]
    }

    for model, row in COMPUTED_FOR.items():
        assert row in readers.pop(model)

    assert set(readers) == marts
    assert not [name for name, sql in readers.items() if f"where mart = '{name}'" not in sql]


def test_no_rule_hangs_on_the_name_of_a_kpi(manifest):
    """A KPI's row says what holds for it: a name that is like another's says nothing."""
    assert not [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "metric_slug like" in node["raw_code"]
    ]
