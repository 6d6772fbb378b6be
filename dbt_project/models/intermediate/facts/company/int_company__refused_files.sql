{{ config(materialized='view') }}

-- The files that wait for their sender. A name counts as it was sent last: a sound file of it ends
-- the waiting, and so does the same content under another name.
with deliveries as (
    select
        *,
        row_number() over (partition by source_name, file_name order by delivery_id desc) as recency
    from {{ ref('stg_ledger__deliveries') }}
),

loads as (
    select distinct
        source_name,
        content_hash
    from {{ ref('stg_ledger__loads') }}
)

select
    deliveries.delivery_id,
    deliveries.source_name,
    deliveries.table_name,
    deliveries.file_name,
    deliveries.delivery_status,
    deliveries.reason_code,
    deliveries.file_date
from deliveries
left join loads
    on
        deliveries.source_name = loads.source_name
        and deliveries.content_hash = loads.content_hash
where
    deliveries.recency = 1
    and deliveries.delivery_status in ('quarantined', 'unknown_file')
    and loads.content_hash is null
