"""A dry run: how the identity seeds as edited would change the customers.

dbt builds only the models between those seeds and the customers, in a warehouse of their own that
is given the profiles of the last build and a copy of the registry. Neither the warehouse nor
anything published is written to. Callers hold `warehouse_lock`.
"""

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from orchestration.identity.elsewhere import BuildError, Elsewhere
from orchestration.identity.registry import SCHEMA, existing_tables
from orchestration.paths import data_dir, warehouse_path
from orchestration.reference_seeds import check_seeds
from orchestration.warehouse.connections import SETTINGS, quoted

_KEYS = "int_identity__customer_keys"
_PROFILES = "int_identity__customer_profiles"
# The next run begins with these: the keys given out, the pairs that need no new scoring.
_KEPT = (_KEYS, "int_identity__matched_records")
_EXAMPLES = 5
_FOLDER = ".dry_run-"


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
    """Resolve the profiles of the last build by the seeds of now, and compare.

    Raises DryRunError, or SeedError for a seed that no build would take.
    """
    check_seeds()
    _check_that_customers_are_known()
    for leftover in data_dir().glob(f"{_FOLDER}*"):
        # Of a dry run that was killed.
        shutil.rmtree(leftover)
    # Beside the warehouse: it holds the same personal data.
    with TemporaryDirectory(prefix=_FOLDER, dir=data_dir()) as folder:
        elsewhere = Elsewhere(Path(folder))
        elsewhere.take_from(warehouse_path(), _KEPT)
        try:
            elsewhere.build_by_seeds(_PROFILES, warehouse_path())
        except BuildError as error:
            raise DryRunError(f"dbt cannot build on these seeds:\n{error}") from error
        with elsewhere.connect() as connection:
            connection.execute(f"attach {quoted(warehouse_path())} as last_build (read_only)")
            return _compare(connection)


def _check_that_customers_are_known() -> None:
    if not warehouse_path().exists():
        raise DryRunError("nothing is built yet: `throughline run` does it")
    with duckdb.connect(str(warehouse_path()), read_only=True, config=SETTINGS) as connection:
        if _KEYS not in existing_tables(connection, warehouse_path().stem):
            raise DryRunError("no customer is known yet: `throughline run` resolves them")


def _compare(connection: duckdb.DuckDBPyConnection) -> DryRun:
    connection.execute(
        f"""
        create temp table movements as
        select
            before.customer_key as from_key,
            after.customer_key as to_key,
            count(*) as profile_count
        from last_build.{SCHEMA}.{_PROFILES} as before
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
