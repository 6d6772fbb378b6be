"""The unit tests of the models: a run leaves them out, since they say nothing about its data."""

import json

from tests.company import run_dbt


def test_every_unit_test_passes(company, tmp_path):
    company.copy_databases(tmp_path)

    tested = run_dbt(tmp_path, "test", "--select", "test_type:unit", "--target", "warehouse")

    assert tested.returncode == 0, tested.stdout[-4000:] + tested.stderr[-2000:]
    results = json.loads((tmp_path / "dbt" / "run_results.json").read_text())["results"]
    assert len(results) > 100
