{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind = 'campaign'
)

select
    'kiosk' as source_name,
    subject_id as campaign_key,
    'mail' as channel_slug,
    event_value as campaign_name
from events
