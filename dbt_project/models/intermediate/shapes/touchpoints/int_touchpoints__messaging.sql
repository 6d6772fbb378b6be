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

message_error_codes as (
    select * from {{ ref('message_error_codes') }}
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
    {{ surrogate_key([
        "'messaging'", "'messages'", 'touchpoints.message_id', 'touchpoints.touchpoint_type_slug'
    ]) }} as touchpoint_key,
    'messaging' as source_name,
    case
        when coalesce(touchpoints.phone, touchpoints.account_id) is not null
            then {{ surrogate_key([
                "'messaging'", 'coalesce(touchpoints.phone, touchpoints.account_id)'
            ]) }}
    end as profile_key,
    touchpoints.channel_slug,
    touchpoints.touchpoint_type_slug,
    case
        when
            touchpoints.is_inbound
            and {{ compact_words('touchpoints.body') }}
            in (select stop_words.compact_word from stop_words)
            then 'opted_out'
        when touchpoints.touchpoint_type_slug = 'sms_failed'
            then coalesce(message_error_codes.outcome_slug, 'undelivered')
    end as outcome_slug,
    touchpoints.occurred_at,
    touchpoints.occurred_at as received_at,
    touchpoints.campaign_id as campaign_key,
    case when touchpoints.is_inbound then touchpoints.body end as body,
    touchpoints._load_id
from touchpoints
left join message_error_codes
    on touchpoints.error_code = message_error_codes.error_code
