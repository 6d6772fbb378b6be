"""What a run says that the company has, of a published file with a shop and nothing else."""

import duckdb
import pytest

from orchestration.commands.holdings import holdings

MARTS = """
create schema marts;
create table marts.data_freshness as
    select * from (values
        ('shop', true, date '2026-01-20', 0),
        ('calls', true, date '2026-01-10', 10),
        ('web', false, null, null)
    ) as t (source_name, is_enabled, last_file_date, days_behind);
create table marts.fct_touchpoints as
    select 't1' as touchpoint_key, 'shop' as source_name, date '2026-01-25' as occurred_date;
create table marts.fct_orders as
    select * from (values
        ('o1', 2, timestamp '2026-01-03', null), ('o2', 0, null, null),
        ('o3', 1, null, null), ('o4', 1, null, null)
    ) as t (order_key, line_count, promised_at, delivered_at);
create table marts.fct_survey_responses as select 'o1' as order_key;
create table marts.cx_scorecard as
    select * from (values
        ('call_abandonment', 'no_source', 'total', 'total'),
        ('fcr', 'no_source', 'total', 'total'),
        ('fcr', 'no_source', 'month', 'total'),
        ('csat', 'no_target', 'total', 'total')
    ) as t (metric_slug, status, period_type, dimension);
create table marts.fct_cases as select 1 as case_key where false;
"""


@pytest.fixture
def published(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    (tmp_path / "published").mkdir()
    with duckdb.connect(str(tmp_path / "published" / "cx.duckdb")) as connection:
        yield connection


def test_sources_orders_kpis_and_marts(published):
    published.execute(MARTS)
    published.close()

    sections = {section.title: dict(section.figures) for section in holdings()}

    assert sections == {
        "What your company has, as of 2026-01-21": {
            "calls": "no touchpoint",
            "shop": "1 touchpoints, the newest of 2026-01-25: after as_of",
        },
        "Orders that have": {
            "lines": "75% of 4",
            "a promise": "25% of 4",
            "a delivery": "none of 4",
            "an answer": "25% of 4",
        },
        "KPIs that no source shows, by what they need": {"cases": "2: call_abandonment, fcr"},
        "Marts without a row": {"empty": "fct_cases"},
    }


def test_another_project_has_nothing_to_say(published):
    published.close()

    assert holdings() == []
