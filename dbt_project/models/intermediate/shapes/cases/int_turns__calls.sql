{{ config(materialized='view') }}


with contact_records as (
    select * from {{ ref('stg_calls__contact_records') }}
    where media_channel = 'VOICE' and not is_repetition and coalesce(begun_by, '') != 'listening'
),

-- A leg of a call is up to three turns: the caller's, the agent's, and what the agent noted.
turns as (
    select
        contact_id || ' customer' as turn_id,
        initial_contact_id,
        'customer' as author_type,
        cast(null as varchar) as body,
        true as is_public,
        initiated_at as spoke_at,
        _load_id
    from contact_records
    where begun_by = 'caller'

    union all

    select
        contact_id || ' agent' as turn_id,
        initial_contact_id,
        'agent' as author_type,
        cast(null as varchar) as body,
        true as is_public,
        connected_at as spoke_at,
        _load_id
    from contact_records
    where is_conversation

    union all

    select
        contact_id || ' notes' as turn_id,
        initial_contact_id,
        'agent' as author_type,
        agent_notes as body,
        false as is_public,
        disconnected_at as spoke_at,
        _load_id
    from contact_records
    where agent_notes is not null
)

select
    'calls' as source_name,
    'phone' as channel_slug,
    initial_contact_id as case_id,
    turn_id,
    author_type,
    body,
    is_public,
    spoke_at,
    _load_id
from turns
