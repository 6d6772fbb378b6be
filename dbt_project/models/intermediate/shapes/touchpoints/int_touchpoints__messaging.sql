{{ config(materialized='view') }}

-- What neither came nor went, or is still under way, is no touchpoint.
with messages as (
    select * from {{ ref('stg_messaging__messages') }}
    where is_inbound is not null and has_arrived is not null
),

stop_words as (
    select {{ compact_words('reply_word') }} as compact_word
    from {{ ref('reply_words') }}
    where not is_allowed
),

-- A push notification that was read was delivered first.
touchpoints as (
    select
        *,
        case
            when is_inbound then 'sms_replied'
            when not has_arrived then 'sms_failed'
            when channel_slug = 'push' then 'push_delivered'
            else 'sms_delivered'
        end as touchpoint_type_slug,
        coalesce(sent_at, created_at) as occurred_at
    from messages
    where channel_slug in ('sms', 'push')

    union all

    select
        *,
        'push_opened' as touchpoint_type_slug,
        updated_at as occurred_at
    from messages
    where channel_slug = 'push' and message_status = 'read'
)

select
    {{ surrogate_key(["'messaging'", "'messages'", 'message_id', 'touchpoint_type_slug']) }}
        as touchpoint_key,
    'messaging' as source_name,
    case
        when coalesce(phone, account_id) is not null
            then {{ surrogate_key(["'messaging'", 'coalesce(phone, account_id)']) }}
    end as profile_key,
    channel_slug,
    touchpoint_type_slug,
    case
        when
            is_inbound
            and {{ compact_words('body') }} in (select stop_words.compact_word from stop_words)
            then 'opted_out'
        when touchpoint_type_slug = 'sms_failed' then error_code
    end as outcome_slug,
    occurred_at,
    occurred_at as received_at,
    campaign_id as campaign_key,
    case when is_inbound then body end as body,
    _load_id
from touchpoints
