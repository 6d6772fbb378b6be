{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind = 'solved'
)

select
    'kiosk' as source_name,
    subject_id as case_id,
    'solved' as status_slug,
    'agent' as changed_by,
    happened_at as changed_at
from events
