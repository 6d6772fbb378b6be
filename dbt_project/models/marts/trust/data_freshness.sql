with sources as (
    select * from {{ ref('int_company__sources') }}
),

deliveries as (
    select * from {{ ref('stg_ledger__deliveries') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

last_deliveries as (
    select
        source_name,
        count(*) as delivery_count,
        count(*) filter (where delivery_status = 'quarantined') as quarantined_count,
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
    cast(coalesce(last_deliveries.quarantined_count, 0) as integer) as quarantined_count,
    {{ dbt.datediff('last_deliveries.last_file_date', 'cast(settings.as_of as date)', 'day') }} - 1
        as days_behind,
    sources.is_enabled,
    last_deliveries.last_file_date,
    last_deliveries.last_received_at
from sources
cross join settings
left join last_deliveries
    on sources.source_name = last_deliveries.source_name
