"""The same figures by what a person would write instead: a page of pandas, a page of DuckDB.

Two figures, from the same files: web sessions (thirty minutes without an event end one), and the
share of satisfied answers by week. Both must count the same.
"""

from pathlib import Path

import duckdb
import pandas as pd

from tests.bench.bench_identity.processes import cpu_seconds, peak_megabytes

_GAP = "30 minutes"
_SATISFIED = 4


def pandas_peer(landing: str) -> dict[str, float]:
    """By pandas, for a process of its own."""
    start = cpu_seconds()
    columns = ["anonymousId", "messageId", "timestamp"]
    events = pd.concat(
        pd.read_json(file, lines=True, dtype=str, convert_dates=False)[columns]
        for file in sorted(Path(landing, "web").glob("events_*"))
    ).drop_duplicates("messageId")
    events["timestamp"] = pd.to_datetime(
        events.timestamp, utc=True, errors="coerce", format="ISO8601"
    )
    events = events.dropna(subset=["timestamp", "anonymousId"])
    events = events.sort_values(["anonymousId", "timestamp"])
    gaps = events.groupby("anonymousId").timestamp.diff()
    sessions = int((gaps.isna() | (gaps > pd.Timedelta(_GAP))).sum())

    answers = pd.concat(
        pd.read_csv(file, skiprows=[1, 2], dtype=str)
        for file in sorted(Path(landing, "surveys").glob("responses_*"))
    ).drop_duplicates("ResponseId")
    # Some answers are no number: "-".
    answers["satisfaction"] = pd.to_numeric(answers.satisfaction, errors="coerce")
    answers = answers.dropna(subset=["satisfaction"])
    weeks = pd.to_datetime(answers.EndDate).dt.to_period("W")
    by_week = (answers.satisfaction >= _SATISFIED).groupby(weeks).agg(["mean", "size"])
    return _told(start, sessions, len(by_week), int(by_week["size"].sum()))


def duckdb_peer(landing: str) -> dict[str, float]:
    """By DuckDB straight from the files, for a process of its own."""
    start = cpu_seconds()
    with duckdb.connect() as connection:
        ((sessions,),) = connection.execute(
            f"""
            with events as (
                select "anonymousId" as visitor, try_cast("timestamp" as timestamptz) as seen_at
                from read_json(?, format = 'newline_delimited', columns = {{
                    'anonymousId': 'varchar', 'messageId': 'varchar', 'timestamp': 'varchar'
                }})
                where "timestamp" is not null and "anonymousId" is not null
                qualify row_number() over (partition by "messageId" order by seen_at) = 1
            ),
            gaps as (
                select seen_at - lag(seen_at) over (partition by visitor order by seen_at) as gap
                from events where seen_at is not null
            )
            select count(*) from gaps where gap is null or gap > interval '{_GAP}'
            """,
            [f"{landing}/web/events_*"],
        ).fetchall()
        weeks = connection.execute(
            f"""
            select date_trunc('week', cast("EndDate" as timestamp)) as week,
                avg(cast(cast(satisfaction as int) >= {_SATISFIED} as int)), count(*)
            from (
                from read_csv(?, header = true, all_varchar = true, union_by_name = true,
                    quote = '"', escape = '"')
                where "EndDate" not in ('EndDate') and "EndDate" not like '{{%'
                    and try_cast(satisfaction as int) is not null
                qualify row_number() over (partition by "ResponseId" order by "EndDate") = 1
            )
            group by all
            """,
            [f"{landing}/surveys/responses_*"],
        ).fetchall()
    return _told(start, sessions, len(weeks), sum(count for _, _, count in weeks))


def _told(start: float, sessions: int, weeks: int, answers: int) -> dict[str, float]:
    return {
        "cpu_seconds": round(cpu_seconds() - start, 2),
        "peak_mb": peak_megabytes(),
        "sessions": sessions,
        "weeks": weeks,
        "answers": answers,
    }
