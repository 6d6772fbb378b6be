"""The metrics of the semantic layer, written from the KPIs of the seed: one definition, one place.

A KPI that is a ratio or a difference of sums has a metric in the words of `kpis.csv`. Medians and
durations do not add up: they are in `cx_scorecard` alone. The counts that the metrics are made of
are in `_kpis__semantic_model.yml`, by hand.
"""

import csv
import json
import textwrap
from pathlib import Path

from orchestration.components.source_list import replace_if_different
from orchestration.paths import dbt_project_dir, reference_dir

METRICS = Path("models") / "metrics" / "_kpis__metrics.yml"
COMMAND = "throughline write-metrics"

_RATIO = """\
    type: ratio
    type_params: {numerator: kpi_numerator, denominator: kpi_denominator}
"""
_DIFFERENCE = """\
    type: derived
    type_params:
      expr: 100 * (kpi_promoters - kpi_detractors) / nullif(kpi_denominator, 0)
      metrics: [kpi_promoters, kpi_detractors, kpi_denominator]
"""
_RATIO_PER = """\
    type: derived
    type_params:
      expr: {per} * kpi_numerator / nullif(kpi_denominator, 0)
      metrics: [kpi_numerator, kpi_denominator]
"""
# By the kind of the KPI: its formula in words, and as MetricFlow computes it.
_FORMULAS = {
    "rate": ("numerator / denominator", _RATIO),
    "mean": ("sum of the values / units", _RATIO),
    "nps": ("100 · (promoters − detractors) / answers", _DIFFERENCE),
}
# Relational and transactional are never added up: without more words, NPS is the relational one.
_SHORT_NAMES = {"nps_relational": ("nps", "NPS")}


def write_metrics() -> Path:
    """Write the metrics anew; returns their file."""
    path = dbt_project_dir() / METRICS
    replace_if_different(path, metric_definitions())
    return path


def metric_definitions() -> str:
    """The YAML of the metrics, in the order of the seed."""
    kpis_file = reference_dir() / "kpis" / "kpis.csv"
    with kpis_file.open(newline="", encoding="utf-8") as file:
        kpis = [kpi for kpi in csv.DictReader(file) if kpi["kind"] in _FORMULAS]
    blocks = [f"# Written from `seeds/reference/kpis/kpis.csv` by `{COMMAND}`.\nmetrics:\n"]
    for kpi in kpis:
        slug = kpi["metric_slug"]
        names = [(slug, kpi["metric_name"])]
        if slug in _SHORT_NAMES:
            names.insert(0, _SHORT_NAMES[slug])
        blocks += [_metric(name, label, kpi) for name, label in names]
    return blocks[0] + "\n".join(blocks[1:])


def _metric(name: str, label: str, kpi: dict[str, str]) -> str:
    words, formula = _FORMULAS[kpi["kind"]]
    if kpi["per"]:
        words, formula = f"{kpi['per']} · {words}", _RATIO_PER.format(per=kpi["per"])
    description = textwrap.fill(
        f"{kpi['definition']}. Formula: {words}. Unit: {kpi['unit']}. Owner: {kpi['owner']}.",
        width=118,
        initial_indent=" " * 6,
        subsequent_indent=" " * 6,
        break_on_hyphens=False,
    )
    return (
        f"  - name: {name}\n"
        f"    label: {json.dumps(label, ensure_ascii=False)}\n"
        f"    description: >-\n{description}\n"
        f"{formula}"
        f"    filter: \"{{{{ Dimension('kpi__metric') }}}} = '{kpi['metric_slug']}'\"\n"
    )
