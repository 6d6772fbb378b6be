"""Matching what is new: pairs of records that have not changed are not scored again.

The scores of a model never move, so what is kept and what is scored now is what a full run gives.
"""

from importlib.metadata import version

import duckdb
import pyarrow as pa

from orchestration.identity.match_models import ModelVersion
from orchestration.identity.matching import match

_STATE = "profile_key, record_hash"
_COLUMNS = [
    *("profile_key", "record_hash", "model_version"),
    *("unreliable_kinds", "has_homes", "is_paired", "match_fingerprint", "matches"),
]


def matched_records(
    records: duckdb.DuckDBPyRelation,
    model_version: ModelVersion,
    threshold: float,
    before: duckdb.DuckDBPyRelation | None = None,
) -> duckdb.DuckDBPyRelation | pa.Table:
    """Each record with those of greater key that match it, as a list.

    Args:
        records: One row per profile: its attributes, and their `record_hash`.
        model_version: The model.
        threshold: Least probability of a match that is kept.
        before: What this returned to the run before, if there was one.
    """
    fingerprint = f"{model_version.fingerprint[:16]} {threshold:g} splink {version('splink')}"
    # A table of an earlier release may have other columns.
    if before is not None and before.columns != _COLUMNS:
        before = None
    if before is not None:
        before = before.filter(f"match_fingerprint = '{fingerprint}'")
    if before is None or not before.limit(1).fetchall():
        pairs = match(records.to_arrow_table(), model_version.model, threshold)
        return _with_matches(records, pairs, model_version, fingerprint)
    appeared = _keys(records.project(_STATE).except_(before.project(_STATE)))
    vanished = _keys(before.project(_STATE).except_(records.project(_STATE)))
    if not appeared and not vanished:
        return before
    pairs = _unaffected_pairs(before, appeared | vanished)
    if appeared:
        found = match(records.to_arrow_table(), model_version.model, threshold, sorted(appeared))
        pairs = pa.concat_tables([pairs, found])
    return _with_matches(records, pairs, model_version, fingerprint)


def _keys(states: duckdb.DuckDBPyRelation) -> set[str]:
    return {key for key, _ in states.fetchall()}


def _unaffected_pairs(before: duckdb.DuckDBPyRelation, affected: set[str]) -> pa.Table:
    """The pairs of which neither record has appeared, changed or vanished."""
    with duckdb.connect() as connection:
        connection.register("before", before.to_arrow_table())
        connection.register(
            "affected", pa.table({"profile_key": pa.array(sorted(affected), pa.string())})
        )
        return connection.sql(
            """
            with pairs as (
                select
                    profile_key as left_profile_key,
                    unnest(matches, recursive := true)
                from before
            )
            select left_profile_key, right_profile_key, match_probability
            from pairs
            where
                left_profile_key not in (from affected)
                and right_profile_key not in (from affected)
            """
        ).to_arrow_table()


def _with_matches(
    records: duckdb.DuckDBPyRelation, pairs: pa.Table, model_version: ModelVersion, fingerprint: str
) -> pa.Table:
    model = model_version.model
    unreliable_kinds = model["unreliable_kinds"]
    # A model of an earlier release does not say.
    has_homes = model.get("has_homes", True)
    is_paired = model.get("is_paired", False)
    with duckdb.connect() as connection:
        connection.register("states", records.project(_STATE).to_arrow_table())
        connection.register("pairs", pairs)
        return connection.sql(
            f"""
            with matches as (
                select
                    left_profile_key as profile_key,
                    list(
                        struct_pack(
                            right_profile_key := right_profile_key,
                            match_probability := match_probability
                        )
                        order by right_profile_key
                    ) as matches
                from pairs
                group by left_profile_key
            )
            select
                states.profile_key,
                states.record_hash,
                {model_version.number} as model_version,
                {unreliable_kinds}::varchar[] as unreliable_kinds,
                {has_homes} as has_homes,
                {is_paired} as is_paired,
                '{fingerprint}' as match_fingerprint,
                coalesce(matches.matches, []) as matches
            from states
            left join matches on states.profile_key = matches.profile_key
            order by states.profile_key
            """
        ).to_arrow_table()
