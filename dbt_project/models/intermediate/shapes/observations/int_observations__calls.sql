{{ config(materialized='view') }}

with contact_records as (
    select * from {{ ref('stg_calls__contact_records') }}
    where media_channel = 'VOICE' and customer_phone is not null
)

select
    'calls' as source_name,
    customer_phone as source_profile_id,
    {{ surrogate_key(["'calls'", 'customer_phone']) }} as profile_key,
    customer_phone as phone,
    min(initiated_at) as first_seen_at,
    max(initiated_at) as last_seen_at,
    max(_load_id) as _load_id
from contact_records
group by customer_phone
