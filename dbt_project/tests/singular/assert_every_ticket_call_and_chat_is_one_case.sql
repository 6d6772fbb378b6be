-- A case that falls out of a join raises no error: it is only missing from every figure of service.
with delivered as (
    select
        'tickets' as source_name,
        count(*) as case_count
    from {{ ref('stg_tickets__tickets') }}

    union all

    select
        'calls' as source_name,
        count(distinct initial_contact_id) as case_count
    from {{ ref('stg_calls__contact_records') }}
    where
        media_channel = 'VOICE'
        and not is_repetition
        and coalesce(begun_by, '') != 'listening'

    union all

    select
        'chat' as source_name,
        count(*) as case_count
    from {{ ref('stg_chat__conversations') }}

    union all

    select
        'social' as source_name,
        count(distinct conversation_id) as case_count
    from {{ ref('stg_social__posts') }}
    where post_kind = 'direct_message' and written_by is not null
),

published as (
    select
        source_name,
        count(*) as case_count
    from {{ ref('fct_cases') }}
    group by source_name
)

select
    delivered.source_name,
    delivered.case_count as delivered_count,
    published.case_count as published_count
from delivered
left join published
    on delivered.source_name = published.source_name
where delivered.case_count != coalesce(published.case_count, 0)
