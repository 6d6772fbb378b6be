{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_email__events') }}
    where campaign_group = 'control' and campaign_id is not null and email is not null
)

select
    'email' as source_name,
    {{ surrogate_key(["'email'", 'email']) }} as profile_key,
    campaign_id as campaign_key,
    'email' as channel_slug,
    min(occurred_at) as held_out_at,
    max(_load_id) as _load_id
from events
group by
    email,
    campaign_id
