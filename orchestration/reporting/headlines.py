"""Which KPIs are shown first: on the terminal after a run, and at the top of the report."""

import csv

from orchestration.paths import reference_dir


def headline_metrics() -> list[str]:
    """The KPIs that the seed gives a headline rank, in that order."""
    with (reference_dir() / "kpis" / "kpis.csv").open(newline="", encoding="utf-8") as file:
        ranked = [kpi for kpi in csv.DictReader(file) if kpi["headline_rank"]]
    return [kpi["metric_slug"] for kpi in sorted(ranked, key=lambda kpi: int(kpi["headline_rank"]))]
