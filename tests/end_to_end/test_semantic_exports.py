"""The semantic models for other tools: their form, and what their formulas give on the file."""

import re
from datetime import datetime

import duckdb
import pytest
import yaml
from jsonschema import Draft202012Validator

from orchestration.reporting.documents.write import write_documentation

TEXT = {"type": "string"}


def thing(required, **properties):
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def several(items, at_least=0):
    return {"type": "array", "items": items, "minItems": at_least}


# After the core specification of Apache Ossie 0.2.0.dev0: what may stand where, and what must.
EXPRESSION = thing(
    "dialects",
    dialects=several(
        thing("dialect expression", dialect={"enum": ["ANSI_SQL"]}, expression=TEXT), 1
    ),
)
DATATYPE = {
    "enum": ["String", "Integer", "Decimal", "Float", "Boolean", "Date", "Time", "DateTime"],
}
OSSIE = thing(
    "version semantic_model",
    version={"const": "0.2.0.dev0"},
    semantic_model=several(
        thing(
            "name datasets",
            name=TEXT,
            description=TEXT,
            datasets=several(
                thing(
                    "name source",
                    name=TEXT,
                    source=TEXT,
                    primary_key=several(TEXT, 1),
                    description=TEXT,
                    fields=several(
                        thing(
                            "name expression",
                            name=TEXT,
                            expression=EXPRESSION,
                            dimension=thing("", is_time={"type": "boolean"}),
                            description=TEXT,
                            datatype=DATATYPE,
                        )
                    ),
                ),
                1,
            ),
            relationships=several(
                thing(
                    "name from to from_columns to_columns",
                    **{"name": TEXT, "from": TEXT, "to": TEXT},
                    from_columns=several(TEXT, 1),
                    to_columns=several(TEXT, 1),
                )
            ),
            metrics=several(
                thing(
                    "name expression",
                    name=TEXT,
                    description=TEXT,
                    expression=EXPRESSION,
                    datatype=DATATYPE,
                )
            ),
        )
    ),
)
# After the reference of Cube's data model.
MEMBER = {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
CUBE = thing(
    "cubes",
    cubes=several(
        thing(
            "name sql_table dimensions measures",
            name=MEMBER,
            sql_table=TEXT,
            description=TEXT,
            joins=several(
                thing(
                    "name sql relationship",
                    name=MEMBER,
                    sql=TEXT,
                    relationship={"enum": ["many_to_one", "one_to_many", "one_to_one"]},
                )
            ),
            dimensions=several(
                thing(
                    "name sql type",
                    name=MEMBER,
                    sql=TEXT,
                    type={"enum": ["string", "number", "boolean", "time"]},
                    description=TEXT,
                    primary_key={"const": True},
                    public={"const": True},
                )
            ),
            measures=several(
                thing(
                    "name type",
                    name=MEMBER,
                    title=TEXT,
                    description=TEXT,
                    sql=TEXT,
                    type={"enum": ["count", "number"]},
                ),
                1,
            ),
        )
    ),
)


@pytest.fixture(scope="module")
def exports(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    with duckdb.connect(str(company.data / "published" / "cx.duckdb"), read_only=True) as marts:
        write_documentation("Ours", company.manifest(), {}, marts, 1, datetime(2026, 4, 2), folder)
    return {
        path.name: yaml.safe_load(path.read_text())
        for path in folder.iterdir()
        if "y" in path.suffix
    }


@pytest.fixture(scope="module")
def ossie(exports):
    (model,) = exports["ossie.yaml"]["semantic_model"]
    return model


@pytest.fixture(scope="module")
def cubes(exports):
    return {cube["name"]: cube for cube in exports["cube.yml"]["cubes"]}


@pytest.mark.parametrize(("name", "form"), [("ossie.yaml", OSSIE), ("cube.yml", CUBE)])
def test_an_export_has_the_form_that_its_readers_expect(exports, name, form):
    mistakes = [error.message for error in Draft202012Validator(form).iter_errors(exports[name])]

    assert mistakes == []


def test_both_hold_every_published_column(company, ossie, cubes):
    columns = company.published(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    )
    published = set(columns.itertuples(index=False, name=None))

    assert published == {
        (dataset["name"], field["name"])
        for dataset in ossie["datasets"]
        for field in dataset["fields"]
    }
    assert published == {
        (name, dimension["name"])
        for name, cube in cubes.items()
        for dimension in cube["dimensions"]
    }


def test_a_key_names_one_row(company, ossie, cubes):
    keys = {d["name"]: d["primary_key"] for d in ossie["datasets"] if "primary_key" in d}
    keys_of_cubes = {
        name: {d["name"] for d in cube["dimensions"] if "primary_key" in d}
        for name, cube in cubes.items()
    }
    assert {name: set(key) for name, key in keys.items()} == {
        name: key for name, key in keys_of_cubes.items() if key
    }
    doubled = " union all ".join(
        f"select '{name}' as name, count(*) as n from (select {', '.join(key)} from marts.{name} "
        "group by all having count(*) > 1)"
        for name, key in keys.items()
    )
    assert len(keys) > 85
    assert company.published(f"from ({doubled}) where n > 0").empty


def test_what_is_joined_is_there_and_joined_by_its_key(ossie, cubes):
    fields = {d["name"]: {f["name"] for f in d["fields"]} for d in ossie["datasets"]}
    for relationship in ossie["relationships"]:
        assert set(relationship["from_columns"]) <= fields[relationship["from"]]
        assert set(relationship["to_columns"]) <= fields[relationship["to"]]
    joined = 0
    for name, cube in cubes.items():
        for join in cube.get("joins", []):
            joined += 1
            column, other, key = re.fullmatch(
                r"\{CUBE\}\.(\w+) = \{(\w+)\}\.(\w+)", join["sql"]
            ).groups()
            assert other == join["name"] != name
            assert column in fields[name]
            assert [d["name"] for d in cubes[other]["dimensions"] if "primary_key" in d] == [key]
    assert joined > 80


def test_every_member_of_a_cube_has_a_name_of_its_own(cubes):
    for cube in cubes.values():
        members = [member["name"] for member in [*cube["dimensions"], *cube["measures"]]]
        assert len(members) == len(set(members))


def test_the_formulas_give_what_the_scorecard_says(company, ossie, cubes):
    scorecard = company.published(
        "select metric_slug, value from marts.cx_scorecard where kind in ('rate', 'mean', 'nps') "
        "and period_type = 'total' and dimension = 'total' and value is not null"
    ).set_index("metric_slug")["value"]
    of_ossie = {
        metric["name"]: metric["expression"]["dialects"][0]["expression"]
        for metric in ossie["metrics"]
    }
    of_cube = {
        measure["name"]: measure["sql"].replace("{CUBE}", "agg_kpis_daily")
        for measure in cubes["agg_kpis_daily"]["measures"]
        if measure["type"] == "number"
    }
    assert set(scorecard.index) <= of_ossie.keys() == of_cube.keys()
    assert len(scorecard) > 30
    for formulas in (of_ossie, of_cube):
        selected = ", ".join(f"{formula} as {name}" for name, formula in formulas.items())
        (row,) = company.published(f"select {selected} from marts.agg_kpis_daily").to_dict(
            "records"
        )
        for slug, value in scorecard.items():
            assert row[slug] == pytest.approx(value, rel=1e-6, abs=1e-9), slug
