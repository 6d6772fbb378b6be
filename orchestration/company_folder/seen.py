"""What was delivered and stands in no list: rows to copy, each of its seed's own columns.

They are proposals beside the seeds, never in them: what a question measures or a currency is worth
no delivery tells.
"""

from pathlib import Path

import duckdb

from orchestration.reference_seeds.company_seeds import csv_text
from orchestration.warehouse.connections import read_warehouse

SEEN = "seen"
_MOST_ROWS = 2_000
_MOST_NAMES = 5
# Up to which column a proposed row says what was met.
_KEYS = ("product_id", "store_id", "from_currency", "source_reason", "team_id", "question")
# What is known of a currency is its first day; an answer's range proposes its scale.
_PROPOSED: dict[str, str] = {
    "products": """
        select lines.product_key as product_id, max(products.product_name) as product_name,
            null as category_slug, null as list_price, null as unit_cost
        from intermediate.int_shapes__sale_lines as lines
        left join intermediate.int_shapes__products as products
            on lines.product_key = products.product_key
        where lines.product_key not in (select product_id from reference.products)
        group by lines.product_key""",
    "stores": """
        select store_key as store_id, null as store_name, null as country_code, null as city,
            max(business_time_zone) as time_zone
        from intermediate.int_shapes__orders
        where store_key not in (select store_id from reference.stores)
        group by store_key""",
    "currency_rates": """
        select currency as from_currency, settings.setting_value as to_currency,
            cast(min(ordered_at) as date) as valid_from, null as rate
        from intermediate.int_shapes__orders
        inner join reference.company_settings as settings
            on settings.setting = 'reporting_currency'
        where currency != settings.setting_value
            and currency not in (select from_currency from reference.currency_rates)
        group by currency, settings.setting_value""",
    "source_contact_reasons": """
        select source_name, source_contact_reason as source_reason, null as contact_reason_slug
        from (
            select source_name, source_contact_reason from intermediate.int_shapes__touchpoints
            union all
            select source_name, source_contact_reason from intermediate.int_shapes__cases
        )
        where source_contact_reason is not null
            and (source_name, source_contact_reason) not in (
                select (source_name, source_reason) from reference.source_contact_reasons
            )
        group by source_name, source_contact_reason""",
    "teams": """
        select team_key as team_id, null as team_name, 'service' as team_function, null as store_id
        from (
            select team_key from intermediate.int_shapes__touchpoints
            union all
            select team_key from intermediate.int_shapes__cases
        )
        where team_key not in (select team_id from reference.teams)
        group by team_key""",
    "survey_questions": """
        select source_name, program_slug, question,
            case
                when max(score) > 5 then 'nps_transactional'
                when max(score) is not null then 'csat'
            end as metric_slug,
            null as mean_metric_slug,
            case when max(score) > 5 then 'nps_10' when max(score) is not null then 'csat_5' end
                as scale_slug,
            'ascending' as direction, 'transactional' as feedback_kind, 'false' as counts_unfinished
        from (
            select *, try_cast(answer as double) as score from intermediate.int_shapes__answers
        )
        where (source_name, program_slug, question) not in (
                select (source_name, program_slug, question) from reference.survey_questions
            )
            and (source_name, question) not in (
                select (source_name, question) from reference.survey_item_questions
            )
        group by source_name, program_slug, question""",
}


def write_seen(folder: Path) -> list[tuple[Path, int]]:
    """Write the proposals of the last run; returns each file and its rows."""
    written = []
    for name, lines in unlisted().items():
        path = folder / SEEN / f"{name}.csv"
        path.unlink(missing_ok=True)
        if len(lines) > 1:
            path.parent.mkdir(exist_ok=True)
            path.write_text(csv_text(lines), encoding="utf-8")
            written.append((path, len(lines) - 1))
    return written


def unlisted() -> dict[str, list[list[str]]]:
    """By seed, the header and a row of each value that the last run met and the seed does not list.

    Nothing was ever built, or a run is writing: then there is nothing to propose.
    """
    try:
        with read_warehouse() as connection:
            return {name: _rows(connection, sql) for name, sql in _PROPOSED.items()}
    except (duckdb.IOException, duckdb.CatalogException):
        return {}


def unlisted_in_words() -> list[str]:
    """A line for each seed that lacks values which the last run met, with the first few of them."""
    return [
        f"{name}.csv has no row for {_named(header, rows)}, which the last run met."
        for name, (header, *rows) in unlisted().items()
        if rows
    ]


def _named(header: list[str], rows: list[list[str]]) -> str:
    """The first few of the values met, without what is proposed for them."""
    keys = next(position for position, column in enumerate(header, 1) if column in _KEYS)
    names = [" ".join(filter(None, row[:keys])) for row in rows[:_MOST_NAMES]]
    more = len(rows) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[list[str]]:
    result = connection.execute(f"from ({sql}) order by all limit {_MOST_ROWS}")
    header = [column[0] for column in result.description]
    return [header, *([_text(value) for value in row] for row in result.fetchall())]


def _text(value: object) -> str:
    return "" if value is None else str(value)
