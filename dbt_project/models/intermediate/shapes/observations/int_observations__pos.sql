{{ config(materialized='view') }}

with receipt_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where source_name = 'pos' and source_profile_id is not null
)

select
    'pos' as source_name,
    source_profile_id,
    profile_key,
    source_profile_id as loyalty_card,
    min(sold_at) as first_seen_at,
    max(sold_at) as last_seen_at,
    max(_load_id) as _load_id
from receipt_lines
group by
    source_profile_id,
    profile_key
