{{ config(materialized='view') }}

-- Processed, deferred and dropped are the provider's own affairs: no customer noticed.
with events as (
    select * from {{ ref('stg_email__events') }}
    where
        event_type in (
            'delivered', 'open', 'click', 'bounce', 'unsubscribe', 'group_unsubscribe', 'spamreport'
        )
)

select
    {{ surrogate_key(["'email'", "'events'", 'event_id']) }} as touchpoint_key,
    'email' as source_name,
    case when email is not null then {{ surrogate_key(["'email'", 'email']) }} end
        as profile_key,
    'email' as channel_slug,
    case event_type
        when 'delivered' then 'email_delivered'
        when 'open' then 'email_opened'
        when 'click' then 'email_clicked'
        when 'bounce' then 'email_bounced'
        when 'spamreport' then 'spam_reported'
        else 'email_unsubscribed'
    end as touchpoint_type_slug,
    bounce_type as outcome_slug,
    occurred_at,
    occurred_at as received_at,
    campaign_id as campaign_key,
    is_machine_open as is_bot,
    _load_id
from events
