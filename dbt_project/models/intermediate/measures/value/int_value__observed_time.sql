-- What is bought outside of it, or by nobody known, is missing in every prediction.
with orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

coverage as (
    select * from {{ ref('int_orders__coverage') }}
),

source_coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

order_sources as (
    select distinct source_name
    from {{ ref('int_orders__unlinked_orders') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

-- A source of orders that fell silent shows nothing of what was bought since.
silences as (
    select min(source_coverage.covered_until) as covered_until
    from order_sources
    inner join source_coverage
        on order_sources.source_name = source_coverage.source_name
),

order_counts as (
    select
        count(*) as order_count,
        count(customer_key) as known_customer_count
    from orders
)

select
    settings.as_of,
    coverage.covered_from,
    least(settings.as_of, silences.covered_until) as covered_until,
    coverage.hole_dates,
    {{ list_size('coverage.hole_dates') }} as hole_count,
    order_counts.order_count,
    order_counts.known_customer_count
from settings
cross join coverage
cross join silences
cross join order_counts
