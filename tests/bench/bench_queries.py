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
    "FCR by channel": """
        select member, numerator, denominator, value from marts.cx_scorecard
        where metric_slug = 'fcr' and period_type = 'total' and dimension = 'channel'
    """,
    "first response by channel and month": """
        select period_start_date, member, value from marts.cx_scorecard
        where metric_slug = 'first_response_time' and period_type = 'month'
            and dimension = 'channel'
        order by all
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
    "known people by channel, last 7 days": """
        select channel_slug, approx_count_distinct(customer_key) as customers
        from marts.fct_touchpoints
        where occurred_at > (select max(occurred_at) - interval 7 day from marts.fct_touchpoints)
        group by all order by customers desc
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
    "answers by score": """
        select metric_slug, score, count(*) as answers from marts.fct_survey_responses
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
                if name.endswith("_key") and name not in OF_THE_COMPANY
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


def measure(path: Path) -> dict[str, list[float]]:
    """Milliseconds of each query, in turns, on one connection that is open already."""
    with duckdb.connect(str(path), read_only=True) as cx:
        parameters = {
            "customer": cx.execute(
                "select customer_key from marts.customer_timeline where touchpoint_number = 20 "
                "order by customer_key limit 1 offset 40"
            ).fetchone()[0],
            "journey": cx.execute(
                "select journey_key from marts.fct_journey_steps where step_number = 5 "
                "order by journey_key limit 1 offset 40"
            ).fetchone()[0],
        }
        milliseconds: dict[str, list[float]] = {name: [] for name in QUERIES}
        for turn in range(TURNS + 1):
            for name, query in QUERIES.items():
                needed = {key: value for key, value in parameters.items() if f"${key}" in query}
                start = time.perf_counter()
                cx.execute(query, needed).fetchall()
                # The first turn opens the file's pages.
                if turn:
                    milliseconds[name].append((time.perf_counter() - start) * 1000)
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
