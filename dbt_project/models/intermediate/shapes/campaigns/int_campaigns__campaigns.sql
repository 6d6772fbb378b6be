with email_events as (
    select * from {{ ref('stg_email__events') }}
    where campaign_id is not null
),

messages as (
    select * from {{ ref('stg_messaging__messages') }}
    where campaign_id is not null
),

household_campaigns as (
    select * from {{ ref('stg_complete_journey__campaigns') }}
),

-- The messaging provider knows a campaign by its id only.
named as (
    select
        campaign_id,
        campaign_name,
        campaign_kind,
        'email' as channel_slug
    from email_events

    union

    select
        campaign_id,
        cast(null as varchar) as campaign_name,
        cast(null as varchar) as campaign_kind,
        channel_slug
    from messages

    union

    select
        campaign_id,
        'Campaign ' || campaign_id as campaign_name,
        campaign_type as campaign_kind,
        'mail' as channel_slug
    from household_campaigns
)

select
    campaign_id as campaign_key,
    coalesce(max(campaign_name), 'Campaign ' || campaign_id) as campaign_name,
    max(campaign_kind) as campaign_kind,
    min(channel_slug) as channel_slug
from named
group by campaign_id
