"""MetricFlow tells what the marts tell, also while a run is under way."""

import duckdb
import pandas as pd
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

from orchestration.warehouse.lock import warehouse_lock
from tests.company import run_command

DIMENSIONS = ("channel", "segment", "contact_reason", "journey", "product", "store", "team")


@pytest.fixture(scope="module")
def ask(company, tmp_path_factory):
    """Ask MetricFlow's engine for metrics by dimensions, as `mf query` does."""
    project = (company.data / "published" / "metrics").resolve()
    DuckDBConnectionManager.close_all_connections()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_PROJECT_DIR", str(project))
        patch.setenv("DBT_LOG_PATH", str(tmp_path_factory.mktemp("metrics")))
        metricflow = CLIConfiguration()
        metricflow.setup(project, project, configure_file_logging=False)

        def answer(metrics, *group_by):
            request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
            table = metricflow.mf.query(request).result_df
            return pd.DataFrame(table.rows, columns=table.column_names)

        yield answer
    DuckDBConnectionManager.close_all_connections()


@pytest.fixture(scope="module")
def kpis(company):
    """The scorecard's KPIs that add up."""
    return company.published(
        "select metric_slug, period_type, cast(period_start_date as varchar) as period, dimension, "
        "member, value from marts.cx_scorecard where kind in ('rate', 'mean', 'nps')"
    )


def values(told, period_type, dimension):
    """A row per metric and cell of MetricFlow's answer, named as on the scorecard."""
    told = told.rename(columns={f"kpi__{dimension}": "member"})
    if period_type == "total":
        told["period"] = None
    else:
        told["period"] = told.pop(f"metric_time__{period_type}").dt.strftime("%Y-%m-%d")
    if dimension == "total":
        told["member"] = "all"
    cells = told.melt(["period", "member"], var_name="metric_slug", value_name="metric_value")
    return cells.dropna(subset=["metric_value"])


@pytest.mark.parametrize(
    ("period_type", "dimension"),
    [
        *((period_type, "total") for period_type in ("total", "month", "week")),
        *(("month", dimension) for dimension in DIMENSIONS),
        ("total", "channel"),
    ],
)
def test_every_metric_is_the_kpi_of_the_mart(kpis, ask, period_type, dimension):
    mart = kpis[(kpis["period_type"] == period_type) & (kpis["dimension"] == dimension)]
    group_by = [f"metric_time__{period_type}"] if period_type != "total" else []
    group_by += [f"kpi__{dimension}"] if dimension != "total" else []

    told = values(ask(sorted(set(mart["metric_slug"])), *group_by), period_type, dimension)

    cells = mart.dropna(subset=["value"]).merge(
        told, how="outer", on=["metric_slug", "period", "member"]
    )
    assert len(cells) > 0
    differing = cells[~((cells["value"] - cells["metric_value"].astype(float)).abs() < 1e-9)]
    assert differing.empty, differing.to_string()


def test_a_metric_by_two_dimensions_is_pooled_from_counts(company, ask):
    told = ask(["fcr"], "kpi__channel", "kpi__segment").dropna()

    pooled = company.published(
        "select channel_slug as kpi__channel, segment_slug as kpi__segment, "
        "sum(numerator) / sum(denominator) as pooled "
        "from marts.agg_kpis_daily where metric_slug = 'fcr' group by all"
    ).dropna()
    both = told.merge(pooled, on=["kpi__channel", "kpi__segment"])
    assert len(both) == len(told) == len(pooled) > 1
    assert both["fcr"].astype(float).tolist() == pytest.approx(both["pooled"].tolist())


def test_metrics_are_answered_while_a_run_is_under_way(company, kpis, tmp_path, monkeypatch):
    copy = company.copied(tmp_path / "company")
    monkeypatch.setenv("THROUGHLINE_DATA", str(copy.data))
    with warehouse_lock(), duckdb.connect(str(copy.data / "warehouse.duckdb")) as run:
        run.execute("attach ? as cx", [str(copy.data / "build" / "cx.duckdb")])
        run.execute("begin; create table cx.marts.half_built as select 1 as unfinished")

        asked = run_command(
            copy.data,
            *(
                "orchestration.commands.throughline",
                "metrics",
                "query",
                "--metrics",
                "nps",
                "--quiet",
            ),
            *("--group-by", "metric_time__month", "--order", "metric_time__month"),
            *("--csv", str(tmp_path / "nps.csv")),
        )

        run.execute("rollback")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    told = pd.read_csv(tmp_path / "nps.csv")
    mart = kpis.query("metric_slug == 'nps_relational' and period_type == 'month'")
    mart = mart[mart["dimension"] == "total"].sort_values("period")
    assert told["metric_time__month"].str[:10].tolist() == mart["period"].tolist()
    assert told["nps"].tolist() == pytest.approx(mart["value"].tolist(), nan_ok=True)
