import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from orchestration.statistics.typed import RESAMPLES, frame_types, typed

TYPES = {
    "name": "string",
    "count": "int64",
    "rank": "Int64",
    "value": "float64",
    "is_known": "bool",
    "is_told": "boolean",
    "draws": RESAMPLES,
}
IN_DUCKDB = ["VARCHAR", "BIGINT", "BIGINT", "DOUBLE", "BOOLEAN", "BOOLEAN", "DOUBLE[]"]


def types_in_duckdb(table):
    with duckdb.connect() as connection:
        connection.register("told", table)
        return [row[1] for row in connection.execute("describe told").fetchall()]


@pytest.mark.parametrize("row_count", [0, 2])
def test_a_column_without_a_value_has_its_type(row_count):
    nothing = pd.DataFrame({name: [None] * row_count for name in TYPES})

    assert types_in_duckdb(typed(nothing, TYPES)) == IN_DUCKDB


def test_values_stay_as_they_are():
    frame = pd.DataFrame(
        {
            "name": ["a", None],
            "count": [1, 2],
            "rank": [1, None],
            "value": [0.5, float("nan")],
            "is_known": [True, False],
            "is_told": [None, True],
            "draws": [[1.0, 2.0], None],
        }
    ).astype(frame_types(TYPES))

    table = typed(frame, TYPES)

    assert table.to_pylist() == [
        {"name": "a", "count": 1, "rank": 1, "value": 0.5, "is_known": True, "is_told": None}
        | {"draws": [1.0, 2.0]},
        {"name": None, "count": 2, "rank": None, "value": None, "is_known": False}
        | {"is_told": True, "draws": None},
    ]


def test_a_column_that_is_not_there_is_a_mistake():
    with pytest.raises(KeyError, match="draws"):
        typed(pd.DataFrame(columns=["name"]), {"draws": RESAMPLES})


def test_the_whole_is_a_table_of_arrow():
    assert isinstance(typed(pd.DataFrame({"name": ["a"]}), {"name": "string"}), pa.Table)
