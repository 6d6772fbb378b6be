with contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
)

select
    contacts.campaign_contact_key,
    contacts.campaign_key,
    contacts.customer_key,
    campaigns.campaign_name,
    campaigns.campaign_kind,
    contacts.channel_slug,
    customers.segment_slug,
    touchpoints.lifecycle_stage_slug,
    contacts.delivered_date,
    contacts.delivered_at,
    contacts.opened_at,
    contacts.clicked_at,
    contacts.replied_at,
    contacts.unsubscribed_at,
    contacts.redeemed_at,
    contacts.converted_at,
    contacts.bought_at,
    contacts.bought_before_at,
    contacts.response_matures_at,
    contacts.conversion_matures_at,
    contacts._load_id
from contacts
inner join campaigns
    on contacts.campaign_key = campaigns.campaign_key
left join customers
    on contacts.customer_key = customers.customer_key
left join touchpoints
    on contacts.campaign_contact_key = touchpoints.touchpoint_key
