"""Likely matches between records, by a trained model: Splink, on agreements that it learnt.

A model is plain data that holds all a score depends on, term frequencies included: the score of
two records never moves while one model is used. How it is learnt is in `training`; where models are
kept and what is done with a match is elsewhere.
"""

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from splink import DuckDBAPI, Linker
from splink.internals.splink_dataframe import SplinkDataFrame

from orchestration.identity.match_models import Model

KEY = "profile_key"
# A comparison of its own that no level belongs to: how common a full name is beyond its parts.
FULL_NAME = "full_name"

_CONFIGURATION = Path(__file__).with_name("matching.yaml")
_NO_PAIRS = pa.schema(
    {
        "left_profile_key": pa.string(),
        "right_profile_key": pa.string(),
        "match_probability": pa.float64(),
    }
).empty_table()


@cache
def configuration() -> Mapping[str, Any]:
    """The content of `matching.yaml`."""
    return yaml.safe_load(_CONFIGURATION.read_text(encoding="utf-8"))


def match(
    records: pa.Table, model: Model, threshold: float, changed: Collection[str] | None = None
) -> pa.Table:
    """Pairs of records whose probability reaches the threshold, the lesser key on the left.

    With `changed`, only pairs of which at least one record has such a key.
    """
    if not model["settings"]["blocking_rules_to_generate_predictions"] or records.num_rows < 2:
        return _NO_PAIRS
    with splink_database(records) as connection:
        return match_within(connection, model, threshold, changed)


def match_within(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    threshold: float,
    changed: Collection[str] | None = None,
) -> pa.Table:
    """The pairs of `match`, of a `splink_database` and a model that has rules."""
    # Of certainty Splink would make an infinite weight.
    options: dict[str, Any] = {
        "threshold_match_probability": min(threshold, 0.999999),
        "warning_mode": "never",
    }
    linker = linker_of(connection, model)
    if changed is None:
        found = [linker.inference.predict(**options)]
    else:
        new, old = _divided(connection, changed)
        found = [
            linker.inference.predict_within(new, **options),
            linker.inference.predict_between(new, old, **options),
        ]
    return _probable_pairs(connection, found, model, threshold)


@contextmanager
def splink_database(records: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """The records in a database of their own: Splink leaves a table behind at every step."""
    derived = ", ".join(
        f"{expression} as {name}" for name, expression in configuration()["derived_columns"].items()
    )
    with duckdb.connect() as connection:
        # It would be drawn into what a command prints.
        connection.execute("set enable_progress_bar = false")
        connection.register("given_records", records)
        connection.execute(f"create table records as select *, {derived} from given_records")
        yield connection


def linker_of(connection: duckdb.DuckDBPyConnection, model: Model) -> Linker:
    """Splink over the records of this database, with the parameters of the model."""
    api = DuckDBAPI(connection)
    linker = Linker(
        api.register("records"), model["settings"], log_level=None, validate_settings=False
    )
    for column, frequencies in model["term_frequencies"].items():
        table = _frequency_table(connection, column, frequencies)
        linker.table_management.register_term_frequency_lookup(api.register(table), column)
    return linker


def agreement(rule: Sequence[str]) -> str:
    """The condition that two records agree on every column or expression of a rule."""
    return " and ".join(f"{_of('l', key)} = {_of('r', key)}" for key in rule) or "1 = 1"


def columns_of(rule: Sequence[str]) -> set[str]:
    """The columns that a rule reads."""
    return {match.group() for key in rule for match in _COLUMN.finditer(key)}


# Words that are not called as functions.
_COLUMN = re.compile(r"\b[a-z_]+\b(?!\()")


def _of(side: str, key: str) -> str:
    return _COLUMN.sub(rf"{side}.\g<0>", key)


def _frequency_table(
    connection: duckdb.DuckDBPyConnection, column: str, frequencies: Mapping[str, Any]
) -> str:
    """Every value of the records with its frequency; the least for those that the model lacks."""
    terms = frequencies["terms"]
    connection.register(
        "learnt_terms",
        pa.table(
            {
                "term": pa.array(terms.keys(), pa.string()),
                "frequency": pa.array(terms.values(), pa.float64()),
            }
        ),
    )
    connection.execute(
        f"create or replace table frequencies_of_{column} as "
        f"select records.{column}, "
        f"coalesce(any_value(learnt_terms.frequency), {frequencies['least']}) as tf_{column} "
        f"from records left join learnt_terms on records.{column} = learnt_terms.term "
        f"where records.{column} is not null group by records.{column}"
    )
    connection.unregister("learnt_terms")
    return f"frequencies_of_{column}"


def _divided(
    connection: duckdb.DuckDBPyConnection, changed: Collection[str]
) -> tuple[SplinkDataFrame, SplinkDataFrame]:
    """The records that changed, and the others."""
    connection.register("given_keys", pa.table({KEY: pa.array(changed, pa.string())}))
    api = DuckDBAPI(connection)
    for table, join in (("changed_records", "semi"), ("other_records", "anti")):
        connection.execute(
            f"create table {table} as from records {join} join given_keys using ({KEY})"
        )
    return api.register("changed_records"), api.register("other_records")


def _probable_pairs(
    connection: duckdb.DuckDBPyConnection,
    found: Sequence[SplinkDataFrame],
    model: Model,
    threshold: float,
) -> pa.Table:
    """Splink weighs one person against strangers; here two people of one home are weighed in.

    Where all of a home agrees, only what is personal can say that it is one person.
    """
    return connection.sql(
        f"""
        with weighed as (
            select
                least({KEY}_l, {KEY}_r) as left_profile_key,
                greatest({KEY}_l, {KEY}_r) as right_profile_key,
                match_weight,
                {" + ".join(_home_weights(model))} as home_weight
            from ({" union all ".join(f"from {pairs.physical_name}" for pairs in found)})
        ),
        probable as (
            select
                left_profile_key,
                right_profile_key,
                round(1 / (1 + pow(2, -match_weight) * (1 + pow(2, home_weight))), 6)
                    as match_probability
            from weighed
        )
        from probable
        where match_probability >= {threshold}
        order by left_profile_key, right_profile_key
        """
    ).to_arrow_table()


def _home_weights(model: Model) -> Iterator[str]:
    """Terms of the weight of evidence for one home, and against strangers.

    Splink tells of a level only what it weighs: by that it is known again.
    """
    home = model["home"]
    yield str(math.log2(home["share"] / (1 - home["share"])))
    for comparison in model["settings"]["comparisons"]:
        name = comparison["output_column_name"]
        if name in home["chances"]:
            levels = [
                level for level in comparison["comparison_levels"] if "m_probability" in level
            ]
            cases = " ".join(
                f"when abs(mw_{name} - {_weight(level['m_probability'], level)}) < 1e-9 "
                f"then {_weight(chance, level)}"
                for level, chance in zip(levels, home["chances"][name], strict=True)
            )
            yield f"case {cases} else 0 end"
            if name in model["term_frequencies"]:
                yield f"mw_tf_adj_{name}"


def _weight(chance: float, level: Mapping[str, Any]) -> float:
    """The weight of a level that is met with this chance, against strangers."""
    return math.log2(chance / level["u_probability"])
