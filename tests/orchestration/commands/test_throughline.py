import socket
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.paths import PROJECT_DIR, public_build_path
from orchestration.publishing import dev_copy
from orchestration.publishing.publish import publish
from orchestration.warehouse import build_state
from orchestration.warehouse.connections import open_warehouse
from orchestration.warehouse.dbt_invocation import run_dbt

COMMANDS = (
    *(
        "run",
        "init",
        "source",
        "landing",
        "fetch",
        "backup",
        "restore",
        "land",
        "rebuild",
        "publish",
        "rollback",
        "check-seeds",
        "dev",
        "scoreboard",
    ),
    *("docs", "metrics", "write-metrics", "identity", "sample", "ui"),
)


@pytest.fixture
def throughline(tmp_path, monkeypatch):
    """Type a command, with a data folder of the test's own."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    # The command sets them for its own process, which here is pytest's.
    for variable in ("THROUGHLINE_STATE", "DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(variable, "")
    return lambda *words: CliRunner().invoke(app, words)


@pytest.fixture
def published(tmp_path):
    """Publish versions of `dim_customers` with 1, 2 … rows."""
    definitions = tmp_path / "semantic_manifest.json"
    definitions.write_text("{}")

    def publish_versions(count):
        for rows in range(1, count + 1):
            build_state.forget_build()
            with duckdb.connect(str(public_build_path())) as connection:
                connection.execute("create schema if not exists marts")
                connection.execute(
                    "create or replace table marts.dim_customers as "
                    "select i as customer_key, i < 2 as is_identified, false as is_shared_mailbox, "
                    f"i = 2 as is_lone_identifier from range({rows}) as r(i)"
                )
            build_state.record_build(f"inputs {rows}")
            publish(frozenset({"marts.dim_customers"}), frozenset(), definitions)

    return publish_versions


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(throughline, command):
    assert throughline(command, "--help").exit_code == 0
    assert command in throughline("--help").output


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        pytest.param("as_of", "SETTING=VALUE", id="no value"),
        pytest.param("as_off=2026-03-01", "unknown setting 'as_off'", id="unknown"),
        pytest.param("as_of=soon", "not valid", id="no date"),
    ],
)
def test_a_wrong_setting_is_said_before_anything_runs(throughline, tmp_path, setting, complaint):
    outcome = throughline("run", "--set", setting)

    assert outcome.exit_code == 1
    assert complaint in outcome.output
    assert not (tmp_path / "data" / "warehouse.duckdb").exists()


def test_a_source_that_is_switched_off_is_not_landed_without_a_word(throughline):
    outcome = throughline("land", "complete_journey")

    assert outcome.exit_code == 1
    assert "switched off: complete_journey" in outcome.output


def test_a_port_in_use_is_said_in_words(throughline):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = throughline("ui", "--port", str(port))

    assert outcome.exit_code == 1
    assert outcome.output == f"Port {port}: Address already in use. Take another with --port.\n"


def test_without_a_published_version_the_scoreboard_says_what_to_do(throughline):
    outcome = throughline("scoreboard")

    assert outcome.exit_code == 1
    assert "throughline run" in outcome.output


def test_without_a_published_version_metrics_say_what_to_do(throughline):
    outcome = throughline("metrics", "query", "--metrics", "nps")

    assert outcome.exit_code == 1
    assert "throughline run" in outcome.output


def test_without_an_earlier_version_nothing_is_rolled_back(throughline, published):
    published(1)

    outcome = throughline("rollback")

    assert outcome.exit_code == 1
    assert "no such version" in outcome.output


def test_without_a_published_version_there_is_nothing_to_document(throughline):
    outcome = throughline("docs")

    assert outcome.exit_code == 1
    assert "throughline run" in outcome.output


def test_the_documentation_of_a_version_is_where_its_readers_are(throughline, published, tmp_path):
    published(2)
    documents = tmp_path / "data" / "published" / "versions" / "2" / "docs"
    documents.mkdir()
    (documents / "index.html").write_text("what a table means")

    outcome = throughline("docs")

    assert outcome.exit_code == 0
    assert Path(outcome.output.strip()).read_text() == "what a table means"


def test_without_a_build_there_is_nothing_to_copy(throughline):
    outcome = throughline("dev")

    assert outcome.exit_code == 1
    assert "throughline run" in outcome.output


def test_rolling_back_shows_in_the_scoreboard(throughline, published):
    published(2)

    outcome = throughline("rollback")

    assert outcome.exit_code == 0
    assert "version 1" in outcome.output
    assert "Published version 1" in throughline("scoreboard").output


def test_the_scoreboard_shows_what_marts_there_are(throughline, published):
    published(3)

    output = throughline("scoreboard").output.splitlines()

    assert [line.split() for line in output if line.startswith("  ")] == [
        ["known", "people", "2"],
        ["shared", "mailboxes", "and", "lines", "0"],
        ["one", "address", "or", "number", "alone", "1"],
        ["visitors", "and", "others", "0"],
    ]


def test_the_published_marts_are_a_target_of_dbt(throughline, published):
    published(3)

    outcome = run_dbt(
        "show",
        "--inline",
        "select count(*) as n from cx.marts.dim_customers",
        target="published",
    )

    assert outcome.success
    assert outcome.result.results[0].agate_table.rows[0]["n"] == 3


def test_an_analyst_gets_private_copies_of_both_databases(
    throughline, published, tmp_path, monkeypatch
):
    monkeypatch.setattr(dev_copy, "parse_for_development", lambda: None)
    published(2)
    with open_warehouse() as connection:
        connection.execute("create table customers as select 1 as customer_key")

    outcome = throughline("dev")

    dev = tmp_path / "data" / "dev"
    assert outcome.exit_code == 0
    assert f"export THROUGHLINE_DATA={tmp_path / 'data'}" in outcome.output
    assert "dbt build --select" in outcome.output
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in dev.iterdir()} == {
        "warehouse.duckdb": "600",
        "cx.duckdb": "600",
    }
    with duckdb.connect(str(dev / "warehouse.duckdb")) as copy:
        copy.execute(f"attach '{dev / 'cx.duckdb'}' as cx")
        copy.execute("insert into customers values (2)")
        assert copy.execute("select count(*) from cx.marts.dim_customers").fetchall() == [(2,)]
    with open_warehouse() as original:
        assert original.execute("from customers").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("data", "exports"),
    [(PROJECT_DIR / "data", {}), (Path("/srv/cx"), {"THROUGHLINE_DATA": "/srv/cx"})],
)
def test_an_analyst_exports_only_what_is_unusual(data, exports):
    assert dev_copy.environment(data) == exports
    assert ("export" in dev_copy.what_to_type(data)) == bool(exports)


def test_the_seeds_can_be_checked_without_a_build(throughline):
    outcome = throughline("check-seeds")

    assert outcome.exit_code == 0
    assert outcome.output == "The reference seeds are sound.\n"
