"""A published column that holds nothing, or the same in each row, is filled or gone."""

import pytest

# Column or `table.column`, and why nothing else can be in it in the shared company.
EMPTY_OR_CONSTANT: dict[str, str] = {}


@pytest.fixture(scope="module")
def poor_columns(company):
    """Columns of tables with rows: all null, or one single value in 30 rows and more."""
    columns = company.published(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' order by table_name, column_index"
    )
    poor = []
    for table, names in columns.groupby("table_name").column_name:
        counts = ", ".join(
            f'count("{name}"), min("{name}") is not distinct from max("{name}")' for name in names
        )
        rows, *facts = company.published(f"select count(*), {counts} from marts.{table}").iloc[0]
        for name, known, is_constant in zip(names, facts[::2], facts[1::2], strict=True):
            if rows and (known == 0 or (rows >= 30 and known == rows and is_constant)):
                poor.append(f"{table}.{name}")
    return poor


def test_every_published_column_tells_something(poor_columns):
    unexplained = [
        name
        for name in poor_columns
        if name not in EMPTY_OR_CONSTANT and name.split(".")[1] not in EMPTY_OR_CONSTANT
    ]
    assert not unexplained


def test_no_reason_is_given_in_vain(poor_columns):
    columns = {name.split(".")[1] for name in poor_columns} | set(poor_columns)
    assert not EMPTY_OR_CONSTANT.keys() - columns
