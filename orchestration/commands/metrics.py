"""MetricFlow's own command on the published version, from any folder and without the network.

It takes no lock and opens no other file: it answers while a run is under way. What a metric means
belongs in `dbt_project/models/metrics/`.
"""

import os

from orchestration.paths import dbt_dir, published_metrics_dir


class MetricsUnavailableError(Exception):
    """There is nothing to ask, or nobody who could answer."""


def run_metricflow(arguments: list[str]) -> None:
    """Run `mf` with these arguments, as its own process would."""
    if not published_metrics_dir().exists():
        raise MetricsUnavailableError("no metrics are published yet: `throughline run` does it")
    try:
        from dbt_metricflow.cli import main as metricflow
        from update_checker import UpdateChecker
    except ModuleNotFoundError as error:
        raise MetricsUnavailableError(
            "MetricFlow is in the extra `metrics`: pip install it"
        ) from error
    # The version itself, not the link to it: the next one may be published meanwhile.
    project = str(published_metrics_dir().resolve())
    logs = dbt_dir() / "metrics"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ |= {
        "DBT_PROJECT_DIR": project,
        "DBT_PROFILES_DIR": project,
        "DBT_LOG_PATH": os.environ.get("DBT_LOG_PATH", str(logs)),
    }
    # An analyst's, of another project.
    os.environ.pop("DBT_TARGET", None)
    # At every start it would ask the Python package index for a newer version of itself.
    UpdateChecker.check = lambda *_arguments: None
    metricflow.cli(args=arguments, prog_name="throughline metrics")
