import pytest
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR


@pytest.fixture(scope="session")
def dbt(tmp_path_factory):
    """Run a dbt command against an empty data folder, leaving no trace in the project."""
    data = tmp_path_factory.mktemp("data")
    (data / "build").mkdir()
    paths = [
        *("--project-dir", str(DBT_PROJECT_DIR)),
        *("--profiles-dir", str(DBT_PROJECT_DIR)),
        *("--target", "warehouse"),
        *("--target-path", str(data / "dbt")),
        *("--log-path", str(data / "dbt")),
    ]

    def run(*arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("THROUGHLINE_DATA", str(data))
            outcome = dbtRunner().invoke([*arguments, *paths])
        assert outcome.success, outcome.exception
        return outcome.result

    return run


@pytest.fixture(scope="session")
def parsed_project(dbt):
    """The project as dbt knows it; its next command need not parse it again."""
    return dbt("parse", "--quiet")


@pytest.fixture(scope="session")
def manifest(parsed_project):
    return parsed_project.to_dict()


@pytest.fixture
def evaluate(dbt):
    """The values of SQL expressions, Jinja included, by one dbt run."""

    def evaluate_expressions(**expressions):
        columns = ", ".join(f"{sql} as {name}" for name, sql in expressions.items())
        shown = dbt("show", "--quiet", "--inline", f"select {columns}")
        (row,) = shown.results[0].agate_table.rows
        return dict(row)

    return evaluate_expressions
