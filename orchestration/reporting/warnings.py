"""Early warnings: what spreads or stops, against what was expected, and whom it reaches."""

from collections.abc import Sequence

import duckdb

from orchestration.reporting import charts, words
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Note,
    Record,
    Section,
    Table,
    records,
)

_EPISODES = """
    select
        topic, area, area_member, area_member_name, direction, began_date,
        last_date, episode_state, peak_customer_count, peak_expected_count, peak_window_days,
        exposed_count, not_yet_asking_count, earlier_listed_asked_share,
        earlier_compared_asked_share, known_cause_name, owner
    from marts.early_warnings
    order by last_date desc, peak_customer_count desc nulls last, episode_key
    limit 60
"""
_REASONS = """
    select contact_reason_slug, contact_reason_name from marts.dim_contact_reasons
"""
_MOST_SHOWN = 20
_COLUMNS = (
    Column("What"),
    Column("Where"),
    Column("Began"),
    Column("Last"),
    Column("Customers", is_number=True),
    Column("Expected", is_number=True),
    Column("Customers and what was expected"),
    Column("Exposed", is_number=True),
    Column("Not yet asking", is_number=True),
    Column("Earlier lists: asked", is_number=True),
    Column("Possible cause"),
    Column("Owner"),
)


def section(connection: duckdb.DuckDBPyConnection) -> Section:
    """Episodes that are open, then those that are over."""
    episodes = records(connection, _EPISODES)
    reasons = {
        record["contact_reason_slug"]: record["contact_reason_name"]
        for record in records(connection, _REASONS)
    }
    still_open = [episode for episode in episodes if episode["episode_state"] == "open"]
    over = [episode for episode in episodes if episode["episode_state"] != "open"]
    blocks: list[Block] = [
        Note(
            "Bursts show the next morning, what spreads slowly within a week. A possible cause is "
            "what happened at the time, not what was proven. Nobody is named here; "
            "who is exposed stands in early_warning_customers, by key."
        )
    ]
    if still_open:
        blocks.append(_table("Open now", still_open, reasons))
    else:
        blocks.append(Note("Nothing spreads or stops beyond what is usual.", "good"))
    if over:
        blocks.append(
            _table("Over, newest first", over, reasons, is_folded=len(over) > _MOST_SHOWN)
        )
    return Section(
        "warnings",
        "Early warnings",
        "What spreads or stops, whom does it reach, and who has not asked yet?",
        blocks,
    )


def _table(
    caption: str, episodes: Sequence[Record], reasons: dict[str, str], is_folded: bool = False
) -> Table:
    rows = [_row(episode, reasons) for episode in episodes]
    return Table(caption, _COLUMNS, rows, is_folded)


def _row(episode: Record, reasons: dict[str, str]) -> list[Cell]:
    rises = episode["direction"] == "rise"
    seen, expected = episode["peak_customer_count"], episode["peak_expected_count"]
    topic = reasons.get(episode["topic"]) or words.spoken(episode["topic"])
    what = f"{topic}, {'more' if rises else 'fewer'} than expected"
    where = (
        "everywhere"
        if episode["area"] == "none"
        else episode["area_member_name"] or words.spoken(episode["area_member"])
    )
    chart = (
        charts.interval(
            seen,
            None,
            None,
            expected,
            f"{what}: {words.count(seen)} customers in "
            f"{words.plural(episode['peak_window_days'], 'day')}, "
            f"{words.decimal(expected, 1)} expected",
            (0, max(seen, expected)),
        )
        if seen is not None and expected is not None
        else None
    )
    share = episode["earlier_listed_asked_share"]
    earlier = (
        words.NOT_KNOWN
        if share is None
        else f"{words.share(share, 0)}, others "
        f"{words.share(episode['earlier_compared_asked_share'], 0)}"
    )
    return [
        Cell(what),
        Cell(where),
        Cell(words.day(episode["began_date"])),
        Cell(words.day(episode["last_date"])),
        Cell("fewer than shown" if seen is None else words.count(seen)),
        Cell(words.decimal(expected, 1)),
        Cell(chart=chart),
        Cell(words.count(episode["exposed_count"])),
        Cell(words.count(episode["not_yet_asking_count"])),
        Cell(earlier),
        Cell(episode["known_cause_name"] or words.NOT_KNOWN, "quiet"),
        Cell(episode["owner"] or words.NOT_KNOWN, "quiet"),
    ]
