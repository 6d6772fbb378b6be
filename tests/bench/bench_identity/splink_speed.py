"""Matching profiles of generated people: ours beside Splink on its own, with the same settings.

Ours is what a first run does after training: the model's term frequencies, scoring, homes weighed
in. Splink alone scores the same pairs and leaves them in its own table.
"""

import argparse
import logging
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from orchestration.identity.matching import match, splink_database
from orchestration.identity.training import train
from orchestration.sample_world.people import make_people
from tests.bench.bench_identity.processes import cpu_seconds, in_own_process, peak_megabytes

THRESHOLD = 0.5
PROFILES_PER_PERSON = 5
CHUNK = 20_000
# What each of the five sources knows, and how one profile in twenty of it is misspelled.
PROFILES = """
    with profiles as (
        select
            *,
            unnest(range(5)) as source,
            hash(person, source) % 20 = 0 as is_misspelled
        from persons
    )

    select
        person || ':' || source as profile_key,
        case
            when is_misspelled then left(given_name, 1) || 'x' || given_name[3:]
            else given_name
        end as given_name,
        surname,
        case when source = 1 then strftime(birth_date, '%Y%m%d') end as birth_date,
        case when source in (0, 2) and not is_shared_mailbox then email end as email,
        null::varchar as shared_email,
        case when source in (0, 3) and not is_household_phone then phone end as phone,
        null::varchar as shared_phone,
        case when source in (1, 4) then lower(street) end as street_address,
        case when source in (1, 4) then lower(city) end as city,
        case when source in (1, 4) then replace(postcode, '-', '') end as postcode,
        null::varchar as region,
        case when source in (1, 4) then country_code end as country_code,
        null::varchar as government_id
    from profiles
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many profiles."""
    parser.add_argument("--profiles", type=int, default=1_000_000, help="of `splink_speed`")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """CPU-seconds of both, each in a process of its own."""
    profiles = arguments.profiles
    model, trained = in_own_process(train_on, profiles)
    ours = in_own_process(match_ours, profiles, model)
    alone = in_own_process(match_alone, profiles, model)
    return {
        "profiles": profiles,
        "training": trained,
        "ours": ours,
        "splink_alone": alone,
        "times": ours["cpu_seconds"] / alone["cpu_seconds"],
    }


def records_of(profiles: int) -> pa.Table:
    """Normalised records, as `int_identity__match_records` has them."""
    people = range(0, profiles // PROFILES_PER_PERSON, CHUNK)
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        for number, start in enumerate(people):
            ids = range(start, min(start + CHUNK, profiles // PROFILES_PER_PERSON))
            frame = make_people(ids, days=30, seed=1, chunk=number).frame
            connection.register("chunk", frame)
            verb = "insert into persons from" if number else "create table persons as from"
            connection.execute(f"{verb} chunk")
            connection.unregister("chunk")
        return connection.sql(
            "select *, [value for value in [email, phone] if value is not null] as linking_values "
            f"from ({PROFILES}) order by profile_key"
        ).to_arrow_table()


def train_on(profiles: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A model, and what it cost."""
    records = records_of(profiles)
    start = cpu_seconds()
    model = train(records)
    return model, {"cpu_seconds": cpu_seconds() - start, "peak_megabytes": peak_megabytes()}


def match_ours(profiles: int, model: dict[str, Any]) -> dict[str, Any]:
    """As a run does."""
    records = records_of(profiles)
    start = cpu_seconds()
    pairs = match(records, model, THRESHOLD).num_rows
    return {
        "cpu_seconds": cpu_seconds() - start,
        "peak_megabytes": peak_megabytes(),
        "pairs": pairs,
    }


def match_alone(profiles: int, model: dict[str, Any]) -> dict[str, Any]:
    """As Splink does, term frequencies included."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    records = records_of(profiles)
    start = cpu_seconds()
    with splink_database(records) as connection:
        settings = model["settings"] | {"retain_intermediate_calculation_columns": False}
        linker = Linker(
            DuckDBAPI(connection).register("records"),
            settings,
            log_level=None,
            validate_settings=False,
        )
        found = linker.inference.predict(
            threshold_match_probability=THRESHOLD, warning_mode="never"
        )
        ((pairs,),) = connection.execute(f"select count(*) from {found.physical_name}").fetchall()
    return {
        "cpu_seconds": cpu_seconds() - start,
        "peak_megabytes": peak_megabytes(),
        "pairs": pairs,
    }
