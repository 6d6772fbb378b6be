{{ config(materialized='view') }}

with account_versions as (
    select * from {{ ref('stg_accounts__account_versions') }}
),

events as (
    select * from {{ ref('stg_accounts__events') }}
),

touchpoints as (
    select
        {{ surrogate_key(["'accounts'", "'accounts'", 'account_id']) }} as touchpoint_key,
        account_id,
        'portal' as channel_slug,
        'account_registered' as touchpoint_type_slug,
        registered_at as occurred_at,
        cast(null as varchar) as source_contact_reason,
        cast(null as varchar) as order_number,
        cast(null as varchar) as body,
        cast(null as varchar) as language,
        _load_id
    from account_versions
    where is_latest

    union all

    -- The day on which an account that is closed now was exported as closed first.
    select
        {{ surrogate_key(["'accounts'", "'closings'", 'account_id']) }} as touchpoint_key,
        account_id,
        'portal' as channel_slug,
        'account_closed' as touchpoint_type_slug,
        min(updated_at) as occurred_at,
        cast(null as varchar) as source_contact_reason,
        cast(null as varchar) as order_number,
        cast(null as varchar) as body,
        cast(null as varchar) as language,
        max(_load_id) as _load_id
    from account_versions
    where account_status = 'closed'
    group by account_id
    having max(case when is_latest then 1 else 0 end) = 1

    union all

    select
        {{ surrogate_key(["'accounts'", "'events'", 'event_id']) }} as touchpoint_key,
        account_id,
        case when event_type = 'forum_post' then 'forum' else 'portal' end as channel_slug,
        case
            when event_type = 'login' then 'signed_in'
            when event_type = 'logout' then 'signed_out'
            when event_type = 'forum_post' then 'forum_posted'
            when event_type = 'request' and request_outcome = 'completed'
                then 'self_service_completed'
            when event_type = 'request' and request_outcome = 'failed'
                then 'self_service_failed'
        end as touchpoint_type_slug,
        occurred_at,
        request_type as source_contact_reason,
        order_number,
        body,
        language,
        _load_id
    from events
)

-- What a word that nobody has mapped tells is no touchpoint: `value_issues` counts it.
select
    touchpoint_key,
    'accounts' as source_name,
    {{ surrogate_key(["'accounts'", 'account_id']) }} as profile_key,
    channel_slug,
    touchpoint_type_slug,
    occurred_at,
    occurred_at as received_at,
    source_contact_reason,
    case
        when order_number is not null
            then {{ surrogate_key(["'shop'", 'order_number']) }}
    end as order_key,
    body,
    language,
    _load_id
from touchpoints
where touchpoint_type_slug is not null
