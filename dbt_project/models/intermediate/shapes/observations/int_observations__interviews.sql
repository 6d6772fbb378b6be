{{ config(materialized='view') }}

with interviews as (
    select * from {{ ref('stg_interviews__interviews') }}
),

customers as (
    select * from {{ ref('stg_interviews__participants') }}
    where participant_role = 'customer' and source_profile_id is not null
),

seen_customers as (
    select
        customers.source_profile_id,
        customers.email,
        customers.contact_id,
        coalesce(interviews.started_at, interviews.scheduled_at) as seen_at,
        customers._load_id
    from customers
    inner join interviews
        on customers.interview_id = interviews.interview_id
)

select
    'interviews' as source_name,
    source_profile_id,
    {{ surrogate_key(["'interviews'", 'source_profile_id']) }} as profile_key,
    email,
    contact_id,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    max(_load_id) as _load_id
from seen_customers
group by
    source_profile_id,
    email,
    contact_id
