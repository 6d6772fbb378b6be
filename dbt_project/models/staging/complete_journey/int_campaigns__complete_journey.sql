{{ config(materialized='view') }}


with campaigns as (
    select * from {{ ref('stg_complete_journey__campaigns') }}
)

select
    'complete_journey' as source_name,
    campaign_id as campaign_key,
    'mail' as channel_slug,
    'Campaign ' || campaign_id as campaign_name,
    campaign_type as campaign_kind
from campaigns
