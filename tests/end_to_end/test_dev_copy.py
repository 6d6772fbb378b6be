"""The analysts' data folder of the built company: nobody is in it, and marts can be built in it."""

import duckdb
import pytest

from orchestration.components.published_marts import personal_columns, tagged_columns
from orchestration.publishing.impersonal import copy_without_personal_data
from tests.company import run_dbt

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("analysts") / "data"
    manifest = company.manifest()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(company.data))
        copy_without_personal_data(
            folder, manifest, tagged_columns(manifest), personal_columns(manifest)
        )
    return folder


def test_nobody_is_in_it(company, folder):
    """Every text of the copy, against what is true of the people."""
    people = company.truth("persons")
    known = {*(people["given_name"] + " " + people["surname"]).str.lower()}
    for column in ("email", "phone", "birth_date", "loyalty_card", "social_handle", "street"):
        known |= set(people[column].dropna().astype(str).str.lower())
    known = {value for value in known if len(value) > 5}
    assert len(known) > 3_000
    with duckdb.connect(str(folder / "dev" / "warehouse.duckdb"), read_only=True) as copy:
        columns = copy.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where database_name = 'warehouse' and schema_name != 'reference'"
        ).fetchall()
        assert len(columns) > 1_000
        found = {
            (table, column)
            for schema, table, column in columns
            for (value,) in copy.execute(
                f'select distinct lower(cast("{column}" as varchar)) from "{schema}"."{table}" '
                f'where "{column}" is not null'
            ).fetchall()
            if value in known or "@" in value
        }
    assert found == set()


def test_marts_can_be_built_in_it(folder, tmp_path):
    built = run_dbt(
        folder,
        *("build", "--select", "journey_paths", "cx_scorecard"),
        *("--exclude-resource-type", "unit_test"),
        artifacts=tmp_path,
    )
    assert built.returncode == 0, built.stdout[-3000:]
