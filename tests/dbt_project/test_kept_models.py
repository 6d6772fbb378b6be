"""Every kept table equals its own query after whatever happens to its inputs.

Two days of the generated company are held back. They arrive, the later one first, and after them
what real deliveries hold. After each step dbt runs the kept models, and each is compared with its
query, run whole on the tables that it reads: the first wrong model is named, not all after it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT_DIR
from tests.company import opened

KEPT = sorted(
    path.stem
    for path in (DBT_PROJECT_DIR / "models").rglob("*.sql")
    if re.search(r"materialized\s*=\s*'kept'", path.read_text())
)

HOLD_BACK = """
    create table held_back as from raw_web.events
    where _file_date > (select max(_file_date) - 2 from raw_web.events);
    delete from raw_web.events where _line in (select _line from held_back)
        and _file_date in (select _file_date from held_back)
"""
NEW_LOAD = "(select max(_load_id) + 1 from raw_web.events)"
STEPS = {
    "the last day": """
        insert into raw_web.events
        from held_back where _file_date = (select max(_file_date) from held_back)
    """,
    "the day before it": """
        insert into raw_web.events
        from held_back where _file_date < (select max(_file_date) from held_back)
    """,
    # Ids that nobody knows yet, of times long ago; every second one brings a login.
    "late events, some of which sign in": f"""
        insert into raw_web.events
        select * replace (
            case
                when hash(_line, 2) % 2 = 0
                    then replace(
                        replace(payload, '"m-', '"late-'),
                        '"userId":null', '"userId":"A0000001"'
                    )
                else replace(payload, '"m-', '"late-')
            end as payload,
            {NEW_LOAD} as _load_id
        )
        from raw_web.events
        where hash(_file_date, _line) % 300 = 0
    """,
    # The same file again: some rows corrected, some gone, and a load that is superseded by it.
    "a day delivered again, corrected": f"""
        create table superseded as
        select * from raw_web.events
        where _file_date = (select max(_file_date) - 40 from raw_web.events);
        delete from raw_web.events
        where _load_id in (select superseded._load_id from superseded);
        insert into raw_web.events
        select * replace (
            case
                when _line % 10 = 1
                    then replace(payload, '"anonymousId":"', '"anonymousId":"other ')
                else payload
            end as payload,
            {NEW_LOAD} as _load_id
        )
        from superseded
        where _line % 3 != 0
    """,
    # Nothing is superseded: of two rows of one id the one that arrived first stands.
    "a day delivered twice, the second time as if it were older": f"""
        insert into raw_web.events
        select * replace (
            {NEW_LOAD} as _load_id,
            case when _line % 2 = 0 then _file_date - 9 else _file_date end as _file_date
        )
        from raw_web.events
        where _file_date = (select max(_file_date) - 30 from raw_web.events)
    """,
    "names given at a checkout, and taken back": """
        update intermediate.int_orders__unlinked_orders
        set profile_key = case when hash(order_key, 1) % 2 = 0 then 'another' end
        where hash(order_key) % 20 = 0;
        delete from intermediate.int_orders__unlinked_orders where hash(order_key) % 31 = 0
    """,
    "a browser that turns out to be a bot": """
        insert into reference.bot_user_agents (pattern)
        select lower(any_value(user_agent)) from staging.stg_web__events
        where contains(user_agent, 'iOS')
    """,
    "sessions end earlier": """
        update intermediate.int_company__settings set session_timeout_minutes = 7;
        update intermediate.int_company__windows set device_look_back = interval 2 days
    """,
    "nothing": "select 1",
}


@dataclass
class Replay:
    """What each step did to each kept model, and how many rows of it were wrong after it."""

    wrong: dict[str, dict[str, int]] = field(default_factory=dict)
    done: dict[str, dict[str, tuple]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def replay(company, dbt, parsed_project, tmp_path_factory) -> Iterator[Replay]:
    """The steps, one after the other, on a copy of the company."""
    folder = tmp_path_factory.mktemp("replay")
    company.copy_databases(folder)
    run = [
        *("run", "--quiet", "--select", *KEPT),
        *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
        *("--target", "warehouse", "--target-path", str(folder), "--log-path", str(folder)),
    ]
    replay = Replay()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(folder))
        # However small the company: nothing is left whole.
        patch.setenv("THROUGHLINE_KEPT_MINIMUM_ROWS", "0")
        for step, sql in {"what was there": HOLD_BACK, **STEPS}.items():
            with opened(folder) as connection:
                connection.execute(sql)
            outcome = dbtRunner(parsed_project).invoke(run)
            DuckDBConnectionManager.close_all_connections()
            assert outcome.success, [result.message for result in outcome.result.results]
            results = json.loads((folder / "run_results.json").read_text())["results"]
            queries = {result["unique_id"]: result for result in results}
            with opened(folder, read_only=True) as connection:
                replay.wrong[step] = {
                    unique_id.split(".")[-1]: differences(
                        connection, result["relation_name"], result["compiled_code"]
                    )
                    for unique_id, result in queries.items()
                }
                replay.done[step] = {
                    model: tuple(told)
                    for model, *told in connection.execute(
                        "select model, whole_because, gone_rows, come_rows from kept.tables"
                    ).fetchall()
                }
        return replay


def differences(connection, relation: str, query: str) -> int:
    """How many rows only one of them has."""
    (count,) = connection.execute(f"""
        with found as materialized ({query})
        select
            (select count(*) from (from found except all from {relation}))
            + (select count(*) from (from {relation} except all from found))
    """).fetchone()
    return count


@pytest.mark.parametrize("model", KEPT)
def test_a_kept_table_equals_its_query_after_every_step(replay, model):
    assert {step: wrong[model] for step, wrong in replay.wrong.items()} == dict.fromkeys(
        ["what was there", *STEPS], 0
    )


def test_steps_are_followed_and_change_something(replay):
    """A replay that changed nothing, or made everything whole, would prove nothing."""
    for step in list(STEPS)[:4]:
        done = replay.done[step]["int_web__sessions"]
        assert done[0] is None, (step, done)
        assert done[2] > 0, step
    step = "a day delivered twice, the second time as if it were older"
    assert replay.done[step]["int_web__events"][2] > 0, "another load brought the row that stands"
    step = "names given at a checkout, and taken back"
    reason, gone, come = replay.done[step]["int_identity__device_attributions"]
    assert reason is None
    assert gone == come > 0
    assert replay.done["a browser that turns out to be a bot"]["int_web__sessions"][0] is None
    assert replay.done["sessions end earlier"]["int_web__sessions"][0] is not None
    for model, (_, gone, come) in replay.done["nothing"].items():
        assert (gone, come) == (0, 0), model


def test_every_input_of_a_kept_model_is_named(manifest):
    """One that is forgotten would leave rows as they were; a run says so too."""
    for name in KEPT:
        node = manifest["nodes"][f"model.throughline.{name}"]
        config = node["config"]
        inputs = {key.split(".")[-1] for key in node["depends_on"]["nodes"] if key[:4] != "seed"}
        if config.get("unit"):
            assert inputs == {*config.get("changed_by", {}), *config.get("whole_by", {})}, name


def test_a_kept_model_hands_on_what_its_readers_ask_for(manifest):
    configs = {name: manifest["nodes"][f"model.throughline.{name}"]["config"] for name in KEPT}
    for name, config in configs.items():
        for source, said in config.get("changed_by", {}).items():
            if source in configs:
                asked = said["by"] if isinstance(said, dict) else said
                assert set(listed(asked)) <= handed_on(configs[source]), (name, source)


def test_the_key_of_a_kept_model_is_tested(manifest):
    tested = {
        (node["attached_node"], node["test_metadata"]["kwargs"].get("column_name"))
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") == "unique"
    }
    for name in KEPT:
        key = f"model.throughline.{name}"
        assert (key, manifest["nodes"][key]["config"]["unique_key"]) in tested, name


def handed_on(config: dict) -> set[str]:
    return {
        column
        for option in ("unique_key", "unit", "hands_on")
        for column in listed(config.get(option) or [])
    }


def listed(columns: str | list[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else columns
