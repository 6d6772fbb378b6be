"""A source is one folder: with `kiosk/` copied into the project and nothing else changed, it works.

The README's "Add a source" tells what these files are.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.components.source_list import SourceListError, source_list
from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR

RECONCILED = "data_reconciliation"
KIOSK = Path(__file__).parent / "kiosk"
SHAPES = sorted(
    file.stem.removeprefix("int_shapes__")
    for file in (DBT_PROJECT_DIR / "models").rglob("int_shapes__*.sql")
)
ORDERS = """\
order_id,buyer_id,email,given_name,surname,state,currency,total,ordered_at,promised_at,delivered_at
1,b1,ada@mail.com,Ada,Nowak,paid,EUR,20.50,2026-01-05T09:00:00Z,2026-01-08T00:00:00Z,2026-01-07T09:00:00Z
2,b1,ada@mail.com,Ada,Nowak,refunded,EUR,10.00,2026-01-06T09:00:00Z,2026-01-08T00:00:00Z,2026-01-09T09:00:00Z
3,b2,bob@mail.com,Bob,Lis,cancelled,EUR,5.00,2026-01-06T10:00:00Z,2026-01-08T00:00:00Z,
"""
# Order 3 has no line; the second version of a line replaces the first.
ITEMS = """\
order_id,item_number,product_id,product_name,price
1,1,K1,Coffee,15.50
1,1,K1,Coffee,14.50
1,2,K2,Cake,4.00
2,1,K1,Coffee,10.00
"""
EVENTS = [
    ("e1", "message", "b1", "t1", "Where is it?"),
    ("e2", "solved", "b1", "t1", None),
    ("e3", "rating", "b1", "t1", "4"),
    ("e4", "cart", "b2", "c1", None),
    ("e5", "consent", "b2", None, "yes"),
    ("e6", "campaign", None, "k1", "Winter"),
    ("e7", "held_out", "b1", "k1", None),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with one folder more, its deliveries, and what one run made of them."""
    project = tmp_path_factory.mktemp("project")
    for name in ("orchestration", "dbt_project", "seeds", "pyproject.toml", "dagster.yaml"):
        copied = PROJECT_DIR / name
        if copied.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "target", "logs", "sample")
            shutil.copytree(copied, project / name, ignore=ignored)
        else:
            shutil.copy(copied, project / name)
    shutil.copytree(KIOSK, project / "dbt_project" / "models" / "staging" / "kiosk")

    landing = project / "data" / "landing" / "kiosk"
    landing.mkdir(parents=True)
    (landing / "orders_2026-01-20.csv").write_text(ORDERS)
    (landing / "items_2026-01-20.csv").write_text(ITEMS)
    keys = ("event_id", "kind", "buyer_id", "subject_id", "words")
    (landing / "events_2026-01-20.jsonl").write_text(
        "".join(
            json.dumps(dict(zip(keys, event, strict=True)) | {"at": f"2026-01-1{number}T09:00:00Z"})
            + "\n"
            for number, event in enumerate(EVENTS)
        )
    )
    ran = in_project(project, "orchestration.commands.throughline", "run")
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return project


def in_project(project, *arguments):
    return subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, "-m", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "THROUGHLINE_DATA": str(project / "data")},
        capture_output=True,
        text=True,
        check=False,
    )


def by_hand(project, command, *select):
    """What dbt says of some models, typed by an analyst in the project."""
    # Where the run has parsed the project already.
    data = project / "data" / "dbt"
    return in_project(
        project,
        *("dbt.cli.main", command, "--no-use-colors", "--select", *select),
        *("--project-dir", "dbt_project", "--profiles-dir", "dbt_project"),
        *("--target", "warehouse"),
        *("--target-path", str(data), "--log-path", str(data)),
    ).stdout


def query(project, database, sql):
    with duckdb.connect(str(project / "data" / database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def model(project):
    """One of the folder's models, given back as it was."""
    files = {}

    def changed(name, old, new):
        (file,) = (project / "dbt_project" / "models").rglob(f"{name}.sql")
        files[file] = file.read_text()
        assert old in files[file]
        file.write_text(files[file].replace(old, new))

    yield changed
    for file, text in files.items():
        file.write_text(text)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_source_is_in_every_shape(project, shape):
    sql = f"select count(*) from intermediate.int_shapes__{shape} where source_name = 'kiosk'"

    assert query(project, "warehouse.duckdb", sql)[0][0] > 0


def test_a_column_of_no_values_has_a_type(project):
    """A small company has no answers: what a model makes of none, the next must be able to read."""
    for file in ("warehouse.duckdb", "build/cx.duckdb"):
        untyped = query(
            project,
            file,
            "select table_name, column_name from duckdb_columns() "
            "where not internal and data_type = '\"NULL\"'",
        )
        assert untyped == []


def test_the_source_is_reconciled_from_its_lines_to_its_money(project):
    steps = query(
        project,
        "published/cx.duckdb",
        "select step_name, subject_name, expected_value, difference from marts.data_reconciliation "
        "where source_name = 'kiosk'",
    )

    found = {(step, subject): (float(value), float(gap)) for step, subject, value, gap in steps}
    assert all(gap == 0 for _, gap in found.values())
    assert found["money of the source is in the mart", "orders in EUR"] == (35.50, 0)
    assert found["orders of the source are in the mart", "orders"] == (3, 0)
    for table, lines in {"orders": 4, "items": 5, "events": 7}.items():
        assert found["delivered lines are landed or listed", table] == (lines, 0)
    for table, rows in {"orders": 3, "items": 4, "events": 7}.items():
        assert found["raw rows are staged or superseded", table] == (rows, 0)


def test_a_freshness_row_and_orders_of_every_state(project):
    assert query(
        project,
        "published/cx.duckdb",
        "select delivery_count, is_enabled from marts.data_freshness where source_name = 'kiosk'",
    ) == [(3, True)]
    assert query(
        project,
        "published/cx.duckdb",
        "select source_order_id, line_count, is_cancelled, is_late, net_amount "
        "from marts.fct_orders order by 1",
    ) == [("1", 2, False, False, 20.50), ("2", 1, False, True, 0), ("3", 0, True, False, 0)]


def test_a_column_that_the_shape_does_not_know_fails_with_its_name(project, model):
    model("int_campaigns__kiosk", "as campaign_name", "as campain_name")

    told = by_hand(project, "run", "int_campaigns__kiosk", "int_shapes__campaigns")

    assert "int_campaigns__kiosk has the column campain_name" in told
    assert "_campaigns__models.yml" in told


def test_a_required_column_that_is_missing_fails_with_its_name(project, model):
    model("int_campaigns__kiosk", "    'mail' as channel_slug,\n", "")

    told = by_hand(project, "run", "int_campaigns__kiosk", "int_shapes__campaigns")

    assert "int_campaigns__kiosk lacks the column channel_slug" in told


def test_a_branch_that_is_not_listed_fails_and_says_what_to_run(project):
    listed = project / "dbt_project" / "macros" / "shapes" / "source_list.sql"
    text = listed.read_text()
    listed.write_text((DBT_PROJECT_DIR / "macros" / "shapes" / "source_list.sql").read_text())

    told = by_hand(project, "run", "int_shapes__campaigns")
    listed.write_text(text)

    assert "int_campaigns__kiosk is not in macros/shapes/source_list.sql" in told
    assert "throughline sources" in told


def test_staging_that_loses_a_record_stops_the_run(project, model):
    model("stg_kiosk__items", "'order_id, item_number'", "'product_id'")

    told = by_hand(
        project, "build", "stg_kiosk__items", "int_reconciliation__staged_tables", RECONCILED
    )

    assert "Failure in test nothing_is_lost_or_doubled_on_the_way" in told


def test_the_list_of_the_repository_is_that_of_its_folders():
    listed = DBT_PROJECT_DIR / "macros" / "shapes" / "source_list.sql"

    assert listed.read_text() == source_list(), "run `throughline sources`"


def test_a_source_with_orders_has_to_name_their_money(tmp_path):
    models = tmp_path / "models"
    shutil.copytree(KIOSK, models / "staging" / "kiosk")
    (models / "int_shapes__orders.sql").touch()
    contract = models / "staging" / "kiosk" / "_kiosk__sources.yml"
    contract.write_text(
        contract.read_text().replace("            staged_amount: total_amount\n", "")
    )

    with pytest.raises(SourceListError, match=r"kiosk has orders, but .* staged_amount"):
        source_list(tmp_path)


def test_a_table_that_no_view_stages_is_named(tmp_path):
    models = tmp_path / "models"
    shutil.copytree(KIOSK, models / "staging" / "kiosk")
    (models / "staging" / "kiosk" / "stg_kiosk__items.sql").unlink()

    with pytest.raises(SourceListError, match="no model stg_kiosk__items stages the table items"):
        source_list(tmp_path)
