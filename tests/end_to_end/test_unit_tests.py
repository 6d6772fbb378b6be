"""The unit tests of the models: a run leaves them out, since they say nothing about its data."""

import json
import os
import subprocess
import sys

from orchestration.paths import DBT_PROJECT_DIR


def test_every_unit_test_passes(company, tmp_path):
    company.copy_databases(tmp_path)

    tested = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "test"),
            *("--select", "test_type:unit"),
            *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
            *("--target", "warehouse"),
            *("--target-path", str(tmp_path / "dbt"), "--log-path", str(tmp_path / "dbt")),
        ],
        env={**os.environ, "THROUGHLINE_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert tested.returncode == 0, tested.stdout[-4000:] + tested.stderr[-2000:]
    results = json.loads((tmp_path / "dbt" / "run_results.json").read_text())["results"]
    assert len(results) > 100
