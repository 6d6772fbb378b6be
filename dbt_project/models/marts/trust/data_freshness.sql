with sources as (
    select * from {{ ref('int_company__sources') }}
),

deliveries as (
    select * from {{ ref('stg_ledger__deliveries') }}
),

loads as (
    select distinct
        source_name,
        content_hash
    from {{ ref('stg_ledger__loads') }}
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
        deliveries.source_name,
        count(*) as delivery_count,
        -- What was loaded later, as after its contract was mended, is refused no more.
        count(*) filter (
            where deliveries.delivery_status = 'quarantined' and loads.content_hash is null
        ) as quarantined_count,
        -- A refused file brought nothing, whatever day its name bears.
        max(
            case
                when deliveries.delivery_status in ('loaded', 'superseding')
                    then deliveries.file_date
            end
        ) as last_file_date,
        max(deliveries.received_at) as last_received_at
    from deliveries
    left join loads
        on
            deliveries.source_name = loads.source_name
            and deliveries.content_hash = loads.content_hash
    group by deliveries.source_name
)

select
    sources.source_name,
    sources.source_description,
    cast(coalesce(last_deliveries.delivery_count, 0) as integer) as delivery_count,
    cast(coalesce(last_deliveries.quarantined_count, 0) as integer) as quarantined_count,
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
left join coverage
    on sources.source_name = coverage.source_name
left join hole_counts
    on sources.source_name = hole_counts.source_name
left join unlanded
    on sources.source_name = unlanded.source_name
