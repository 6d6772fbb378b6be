{{ config(materialized='view') }}


with events as (
    select * from {{ ref('stg_email__events') }}
    where campaign_id is not null
)

select
    'email' as source_name,
    campaign_id as campaign_key,
    'email' as channel_slug,
    campaign_name,
    campaign_kind
from events
group by
    campaign_id,
    campaign_name,
    campaign_kind
