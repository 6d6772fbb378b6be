"""Who is who in a generated company of any size, against its truth.

Generates the world, lands it, builds staging and identity without tests, and compares. Left out:
anonymous visitors, who are attributed event by event, outside the partition; and what is one
profile in its source but several people in truth (the mailbox of a firm), which no partition can
place.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from orchestration.paths import PROJECT_DIR, data_dir
from tests.bench.bench_identity.processes import (
    children_cpu_seconds,
    cpu_seconds,
    in_own_process,
    peak_megabytes,
)

RESOLVED = """
    create temp table delivered as
    select
        customer_profiles.profile_key,
        customer_profiles.customer_key,
        profiles.source_name,
        truth.person,
        truth.person_count
    from warehouse.intermediate.int_identity__customer_profiles as customer_profiles
    inner join warehouse.intermediate.int_identity__profiles as profiles
        on customer_profiles.profile_key = profiles.profile_key
    left join (
        select
            source_name,
            source_profile_id,
            min(person) as person,
            count(distinct person) as person_count
        from read_parquet(?)
        group by source_name, source_profile_id
    ) as truth
        on
            profiles.source_name = truth.source_name
            and profiles.source_profile_id = truth.source_profile_id
    where
        not starts_with(profiles.source_profile_id, 'anonymous:')
        and not starts_with(profiles.source_profile_id, 'device:')
"""

# What a profile can be known by: its normalised identifiers, its name with birth date or postcode.
SHOWN = """
    create temp table shown as
    with names as (
        select * from warehouse.intermediate.int_identity__full_names
    )

    select
        identifiers.profile_key,
        identifiers.identifier_type as shown_kind,
        identifiers.identifier_value as shown_value
    from warehouse.intermediate.int_identity__normalized_identifiers as identifiers
    inner join warehouse.reference.identifier_types as identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type
    where identifier_types.is_linking and identifiers.junk_reason is null

    union

    select
        names.profile_key,
        'name and birth date' as shown_kind,
        names.full_name || ' ' || profiles.birth_date as shown_value
    from names
    inner join warehouse.intermediate.int_identity__profiles as profiles
        on names.profile_key = profiles.profile_key
    where profiles.birth_date is not null

    union

    select
        names.profile_key,
        'name and postcode' as shown_kind,
        names.full_name || ' ' || profiles.postcode as shown_value
    from names
    inner join warehouse.intermediate.int_identity__profiles as profiles
        on names.profile_key = profiles.profile_key
    where profiles.postcode is not null
"""

# A value is a person's own if, in truth, nobody else shows it.
SHARED_WITH_A_SIBLING = """
    create temp table shared as
    with shown_by_persons as (
        select
            resolved.person,
            shown.shown_kind,
            shown.shown_value,
            resolved.profile_key,
            resolved.customer_key,
            resolved.source_name
        from resolved
        inner join shown
            on resolved.profile_key = shown.profile_key
    ),

    bearers as (
        select
            shown.shown_kind,
            shown.shown_value,
            min(delivered.person) = max(delivered.person)
            and max(delivered.person_count) = 1 as is_own
        from delivered
        inner join shown
            on delivered.profile_key = shown.profile_key
        group by shown.shown_kind, shown.shown_value
    ),

    siblings as (
        select
            person,
            shown_kind,
            shown_value
        from shown_by_persons
        group by person, shown_kind, shown_value
        having count(*) > 1
    )

    select
        shown_by_persons.person,
        shown_by_persons.shown_kind,
        shown_by_persons.shown_value,
        shown_by_persons.profile_key,
        shown_by_persons.customer_key,
        shown_by_persons.source_name,
        bearers.is_own
    from siblings
    inner join shown_by_persons
        on
            siblings.person = shown_by_persons.person
            and siblings.shown_kind = shown_by_persons.shown_kind
            and siblings.shown_value = shown_by_persons.shown_value
    inner join bearers
        on
            siblings.shown_kind = bearers.shown_kind
            and siblings.shown_value = bearers.shown_value
"""

PAIRS_WITHIN = """
    select
        coalesce(sum(joined_count * (joined_count - 1) // 2), 0)
    from (select count(*) as joined_count from {profiles} group by {groups}) as groups
"""

# Pairs of one person that share something and are two customers.
LOST_PAIRS = """
    create temp table lost_pairs as
    select
        one.profile_key as one_profile_key,
        other.profile_key as other_profile_key,
        least(one.source_name, other.source_name) as one_source,
        greatest(one.source_name, other.source_name) as other_source,
        string_agg(distinct one.shown_kind, ', ' order by one.shown_kind) as shared_kinds,
        bool_or(one.is_own) as is_by_own_value
    from shared as one
    inner join shared as other
        on
            one.person = other.person
            and one.shown_kind = other.shown_kind
            and one.shown_value = other.shown_value
            and one.profile_key < other.profile_key
    where one.customer_key != other.customer_key
    group by all
"""

# Pairs of two persons that are one customer.
WRONG_PAIRS = """
    create temp table wrong_pairs as
    select
        one.profile_key as one_profile_key,
        other.profile_key as other_profile_key,
        least(one.source_name, other.source_name) as one_source,
        greatest(one.source_name, other.source_name) as other_source,
        one.person as one_person,
        other.person as other_person
    from resolved as one
    inner join resolved as other
        on one.customer_key = other.customer_key and one.profile_key < other.profile_key
    where one.person != other.person
"""

# What two people have in common who were taken for one; a shared device has its own identifiers.
WRONG_CAUSES = """
    select
        count(*) filter (where one.email = other.email) as shared_mailbox,
        count(*) filter (
            where one.household = other.household and one.phone = other.phone
        ) as household_phone,
        count(*) filter (where shared_devices.one_profile_key is not null) as shared_device,
        count(*) as pairs
    from wrong_pairs
    inner join read_parquet($persons) as one
        on wrong_pairs.one_person = one.person
    inner join read_parquet($persons) as other
        on wrong_pairs.other_person = other.person
    left join (
        select distinct
            wrong_pairs.one_profile_key,
            wrong_pairs.other_profile_key
        from wrong_pairs
        inner join warehouse.intermediate.int_identity__normalized_identifiers as one
            on
                wrong_pairs.one_profile_key = one.profile_key
                and one.identifier_type = 'device_id'
        inner join warehouse.intermediate.int_identity__normalized_identifiers as other
            on
                wrong_pairs.other_profile_key = other.profile_key
                and one.identifier_type = other.identifier_type
                and one.identifier_value = other.identifier_value
    ) as shared_devices
        on
            wrong_pairs.one_profile_key = shared_devices.one_profile_key
            and wrong_pairs.other_profile_key = shared_devices.other_profile_key
"""


WRONG_LINKS = """
    select
        links.link_reason,
        links.identifier_type,
        count(*) as links,
        count(*) filter (where named.name_count < 4) as links_of_a_profile_without_name,
        count(*) filter (
            where one_truth.given_name = other_truth.given_name
            and one_truth.surname = other_truth.surname
        ) as links_of_namesakes
    from warehouse.intermediate.int_identity__links as links
    inner join resolved as one
        on links.left_profile_key = one.profile_key
    inner join resolved as other
        on links.right_profile_key = other.profile_key
    inner join read_parquet($persons) as one_truth
        on one.person = one_truth.person
    inner join read_parquet($persons) as other_truth
        on other.person = other_truth.person
    left join lateral (
        select count(*) as name_count
        from warehouse.intermediate.int_identity__evidence as evidence
        where
            evidence.evidence_kind in ('given_name', 'surname')
            and evidence.profile_key in (one.profile_key, other.profile_key)
    ) as named on true
    where one.person != other.person
    group by links.link_reason, links.identifier_type
    order by links desc
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The size of the world, or one that is there already."""
    parser.add_argument("--customers", type=int, default=100_000, help="of `sample_world`")
    parser.add_argument("--days", type=int, default=30, help="of `sample_world`")
    parser.add_argument(
        "--world",
        type=Path,
        help="data folder of `sample_world` that is landed and has its truth: only build there",
    )


def generate(data: Path, customers: int, days: int) -> None:
    """The exports of a company, and their landing."""
    environment = {**os.environ, "THROUGHLINE_DATA": str(data)}
    size = ("--customers", str(customers), "--days", str(days), "--seed", "1", "--out", str(data))
    for command in (
        ("orchestration.sample_world", *size),
        ("orchestration.commands.throughline", "land"),
    ):
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", *command],
            cwd=PROJECT_DIR,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def build(data: Path) -> dict[str, Any]:
    """Build what identities rest on; CPU-seconds of each model, one after the other."""
    from orchestration.warehouse.dbt_invocation import failures, run_dbt

    os.environ["THROUGHLINE_DATA"] = str(data)
    seconds, started = {}, {}

    def on_event(event: Any) -> None:
        if event.info.name == "NodeStart":
            started[event.data.node_info.node_name] = cpu_seconds()
        elif event.info.name == "NodeFinished":
            name = event.data.node_info.node_name
            seconds[name] = cpu_seconds() - started[name]

    (data / "build").mkdir(exist_ok=True)
    models = ("+int_identity__customer_profiles", "+int_identity__links")
    selection = ("-s", *models, "--threads", "1")
    outcome = run_dbt(
        "build", *selection, "--exclude-resource-type", "test", "unit_test", on_event=on_event
    )
    if not outcome.success:
        raise RuntimeError("\n".join(["dbt failed:", *failures(outcome)]))
    identity = {name: spent for name, spent in seconds.items() if "identity__" in name}
    slowest = sorted(identity, key=identity.get, reverse=True)[:12]
    return {
        "cpu_seconds": round(sum(seconds.values()), 1),
        "identity_cpu_seconds": round(sum(identity.values()), 1),
        "slowest_models": {name: round(identity[name], 1) for name in slowest},
        "peak_megabytes": peak_megabytes(),
    }


def quality(data: Path) -> dict[str, Any]:
    """Precision and recall over pairs of profiles, and what was lost and wrong."""
    truth = data / "truth"
    with duckdb.connect() as connection:

        def value(query: str) -> int:
            return int(connection.execute(query).fetchone()[0])

        def table(query: str, **values: str) -> list[dict[str, Any]]:
            connection.execute(query, values)
            names = [column[0] for column in connection.description]
            return [dict(zip(names, row, strict=True)) for row in connection.fetchall()]

        connection.execute(f"attach '{data / 'warehouse.duckdb'}' as warehouse (read_only)")
        connection.execute(RESOLVED, [str(truth / "profiles.parquet")]).fetchall()
        connection.execute("""
            create temp table resolved as select * from delivered where person_count = 1
        """).fetchall()
        for query in (SHOWN, SHARED_WITH_A_SIBLING, LOST_PAIRS, WRONG_PAIRS):
            connection.execute(query).fetchall()

        def pairs(profiles: str, groups: str) -> int:
            return value(PAIRS_WITHIN.format(profiles=f"({profiles})", groups=groups))

        def recall(profiles: str) -> float:
            found, true = pairs(profiles, "person, customer_key"), pairs(profiles, "person")
            return round(found / max(true, 1), 5)

        everyone = "select * from resolved"
        joined, right = pairs(everyone, "customer_key"), pairs(everyone, "person, customer_key")
        (wrong_pairs,) = table(WRONG_CAUSES, persons=str(truth / "persons.parquet"))
        return {
            "profiles": value("select count(*) from resolved"),
            "profiles_of_several_people": value(
                "select count(*) from delivered where person_count > 1"
            ),
            "profiles_without_truth": value("select count(*) from delivered where person is null"),
            "precision": round(right / max(joined, 1), 5),
            "recall": recall(
                f"{everyone} where profile_key in (select profile_key from shared where is_own)"
            ),
            "recall_with_values_of_several_people": recall(
                f"{everyone} where profile_key in (select profile_key from shared)"
            ),
            "recall_over_all": recall(everyone),
            "wrong_pairs": wrong_pairs,
            "wrong_links": table(WRONG_LINKS, persons=str(truth / "persons.parquet")),
            "lost_pairs_by_source": table("""
                select one_source, other_source, shared_kinds, count(*) as pairs
                from lost_pairs
                where is_by_own_value
                group by all
                order by pairs desc, one_source, other_source, shared_kinds
                limit 12
            """),
        }


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Figures of the build and of what it found."""
    data_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data_dir()) as scratch:
        data = arguments.world or Path(scratch)
        before = children_cpu_seconds()
        if not arguments.world:
            generate(data, arguments.customers, arguments.days)
        return {
            "customers": arguments.customers,
            "generated_and_landed_cpu_seconds": round(children_cpu_seconds() - before, 1),
            "build": in_own_process(build, data),
            "quality": in_own_process(quality, data),
        }
