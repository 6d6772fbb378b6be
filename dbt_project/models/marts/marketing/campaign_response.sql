with contacts as (
    select * from {{ ref('fct_campaign_contacts') }}
),

stages as (
    select * from {{ ref('campaign_stages') }}
),

responses as (
    select
        campaign_key,
        campaign_name,
        campaign_kind,
        channel_slug,
        unnest([
            'delivered', 'opened', 'clicked', 'replied', 'redeemed', 'converted', 'unsubscribed'
        ]) as stage_slug,
        unnest([
            delivered_at,
            opened_at,
            clicked_at,
            replied_at,
            redeemed_at,
            converted_at,
            unsubscribed_at
        ]) as reached_at,
        delivered_at,
        greatest(response_matures_at, conversion_matures_at) as matures_at
    from contacts
),

counted as (
    select
        campaign_key,
        campaign_name,
        campaign_kind,
        channel_slug,
        stage_slug,
        count(*) as delivered_count,
        count(reached_at) as contact_count,
        min(delivered_at) as first_delivered_at,
        max(matures_at) as matures_at
    from responses
    group by campaign_key, campaign_name, campaign_kind, channel_slug, stage_slug
)

select
    counted.campaign_key,
    counted.stage_slug,
    stages.stage_name,
    stages.stage_order,
    counted.campaign_name,
    counted.campaign_kind,
    counted.channel_slug,
    counted.contact_count,
    counted.delivered_count,
    counted.contact_count / counted.delivered_count as response_rate,
    counted.first_delivered_at,
    counted.matures_at
from counted
inner join stages
    on
        counted.stage_slug = stages.stage_slug
        and list_contains(string_split(stages.channels, ' '), counted.channel_slug)
