{{ config(materialized='view') }}

with events as (
    select
        account_id as source_profile_id,
        account_id,
        occurred_at,
        _load_id
    from {{ ref('stg_product_usage__events') }}
    where account_id is not null
)

select
    'product_usage' as source_name,
    source_profile_id,
    {{ surrogate_key(["'product_usage'", 'source_profile_id']) }} as profile_key,
    account_id,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    max(_load_id) as _load_id
from events
group by
    source_profile_id,
    account_id
