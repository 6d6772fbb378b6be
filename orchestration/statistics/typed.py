"""Frames as tables whose columns have types, whatever is in them.

DuckDB guesses the type of a column of objects from its values, and of none it makes a type of its
own. A model that reads an empty table then fails, so a Python model says what it returns.
"""

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa

# The resamples of a figure: one number each.
RESAMPLES = "resamples"
_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "datetime64[us]": pa.timestamp("us"),
    "bool": pa.bool_(),
    "boolean": pa.bool_(),
    RESAMPLES: pa.list_(pa.float64()),
}


def frame_types(types: Mapping[str, str]) -> dict[str, str]:
    """The same types as pandas knows them: resamples are objects there."""
    return {name: "object" if kind == RESAMPLES else kind for name, kind in types.items()}


def typed(frame: pd.DataFrame, types: Mapping[str, str]) -> pa.Table:
    """The named columns, in their order, each of its type.

    `types` are those of pandas, and `RESAMPLES`. Raises KeyError for a column that is not there.
    """
    return pa.table(
        {
            name: pa.array(frame[name].astype(object), type=_TYPES[kind], from_pandas=True)
            for name, kind in types.items()
        }
    )
