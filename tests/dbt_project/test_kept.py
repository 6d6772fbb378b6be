"""The `kept` materialization, in a small project of its own.

After every build each kept table has to equal its own query, run whole on its inputs.
"""

import json
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.paths import DBT_PROJECT_DIR
from tests.dbt_project.own_project import write_own_project

SOURCES = """
sources:
  - name: raw
    schema: raw
    tables: [{name: events}, {name: names}, {name: settings}]
"""

MODELS = {
    # The entry: made whole, it hands on what differs.
    "events": """
        {{ config(materialized='kept', unique_key='event_id', hands_on=['device', 'kind']) }}
        select event_id, device, moment, kind from {{ source('raw', 'events') }}
    """,
    "names": """
        {{ config(materialized='view') }}
        select device, name, note from {{ source('raw', 'names') }}
    """,
    "settings": """
        {{ config(materialized='table') }}
        select timeout, today from {{ source('raw', 'settings') }}
    """,
    # By device, whole: a window over everything that it did.
    "visits": """
        {{ config(
            materialized='kept', unique_key='event_id', unit='device',
            changed_by={'events': 'device', 'names': {'by': 'device', 'reads': ['name']}},
            whole_by={'settings': 'timeout'}, hands_on=['visit_date'], checked_share=1
        ) }}
        with events as (
            select events.*, rules.weight
            from {{ ref('events') }} as events {{ affected('device') }}
            left join {{ ref('rules') }} as rules on events.kind = rules.kind
            where events.device is not null
        ),

        people as (
            select device, max(name) as name
            from {{ ref('names') }} {{ affected('device') }}
            group by device
        )

        select
            events.event_id,
            events.device,
            people.name,
            case when events.moment > 0 then events.moment // 10 end as visit_date,
            events.weight,
            coalesce(
                events.moment - lag(events.moment) over (
                    partition by events.device order by events.moment, events.event_id
                ) <= (select timeout from {{ ref('settings') }}),
                false
            ) as is_continued
        from events
        left join people on events.device = people.device
    """,
    # By two columns, one of the key's may be missing.
    "days": """
        {{ config(
            materialized='kept', unique_key=['device', 'name', 'visit_date'],
            unit=['device', 'bucket'],
            changed_by={'visits': ['device', 'coalesce(visit_date, -1)']},
            maximum_changed_share=1
        ) }}
        select
            device, name, visit_date, coalesce(visit_date, -1) as bucket,
            count(*) as visits, sum(weight) as weight
        from (select *, coalesce(visit_date, -1) as bucket from {{ ref('visits') }})
            {{ affected(['device', 'bucket']) }}
        group by all
    """,
    # Units found by a query.
    "kinds": """
        {{ config(
            materialized='kept', unique_key='kind', unit='kind', maximum_changed_share=1,
            changed_by={
                'events': 'kind',
                'visits': {
                    'by': 'event_id',
                    'find': 'select kind from {events} semi join changes using (event_id)'
                }
            }
        ) }}
        select events.kind, count(*) as events, count(distinct visits.name) as names
        from {{ ref('events') }} as events {{ affected('kind') }}
        left join {{ ref('visits') }} as visits on events.event_id = visits.event_id
        where events.kind is not null
        group by events.kind
    """,
}
KEPT = ("events", "visits", "days", "kinds")


@dataclass
class Project:
    """A folder with models and seeds, and the database they are built in."""

    folder: Path
    # What dbt read of the folder: parsed again only when a file of it is another.
    parsed: Manifest | None = None
    # The query of each node that was built, as it was then.
    compiled: dict[str, str] = field(default_factory=dict)

    @property
    def options(self) -> list[str]:
        folder = str(self.folder)
        return ["--quiet", "--project-dir", folder, "--profiles-dir", folder]

    def write(self, name: str, sql: str) -> None:
        self.parsed = None
        (self.folder / "models" / f"{name}.sql").write_text(sql)

    def rules(self, weight: int) -> None:
        self.parsed = None
        (self.folder / "seeds" / "rules.csv").write_text(f"kind,weight\na,1\nb,{weight}\n")

    def build(self, *arguments: str) -> None:
        if self.parsed is None:
            self.parsed = dbtRunner().invoke(["parse", *self.options]).result
        outcome = dbtRunner(self.parsed).invoke(["build", *arguments, *self.options])
        DuckDBConnectionManager.close_all_connections()
        if not outcome.success:
            raise RuntimeError([result.message for result in outcome.result.results])

    def built(self, *arguments: str) -> dict[str, tuple]:
        """Build, compare, and tell what each model did: why whole, rows affected, gone, come."""
        self.build(*arguments)
        assert self.wrong() == []
        return self.done()

    def done(self) -> dict[str, tuple]:
        return {
            model: tuple(told)
            for model, *told in self.query(
                "select model, whole_because, affected_rows, gone_rows, come_rows from kept.tables"
            )
        }

    def wrong(self) -> list[str]:
        """The kept tables that are not what their query finds."""
        text = (self.folder / "target" / "run_results.json").read_text()
        for result in json.loads(text)["results"]:
            self.compiled[result["unique_id"].split(".")[-1]] = result.get("compiled_code")
        return [
            name
            for name in KEPT
            if self.query(f"""
                with found as ({self.compiled[name]})
                (from found except all from {name}) union all (from {name} except all from found)
            """)
        ]

    def query(self, sql, values=None) -> list[tuple]:
        with duckdb.connect(str(self.folder / "own.duckdb")) as connection:
            return connection.execute(sql, values).fetchall()


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_KEPT_MINIMUM_ROWS", "0")
    write_own_project(tmp_path)
    shutil.copy(DBT_PROJECT_DIR / "macros" / "affected.sql", tmp_path / "macros")
    (tmp_path / "models" / "sources.yml").write_text(SOURCES)
    project = Project(tmp_path)
    project.rules(weight=2)
    for name, sql in MODELS.items():
        project.write(name, sql)
    project.query("""
        create schema raw;
        create table raw.events as
        select range as event_id, (hash(range) % 40)::varchar as device,
            (hash(range, 1) % 100)::bigint as moment, ['a', 'b', 'c'][1 + range % 3] as kind
        from range(400);
        create table raw.names as
        select (range % 40)::varchar as device, 'name ' || range % 7 as name, 'n' as note
        from range(60);
        create table raw.settings as select 5 as timeout, 1 as today
    """)
    return project


def test_a_change_is_followed_to_the_rows_that_differ(project):
    whole = project.built()
    assert {reason for reason, *_ in whole.values()} == {"there is no kept table"}

    project.query("insert into raw.events values (1000, '7', 50, 'a')")
    done = project.built()
    assert done["events"] == ("it has no unit", 401, 0, 1)
    assert done["visits"][0] is None
    assert 0 < done["visits"][1] < 40, "the rows of one device"
    assert done["visits"][3] - done["visits"][2] == 1
    assert done["days"][0] is None
    assert done["days"][2:] == (0, 1) or done["days"][2] == done["days"][3]
    assert done["kinds"][1:] == (1, 1, 1)

    assert project.built() == {
        "events": ("it has no unit", 401, 0, 0),
        **dict.fromkeys(("visits", "days", "kinds"), (None, 0, 0, 0)),
    }, "nothing new, nothing done"


def because(done: dict[str, tuple]) -> dict[str, str | None]:
    return {name: reason for name, (reason, *_) in done.items()}


def test_whatever_changes_the_table_equals_its_query(project):
    """Days in no order, corrections, rows that vanish, people renamed, devices that move."""
    project.built()
    draw = random.Random(1)  # noqa: S311
    steps = [
        "insert into raw.events select 2000 + {n} * 10 + range, (range + {n})::varchar, "
        "(hash(range, {n}) % 100)::bigint - 3, 'b' from range(7)",
        "delete from raw.events where hash(event_id, {n}) % 30 = 0",
        "update raw.events set device = ((event_id + {n}) % 45)::varchar where event_id % 41 = {n}",
        "update raw.events set device = null where event_id % 37 = {n}",
        "update raw.events set kind = null where event_id % 43 = {n}",
        "update raw.names set name = 'other ' || {n} where device = '{n}'",
        "delete from raw.names where device = '1{n}'",
    ]
    for number in range(4):
        for step in draw.sample(steps, 3):
            project.query(step.format(n=number))
        assert because(project.built())["kinds"] is None, "so few are followed whatever changed"


def test_only_what_matters_of_an_input_is_followed(project):
    project.built()
    project.query("update raw.names set note = 'another'; update raw.settings set today = 2")
    assert project.built()["visits"] == (None, 0, 0, 0)

    project.query("update raw.settings set timeout = 50")
    project.rules(weight=2)
    assert because(project.built())["visits"] == "its code, a seed or a setting is another"


def test_what_is_made_whole_hands_on_what_differs(project):
    project.built()
    project.rules(weight=3)
    done = project.built()
    assert done["visits"][0] == "its code, a seed or a setting is another"
    assert 0 < done["visits"][2] == done["visits"][3] < 200
    assert done["days"][0] is None, "it follows the difference"
    number = dict(project.query("select model, number from kept.tables"))

    project.write("visits", MODELS["visits"].replace("// 10", "// 5"))
    done = project.built()
    assert done["visits"][0] == "its code, a seed or a setting is another"
    assert project.query("select number from kept.tables where model = 'visits'") == [
        (number["visits"] + 1,)
    ], "numbers go on"
    assert done["days"][0] == "nobody can tell what changed in visits", "nearly all of it changed"

    project.write(
        "events",
        MODELS["events"].replace("device, moment", "trim(device) as device, moment - 1 as moment"),
    )
    project.write("visits", MODELS["visits"].replace("events.device,", "events.device, 1 as one,"))
    assert project.built("--full-refresh")["events"][0] == "it was asked for"
    assert because(project.built()) == {
        "events": "it has no unit",
        **dict.fromkeys(("visits", "days", "kinds")),
    }


def test_a_row_that_nothing_explains_fails_the_run_and_names_the_model(project):
    project.built()
    project.query("update visits set name = 'nobody' where event_id = 7")
    with pytest.raises(RuntimeError, match="visits: computed anew, 2 rows of some units differ"):
        project.build()
    project.built("--full-refresh")


def test_a_table_that_another_has_built_is_made_anew(project):
    project.built()
    project.query("create or replace table visits as from visits limit 3")
    done = because(project.built())
    assert done["visits"] == "there is no kept table"
    assert done["days"] == "nobody can tell what changed in visits"

    project.query("drop schema kept cascade")
    assert because(project.built())["days"] == "there is no kept table"

    project.query("drop table visits; create view visits as select 1 as one")
    assert because(project.built())["visits"] == "there is no kept table"


@pytest.mark.slow
def test_a_small_table_is_made_whole_and_nothing_is_written_beside_it(project, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_KEPT_MINIMUM_ROWS", "10")
    project.built()
    assert because(project.built())["kinds"] == "it is small"
    assert project.query("select input from kept.cursors where model = 'kinds'") == []
    project.query("delete from raw.events where event_id > 8")
    assert because(project.built()) == {
        "events": "it has no unit",
        "visits": "nobody can tell what changed in events",
        "days": "nobody can tell what changed in visits",
        "kinds": "it is small",
    }
    assert set(because(project.built()).values()) == {"it is small"}
    assert project.query("from kept.cursors") == []
    assert project.query("select 1 from duckdb_tables() where table_name = 'visits__names'") == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["events", "visits", "days"])
def test_killed_in_any_model_the_next_run_finds_what_is_missing(project, name):
    project.built()
    project.query("insert into raw.events values (1000, '7', 50, 'a'), (1001, '8', 5, 'b')")
    project.query("update raw.names set name = 'Zoe' where device = '9'")
    project.write(name, "{{ config(post_hook='select die()') }}" + MODELS[name])
    killed = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "dbt.cli.main", "build", *project.options],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == 9
    project.write(name, MODELS[name])
    done = project.built()
    assert {done[model][0] for model in ("visits", "days", "kinds")} == {None}
    assert project.query("select count(*) from visits where event_id in (1000, 1001)") == [(2,)]


@pytest.mark.slow
def test_a_reader_that_did_not_run_reads_later_what_it_missed(project):
    project.built()
    project.query("insert into raw.events values (1000, '7', 50, 'a')")
    project.build("--exclude", "days")
    assert project.wrong() == ["days"]
    project.query("insert into raw.events values (1001, '8', 50, 'a')")
    project.build("--exclude", "days")
    assert project.query("select count(*) from kept.visits") > [(1,)], "it is still to be read"
    assert project.built()["days"][0] is None
    project.built()
    assert project.query("select count(*) from kept.visits") == [(0,)], "every reader has passed"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            (
                "changed_by={'events': 'device', 'names': {'by': 'device', 'reads': ['name']}}",
                "changed_by={'events': 'device'}",
            ),
            "visits: changed_by does not say which units a change of names touches",
        ),
        (
            ("whole_by={'settings': 'timeout'}", "whole_by={'settings': 'timeout', 'rain': 'mm'}"),
            "visits: rain is in changed_by or whole_by, and no input",
        ),
        (
            (
                "whole_by={'settings': 'timeout'}",
                "whole_by={'settings': 'timeout', 'names': 'name'}",
            ),
            "visits: names is in changed_by and in whole_by",
        ),
    ],
)
def test_an_input_that_is_not_named_once_fails_the_run(project, wrong, said):
    project.write("visits", MODELS["visits"].replace(*wrong))
    with pytest.raises(RuntimeError, match=said):
        project.build("--select", "+visits")
