"""The metrics say what the KPI seed says: one definition, wherever one reads it."""

import csv

import pytest

from orchestration.components.metric_definitions import COMMAND, METRICS, metric_definitions
from orchestration.paths import DBT_PROJECT_DIR, REFERENCE_DIR

ADDING_UP = ("rate", "mean", "nps")
# Other names of a KPI.
SYNONYMS = {"nps": "nps_relational"}


@pytest.fixture(scope="module")
def kpis():
    """The KPIs that add up, by their slugs."""
    with (REFERENCE_DIR / "kpis" / "kpis.csv").open(newline="") as file:
        return {kpi["metric_slug"]: kpi for kpi in csv.DictReader(file) if kpi["kind"] in ADDING_UP}


@pytest.fixture(scope="module")
def metrics(manifest):
    return {metric["name"]: metric for metric in manifest["metrics"].values()}


def test_the_metrics_are_those_of_the_seed():
    assert (DBT_PROJECT_DIR / METRICS).read_text(encoding="utf-8") == metric_definitions(), (
        f"run `{COMMAND}`"
    )


def test_every_kpi_that_adds_up_has_a_metric(kpis, metrics):
    named = {name for name, metric in metrics.items() if metric["type"] != "simple"}

    assert named == {*kpis, *SYNONYMS}


def test_a_metric_counts_the_units_of_its_own_kpi(kpis, metrics):
    def filters(metric):
        return [where["where_sql_template"] for where in metric["filter"]["where_filters"]]

    wrong = {
        name: filters(metrics[name])
        for name in [*kpis, *SYNONYMS]
        if filters(metrics[name])
        != [f"{{{{ Dimension('kpi__metric') }}}} = '{SYNONYMS.get(name, name)}'"]
    }

    assert not wrong


def test_a_synonym_says_what_its_kpi_says(metrics):
    for name, slug in SYNONYMS.items():
        assert metrics[name]["description"] == metrics[slug]["description"]


def test_every_metric_says_definition_formula_unit_and_owner(metrics):
    lacking = [
        f"{name}: {part}"
        for name, metric in metrics.items()
        for part in ("Formula: ", "Unit: ", "Owner: ")
        if part not in metric["description"]
    ]

    assert not lacking
