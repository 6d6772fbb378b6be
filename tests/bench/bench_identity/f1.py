"""Quality on public files of known duplicates: ours, rules alone, and Splink alone.

Ours chooses its threshold without labels. Splink's is the best of all, which only the labels tell,
of pairs as they are or closed to clusters; it compares the same normalised records in the same
ways.
"""

import argparse
import logging
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from splink import DuckDBAPI, Linker

from orchestration.identity.evaluation import match_records, resolve_records
from orchestration.identity.matching import agreement, columns_of, configuration, splink_database
from orchestration.identity.quality import Quality, pairwise_quality
from orchestration.identity.record_files import read_records

FEBRL = [
    *(("given_name", "given_name"), ("surname", "surname"), ("birth_date", "date_of_birth")),
    *(("address", "street_number"), ("address", "address_1"), ("city", "suburb")),
    *(("postcode", "postcode"), ("region", "state")),
]
FAKE = [
    *(("given_name", "first_name"), ("surname", "surname"), ("birth_date", "dob")),
    *(("city", "city"), ("email", "email")),
]
# The first attributes of each: given name, surname and birth date.
SPARSE = 3
# Of each run the file, and what its columns are.
RUNS = {
    "febrl_1": ("dataset1.csv", [*FEBRL, ("government_id", "soc_sec_id")]),
    "febrl_1_without_government_id": ("dataset1.csv", FEBRL),
    "febrl_2": ("dataset2.csv", [*FEBRL, ("government_id", "soc_sec_id")]),
    "febrl_2_without_government_id": ("dataset2.csv", FEBRL),
    "fake_1000": ("fake_1000.csv", FAKE),
    "febrl_1_sparse": ("dataset1.csv", FEBRL[:SPARSE]),
    "febrl_2_sparse": ("dataset2.csv", FEBRL[:SPARSE]),
    "fake_1000_sparse": ("fake_1000.csv", FAKE[:SPARSE]),
}
TRUTH = "cluster"
# What is likely enough one person to guess how many are, as Splink's tutorials have it.
CERTAIN_RULES = (["given_name", "surname", "birth_date"], ["email"], ["government_id"])
CERTAIN_RECALL = 0.7
# Of so many records every pair is looked at.
EVERY_PAIR_OF = 2_000
NO_MODEL = {
    "record_count": 0,
    "unreliable_kinds": [],
    "has_homes": True,
    "is_paired": False,
    "settings": {"blocking_rules_to_generate_predictions": []},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the files are."""
    parser.add_argument(
        "--record-files",
        type=Path,
        help="folder of dataset1.csv, dataset2.csv and fake_1000.csv; without it no `f1`",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Figures of each file."""
    needed = sorted({file for file, _ in RUNS.values()})
    if arguments.record_files is None:
        return {"not_measured": f"--record-files FOLDER says where {', '.join(needed)} are"}
    missing = [file for file in needed if not (arguments.record_files / file).exists()]
    if missing:
        return {"not_measured": f"{arguments.record_files} has no {', '.join(missing)}"}
    logging.getLogger("splink").setLevel(logging.ERROR)
    return {
        name: measured(arguments.record_files / file, attributes)
        for name, (file, attributes) in RUNS.items()
    }


def measured(path: Path, attributes: list[tuple[str, str]]) -> dict[str, Any]:
    """The three ways on one file."""
    observations, groups = labelled(path, attributes)
    truth = pd.Series(groups)
    ours = pairwise_quality(pd.Series(resolve_records(observations)), truth)
    rules = pairwise_quality(pd.Series(resolve_records(observations, NO_MODEL)), truth)
    best = splink_best(match_records(observations), truth)
    return {
        "records": len(groups),
        "ours": ours.as_dict(),
        "rules_alone": rules.as_dict(),
        "splink_alone_best": best,
        "f1_above_splink": ours.f1 - best["f1"],
    }


def labelled(path: Path, attributes: list[tuple[str, str]]) -> tuple[pa.Table, list[str]]:
    """FEBRL hides the truth in the id of a record: rec-17-org, rec-17-dup-0."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    frame.columns = [column.strip() for column in frame.columns]
    if TRUTH not in frame.columns:
        frame[TRUTH] = frame["rec_id"].str.extract(r"rec-(\d+)-", expand=False)
    return read_records_of(frame, attributes)


def read_records_of(
    frame: pd.DataFrame, attributes: list[tuple[str, str]]
) -> tuple[pa.Table, list[str]]:
    """As from a file."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        frame.to_csv(path, index=False)
        return read_records(path, TRUTH, attributes)


def splink_best(records: pa.Table, truth: pd.Series) -> dict[str, Any]:
    """Splink trained as its documentation has it, at the threshold that the labels favour."""
    with splink_database(with_all_contacts(records)) as connection:
        linker = trained_splink(connection)
        pairs = linker.inference.predict(warning_mode="never").as_pandas_dataframe()
    # Keys are numbered in the order of the file.
    left, right = (
        pairs[f"profile_key_{side}"].str.removeprefix("records:").astype(int).to_numpy()
        for side in "lr"
    )
    weights = pairs["match_weight"].to_numpy()
    labels, _ = pd.factorize(truth)
    candidates = []
    for threshold in np.arange(-10, 30, 0.5):
        is_match = weights >= threshold
        found = Quality(
            int(is_match.sum()),
            pairwise_quality(truth, truth).true_count,
            int((labels[left] == labels[right])[is_match].sum()),
        )
        ends = (left[is_match], right[is_match])
        graph = coo_array((np.ones(len(ends[0])), ends), shape=(len(labels), len(labels)))
        _, clusters = connected_components(graph, directed=False)
        for kind, quality in (
            ("pairs", found),
            ("clusters", pairwise_quality(pd.Series(clusters), truth)),
        ):
            candidates.append({**quality.as_dict(), "match_weight": threshold, "of": kind})
    return max(candidates, key=lambda candidate: candidate["f1"])


def with_all_contacts(records: pa.Table) -> pa.Table:
    """Splink alone does not know which contacts are shared."""
    with duckdb.connect() as connection:
        connection.register("records", records)
        return connection.sql(
            "select * replace (coalesce(email, shared_email) as email, null::varchar as "
            "shared_email, coalesce(phone, shared_phone) as phone, null::varchar as shared_phone) "
            "from records order by profile_key"
        ).to_arrow_table()


def trained_splink(connection: duckdb.DuckDBPyConnection) -> Linker:
    """A linker over what the records know, trained without labels by Splink itself."""
    described = connection.execute("describe records").fetchall()
    known = {
        name
        for name, *_ in described
        if connection.execute(f"select count({name}) from records").fetchall() != [(0,)]
    }
    compared = {
        name: levels for name, levels in configuration()["comparisons"].items() if name in known
    }
    linker = Linker(
        DuckDBAPI(connection).register("records"),
        {
            "link_type": "dedupe_only",
            "unique_id_column_name": "profile_key",
            "retain_matching_columns": False,
            "comparisons": [
                {
                    "output_column_name": name,
                    "comparison_levels": [
                        {
                            "sql_condition": f"{name}_l is null or {name}_r is null",
                            "label_for_charts": "unknown",
                            "is_null_level": True,
                        },
                        *(splink_level(name, level) for level in levels),
                    ],
                }
                for name, levels in compared.items()
            ],
            "blocking_rules_to_generate_predictions": [
                {"blocking_rule": agreement(rule)}
                for rule in configuration()["blocking_rules"]
                if columns_of(rule) <= known and (rule or count(connection) <= EVERY_PAIR_OF)
            ],
        },
        log_level=None,
        validate_settings=False,
    )
    linker.training.estimate_probability_two_random_records_match(
        [agreement(rule) for rule in CERTAIN_RULES if set(rule) <= known], recall=CERTAIN_RECALL
    )
    rules = configuration()["training"]
    linker.training.estimate_u_using_random_sampling(max_pairs=5_000_000, seed=rules["seed"])
    for rule in configuration()["em_rules"]:
        if set(rule) <= known and set(compared) - set(rule):
            linker.training.estimate_parameters_using_expectation_maximisation(agreement(rule))
    return linker


def splink_level(name: str, level: dict[str, Any]) -> dict[str, Any]:
    """A level as Splink takes it, without what we believe of it."""
    return {
        "sql_condition": level.get("when", "ELSE"),
        "label_for_charts": level["label"],
        "is_null_level": "m" not in level,
        **({"tf_adjustment_column": name} if level.get("is_rarer_weightier") else {}),
    }


def count(connection: duckdb.DuckDBPyConnection) -> int:
    """How many records there are."""
    ((records,),) = connection.execute("select count(*) from records").fetchall()
    return records
