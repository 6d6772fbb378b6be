import json

from orchestration.paths import PROJECT_DIR
from orchestration.reporting.dbt_artifacts import without_places
from orchestration.reporting.documents import dbt_docs

NODE = {
    "resource_type": "model",
    "name": "fct_cases",
    "schema": "marts",
    "columns": {"case_key": {"data_type": "varchar"}},
    "build_path": f"{PROJECT_DIR}/data/dbt/run/fct_cases.sql",
    "compiled_code": "select 'of a run'",
    "description": f"Built in {PROJECT_DIR}/dbt_project. </script><b>",
}
MANIFEST = {
    "metadata": {"user_id": "of a laptop", "env": {"WHO": "grace"}, "dbt_version": "1.11"},
    "nodes": {"model.throughline.fct_cases": NODE},
    "sources": {},
    "groups": {"g": {"owner": {"name": "Service", "email": "ada@example.com"}}},
    "unit_tests": {"u": {"given": ["of a test"]}},
}


def test_what_leaves_the_machine_names_nothing_of_it():
    text = json.dumps(without_places(MANIFEST))

    assert str(PROJECT_DIR) not in text
    assert "of a run" not in text
    assert "of a laptop" not in text
    assert "grace" not in text
    assert "Built in ./dbt_project" in text


def test_the_page_of_dbt_holds_the_project_and_nobody():
    page = dbt_docs.page(MANIFEST, {("marts", "fct_cases"): {"case_key": "VARCHAR"}})

    assert '"fct_cases"' in page
    assert "INLINE DATA" not in page.replace("n.inline", "")
    assert "default-src 'none'" in page
    assert "</script><b>" not in page
    for absent in ("ada@example.com", "of a test", "of a run", str(PROJECT_DIR)):
        assert absent not in page
