-- A campaign that no source describes is known by its key from the facts that it left.
with campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

touchpoints as (
    select campaign_key from {{ ref('int_touchpoints__all') }}
),

orders as (
    select campaign_key from {{ ref('int_orders__orders') }}
),

sessions as (
    select entry_campaign_key as campaign_key from {{ ref('int_touchpoints__sessions') }}
),

undescribed_campaigns as (
    select campaign_key from touchpoints
    union
    select campaign_key from orders
    union
    select campaign_key from sessions
    except
    select campaign_key from campaigns
)

select
    campaign_key,
    campaign_name,
    campaign_kind,
    channel_slug,
    true as is_described
from campaigns

union all

select
    campaign_key,
    'Campaign ' || campaign_key as campaign_name,
    null as campaign_kind,
    null as channel_slug,
    false as is_described
from undescribed_campaigns
where campaign_key is not null

union all

select
    'unknown' as campaign_key,
    'Unknown' as campaign_name,
    null as campaign_kind,
    null as channel_slug,
    false as is_described
