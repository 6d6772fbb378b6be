"""What the identity seeds as they are now would change about who is who.

dbt builds only the models between those seeds and the customers, in a file of its own: it reads
the profiles of the last build, and the registry is a copy. Neither the warehouse nor anything
published is written to. Callers hold `warehouse_lock`.
"""

import shutil
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from orchestration.identity.registry import SCHEMA, existing_tables
from orchestration.paths import dry_run_dir, warehouse_path
from orchestration.reference_seeds import check_seeds
from orchestration.warehouse.connections import SETTINGS, quoted
from orchestration.warehouse.dbt_invocation import failures, manifest_path, run_dbt

_KEYS = "int_identity__customer_keys"
_PROFILES = "int_identity__customer_profiles"
# What the next run would begin with: the keys given out, the pairs that need no new scoring.
_KEPT = (_KEYS, "int_identity__matched_records")
# Whatever is built from an identity seed and decides who is who.
_SELECTION = f"path:../seeds/reference/identity+,+{_PROFILES}"
_EXAMPLES = 5
_PRIVATE_FOLDER = 0o700


class DryRunError(Exception):
    """There is nothing to compare with, or dbt failed on the seeds."""


@dataclass(frozen=True)
class DryRun:
    """Customers before and after. One may be counted twice: cut in two, a part of it merged."""

    customers_before: int
    customers_after: int
    profiles_moved: int
    unchanged: int
    changed: int
    merged: dict[str, list[str]]
    split: dict[str, list[str]]
    new: dict[str, list[str]]

    def as_dict(self) -> dict[str, Any]:
        """All of it, for programs: every merged, split and new customer with where it went."""
        return asdict(self)

    def in_words(self) -> str:
        """Counts and a few keys, for people."""
        sizes = {
            "unchanged": self.unchanged,
            "other profiles than before": self.changed,
            "merged into another": len(self.merged),
            "split": len(self.split),
            "new": len(self.new),
        }
        return "\n".join(
            [
                f"{self.customers_before:,} customers would be {self.customers_after:,}; "
                f"{self.profiles_moved:,} profiles would change customers.",
                *(f"{count:>12,} {name}" for name, count in sizes.items()),
                *_examples("merged", self.merged, "into"),
                *_examples("split", self.split, "into"),
                *_examples("new", self.new, "from"),
                "Nothing was written.",
            ]
        )


def dry_run() -> DryRun:
    """Resolve the profiles of the last build by the seeds of now, and compare."""
    check_seeds()
    _prepare()
    try:
        _build()
        return _compare()
    finally:
        for file in dry_run_dir().glob("dry_run.duckdb*"):
            file.unlink()


def _prepare() -> None:
    """A database with nothing but what models add to."""
    if not warehouse_path().exists():
        raise DryRunError("nothing is built yet: `throughline run` does it")
    dry_run_dir().mkdir(parents=True, exist_ok=True)
    dry_run_dir().chmod(_PRIVATE_FOLDER)
    for leftover in dry_run_dir().glob("dry_run.duckdb*"):
        leftover.unlink()
    with _open() as connection:
        if _KEYS not in existing_tables(connection, "warehouse"):
            raise DryRunError("no customer is known yet: `throughline run` resolves them")
        connection.execute(f"create schema {SCHEMA}")
        for table in _KEPT:
            connection.execute(f"create table {SCHEMA}.{table} as from warehouse.{SCHEMA}.{table}")


def _build() -> None:
    state = dry_run_dir() / "state"
    state.mkdir(exist_ok=True)
    # A copy: a state that dbt overwrites while it compares with it is refused.
    shutil.copyfile(manifest_path(), state / "manifest.json")
    outcome = run_dbt(
        "build",
        *("--select", _SELECTION),
        *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        # What is not built here is read from the warehouse.
        *("--defer", "--favor-state", "--state", str(state)),
        target="dry_run",
        artifacts=dry_run_dir() / "dbt",
    )
    if not outcome.success:
        raise DryRunError("\n".join(["dbt cannot build on these seeds:", *failures(outcome)]))


def _compare() -> DryRun:
    with _open() as connection:
        connection.execute(
            f"""
            create temp table movements as
            select
                before.customer_key as from_key,
                after.customer_key as to_key,
                count(*) as profile_count
            from warehouse.{SCHEMA}.{_PROFILES} as before
            full join {SCHEMA}.{_PROFILES} as after using (profile_key)
            group by all
            """
        )
        merged = _keys(
            connection,
            f"""
            select customer_key, [live_customer_key] from {SCHEMA}.{_KEYS}
            where not is_live and live_customer_key is not null
                and customer_key in (select from_key from movements)
            """,
        )
        split = _keys(
            connection,
            "select from_key, list_sort(list(to_key)) from movements "
            "group by from_key having count(*) > 1",
        )
        new = _keys(
            connection,
            "select to_key, list_sort(list(from_key)) from movements "
            "where to_key not in (select from_key from movements) group by to_key",
        )
        ((before, after, moved),) = connection.execute(
            "select count(distinct from_key), count(distinct to_key), "
            "coalesce(sum(profile_count) filter (where from_key != to_key), 0)::bigint "
            "from movements"
        ).fetchall()
        ((kept, unchanged),) = connection.execute(
            """
            select count(*), count(*) filter (where gives_and_takes = 2) from (
                select
                    (select count(*) from movements as m where m.from_key = same.from_key)
                    + (select count(*) from movements as m where m.to_key = same.to_key)
                        as gives_and_takes
                from movements as same
                where same.from_key = same.to_key
            )
            """
        ).fetchall()
    return DryRun(before, after, moved, unchanged, kept - unchanged, merged, split, new)


def _keys(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, list[str]]:
    return dict(connection.execute(f"{query} order by 1").fetchall())


def _examples(name: str, keys: dict[str, list[str]], relation: str) -> list[str]:
    shown = [
        f"  {name}: {key} {relation} {', '.join(others)}"
        for key, others in list(keys.items())[:_EXAMPLES]
    ]
    more = len(keys) - len(shown)
    return shown + ([f"  {name}: … and {more:,} more"] if more else [])


def _open() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(dry_run_dir() / "dry_run.duckdb"), config=SETTINGS)
    connection.execute(f"attach {quoted(warehouse_path())} as warehouse (read_only)")
    return connection
