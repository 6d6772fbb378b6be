import duckdb
import pytest

from orchestration.paths import public_build_path
from orchestration.publishing.publish import publish
from orchestration.warehouse import build_state


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """A data folder of the test's own."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def build():
    """Build public marts as dbt would, by SQL; audited unless the test says otherwise."""

    def build_marts(*statements, inputs="inputs", is_audited=True):
        build_state.forget_build()
        options = {"storage_compatibility_version": "v1.4.0"}
        with duckdb.connect(str(public_build_path()), config=options) as connection:
            connection.execute("create schema if not exists marts")
            for statement in statements:
                connection.execute(statement)
        if is_audited:
            build_state.record_build(inputs)

    return build_marts


@pytest.fixture
def customers(build):
    """Build `dim_customers` with so many rows."""

    def build_customers(count, **options):
        build(
            "create or replace table marts.dim_customers as "
            f"select md5(i::varchar) as customer_key, i % 2 = 0 as is_identified "
            f"from range({count}) as numbers(i)",
            **options,
        )

    return build_customers


@pytest.fixture
def publish_marts(tmp_path):
    """Publish a build whose code has these marts, and this semantic manifest."""

    def publish_build(*marts, tagged=(), definitions="{}", may_shrink=(), in_order=()):
        (tmp_path / "semantic_manifest.json").write_text(definitions)
        return publish(
            frozenset(f"marts.{mart}" for mart in marts),
            frozenset(tagged),
            tmp_path / "semantic_manifest.json",
            may_shrink=may_shrink,
            in_order=frozenset(f"marts.{mart}" for mart in in_order),
        )

    return publish_build
