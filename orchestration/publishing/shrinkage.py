"""The gate before publishing: no mart lost most of its rows since the version before.

A source that delivered nothing, or a join that finds nobody, leaves marts that are nearly empty and
pass every test of their rows. Whoever knows better says so once (`--allow-fewer-rows`).
"""

from collections.abc import Collection, Mapping

from orchestration.publishing import versions

# Of small marts, half can go with one row of a seed.
_FEWEST_ROWS_BEFORE = 100
_SMALLEST_PART = 0.5


class ShrunkMartsError(Exception):
    """Marts lost more than half of their rows, and nobody said that they may."""


def assert_no_mart_shrank(row_counts: Mapping[str, int], may_shrink: Collection[str]) -> None:
    """Stop if a mart has less than half of its rows in the newest version.

    `may_shrink` are the marts that list what is wrong, or due today: they shrink when it is mended
    or done. A mart that the code no longer builds is none that shrank.
    """
    numbers = versions.version_numbers()
    note = versions.describe(numbers[-1]) if numbers else None
    before = (note or {}).get("row_counts", {})
    shrunk = [
        f"{mart}: {count:,} rows, {before[mart]:,} before"
        for mart, count in sorted(row_counts.items())
        if mart not in may_shrink
        and before.get(mart, 0) >= _FEWEST_ROWS_BEFORE
        and count < _SMALLEST_PART * before[mart]
    ]
    if shrunk:
        raise ShrunkMartsError(
            f"{len(shrunk)} marts have less than half of the rows of version {numbers[-1]}; "
            "nothing was published:\n" + "\n".join(shrunk) + "\nIf that is right, say so once: "
            "`throughline publish --allow-fewer-rows`."
        )
