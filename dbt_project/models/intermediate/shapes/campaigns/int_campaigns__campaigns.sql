-- A campaign runs in several channels, and not each of them knows its name.
with source_campaigns as (
    select * from {{ ref('int_shapes__campaigns') }}
)

select
    campaign_key,
    coalesce(max(campaign_name), 'Campaign ' || campaign_key) as campaign_name,
    max(campaign_kind) as campaign_kind,
    min(channel_slug) as channel_slug
from source_campaigns
group by campaign_key
