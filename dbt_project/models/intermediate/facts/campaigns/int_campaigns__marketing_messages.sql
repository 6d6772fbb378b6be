-- What was allowed when a message was sent, by the words that had been said until then. A kind that
-- the seed does not know is marketing: nobody may call it service by leaving it out.
with messages as (
    select * from {{ ref('int_touchpoints__all') }}
    where
        campaign_key is not null
        and {{ is_campaign_message('touchpoint_type_slug') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

campaign_kinds as (
    select * from {{ ref('campaign_kinds') }}
),

changes as (
    select * from {{ ref('int_consent__changes') }}
    where purpose_slug = 'marketing'
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

asked_channels as (
    select distinct channel_slug
    from changes
),

marketing_messages as (
    select messages.*
    from messages
    left join campaigns
        on messages.campaign_key = campaigns.campaign_key
    left join campaign_kinds
        on campaigns.campaign_kind = campaign_kinds.campaign_kind
    where coalesce(campaign_kinds.is_marketing, true)
),

customer_changes as (
    select
        customer_profiles.customer_key,
        changes.*
    from changes
    inner join customer_profiles
        on changes.profile_key = customer_profiles.profile_key
),

-- The last word of each profile; a withdrawal at the same moment comes last.
profile_words as (
    select
        marketing_messages.touchpoint_key,
        customer_changes.profile_key,
        max_by(
            customer_changes.is_allowed, {{ sort_key([
                'customer_changes.changed_at', 'not customer_changes.is_allowed'
            ]) }}
        ) as is_allowed
    from marketing_messages
    inner join customer_changes
        on
            marketing_messages.customer_key = customer_changes.customer_key
            and marketing_messages.channel_slug = customer_changes.channel_slug
            and marketing_messages.occurred_at >= customer_changes.changed_at
    group by
        marketing_messages.touchpoint_key,
        customer_changes.profile_key
),

-- Any profile's withdrawal counts for the customer, as in `int_consent__current`.
words as (
    select
        touchpoint_key,
        bool_and(is_allowed) as is_allowed
    from profile_words
    group by touchpoint_key
)

select
    marketing_messages.touchpoint_key,
    marketing_messages.campaign_key,
    marketing_messages.customer_key,
    marketing_messages.channel_slug,
    coalesce(words.is_allowed, false) as is_allowed,
    asked_channels.channel_slug is not null as is_consent_shown,
    marketing_messages.occurred_date as sent_date,
    marketing_messages.occurred_at as sent_at
from marketing_messages
left join words
    on marketing_messages.touchpoint_key = words.touchpoint_key
left join asked_channels
    on marketing_messages.channel_slug = asked_channels.channel_slug
