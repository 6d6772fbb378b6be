{{ config(materialized='view') }}


with messages as (
    select * from {{ ref('stg_messaging__messages') }}
    where campaign_id is not null
)

-- The provider knows a campaign by its id; whoever sends may tag its name and kind.
select
    'messaging' as source_name,
    campaign_id as campaign_key,
    channel_slug,
    campaign_name,
    campaign_kind
from messages
group by
    campaign_id,
    channel_slug,
    campaign_name,
    campaign_kind
