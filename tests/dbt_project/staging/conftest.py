"""A writer's files, landed and staged: each test lands in a copy of one warehouse of views."""

import os
import shutil
import subprocess
import sys

import pytest

from orchestration.landing import Archive, ensure_tables, land, land_unknown_files, load_contracts
from orchestration.paths import DBT_PROJECT_DIR
from orchestration.sample_world.company import make_company
from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.world import World, table_of
from orchestration.warehouse.connections import open_warehouse


@pytest.fixture(scope="session")
def staging_views(tmp_path_factory):
    """A warehouse with every raw table empty and every staging view built: dbt runs once."""
    data = tmp_path_factory.mktemp("staging")
    (data / "build").mkdir()
    with open_warehouse(data / "warehouse.duckdb") as connection:
        ensure_tables(connection, load_contracts())
    subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "build"),
            *("--resource-type", "seed", "--resource-type", "model"),
            *("--select", "resource_type:seed", "stg_*"),
            *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
            *("--target", "warehouse"),
            *("--target-path", str(data / "dbt"), "--log-path", str(data / "dbt")),
        ],
        check=True,
        env=os.environ | {"THROUGHLINE_DATA": str(data)},
    )
    return data / "warehouse.duckdb"


@pytest.fixture
def world():
    """A world of a few frames, given as columns; the company's lists are real."""

    def make_world(days=30, **frames):
        company = make_company(days, seed=1)
        return World(
            days=days,
            seed=1,
            products=company.products,
            stores=company.stores,
            teams=company.teams,
            campaigns=company.campaigns,
            **{name: table_of(name, columns) for name, columns in frames.items()},
        )

    return make_world


@pytest.fixture
def stage(staging_views, tmp_path):
    """What one source's staging views show after a writer's files of a world have landed."""
    # Views name their database, and a database is named after its file.
    warehouse = tmp_path / staging_views.name
    shutil.copy(staging_views, warehouse)

    def stage_source(source, write, world):
        write(world, Delivery(tmp_path))
        contract = next(one for one in load_contracts() if one.source_name == source)
        archive = Archive(tmp_path / "archive", tmp_path / "quarantine")
        folder = tmp_path / "landing" / source
        with open_warehouse(warehouse) as connection:
            for table in contract.tables:
                summary = land(connection, table, folder, archive=archive, quiet_seconds=0)
                assert not summary.rejected_rows
                assert set(summary.deliveries) <= {"loaded"}
            unknown = land_unknown_files(
                connection, contract, folder, archive=archive, quiet_seconds=0
            )
            assert not unknown.files

        def query(sql):
            with open_warehouse(warehouse) as connection:
                return connection.execute(sql).fetchall()

        return query

    return stage_source
