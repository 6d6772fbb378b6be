{{ config(materialized='view') }}

with messages as (
    select
        *,
        coalesce(phone, account_id) as address
    from {{ ref('stg_messaging__messages') }}
    where
        campaign_group = 'control'
        and campaign_id is not null
        and coalesce(phone, account_id) is not null
)

select
    'messaging' as source_name,
    {{ surrogate_key(["'messaging'", 'address']) }} as profile_key,
    campaign_id as campaign_key,
    channel_slug,
    min(coalesce(sent_at, created_at)) as held_out_at,
    max(_load_id) as _load_id
from messages
group by
    address,
    campaign_id,
    channel_slug
