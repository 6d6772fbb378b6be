"""Twenty queries of a dashboard on a published file of ten million touchpoints.

`python -m tests.bench.bench_queries` prints JSON: milliseconds of each query, and p50, p95 and the
slowest over all. It takes the file that was published last and gives every customer, with all that
happened to them, as many look-alikes as it needs; what the company has (products, stores, teams,
campaigns) stays as many, and so do the KPI marts, whose size doesn't follow the touchpoints.
"""

import argparse
import json
import math
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

from orchestration.paths import data_dir

TURNS = 7
# How each table that grows with the customers lies in the file, as its model writes it.
GROWING = {
    "fct_touchpoints": "occurred_at, touchpoint_key",
    "customer_timeline": "customer_key, touchpoint_number",
    "dim_customers": "customer_key",
    "journey_event_log": "case_id, event_number",
    "fct_journeys": "started_at, journey_key",
    "fct_journey_steps": "journey_key, step_number",
    "fct_sessions": "started_at, session_key",
    "fct_orders": "ordered_at, order_key",
    "fct_order_lines": "order_key",
    "fct_cases": "opened_at, case_key",
    "fct_survey_responses": "answered_at, response_key",
    "fct_campaign_contacts": "campaign_key",
}
OF_THE_COMPANY = {"product_key", "store_key", "team_key", "campaign_key"}

QUERIES = {
    "NPS of the last month": """
        select value, ci_low, ci_high, denominator from marts.cx_scorecard
        where metric_slug = 'nps_relational' and period_type = 'month' and dimension = 'total'
        order by period_start_date desc limit 1
    """,
    "CSAT by week": """
        select period_start_date, value, denominator from marts.cx_scorecard
        where metric_slug = 'csat' and period_type = 'week' and dimension = 'total'
        order by period_start_date
    """,
    "scorecard of the last month": """
        select metric_name, value, target, status, owner from marts.cx_scorecard
        where period_type = 'month' and dimension = 'total' and period_start_date = (
            select max(period_start_date) from marts.cx_scorecard where period_type = 'month'
        )
        order by metric_name
    """,
    "page of the event log": """
        select * from marts.journey_event_log
        where case_type = 'delivery' order by case_id, event_number limit 100 offset 2000
    """,
    "twenty commonest ways of three channels": """
        select way, count(*) as journeys from (
            select journey_key,
                string_agg(channel_slug, ' > ' order by step_number) as way
            from marts.fct_journey_steps
            where step_number = 1 or channel_slug != previous_channel_slug
            group by journey_key having count(*) = 3
        )
        group by way order by journeys desc, way limit 20
    """,
    "touchpoints by day and channel, last 30 days": """
        select occurred_date, channel_slug, sum(touchpoint_count) as touchpoints
        from marts.touchpoints_daily
        where occurred_date > (select max(occurred_date) - 30 from marts.touchpoints_daily)
        group by all order by all
    """,
    "mean wait by touchpoint type, last 7 days": """
        select touchpoint_type_slug, sum(touchpoint_count) as touchpoints,
            sum(wait_seconds) / sum(waited_count) as mean_wait_seconds
        from marts.touchpoints_daily
        where occurred_date > (select max(occurred_date) - 7 from marts.touchpoints_daily)
        group by all order by touchpoints desc
    """,
    "revenue by channel, this quarter": """
        select channel_slug, sum(revenue_amount) as revenue from marts.touchpoints_daily
        where occurred_date >= (
            select date_trunc('quarter', max(occurred_date)) from marts.touchpoints_daily
        )
        group by all order by revenue desc
    """,
    "distinct customers by week and channel": """
        select date_trunc('week', occurred_date) as week, channel_slug,
            count(distinct customer_key) as customers
        from marts.fct_touchpoints group by all order by all
    """,
    "contacts by reason, last 30 days": """
        select contact_reason_slug, sum(touchpoint_count) as contacts, sum(cost_amount) as cost
        from marts.touchpoints_daily
        where direction = 'inbound' and contact_reason_slug is not null
            and occurred_date > (select max(occurred_date) - 30 from marts.touchpoints_daily)
        group by all order by contacts desc
    """,
    "story of one customer": """
        select * from marts.customer_timeline where customer_key = $customer
        order by touchpoint_number
    """,
    "customers and revenue by segment": """
        select segment_slug, count(*) as customers, sum(net_revenue_amount) as revenue
        from marts.dim_customers group by all
    """,
    "journeys by type and outcome": """
        select journey_slug, outcome_slug, count(*) as journeys from marts.fct_journeys
        group by all order by all
    """,
    "median hours of reached journeys": """
        select journey_slug, median(duration_seconds) / 3600 as hours from marts.fct_journeys
        where outcome_slug = 'reached' group by all order by all
    """,
    "channels of abandoned journeys, last 30 days": """
        select exit_channel_slug, count(*) as journeys from marts.fct_journeys
        where outcome_slug = 'abandoned'
            and started_at > (select max(started_at) - interval 30 day from marts.fct_journeys)
        group by all order by journeys desc
    """,
    "steps of one journey": """
        select * from marts.fct_journey_steps where journey_key = $journey order by step_number
    """,
    "session funnel by week": """
        select date_trunc('week', started_date) as week, count(*) as sessions,
            count_if(has_cart) as carts, count_if(has_checkout) as checkouts,
            count_if(has_order) as orders
        from marts.fct_sessions group by all order by all
    """,
    "revenue by store and month": """
        select date_trunc('month', ordered_date) as month, store_key,
            sum(net_amount) as revenue
        from marts.fct_orders group by all order by all
    """,
    "contacts by reason and profit": """
        select touchpoints.contact_reason_slug, customers.profit_fifth, count(*) as contacts,
            count(distinct touchpoints.customer_key) as customers
        from marts.fct_touchpoints as touchpoints
        inner join marts.dim_customers as customers
            on touchpoints.customer_key = customers.customer_key
        where touchpoints.direction = 'inbound' and touchpoints.contact_reason_slug is not null
        group by all order by all
    """,
    "campaigns": "select * from marts.campaign_response order by all",
}


def grow(path: Path, touchpoints: int) -> dict[str, int]:
    """Write look-alikes of every customer into a copy of the published file; rows per table."""
    with duckdb.connect(str(path)) as cx:
        cx.execute("set preserve_insertion_order = true")
        ((existing,),) = cx.execute("select count(*) from marts.fct_touchpoints").fetchall()
        copies = math.ceil(touchpoints / existing)
        rows = {}
        for table, order in GROWING.items():
            columns = [row[0] for row in cx.execute(f"describe marts.{table}").fetchall()]
            expressions = ", ".join(
                f"case when copy = 0 then {name} else md5({name} || copy) end as {name}"
                if name.endswith(("_key", "case_id")) and name not in OF_THE_COMPANY
                else name
                for name in columns
            )
            cx.execute(f"""
                create or replace table marts.{table} as
                select {expressions} from marts.{table}
                cross join (select unnest(range({copies})) as copy) order by {order}
            """)
            ((rows[table],),) = cx.execute(f"select count(*) from marts.{table}").fetchall()
        cx.execute("checkpoint")
    return rows


def parameters_of(cx: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A customer and a journey with some events, the same ones at each call."""
    return {
        "customer": cx.execute(
            "select customer_key from marts.customer_timeline where touchpoint_number = 20 "
            "order by customer_key limit 1 offset 40"
        ).fetchone()[0],
        "journey": cx.execute(
            "select journey_key from marts.fct_journey_steps where step_number = 5 "
            "order by journey_key limit 1 offset 40"
        ).fetchone()[0],
    }


def asked(cx: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, str]) -> float:
    """Milliseconds until one query has all its rows."""
    query = QUERIES[name]
    needed = {key: value for key, value in parameters.items() if f"${key}" in query}
    start = time.perf_counter()
    cx.execute(query, needed).fetchall()
    return (time.perf_counter() - start) * 1000


def measure(path: Path) -> dict[str, list[float]]:
    """Milliseconds of each query, in turns, on one connection that is open already."""
    with duckdb.connect(str(path), read_only=True) as cx:
        parameters = parameters_of(cx)
        milliseconds: dict[str, list[float]] = {name: [] for name in QUERIES}
        for turn in range(TURNS + 1):
            for name, turns in milliseconds.items():
                taken = asked(cx, name, parameters)
                # The first turn opens the file's pages.
                if turn:
                    turns.append(taken)
    return milliseconds


def main() -> None:
    """Print what each query takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--touchpoints", type=int, default=10_000_000)
    arguments = parser.parse_args()
    published = data_dir() / "published" / "cx.duckdb"
    if not published.exists():
        raise SystemExit(f"{published} does not exist: `make run` publishes it")
    with tempfile.TemporaryDirectory(dir=data_dir()) as scratch:
        path = Path(scratch) / "cx.duckdb"
        shutil.copyfile(published, path)
        rows = grow(path, arguments.touchpoints)
        milliseconds = measure(path)
        size = path.stat().st_size
    everything = np.concatenate([np.array(turns) for turns in milliseconds.values()])
    result = {
        "rows": rows,
        "megabytes": size // 1_000_000,
        "milliseconds": {
            name: {"median": round(float(np.median(turns)), 1), "slowest": round(max(turns), 1)}
            for name, turns in milliseconds.items()
        },
        "p50": round(float(np.percentile(everything, 50)), 1),
        "p95": round(float(np.percentile(everything, 95)), 1),
        "slowest": round(float(everything.max()), 1),
    }
    json.dump(result, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
