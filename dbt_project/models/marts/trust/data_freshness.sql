with sources as (
    select * from {{ ref('int_company__sources') }}
),

deliveries as (
    select * from {{ ref('stg_ledger__deliveries') }}
),

refused_files as (
    select
        source_name,
        count(*) as quarantined_count
    from {{ ref('int_company__refused_files') }}
    where delivery_status = 'quarantined'
    group by source_name
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

hole_counts as (
    select
        source_name,
        count(*) as hole_count
    from {{ ref('int_company__coverage_holes') }}
    group by source_name
),

unlanded as (
    select
        source_name,
        count(*) as unlanded_count,
        min(first_seen_at) as unlanded_since
    from {{ ref('stg_ledger__unlanded_files') }}
    where is_overdue
    group by source_name
),

last_deliveries as (
    select
        source_name,
        count(*) as delivery_count,
        -- A refused file brought nothing, whatever day its name bears.
        max(case when delivery_status in ('loaded', 'superseding') then file_date end)
            as last_file_date,
        max(received_at) as last_received_at
    from deliveries
    group by source_name
)

select
    sources.source_name,
    sources.source_description,
    cast(coalesce(last_deliveries.delivery_count, 0) as integer) as delivery_count,
    cast(coalesce(refused_files.quarantined_count, 0) as integer) as quarantined_count,
    {{ dbt.datediff('last_deliveries.last_file_date', 'cast(settings.as_of as date)', 'day') }} - 1
        as days_behind,
    cast(coalesce(hole_counts.hole_count, 0) as integer) as hole_count,
    cast(coalesce(unlanded.unlanded_count, 0) as integer) as unlanded_count,
    sources.is_enabled,
    sources.is_enabled and coalesce(coverage.covered_until < settings.as_of, false) as is_silent,
    coverage.covered_from,
    coverage.covered_until,
    last_deliveries.last_file_date,
    last_deliveries.last_received_at,
    unlanded.unlanded_since
from sources
cross join settings
left join last_deliveries
    on sources.source_name = last_deliveries.source_name
left join refused_files
    on sources.source_name = refused_files.source_name
left join coverage
    on sources.source_name = coverage.source_name
left join hole_counts
    on sources.source_name = hole_counts.source_name
left join unlanded
    on sources.source_name = unlanded.source_name
